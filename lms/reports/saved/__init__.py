"""Views that people saved under a name of their own: pages whose filters live in the address."""

"""Who did or saw what, to whom, when and why; written in the transaction of the change."""

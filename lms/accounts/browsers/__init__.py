"""One's own account: where one is signed in, ending that, and staying signed in."""

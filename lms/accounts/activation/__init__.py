"""One-time codes: people give themselves a password, the first one or another, with a code handed to them on paper."""

"""Sign-in, sessions, preferences, and which endpoint is open to whom."""

"""Explain: from any rate the roster adds up, everyone in it or left out for one reason."""

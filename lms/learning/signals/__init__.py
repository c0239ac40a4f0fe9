"""Signals of doubt: which completions a person at head office should look at, and why. Nothing is voided here."""

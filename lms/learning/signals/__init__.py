"""Signals of doubt: what in the history of a completion a person at head office should look at. Nothing is voided here."""

"""Completions that someone records for others by hand, and their correction."""

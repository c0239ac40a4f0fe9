"""Duties: who is appointed to what, since when, by whom; and what stands vacant."""

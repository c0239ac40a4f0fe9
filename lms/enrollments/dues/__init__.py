"""Effective due dates: what moves them, and bringing them up to date."""

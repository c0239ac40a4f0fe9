"""Observations that were made elsewhere: taking their files in."""

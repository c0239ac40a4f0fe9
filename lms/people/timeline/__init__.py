"""Dated facts in a row: where someone was posted, or what a unit stood under, from–to."""

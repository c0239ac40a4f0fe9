"""Whole numbers in addresses."""

from flask import request

LONGEST = 6  # digits; a page or level beyond that exists nowhere, and a database refuses numbers of forty digits


def whole_number(name: str) -> int | None:
    """Return the whole number that the address gives for `name`; None when it gives none, or something else."""
    text = request.args.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None


def page_number() -> int:
    """Return the page of a list that the address asks for, the first when it asks for none."""
    return max(1, whole_number("page") or 1)

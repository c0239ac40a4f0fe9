"""Addresses that come from outside and that we send a browser on to."""

from urllib.parse import urlsplit

from flask import request

LONGEST = 2000


def local_path(text: str | None) -> str | None:
    """Return `text` when it is a path on this site with its query, else None.

    Browsers read "//host", "/\\host" and "/<tab>/host" as other sites; those and control characters are refused.
    """
    if not text or len(text) > LONGEST or not text.startswith("/") or text[1:2] in {"/", "\\"}:
        return None
    if "\\" in text or not text.isprintable():
        return None
    parts = urlsplit(text)
    return None if parts.scheme or parts.netloc else text


def way_back() -> str | None:
    """Return the path of the page this request came from, when it is one of ours."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))

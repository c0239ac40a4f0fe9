"""Addresses: those of our own pages, and those that come from outside and that we send a browser on to."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request

LONGEST = 2000
# What stands in these addresses tells which version of a file it is.
VERSIONED = frozenset({"static", "web.styles"})


def init_app(app: Flask) -> None:
    """Give templates the addresses of our pages."""
    app.jinja_env.globals["url_for"] = url_for


def url_for(endpoint: str, /, **values: Any) -> str:
    """Return what Flask's function of this name does. A page asks a hundred times, mostly for the same as others."""
    if endpoint in VERSIONED or "_external" in values:
        return current_app.url_for(endpoint, **values)
    try:
        return _remembered(request.script_root, endpoint, **values)
    except TypeError:  # a value that cannot be remembered, such as a list
        return current_app.url_for(endpoint, **values)


@lru_cache(maxsize=4096, typed=True)
def _remembered(_root: str, endpoint: str, /, **values: Any) -> str:
    return current_app.url_for(endpoint, **values)


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

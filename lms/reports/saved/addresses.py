"""Addresses that come from outside: only our own pages that have something to save are kept, and opened again."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from lms.reports.saved.rules import LONGEST_ADDRESS, SAVABLE
from lms.web.addresses import local_path


def page_at(address: str | None) -> tuple[str, dict[str, Any]] | None:
    """Return the endpoint and its arguments that an address of ours leads to; None for every other address."""
    path = local_path(address)
    if path is None or len(path) > LONGEST_ADDRESS:
        return None
    try:
        endpoint, values = current_app.url_map.bind("").match(urlsplit(path).path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return (str(endpoint), dict(values)) if endpoint in SAVABLE else None

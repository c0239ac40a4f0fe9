"""Addresses of people who turned out to be someone else: they lead to the one who was kept."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import redirect, request, url_for

from lms.people.merging.queries import find_kept
from lms.people.viewer import current_scope
from lms.shared.db import db


def follows_merges(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a page of one person, named by `public_id`, lead on where that person was merged into another.

    Only to whom the viewer may name; the answer of everyone else's address stays that of one that is not there.
    """

    @wraps(view)
    def page(public_id: str, **values: Any) -> Any:
        kept = find_kept(db.session(), scope=current_scope(), public_id=public_id)
        if kept is None:
            return view(public_id=public_id, **values)
        address = url_for(str(request.endpoint), public_id=kept.public_id, **values)
        query = request.query_string.decode("ascii", "ignore")
        return redirect(f"{address}?{query}" if query else address)

    return page

"""Who asks, as this process knew a moment ago: what is written confirms it, or the session is asked for after all.

Asking first takes a good part of the time of a small post. So a view that writes by one statement may carry the
condition that the session is still open in that statement. No answer leaves unconfirmed: `accounts.gate` sees to that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, g
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response


@dataclass(frozen=True, slots=True)
class Presumed:
    """A session that was open a moment ago: the condition that it still is, with its parameters.

    `refusal` asks for the session; it returns what to answer instead when it has ended.
    """

    holds: ColumnElement[bool]
    values: Mapping[str, Any]
    refusal: Callable[[], Response | None]


def presume(presumed: Presumed) -> None:
    """Let this request go on with a session that is not confirmed."""
    g.presumed = presumed


def presumed_session() -> Presumed | None:
    """Return the session of this request while it is not confirmed."""
    found: Presumed | None = g.get("presumed")
    return found


def confirmed() -> None:
    """Note that something was written under the condition that the session is open."""
    g.presumed = None


def refusal_unless_confirmed() -> Response | None:
    """Ask for the session where that was not done; return what to answer when it has ended."""
    presumed = presumed_session()
    g.presumed = None
    return presumed.refusal() if presumed else None


def confirm() -> None:
    """Ask for the session where that was not done, and go no further when it has ended."""
    if refusal := refusal_unless_confirmed():
        abort(refusal)

"""Where newer nouns of learning take part: what they have against publishing a draft, what follows a move of people."""

from collections.abc import Callable, Iterable
from datetime import date

from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.learning.content.models import Edition
from lms.learning.content.rules import Fault

Check = Callable[[Session, Edition], Iterable[Fault]]
Follow = Callable[[Session, Actor, Edition, date], int]

# By name: an application that is built again registers the same ones.
_checks: dict[str, Check] = {}
_follows: dict[str, Follow] = {}


def register_check(check: Check) -> Check:
    """Have `check(session, draft)` asked for what keeps a draft from being published."""
    _checks[check.__name__] = check
    return check


def register_follow(follow: Follow) -> Follow:
    """Have `follow(session, actor, edition, today)` called once people were moved to an edition."""
    _follows[follow.__name__] = follow
    return follow


def checked(session: Session, draft: Edition) -> list[Fault]:
    """Return what anyone has against publishing a draft."""
    return [fault for check in _checks.values() for fault in check(session, draft)]


def followed(session: Session, actor: Actor, edition: Edition, today: date) -> None:
    """Tell everyone that people were moved to an edition, in the transaction that moved them."""
    for follow in _follows.values():
        follow(session, actor, edition, today)

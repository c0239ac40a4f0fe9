"""Where newer nouns of learning take part in authoring: what they add to a module is copied and checked with it."""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from lms.learning.content.models import Edition, Module
from lms.learning.content.rules import Fault

Copy = Callable[[Session, Module, Module], None]
Check = Callable[[Session, Edition], Iterable[Fault]]

_copies: list[Copy] = []
_checks: list[Check] = []


def register_copy(copy: Copy) -> Copy:
    """Have `copy(session, former, module)` called for each module that a draft takes over from an edition."""
    _copies.append(copy)
    return copy


def register_check(check: Check) -> Check:
    """Have `check(session, draft)` asked for what keeps a draft from being published."""
    _checks.append(check)
    return check


def copied(session: Session, former: Module, module: Module) -> None:
    """Tell everyone that a module was taken over."""
    for copy in _copies:
        copy(session, former, module)


def checked(session: Session, draft: Edition) -> list[Fault]:
    """Return what anyone has against publishing a draft."""
    return [fault for check in _checks for fault in check(session, draft)]

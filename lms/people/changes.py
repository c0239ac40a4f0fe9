"""What else follows from a change of facts about people. Nouns above register at set-up; this floor knows none."""

from collections.abc import Callable, Collection

from sqlalchemy.orm import Session

from lms.audit.rules import Actor

# Given database ids of the people whose postings, duties, leaves or places changed, in the transaction that did it.
Hook = Callable[[Session, Actor, Collection[int]], None]
_hooks: dict[str, Hook] = {}


def call_after(name: str, hook: Hook) -> None:
    """Have `hook` called after facts about people changed; one registered under the same name before gives way."""
    _hooks[name] = hook


def tell(session: Session, actor: Actor, person_ids: Collection[int]) -> None:
    """Call what follows from a change of facts about these people."""
    session.flush()
    for hook in _hooks.values():
        hook(session, actor, person_ids)

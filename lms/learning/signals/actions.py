"""Looking at completions once each, and noting that someone looked into a doubt. No enrollment is touched here."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.learning.signals.models import SignalCheck, StudyPrint
from lms.learning.signals.queries_history import load_history, waiting
from lms.learning.signals.rules import RULE_VERSION, History
from lms.learning.signals.rules_signals import evaluate
from lms.shared.errors import DomainError

A_BATCH = 100


def evaluate_signals(session: Session, actor: Actor, *, timezone: str, at_most: int = A_BATCH) -> int:
    """Look at the completions that wait, at most so many, and return how many; a second run finds none."""
    ids = session.scalars(waiting(actor.at).limit(at_most)).all()
    found = doubtful = 0
    for record_id in ids:
        history = load_history(session, record_id=record_id, timezone=timezone)
        check = _check(record_id, history, actor.at)
        if not _keep(session, check, history):
            continue  # another run, at the same time, has got to it
        found, doubtful = found + 1, doubtful + check.is_doubtful
    if found:
        detail: dict[str, object] = {"completions": found, "doubtful": doubtful, "rules": RULE_VERSION}
        audit.record(session, actor, "signals.evaluate", "network", "NETWORK", detail=detail)
        session.flush()
    return found


def _check(record_id: int, history: History, at: datetime) -> SignalCheck:
    reasons = evaluate(history)
    return SignalCheck(
        record_id=record_id,
        rule_version=RULE_VERSION,
        evaluated_at=at,
        is_doubtful=bool(reasons),
        signals=[{"signal": one.signal, "figures": one.figures} for one in reasons],
    )


def _keep(session: Session, check: SignalCheck, history: History) -> bool:
    try:
        with session.begin_nested():
            session.add(check)
            session.flush()
            rows = [{"print": one, "record_id": check.record_id} for one in sorted(history.prints)]
            if rows:
                session.execute(insert(StudyPrint), rows)
    except IntegrityError:
        return False
    return True


def mark_checked(session: Session, actor: Actor, *, check: SignalCheck, person_id: int, note: str) -> None:
    """Note that someone looked into a doubt and what they found; the completion stays as it is.

    Raises:
        DomainError: it is about the actor ("oneself"), or was checked already ("checked").
    """
    if person_id == actor.person_id:
        raise DomainError("oneself")
    session.refresh(check, with_for_update=True)
    if check.checked_at is not None:
        raise DomainError("checked")
    check.checked_at, check.checked_by_id, check.note = actor.at, actor.person_id, note
    session.flush()
    audit.record(session, actor, "signals.check", "signal_check", check.public_id, subject_ids=[person_id], reason=note)

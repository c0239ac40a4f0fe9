"""Closing a month, correcting what was reported for it, and the company's own days off."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit.actions import record
from lms.audit.rules import Actor
from lms.completion.months.models import CompanyDay, MonthClose, MonthFigure
from lms.completion.months.queries import get_close
from lms.completion.months.queries_freezing import MonthFacts, figures_of, read_month
from lms.completion.months.queries_questions import count_questions, is_applying
from lms.completion.months.rules import DEFINITION, Refused, refusal_to_close
from lms.completion.months.rules_snapshot import changes_between, delta_of, lines_of
from lms.shared.db import insert_rows, table_of
from lms.shared.errors import DomainError, NotFoundError


def close_month(session: Session, actor: Actor, *, month: date, today: date, timezone: str) -> MonthClose:
    """Freeze a month as it is known now, for good.

    Raises:
        DomainError: it is not over, closed already, or a file is being taken in (`rules.Refused`).
    """
    closes = session.scalar(select(func.count()).where(MonthClose.month == month)) or 0
    refusal = refusal_to_close(month, closes=closes, is_applying=is_applying(session), today=today)
    if refusal is not None:
        raise DomainError(refusal)
    questions = count_questions(session, month=month, timezone=timezone)
    close = freeze(session, actor, month=month, questions={one.value: number for one, number in questions.items()})
    detail = {"sha256": close.sha256, "rows": close.row_count}
    record(session, actor, "months.close", "month", f"{month:%Y-%m}", detail=detail)
    return close


def correct_month(session: Session, actor: Actor, *, month: date, after: int, reason: str) -> MonthClose:
    """Freeze a closed month once more, with what came to be known since; what was reported stays beside it.

    `after` is the number of the snapshot that the actor looked at.

    Raises:
        DomainError: the month is not closed, another correction came in between, a file is being taken in, nothing
            has changed, or there is no reason.
    """
    try:
        before = get_close(session, month=month)
    except NotFoundError:
        raise DomainError(Refused.NOT_CLOSED) from None
    if before.number != after:
        raise DomainError(Refused.CORRECTED_SINCE)
    if not reason.strip():
        raise DomainError(Refused.NO_REASON)
    if is_applying(session):
        raise DomainError(Refused.IMPORT_APPLYING)
    facts = read_month(session, month=month)
    if facts.packed.sha256 == before.sha256:
        raise DomainError(Refused.NOTHING_NEW)
    delta = asdict(delta_of(changes_between(lines_of(before.snapshot), lines_of(facts.packed.blob))))
    close = freeze(session, actor, month=month, number=after + 1, facts=facts, delta=delta, reason=reason.strip())
    detail = {"sha256": close.sha256, "rows": close.row_count, **delta}
    record(session, actor, "months.correct", "month", f"{month:%Y-%m}", reason=close.reason, detail=detail)
    return close


def freeze(
    session: Session,
    actor: Actor,
    *,
    month: date,
    number: int = 1,
    facts: MonthFacts | None = None,
    questions: Mapping[str, int] | None = None,
    delta: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> MonthClose:
    """Write a snapshot of a month and its figures. Whether it may be closed is for the caller to ask.

    Raises:
        DomainError: the same snapshot was written by someone else at the same time.
    """
    facts = facts or read_month(session, month=month)
    tally = facts.tally
    close = MonthClose(
        month=month,
        number=number,
        known_at=actor.at,
        definition=DEFINITION,
        row_count=facts.packed.row_count,
        sha256=facts.packed.sha256,
        snapshot=facts.packed.blob,
        due=tally.due,
        done=tally.done,
        on_time=tally.on_time,
        questions=dict(questions or {}),
        delta=dict(delta or {}),
        reason=reason,
        closed_by_id=actor.person_id,
        closed_by=actor.label,
        recorded_at=actor.at,
    )
    _add_once(session, close)
    _add_figures(session, close, facts)
    return close


def _add_figures(session: Session, close: MonthClose, facts: MonthFacts) -> None:
    rows = [{"close_id": close.id, **row} for row in figures_of(session, facts, month=close.month)]
    if rows:
        insert_rows(session.connection(), table_of(MonthFigure), rows)


def _add_once(session: Session, close: MonthClose) -> None:
    try:
        with session.begin_nested():
            session.add(close)
    except IntegrityError:
        # Someone else has frozen it meanwhile.
        raise DomainError(Refused.ALREADY_CLOSED if close.number == 1 else Refused.CORRECTED_SINCE) from None


def add_company_day(session: Session, actor: Actor, *, day: date, name: str) -> CompanyDay:
    """Note a day on which the company does not work.

    Raises:
        DomainError: it is one already.
    """
    if _company_day(session, day) is not None:
        raise DomainError(Refused.DAY_TAKEN)
    added = CompanyDay(day=day, name=name, recorded_by=actor.label, recorded_at=actor.at)
    session.add(added)
    record(session, actor, "months.add_day", "company_day", day.isoformat(), detail={"name": name})
    session.flush()
    return added


def remove_company_day(session: Session, actor: Actor, *, day: date) -> None:
    """Have a day be a working day again.

    Raises:
        NotFoundError: the company does work on that day.
    """
    found = _company_day(session, day)
    if found is None:
        raise NotFoundError
    found.superseded_at = actor.at
    record(session, actor, "months.remove_day", "company_day", day.isoformat(), detail={"name": found.name})
    session.flush()


def _company_day(session: Session, day: date) -> CompanyDay | None:
    return session.scalars(
        select(CompanyDay).where(CompanyDay.day == day, CompanyDay.superseded_at.is_(None))
    ).one_or_none()  # fmt: skip

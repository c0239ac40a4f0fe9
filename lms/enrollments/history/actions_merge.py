"""Bringing staged history rows together with what is recorded: a handful of statements, however many rows."""

from contextlib import nullcontext
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from lms.enrollments.history.models import CHANGED, KEPT, KEY, KNOWN_PAIR, NEW, SAME, staged
from lms.enrollments.history.queries import refuse_staged
from lms.enrollments.history.rules import Refusals
from lms.enrollments.models import BY_HAND, STATE, Enrollment, EnrollmentRevision
from lms.enrollments.rules import Cause, Source
from lms.shared.db import load_in_bulk, refresh_statistics, table_of

# Cycles are moved here and back while they are numbered anew: each step keeps them unique.
OUT_OF_THE_WAY = 1_000_000
NO_SCORE = -1


def merge_staged(connection: Connection, *, import_id: int, at: datetime, refusals: Refusals) -> dict[str, int]:
    """Change and add enrollments as the staged rows say, and return how many were added, changed and unchanged."""
    is_first = connection.execute(select(Enrollment.id).limit(1)).first() is None
    if not is_first:
        _judge(connection)
    verdicts = select(staged.c.verdict, func.count()).group_by(staged.c.verdict)
    found: dict[int, int] = {row[0]: row[1] for row in connection.execute(verdicts)}
    if kept := found.get(KEPT, 0):
        listed = refuse_staged(connection, staged.c.verdict == KEPT, "completed_on", "completion_stands", refusals)
        refusals.total += kept - listed
    if found.get(CHANGED):
        _change(connection, import_id, at)
    with load_in_bulk(connection, table_of(Enrollment)) if is_first else nullcontext():
        _add(connection, import_id, at, join=KNOWN_PAIR in found)
    if KNOWN_PAIR in found:
        _number_cycles(connection, import_id, at)
    refresh_statistics(connection, Enrollment)
    added = found.get(NEW, 0) + found.get(KNOWN_PAIR, 0)
    return {"added": added, "changed": found.get(CHANGED, 0), "unchanged": found.get(SAME, 0)}


def _judge(connection: Connection) -> None:
    """Find each row's enrollment, where there is one, and what the row would do to it."""
    same_key = and_(*(getattr(Enrollment, name) == staged.c[name] for name in KEY))
    connection.execute(update(staged).values(enrollment_id=Enrollment.id, verdict=_verdict()).where(same_key))
    same_pair = and_(Enrollment.person_id == staged.c.person_id, Enrollment.course_id == staged.c.course_id)
    connection.execute(
        update(staged).values(verdict=KNOWN_PAIR).where(staged.c.verdict == NEW, exists().where(same_pair))
    )


def _verdict() -> ColumnElement[int]:
    told = staged.c
    fixed = and_(told.completed_on.is_not(None), Enrollment.completed_on.is_not(None))
    score, recorded = func.coalesce(told.score, NO_SCORE), func.coalesce(Enrollment.score, NO_SCORE)
    loses = or_(
        told.completed_on > Enrollment.completed_on,
        and_(told.completed_on == Enrollment.completed_on, score < recorded),
    )
    differs = or_(
        _differs(told.due_on, Enrollment.nominal_due_on),
        _differs(told.voided_on, Enrollment.voided_on),
        _completes(),
        _scores(),
    )
    return case((and_(fixed, loses), KEPT), (differs, CHANGED), else_=SAME)


def _differs(told: ColumnElement[Any], recorded: Any) -> ColumnElement[bool]:
    """An empty cell says nothing: it never takes away what is recorded."""
    return and_(told.is_not(None), or_(recorded.is_(None), told != recorded))


def _completes() -> ColumnElement[bool]:
    """The row holds a completion where none was, an earlier one, or one of the same day with a higher score."""
    told = staged.c
    better = func.coalesce(told.score, NO_SCORE) > func.coalesce(Enrollment.score, NO_SCORE)
    return and_(
        told.completed_on.is_not(None),
        or_(
            Enrollment.completed_on.is_(None),
            told.completed_on < Enrollment.completed_on,
            and_(told.completed_on == Enrollment.completed_on, better),
        ),
    )


def _scores() -> ColumnElement[bool]:
    """The row holds another score of a course that is not completed."""
    told = staged.c
    open_still = and_(told.completed_on.is_(None), Enrollment.completed_on.is_(None))
    return and_(open_still, _differs(told.score, Enrollment.score))


def _change(connection: Connection, import_id: int, at: datetime) -> None:
    concerned = and_(staged.c.enrollment_id == Enrollment.id, staged.c.verdict == CHANGED)
    _keep_former(connection, _former(import_id, at).join(staged, concerned))
    told = staged.c
    other_due = _differs(told.due_on, Enrollment.nominal_due_on)
    completes = _completes()
    connection.execute(
        update(Enrollment)
        .where(concerned)
        .values(
            # The import that says the due date is named: later facts move it, those known to that file do not.
            import_id=case((other_due, import_id), else_=Enrollment.import_id),
            nominal_due_on=case((other_due, told.due_on), else_=Enrollment.nominal_due_on),
            due_on=case((other_due, told.due_on), else_=Enrollment.due_on),
            score=case((or_(completes, _scores()), told.score), else_=Enrollment.score),
            completed_at=case((completes, None), else_=Enrollment.completed_at),
            completed_on=case((completes, told.completed_on), else_=Enrollment.completed_on),
            voided_on=func.coalesce(told.voided_on, Enrollment.voided_on),
            # Who recorded a completion by hand stands beside that one only.
            **{name: case((completes, None), else_=getattr(Enrollment, name)) for name in BY_HAND},
            recorded_at=at,
        )
        .execution_options(synchronize_session=False)
    )


def _former(import_id: int, at: datetime) -> Select[Any]:
    aside = EnrollmentRevision.__table__.c
    return select(
        Enrollment.id,
        literal(at, aside.superseded_at.type),
        literal(str(Cause.IMPORTED)),
        literal({"import": import_id}, aside.detail.type),
        *(getattr(Enrollment, name) for name in STATE),
    )


def _keep_former(connection: Connection, former: Select[Any]) -> None:
    names = ["enrollment_id", "superseded_at", "cause", "detail", *STATE]
    connection.execute(insert(EnrollmentRevision).from_select(names, former))


def _add(connection: Connection, import_id: int, at: datetime, *, join: bool) -> None:
    """Insert the new rows, by person so that indexes grow in order; `join` where some continue recorded cycles."""
    told = staged.c
    pair = (told.person_id, told.course_id)
    in_order = func.row_number().over(partition_by=pair, order_by=told.assigned_on)
    last = func.count().over(partition_by=pair)
    columns = Enrollment.__table__.c
    values: dict[str, ColumnElement[Any]] = {
        "person_id": told.person_id,
        "course_id": told.course_id,
        "cycle": in_order + _highest_cycle() if join else in_order,
        "has_later_cycle": in_order < last,
        "source": literal(str(Source.IMPORT)),
        "required": told.required,
        "assigned_on": told.assigned_on,
        "nominal_due_on": told.due_on,
        "due_on": told.due_on,
        "completed_on": told.completed_on,
        "score": told.score,
        "voided_on": told.voided_on,
        "course_version_id": told.course_version_id,
        "import_id": literal(import_id),
        "recorded_at": literal(at, columns.recorded_at.type),
    }
    new: Select[Any] = (
        select(*values.values())
        .where(told.verdict.in_((NEW, KNOWN_PAIR)))
        .order_by(told.person_id, told.course_id, told.assigned_on)
    )
    connection.execute(insert(Enrollment).from_select(list(values), new, include_defaults=False))


def _highest_cycle() -> ColumnElement[int]:
    same_pair = and_(Enrollment.person_id == staged.c.person_id, Enrollment.course_id == staged.c.course_id)
    highest = select(func.max(Enrollment.cycle)).where(same_pair).correlate(staged).scalar_subquery()
    return func.coalesce(highest, 0)


def _number_cycles(connection: Connection, import_id: int, at: datetime) -> None:
    """Number the cycles of pairs that were joined anew, in the order of their assignment days."""
    numbered = _numbered()
    # What this import brought or changed has no former version of its own, or has it already.
    known_before = and_(numbered.c.number != Enrollment.cycle, Enrollment.recorded_at != at)
    _keep_former(connection, _former(import_id, at).join(numbered, and_(Enrollment.id == numbered.c.id, known_before)))
    moved = or_(numbered.c.number != Enrollment.cycle, numbered.c.later != Enrollment.has_later_cycle)
    connection.execute(
        update(Enrollment)
        .where(Enrollment.id == numbered.c.id, moved)
        .values(
            cycle=numbered.c.number + OUT_OF_THE_WAY,
            has_later_cycle=numbered.c.later,
            recorded_at=case((known_before, at), else_=Enrollment.recorded_at),
        )
        .execution_options(synchronize_session=False)
    )
    joined = select(staged.c.person_id).where(staged.c.verdict == KNOWN_PAIR)
    connection.execute(
        update(Enrollment)
        .where(Enrollment.person_id.in_(joined), Enrollment.cycle > OUT_OF_THE_WAY)
        .values(cycle=Enrollment.cycle - OUT_OF_THE_WAY)
        .execution_options(synchronize_session=False)
    )


def _numbered() -> Subquery:
    pairs = select(staged.c.person_id, staged.c.course_id).where(staged.c.verdict == KNOWN_PAIR).distinct().subquery()
    partition = (Enrollment.person_id, Enrollment.course_id)
    number = func.row_number().over(partition_by=partition, order_by=(Enrollment.assigned_on, Enrollment.cycle))
    return (
        select(
            Enrollment.id,
            number.label("number"),
            (number < func.count().over(partition_by=partition)).label("later"),
        )
        .join(pairs, and_(pairs.c.person_id == Enrollment.person_id, pairs.c.course_id == Enrollment.course_id))
        .subquery("numbered")
    )

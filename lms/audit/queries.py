"""Reading the audit trail: search, newest first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent, AuditSubject
from lms.shared.errors import NotFoundError

PER_PAGE = 50
# Beyond this many the exact number is not counted: a page must not read a million rows to say how many there are.
COUNTED_MOST = 100_000
# Taking data away: out of the product's lists, out of files it keeps, on the command line, and out of this trail.
EXTRACT = "audit.extract"
DOWNLOADS = ("download", "export", EXTRACT)
# Looking at and taking from the trail is the reviewer's own work.
OPERATIONAL_DOWNLOADS = ("download", "export")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """Which lines are wanted; None leaves a question open. Instants are half-open [since, until).

    `actor_ids` holds database ids, () nobody; `actor` is the label of one who was not signed in. `subject_id` is whom
    a line is about, as far as lines list it; `unlisted` picks those that keep a query instead.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor_ids: tuple[int, ...] | None = None
    actor: str | None = None
    actions: tuple[str, ...] | None = None
    origin: str | None = None
    subject_id: int | None = None
    unlisted: bool | None = None
    object_type: str | None = None
    object_id: str | None = None
    with_reason: bool | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail, to be shown."""

    id: int
    public_id: str
    at: datetime
    actor_id: int | None
    actor: str
    origin: str
    action: str
    object_type: str
    object_id: str
    subject_count: int
    is_listed: bool
    reason: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Slice:
    """Lines newest first. `older` tells where the next ones begin, None at the end; `total` is capped."""

    lines: Sequence[Line]
    older: str | None
    total: int

    @property
    def is_capped(self) -> bool:
        """Tell whether there are more than were counted."""
        return self.total > COUNTED_MOST


COLUMNS = tuple(getattr(AuditEvent, name) for name in Line.__slots__)
NEWEST_FIRST = (AuditEvent.at.desc(), AuditEvent.id.desc())


def list_lines(
    session: Session, *, where: TrailFilter, before: str | None = None, per_page: int = PER_PAGE
) -> Slice:  # fmt: skip
    """List the lines that fit, those older than the line `before` (its public id) when it is given.

    Raises:
        NotFoundError: there is no line `before`.
    """
    wanted = _select(where)
    if before is not None:
        at, event_id = _place_of(session, before)
        # One upper bound, so that the database begins at this place of the index, not at the end of the period.
        earlier = where if where.until is not None and where.until <= at else replace(where, until=None)
        wanted = _select(earlier).where(tuple_(AuditEvent.at, AuditEvent.id) < tuple_(at, event_id))
    rows = session.execute(wanted.order_by(*NEWEST_FIRST).limit(per_page + 1)).all()
    lines = [Line(*row) for row in rows[:per_page]]
    older = lines[-1].public_id if len(rows) > per_page else None
    return Slice(lines, older, count_lines(session, where=where))


def _place_of(session: Session, public_id: str) -> tuple[datetime, int]:
    found = session.execute(select(AuditEvent.at, AuditEvent.id).where(AuditEvent.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFoundError
    return found.at, found.id


def count_lines(session: Session, *, where: TrailFilter) -> int:
    """Count the lines that fit, up to one more than `COUNTED_MOST`."""
    some = select(AuditEvent.id).where(*_conditions(where)).limit(COUNTED_MOST + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def iter_lines(session: Session, *, where: TrailFilter, at_once: int = 500) -> Iterator[Sequence[Line]]:
    """Yield the lines that fit in blocks, newest first, without holding them all."""
    result = session.execute(_select(where).order_by(*NEWEST_FIRST).execution_options(yield_per=at_once))
    for block in result.partitions(at_once):
        yield [Line(*row) for row in block]


def get_line(session: Session, *, public_id: str) -> Line:
    """Return one line.

    Raises:
        NotFoundError: there is none.
    """
    row = session.execute(select(*COLUMNS).where(AuditEvent.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return Line(*row)


def list_subject_ids(session: Session, *, event_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return whom some lines list, by line."""
    found: dict[int, list[int]] = {}
    wanted = select(AuditSubject.event_id, AuditSubject.person_id).where(AuditSubject.event_id.in_(list(event_ids)))
    for event_id, person_id in session.execute(wanted.order_by(AuditSubject.event_id, AuditSubject.person_id)):
        found.setdefault(event_id, []).append(person_id)
    return found


def select_people_of(where: TrailFilter) -> Select[int]:
    """Select `person_id` of everyone whom the lines that fit list, and of who acted, once each."""
    conditions = _conditions(where)
    fitting = select(AuditEvent.id).where(*conditions)
    listed = select(AuditSubject.person_id).where(AuditSubject.event_id.in_(fitting))
    acted = select(AuditEvent.actor_id.label("person_id")).where(AuditEvent.actor_id.is_not(None), *conditions)
    return select(listed.union(acted).subquery("people").c.person_id)


def _select(where: TrailFilter) -> Select[Any]:
    return select(*COLUMNS).where(*_conditions(where))


def _conditions(where: TrailFilter) -> list[ColumnElement[bool]]:
    exact = (
        (AuditEvent.origin, where.origin),
        (AuditEvent.object_type, where.object_type),
        (AuditEvent.object_id, where.object_id),
    )
    conditions: list[ColumnElement[bool]] = [column == value for column, value in exact if value is not None]
    if where.since is not None:
        conditions.append(AuditEvent.at >= where.since)
    if where.until is not None:
        conditions.append(AuditEvent.at < where.until)
    if where.actions is not None:
        conditions.append(AuditEvent.action.in_(where.actions))
    if where.with_reason is not None:
        given = and_(AuditEvent.reason.is_not(None), AuditEvent.reason != "")
        conditions.append(given if where.with_reason else ~given)
    return conditions + _about_people(where)


def _about_people(where: TrailFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if where.actor_ids is not None:
        by = AuditEvent.actor_id.in_(where.actor_ids)
        conditions.append(or_(by, and_(AuditEvent.actor_id.is_(None), AuditEvent.actor == where.actor)))
    if where.subject_id is not None:
        named = select(AuditSubject.event_id).where(AuditSubject.person_id == where.subject_id)
        conditions.append(AuditEvent.id.in_(named))
    if where.unlisted is not None:
        conditions.append(AuditEvent.is_listed == (not where.unlisted))
    return conditions


def is_about(session: Session, *, event_id: int, person_id: int) -> bool:
    """Tell whether a line lists a person."""
    listed = exists().where(AuditSubject.event_id == event_id, AuditSubject.person_id == person_id)
    return bool(session.scalar(select(listed)))

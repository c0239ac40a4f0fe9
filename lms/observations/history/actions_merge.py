"""Bringing staged visits together with what is recorded: a handful of statements, however many rows."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, literal, or_, select, update

from lms.observations.history.models import CHANGED, NEW, SAME, staged_findings, staged_visits
from lms.observations.history.rules import POINTS_POSSIBLE
from lms.observations.models import ItemSetItem, Observation, ObservationResult
from lms.observations.rules import Answer, ObserverKind, Occasion
from lms.shared.db import load_in_bulk, refresh_statistics, table_of

CURRENT = and_(Observation.reference == staged_visits.c.reference, Observation.superseded_at.is_(None))
CITES = staged_findings.c.reference == staged_visits.c.reference


def merge_staged(connection: Connection, *, item_set_id: int, import_id: int, at: datetime) -> dict[str, int]:
    """Record the staged visits, and return how many were added, changed and unchanged, and findings recorded."""
    is_first = connection.execute(select(Observation.id).limit(1)).first() is None
    if not is_first:
        _judge(connection)
    verdicts = select(staged_visits.c.verdict, func.count()).group_by(staged_visits.c.verdict)
    found: dict[int, int] = {row[0]: row[1] for row in connection.execute(verdicts)}
    if found.get(CHANGED):
        changed = select(staged_visits.c.observation_id).where(staged_visits.c.verdict == CHANGED)
        connection.execute(update(Observation).where(Observation.id.in_(changed)).values(superseded_at=at))
    findings = 0
    if found.get(NEW) or found.get(CHANGED):
        with _in_bulk(connection) if is_first else nullcontext():
            _add(connection, item_set_id, import_id, at)
            findings = _add_results(connection)
        refresh_statistics(connection, Observation, ObservationResult)
    return {
        "added": found.get(NEW, 0),
        "changed": found.get(CHANGED, 0),
        "unchanged": found.get(SAME, 0),
        "findings": findings,
    }


@contextmanager
def _in_bulk(connection: Connection) -> Iterator[None]:
    with load_in_bulk(connection, table_of(Observation)), load_in_bulk(connection, table_of(ObservationResult)):
        yield


def _judge(connection: Connection) -> None:
    """Find each visit's observation, where there is one, and whether both say the same."""
    connection.execute(update(staged_visits).values(observation_id=Observation.id).where(CURRENT))
    same_item = and_(
        ObservationResult.observation_id == staged_visits.c.observation_id,
        ObservationResult.item_id == staged_findings.c.item_id,
        ObservationResult.answer == str(Answer.NO),
    )
    told = select(func.count()).where(CITES).correlate(staged_visits).scalar_subquery()
    known = (
        select(func.count())
        .select_from(staged_findings)
        .join(ObservationResult, same_item)
        .where(CITES)
        .correlate(staged_visits)
        .scalar_subquery()
    )
    missed = Observation.items_applicable - Observation.items_met
    differs = or_(*(_differs(name) for name in ("center_id", "observed_on", "kind", "points")))
    same = and_(~differs, told == missed, known == missed)
    connection.execute(
        update(staged_visits)
        .where(Observation.id == staged_visits.c.observation_id)
        .values(verdict=case((same, SAME), else_=CHANGED))
    )


def _differs(name: str) -> ColumnElement[bool]:
    told: ColumnElement[Any] = staged_visits.c[name]
    return told.is_distinct_from(getattr(Observation, name))


def _add(connection: Connection, item_set_id: int, import_id: int, at: datetime) -> None:
    """Insert the visits, by center and day so that those of a center lie together."""
    told = staged_visits.c
    asked = connection.scalar(
        select(func.count()).select_from(ItemSetItem).where(ItemSetItem.item_set_id == item_set_id)
    )
    missed = select(func.count()).where(CITES).correlate(staged_visits).scalar_subquery()
    values: dict[str, ColumnElement[Any]] = {
        "public_id": told.public_id,
        "occasion": literal(str(Occasion.INSPECTION)),
        "kind": told.kind,
        "reference": told.reference,
        "center_id": told.center_id,
        "observer_kind": literal(str(ObserverKind.INSPECTOR)),
        "observed_on": told.observed_on,
        "item_set_id": literal(item_set_id),
        "items_applicable": literal(asked),
        "items_met": literal(asked) - missed,
        "points": told.points,
        "points_possible": case((told.points.is_not(None), POINTS_POSSIBLE)),
        "import_id": literal(import_id),
        "recorded_at": literal(at, Observation.__table__.c.recorded_at.type),
    }
    new = (
        select(*values.values()).where(told.verdict != SAME).order_by(told.center_id, told.observed_on, told.reference)
    )
    connection.execute(insert(Observation).from_select(list(values), new, include_defaults=False))
    connection.execute(update(staged_visits).values(observation_id=Observation.id).where(CURRENT, told.verdict != SAME))


def _add_results(connection: Connection) -> int:
    values: dict[str, ColumnElement[Any]] = {
        "observation_id": staged_visits.c.observation_id,
        "item_id": staged_findings.c.item_id,
        "met": literal(False),
        "answer": literal(str(Answer.NO)),
    }
    cited = (
        select(*values.values())
        .join_from(staged_visits, staged_findings, CITES)
        .where(staged_visits.c.verdict != SAME)
        .order_by(staged_visits.c.observation_id, staged_findings.c.item_id)
    )
    return connection.execute(
        insert(ObservationResult)
        .from_select(list(values), cited, include_defaults=False)
        .execution_options(preserve_rowcount=True)
    ).rowcount

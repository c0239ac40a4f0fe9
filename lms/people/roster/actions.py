"""Applying a roster, in one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.imports.files import Table
from lms.imports.models import ImportRun
from lms.imports.rules import Outcome
from lms.people.models import Duty, Leave, Person, Posting, StaffNumber
from lms.people.roster.queries import load_directory, load_place_names, load_standings
from lms.people.roster.rows import read_roster
from lms.people.roster.rules import Change, Plan, plan_roster, shown
from lms.people.rules import whole_network
from lms.people.search.rules import search_text_of
from lms.people.timeline.rules import Span, difference
from lms.shared.db import insert_rows, refresh_statistics, table_of
from lms.shared.errors import DomainError
from lms.shared.ids import new_public_id

PREVIEW_ROWS = 50
# Far below the number of bound values a statement may have.
IDS_AT_ONCE = 5_000


def plan_of(session: Session, table: Table, *, on: date, partial: bool, staff_width: int | None = None) -> Plan:
    """Return what a roster file would change as of a day; nothing is changed.

    Raises:
        FileError: the file cannot be read, or columns are missing.
    """
    directory = load_directory(session, scope=whole_network(on), staff_width=staff_width)
    snapshot = read_roster(table, directory, on=on)
    return plan_roster(snapshot, load_standings(session), on=on, partial=partial)


def outcome_of(session: Session, plan: Plan) -> Outcome:
    """Return what a plan does, for people to read."""
    preview = shown(plan.changes, load_place_names(session), PREVIEW_ROWS)
    return Outcome(counts=plan.counts, preview=preview, refusals=plan.refusals, stop=plan.stop)


def apply_roster(session: Session, actor: Actor, run: ImportRun, plan: Plan, *, allow_large: bool) -> Outcome:
    """Make a plan come true, as facts brought by `run`.

    Raises:
        DomainError: it changes unusually much and that was not allowed.
    """
    outcome = outcome_of(session, plan)
    if plan.stop and not allow_large:
        raise DomainError(plan.stop, **plan.counts)
    joiners = [change for change in plan.changes if change.person_id is None]
    known = [change for change in plan.changes if change.person_id is not None]
    ids = _add_people(session, actor, run, joiners)
    restore = _correct_people(session, known)
    _apply_postings(session, run, actor.at, plan.changes, ids)
    _apply_leaves(session, run, actor.at, plan.changes, ids)
    ended = _end_duties(session, run, actor.at, known)
    session.flush()
    refresh_statistics(session, Person, StaffNumber, Posting, Leave)
    counts = outcome.counts | {"duties_ended": ended}
    _record(session, actor, run, plan.changes, counts)
    return Outcome(counts=counts, preview=outcome.preview, refusals=outcome.refusals, stop=plan.stop, restore=restore)


def _record(session: Session, actor: Actor, run: ImportRun, changes: list[Change], counts: dict[str, int]) -> None:
    subjects = [change.person_id for change in changes if change.person_id is not None]
    audit.record(
        session, actor, "roster.apply", "import", run.public_id,
        subject_ids=subjects, subject_count=len(changes), detail={"counts": counts},
    )  # fmt: skip


def _add_people(session: Session, actor: Actor, run: ImportRun, joiners: list[Change]) -> dict[str, int]:
    """Add the people nobody knew, and return their ids by staff number."""
    if not joiners:
        return {}
    rows = [
        {
            "public_id": new_public_id(),
            "staff_no": change.staff_no,
            "name": change.name,
            "search_text": search_text_of(change.name, [change.staff_no]),
            "is_synthetic": False,
            "recorded_at": actor.at,
            "import_id": run.id,
        }
        for change in joiners
    ]
    insert_rows(session.connection(), table_of(Person), rows)
    added = session.execute(select(Person.staff_no, Person.id).where(Person.import_id == run.id))
    ids = {row.staff_no: row.id for row in added}
    numbers = [
        {"person_id": ids[change.staff_no], "staff_no": change.staff_no, "issued_on": change.on} for change in joiners
    ]
    insert_rows(session.connection(), table_of(StaffNumber), numbers)
    return ids


def _correct_people(session: Session, known: list[Change]) -> dict[str, Any]:
    """Give names and staff numbers that changed, and return what they were and became, by person."""
    renamed = {change.person_id: change for change in known if change.standing and _is_renamed(change)}
    restore: dict[str, Any] = {"names": {}, "numbers": {}}
    for person in _people(session, (person_id for person_id in renamed if person_id is not None)):
        change = renamed[person.id]
        if person.name != change.name:
            restore["names"][str(person.id)] = [person.name, change.name]
            person.name = change.name
        if change.new_number:
            restore["numbers"][str(person.id)] = [person.staff_no, change.staff_no]
            person.staff_no = change.staff_no
            session.add(StaffNumber(person_id=person.id, staff_no=change.staff_no, issued_on=change.on))
    session.flush()
    refresh_search(session, [person_id for person_id in renamed if person_id is not None])
    return restore


def _is_renamed(change: Change) -> bool:
    return change.new_number or (change.standing is not None and change.name != change.standing.name)


def _people(session: Session, person_ids: Iterable[int]) -> Iterator[Person]:
    for some in _batches(sorted(person_ids)):
        yield from session.scalars(select(Person).where(Person.id.in_(some)))


def refresh_search(session: Session, person_ids: Iterable[int]) -> None:
    """Write again what search looks through, from the names and every staff number of some people."""
    for some in _batches(sorted(person_ids)):
        held: dict[int, list[str]] = {}
        numbers = select(StaffNumber.person_id, StaffNumber.staff_no).where(StaffNumber.person_id.in_(some))
        for person_id, staff_no in session.execute(numbers):
            held.setdefault(person_id, []).append(staff_no)
        for person in session.scalars(select(Person).where(Person.id.in_(some))):
            person.search_text = search_text_of(person.name, sorted(held[person.id]))
    session.flush()


def _apply_postings(session: Session, run: ImportRun, at: datetime, changes: list[Change], ids: dict[str, int]) -> None:
    old: list[int] = []
    new: list[dict[str, Any]] = []
    for change in changes:
        person_id = change.person_id or ids[change.staff_no]
        standing = change.standing
        for before, after, primary in (
            (standing.postings if standing else (), change.postings, True),
            (standing.others if standing else (), change.others, False),
        ):
            superseded, inserted = difference(before, after)
            old += _ids(superseded)
            new += [
                _fact(span, person_id, run, at)
                | {"center_id": span.at[0], "role_id": span.at[1], "is_primary": primary}
                for span in inserted
            ]
    _replace(session, Posting, run, at, old, new)


def _apply_leaves(session: Session, run: ImportRun, at: datetime, changes: list[Change], ids: dict[str, int]) -> None:
    old: list[int] = []
    new: list[dict[str, Any]] = []
    for change in changes:
        superseded, inserted = difference(change.standing.leaves if change.standing else (), change.leaves)
        old += _ids(superseded)
        new += [_fact(span, change.person_id or ids[change.staff_no], run, at) for span in inserted]
    _replace(session, Leave, run, at, old, new)


def _end_duties(session: Session, run: ImportRun, at: datetime, known: list[Change]) -> int:
    """End the duties of whoever leaves or moves away from them: access ends the same day. Return how many."""
    ending = {change.person_id: change for change in known if change.duties_end_on}
    old: list[int] = []
    new: list[dict[str, Any]] = []
    for some in _batches(sorted(person_id for person_id in ending if person_id is not None)):
        for duty in session.scalars(select(Duty).where(Duty.person_id.in_(some), Duty.superseded_at.is_(None))):
            change = ending[duty.person_id]
            end = change.duties_end_on
            if end is None or duty.unit_id == change.new_center or (duty.ends_on is not None and duty.ends_on <= end):
                continue
            old.append(duty.id)
            if duty.starts_on < end:
                span = Span(duty.starts_on, end, ())
                new.append(
                    _fact(span, duty.person_id, run, at)
                    | {"unit_id": duty.unit_id, "kind": duty.kind, "granted_by_id": duty.granted_by_id}
                )
    _replace(session, Duty, run, at, old, new)
    return len(old)


def _ids(spans: Iterable[Span]) -> list[int]:
    return [span.id for span in spans if span.id is not None]


def _fact(span: Span, person_id: int, run: ImportRun, at: datetime) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "starts_on": span.starts_on,
        "ends_on": span.ends_on,
        "import_id": run.id,
        "recorded_at": at,
    }


def _replace(
    session: Session,
    model: type[Posting | Leave | Duty],
    run: ImportRun,
    at: datetime,
    old: list[int],
    new: list[dict[str, Any]],
) -> None:
    """Supersede dated facts by their ids and insert others, all by this import."""
    for some in _batches(old):
        session.execute(
            update(model).where(model.id.in_(some)).values(superseded_at=at, superseded_by_import_id=run.id)
        )
    if new:
        insert_rows(session.connection(), table_of(model), new)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]

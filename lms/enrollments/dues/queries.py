"""Reading what moves due dates. It serves actions that concern the people given, and shows nothing to a viewer."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.enrollments.dues.rules import Circumstances, Down
from lms.enrollments.exceptions.models import Extension, Outage
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Away, Stay
from lms.people.models import Leave, Person, PersonMerge, Posting
from lms.shared.db import among

BATCH = 500
# Built once: building a statement takes several times as long as running it.
POSTINGS = (
    select(Posting.person_id, Posting.center_id, Posting.role_id, Posting.starts_on, Posting.ends_on)
    .where(among(Posting.person_id, "person_ids"), Posting.is_primary, Posting.superseded_at.is_(None))
    .order_by(Posting.person_id, Posting.starts_on)
)
LEAVES = (
    select(Leave.person_id, Leave.starts_on, Leave.ends_on)
    .where(among(Leave.person_id, "person_ids"), Leave.superseded_at.is_(None))
    .order_by(Leave.person_id, Leave.starts_on)
)
GRANTED = (
    select(Enrollment.person_id, Extension.enrollment_id, Extension.due_on)
    .join(Enrollment, Enrollment.id == Extension.enrollment_id)
    .where(Extension.superseded_at.is_(None), among(Enrollment.person_id, "person_ids"))
)
OUTAGES = select(Outage.starts_on, Outage.ends_on, Outage.recorded_at).where(Outage.superseded_at.is_(None))
MERGED = select(PersonMerge.merged_id, PersonMerge.kept_id).where(
    among(PersonMerge.kept_id, "person_ids"), PersonMerge.undone_at.is_(None)
)
EVERY_POSTING = (
    select(Posting.person_id, Posting.center_id, Posting.role_id, Posting.starts_on, Posting.recorded_at)
    .where(among(Posting.person_id, "person_ids"), Posting.is_primary)
    .order_by(Posting.recorded_at.desc())
)
EVERY_LEAVE = (
    select(Leave.person_id, Leave.starts_on, Leave.ends_on, Leave.recorded_at)
    .where(among(Leave.person_id, "person_ids"))
    .order_by(Leave.recorded_at.desc())
)


def load_circumstances(session: Session, person_ids: Collection[int]) -> dict[int, Circumstances]:
    """Load what moves the due dates of some hundred people, by person; of whom nothing is known is left out."""
    found: dict[int, Circumstances] = {}
    owners = _owners(session, person_ids)
    known_since = _first_recorded(session, owners)
    told_since = _leaves_first_recorded(session, owners)
    asked = {"person_ids": list(person_ids)}
    for person_id, center_id, role_id, starts_on, ends_on in session.execute(POSTINGS, asked):
        known_at = known_since[person_id, center_id, role_id, starts_on]
        stays = found.setdefault(person_id, Circumstances()).stays
        stays.append((Stay(center_id, role_id, starts_on, ends_on), known_at))
    for person_id, starts_on, ends_on in session.execute(LEAVES, asked):
        told_at = told_since[person_id, starts_on, ends_on]
        found.setdefault(person_id, Circumstances()).aways.append((Away(starts_on, ends_on), told_at))
    _add_exceptions(session, found, person_ids)
    return found


def load_whereabouts(
    session: Session, person_ids: Collection[int]
) -> tuple[dict[int, list[Stay]], dict[int, list[Away]]]:
    """Load where some hundred people work and have worked, and when they are and were away, by person."""
    stays: dict[int, list[Stay]] = {}
    aways: dict[int, list[Away]] = {}
    asked = {"person_ids": list(person_ids)}
    for person_id, center_id, role_id, starts_on, ends_on in session.execute(POSTINGS, asked):
        stays.setdefault(person_id, []).append(Stay(center_id, role_id, starts_on, ends_on))
    for person_id, starts_on, ends_on in session.execute(LEAVES, asked):
        aways.setdefault(person_id, []).append(Away(starts_on, ends_on))
    return stays, aways


def _add_exceptions(session: Session, found: dict[int, Circumstances], person_ids: Collection[int]) -> None:
    """Add the due dates granted to these people, and the outages, which were everyone's."""
    for person_id, enrollment_id, due_on in session.execute(GRANTED, {"person_ids": list(person_ids)}):
        of_person = found.setdefault(person_id, Circumstances()).granted
        of_person[enrollment_id] = max(due_on, of_person.get(enrollment_id, due_on))
    outages = session.execute(OUTAGES).all()
    for person_id in person_ids if outages else ():
        of_all = found.setdefault(person_id, Circumstances()).outages
        of_all.extend((Down(starts_on, ends_on), known_at) for starts_on, ends_on, known_at in outages)


def _owners(session: Session, person_ids: Collection[int]) -> dict[int, int]:
    """Return by person id whose facts they are: one's own, and those of rows that were merged into one's own."""
    owners = {person_id: person_id for person_id in person_ids}
    newest = set(owners)
    while newest:
        rows = session.execute(MERGED, {"person_ids": list(newest)})
        found = {merged_id: owners[kept_id] for merged_id, kept_id in rows if merged_id not in owners}
        owners |= found
        newest = set(found)
    return owners


def _first_recorded(session: Session, owners: Mapping[int, int]) -> dict[tuple[int, int, int, object], datetime]:
    """Return when each posting first became known: giving it an end writes it anew, but its start is old news."""
    rows = session.execute(EVERY_POSTING, {"person_ids": list(owners)})
    return {(owners[person_id], center_id, role_id, on): at for person_id, center_id, role_id, on, at in rows}


def _leaves_first_recorded(session: Session, owners: Mapping[int, int]) -> dict[tuple[int, object, object], datetime]:
    """Return when each leave, with these very days, first became known."""
    rows = session.execute(EVERY_LEAVE, {"person_ids": list(owners)})
    return {(owners[person_id], starts_on, ends_on): at for person_id, starts_on, ends_on, at in rows}


def person_ids_in_batches(session: Session, chosen: Collection[int] | None) -> Iterator[list[int]]:
    """Yield the ids of the people chosen (None: everyone) in batches of 500, so that memory stays bounded."""
    if chosen is not None:
        ids = sorted(set(chosen))
        yield from (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
        return
    last = 0
    while batch := list(session.scalars(select(Person.id).where(Person.id > last).order_by(Person.id).limit(BATCH))):
        yield batch
        last = batch[-1]


def list_people_changed_at(session: Session, at: datetime) -> set[int]:
    """Return whose postings or leaves were recorded or superseded at an instant."""
    return {
        person_id
        for row in (Posting, Leave)
        for person_id in session.scalars(
            select(row.person_id).where(or_(row.recorded_at == at, row.superseded_at == at))
        )
    }

"""Reads a roster import rests on."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.people.models import JobRole, Leave, OrgUnit, Person, Posting
from lms.people.queries import load_staff_numbers
from lms.people.roster.rows import Directory
from lms.people.roster.rules import Standing
from lms.people.rules import Scope, StaffNumbers, UnitKind
from lms.people.timeline.rules import Span, timeline_of


def load_directory(session: Session, *, scope: Scope, staff_width: int | None) -> Directory:
    """Load what the codes of a roster mean. `staff_width`: digits of a staff number, when told."""
    numbers = load_staff_numbers(session, scope=scope)
    centers = session.execute(
        select(OrgUnit.code, OrgUnit.id, OrgUnit.closed_on).where(OrgUnit.kind == UnitKind.CENTER)
    )
    return Directory(
        centers={row.code: (row.id, row.closed_on) for row in centers},
        roles={row.code: row.id for row in session.execute(select(JobRole.code, JobRole.id))},
        numbers=StaffNumbers(numbers.owners, width=staff_width) if staff_width else numbers,
    )


def load_standings(session: Session) -> dict[int, Standing]:
    """Load everyone's postings and leaves as known now, for comparing a roster with: figures for no one to read."""
    primary: defaultdict[int, list[Span]] = defaultdict(list)
    others: defaultdict[int, list[Span]] = defaultdict(list)
    leaves: defaultdict[int, list[Span]] = defaultdict(list)
    postings = select(
        Posting.id, Posting.person_id, Posting.center_id, Posting.role_id,
        Posting.starts_on, Posting.ends_on, Posting.is_primary,
    ).where(Posting.superseded_at.is_(None))  # fmt: skip
    for row_id, person_id, center_id, role_id, starts_on, ends_on, is_primary in session.execute(postings):
        kept = primary if is_primary else others
        kept[person_id].append(Span(starts_on, ends_on, (center_id, role_id), row_id))
    away = select(Leave.id, Leave.person_id, Leave.starts_on, Leave.ends_on).where(Leave.superseded_at.is_(None))
    for row_id, person_id, starts_on, ends_on in session.execute(away):
        leaves[person_id].append(Span(starts_on, ends_on, (), row_id))
    return {
        person_id: Standing(
            person_id,
            staff_no,
            name,
            timeline_of(primary.get(person_id, ())),
            timeline_of(others.get(person_id, ())),
            timeline_of(leaves.get(person_id, ())),
        )
        for person_id, staff_no, name in session.execute(select(Person.id, Person.staff_no, Person.name))
    }


def load_place_names(session: Session) -> dict[int, dict[str, Any]]:
    """Load code and names of centers by id, and of job roles by negative id, for showing changes."""
    centers = session.execute(
        select(OrgUnit.id, OrgUnit.code, OrgUnit.name_ko, OrgUnit.name_en).where(OrgUnit.kind == UnitKind.CENTER)
    )
    roles = session.execute(select(JobRole.id, JobRole.code, JobRole.title_ko, JobRole.title_en))
    named = {row.id: {"code": row.code, "name_ko": row.name_ko, "name_en": row.name_en} for row in centers}
    return named | {-row.id: {"code": row.code, "name_ko": row.title_ko, "name_en": row.title_en} for row in roles}

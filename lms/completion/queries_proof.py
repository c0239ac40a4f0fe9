"""Proof that figures follow from the facts: everything once more, person by person in plain Python, and compared."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.queries import list_rates
from lms.completion.queries_counting import enrollment, stream
from lms.completion.queries_labels import Label, course_labels, load_organization, role_labels, tier_labels
from lms.completion.rules import (
    DEFAULT_TARGET,
    Dimension,
    EnrollmentFacts,
    RateLine,
    Standing,
    Tally,
    total,
    why_not_counted,
)
from lms.courses.models import Course
from lms.enrollments.dues.queries import load_circumstances, person_ids_in_batches
from lms.enrollments.dues.rules import NOTHING_KNOWN
from lms.enrollments.exceptions.models import Exemption
from lms.imports.models import ImportRun
from lms.people.models import Leave, Person, Posting
from lms.people.rules import Scope
from lms.shared.errors import NotFoundError

MOST_SHOWN = 50


@dataclass(slots=True)
class Proof:
    """What was compared, how many of each, and every difference in words."""

    compared: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def hold(self, what: str, key: object, stored: object, found: object) -> None:
        """Note a comparison of what is stored or computed fast with what the facts say."""
        self.compared[what] += 1
        if stored != found:
            self.differences.append(f"{what} of {key}: {stored} where the facts say {found}")


class Work(NamedTuple):
    """Where someone works on the day."""

    center_id: int
    role_id: int


Pairs = frozenset[tuple[int, int]]  # person and course
Groups = dict[Hashable, list[Tally]]  # of each group, the tallies of its people


def prove_rates(session: Session, *, scope: Scope, as_of: date) -> Proof:
    """Compare rates by every dimension, latest cycles and due dates with a recomputation from the facts.

    Raises:
        NotFoundError: the viewer's scope is not the whole network.
    """
    if not (scope.network and scope.counted_network):
        raise NotFoundError
    proof = Proof()
    working = _working_people(session, as_of, proof)
    groups: dict[Dimension, Groups] = {by: defaultdict(list) for by in Dimension}
    tiers = dict(session.execute(select(Course.id, Course.tier_level)).all())
    organization = load_organization(session, as_of=as_of)
    exempt = _exempt(session, as_of)
    for person_id, rows in groupby(_enrollments(session), key=lambda row: row.person_id):
        work = working.get(person_id)
        tallies = _course_tallies(rows, Standing.ACTIVE if work else Standing.NOT_EMPLOYED, as_of, exempt, proof)
        if work is None or not tallies:
            continue
        whole = total(tallies.values())
        for by in (Dimension.CENTER, Dimension.AREA, Dimension.REGION, Dimension.NETWORK):
            groups[by][organization.group_of(work.center_id, by)].append(whole)
        groups[Dimension.ROLE][work.role_id].append(whole)
        groups[Dimension.PERSON][person_id].append(whole)
        for course_id, tally in tallies.items():
            groups[Dimension.COURSE][course_id].append(tally)
        for tier in {tiers[course_id] for course_id in tallies}:
            of_tier = (tally for course_id, tally in tallies.items() if tiers[course_id] == tier)
            groups[Dimension.TIER][tier].append(total(of_tier))
    for by in Dimension:
        _compare(
            proof, by, list_rates(session, scope=scope, as_of=as_of, by=by), _named(session, by, as_of, groups[by])
        )
    _prove_due_dates(session, proof)
    return proof


def _working_people(session: Session, as_of: date, proof: Proof) -> dict[int, Work]:
    """Return who is in rates on the day, and check that nobody has two primary postings at once."""
    open_ids = load_organization(session, as_of=as_of).open_ids
    away = {
        person_id
        for person_id, starts_on, ends_on in session.execute(
            select(Leave.person_id, Leave.starts_on, Leave.ends_on).where(Leave.superseded_at.is_(None))
        )
        if _covers(starts_on, ends_on, as_of)
    }
    postings = session.execute(
        select(Posting.person_id, Posting.center_id, Posting.role_id, Posting.starts_on, Posting.ends_on)
        .where(Posting.superseded_at.is_(None), Posting.is_primary)
        .order_by(Posting.person_id, Posting.starts_on)
    )
    working = {}
    for person_id, rows in groupby(postings, key=lambda row: row.person_id):
        stays = list(rows)
        overlapping = any(
            before.ends_on is None or before.ends_on > after.starts_on for before, after in pairwise(stays)
        )
        proof.hold("single primary posting", f"person {person_id}", overlapping, False)
        for stay in stays:
            if _covers(stay.starts_on, stay.ends_on, as_of) and stay.center_id in open_ids and person_id not in away:
                working[person_id] = Work(stay.center_id, stay.role_id)
    return working


def _covers(starts_on: date, ends_on: date | None, day: date) -> bool:
    return starts_on <= day and (ends_on is None or ends_on > day)


def _enrollments(session: Session) -> Iterator[Any]:
    columns = enrollment.c
    query = select(
        columns.id, columns.person_id, columns.course_id, columns.cycle, columns.has_later_cycle, columns.required,
        columns.assigned_on, columns.due_on, columns.completed_on, columns.voided_on,
    ).order_by(columns.person_id, columns.course_id, columns.cycle)  # fmt: skip
    return iter(stream(session, query))


def _exempt(session: Session, as_of: date) -> frozenset[tuple[int, int]]:
    """Return the pairs of person and course that an exemption in force takes out on the day."""
    rows = session.scalars(select(Exemption).where(Exemption.superseded_at.is_(None)))
    return frozenset((row.person_id, row.course_id) for row in rows if _covers(row.starts_on, row.ends_on, as_of))


def _course_tallies(
    rows: Iterable[Any], standing: Standing, as_of: date, exempt: Pairs, proof: Proof
) -> dict[int, Tally]:
    """Return a person's tally of each course with something due, by its latest cycle that counts."""
    tallies = {}
    for course_id, cycles in groupby(rows, key=lambda row: row.course_id):
        later_exists = superseded = False
        for row in reversed(list(cycles)):
            proof.hold("later-cycle mark", f"enrollment {row.id}", row.has_later_cycle, later_exists)
            later_exists = True
            facts = EnrollmentFacts(
                row.required, row.assigned_on, row.due_on, row.completed_on, row.voided_on, superseded,
                exempt=(row.person_id, row.course_id) in exempt,
            )  # fmt: skip
            if why_not_counted(facts, standing, as_of) is None:
                superseded = True
                tallies[course_id] = _tally(row, as_of)
    return tallies


def _tally(row: Any, as_of: date) -> Tally:
    done = row.completed_on is not None and row.completed_on <= as_of
    return Tally(1, int(done), int(done and row.completed_on <= row.due_on))


def _named(session: Session, by: Dimension, as_of: date, groups: Groups) -> dict[str, tuple[Tally, int, int, int]]:
    """Return each group's sum, people, people below target and with all done, under the code that rates give it."""
    labels: dict[Any, Label] = {}
    if by is Dimension.ROLE:
        labels = dict(role_labels(session))
    elif by is Dimension.TIER:
        labels = dict(tier_labels(session))
    elif by is Dimension.COURSE:
        labels = dict(course_labels(session))
    elif by is Dimension.PERSON:
        codes = session.execute(select(Person.id, Person.staff_no))
        labels = {person_id: Label(staff_no, "", "", None) for person_id, staff_no in codes}
    else:
        labels = dict(load_organization(session, as_of=as_of).labels)
    return {
        labels[key].code: (
            total(tallies),
            len(tallies),
            sum(tally.is_below(DEFAULT_TARGET) for tally in tallies),
            sum(not tally.missing for tally in tallies),
        )
        for key, tallies in groups.items()
    }


def _compare(
    proof: Proof, by: Dimension, lines: Iterable[RateLine], found: dict[str, tuple[Tally, int, int, int]]
) -> None:
    fast = {line.code: (line.tally, line.people_judged, line.people_short, line.people_done) for line in lines}
    for code in sorted(fast.keys() | found.keys()):
        proof.hold(f"rate by {by.lower()}", code, fast.get(code), found.get(code))


def _prove_due_dates(session: Session, proof: Proof) -> None:
    """Derive each open effective due date from leaves and postings again, and compare it with the stored one."""
    columns = enrollment.c
    for batch in person_ids_in_batches(session, None):
        known = load_circumstances(session, batch)
        rows = session.execute(
            select(
                columns.id, columns.person_id, columns.nominal_due_on, columns.assigned_on, columns.due_on,
                ImportRun.recorded_at,
            )
            .outerjoin(ImportRun, ImportRun.id == columns.import_id)
            .where(columns.person_id.in_(batch), columns.voided_on.is_(None))
        )  # fmt: skip
        for enrollment_id, person_id, nominal, assigned_on, due_on, stated_at in rows:
            due = known.get(person_id, NOTHING_KNOWN).due(nominal, assigned_on, stated_at, of=enrollment_id)
            proof.hold("due date", f"enrollment {enrollment_id}", due_on, due)

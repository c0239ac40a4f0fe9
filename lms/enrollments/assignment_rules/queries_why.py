"""Why someone is asked for a course, or why not; and whom no rule covers. Both take the viewer's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.enrollments.assignment_rules.queries import holds, load_book, load_facts
from lms.enrollments.assignment_rules.queries_places import Places, load_places
from lms.enrollments.assignment_rules.rules import FOREVER, Facts, Record, RuleBook, assigns, belonging
from lms.enrollments.assignment_rules.rules_terms import Audience
from lms.enrollments.assignment_rules.rules_wanted import wanted
from lms.enrollments.assignment_rules.rules_why import Answer, answers
from lms.people.models import Duty, JobRole, OrgUnit, Person, Posting
from lms.people.queries import active_postings, covers, visible_people
from lms.people.rules import Scope
from lms.shared.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Explained:
    """What rules say of one person's one course on a day, and the enrollments on record, latest first."""

    person: Person
    course_id: int
    on: date
    answers: Sequence[Answer]
    records: Sequence[Record]

    @property
    def is_asked(self) -> bool:
        """Tell whether some rule asks for the course on the day, done or not."""
        return any(one.asks for one in self.answers)


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Someone at work whom no rule in force reaches (규칙 미정의)."""

    person: Person
    center: OrgUnit
    role: JobRole


def explain_assignment(session: Session, *, scope: Scope, person_id: int, course_id: int, on: date) -> Explained:
    """Return why someone is asked for a course on a day and why not, rule by rule. Those that ask come first.

    Facts of later days are left out; what is known is what is known now.

    Raises:
        NotFoundError: the person is out of scope or missing, or there is no such course.
    """
    person = session.scalars(select(Person).where(Person.id == person_id, visible_people(scope))).one_or_none()
    book = load_book(session, on)
    course = book.catalog.get(course_id)
    if person is None or course is None:
        raise NotFoundError
    facts = load_facts(session, [person_id])[0]
    facts.records = {key: _until(records, on) for key, records in facts.records.items()}
    said = answers(facts, book, course, wanted(facts, book))
    records = facts.records.get(course_id, [])[::-1]
    return Explained(person, course_id, on, sorted(said, key=lambda one: not one.asks), records)


def _until(records: Sequence[Record], on: date) -> list[Record]:
    """Return enrollments as they stood on a day: later ones were not there, later completions had not come."""
    found = [one for one in records if one.assigned_on <= on]
    for one in found:
        if one.completed_on is not None and one.completed_on > on:
            one.completed_on = None
    return found


def list_people_without_rule(session: Session, *, scope: Scope, as_of: date) -> list[Uncovered]:
    """Return who is active on a day in a job or duty that no rule in force reaches, by center and staff number.

    Tenure, tiers and completed courses are not asked: a rule that waits for them covers the person all the same.
    """
    book = load_book(session, as_of)
    audiences = [version.terms.audience for rule in book.rules if (version := assigns(rule, as_of))]
    places = load_places(session)
    active = active_postings(as_of).subquery()
    rows = session.execute(
        select(Person, OrgUnit, JobRole)
        .join(active, active.c.person_id == Person.id)
        .join(OrgUnit, OrgUnit.id == active.c.center_id)
        .join(JobRole, JobRole.id == active.c.role_id)
        .where(visible_people(scope))
        .order_by(OrgUnit.code, Person.staff_no)
    ).all()
    held = _held_on(session, as_of)
    known: dict[frozenset[tuple[str, int]], bool] = {}
    found = []
    for person, center, role in rows:
        # Many hold the same at the same place: they are asked about once.
        what = frozenset(held.get(person.id, ()))
        if what not in known:
            known[what] = _is_covered(what, audiences, places, book)
        if not known[what]:
            found.append(Uncovered(person, center, role))
    return found


def _held_on(session: Session, on: date) -> dict[int, set[tuple[str, int]]]:
    """Return the jobs and duties in force on a day with their places, by person; duties are marked with a star."""
    found: dict[int, set[tuple[str, int]]] = {}
    jobs = select(Posting.person_id, JobRole.code, Posting.center_id).join(JobRole, JobRole.id == Posting.role_id)
    for person_id, code, unit_id in session.execute(jobs.where(covers(Posting, on))):
        found.setdefault(person_id, set()).add((code, unit_id))
    for person_id, kind, unit_id in session.execute(
        select(Duty.person_id, Duty.kind, Duty.unit_id).where(covers(Duty, on))
    ):
        found.setdefault(person_id, set()).add((f"*{kind}", unit_id))
    return found


def _is_covered(
    held: frozenset[tuple[str, int]], audiences: Sequence[Audience], places: Places, book: RuleBook
) -> bool:
    facts = Facts(0)
    for word, unit_id in held:
        kept = facts.duties if word.startswith("*") else facts.jobs
        kept += holds(word.lstrip("*"), unit_id, book.as_of, FOREVER, places)
    return any(start <= book.as_of < end for audience in audiences for start, end in belonging(facts, audience))

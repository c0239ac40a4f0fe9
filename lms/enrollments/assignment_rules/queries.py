"""Reading rules, the catalog as rules need it, and people's facts in batches.

What loads facts serves actions that concern the people given, and shows nothing to a viewer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import select, union
from sqlalchemy.orm import Session, selectinload

from lms.courses.models import Course, CourseVersion
from lms.enrollments.assignment_rules.models import (
    AssignmentRule,
    AssignmentRuleVersion,
    CourseEquivalence,
    EnrollmentReason,
)
from lms.enrollments.assignment_rules.queries_places import Places, load_places
from lms.enrollments.assignment_rules.rules import (
    FOREVER,
    CourseFacts,
    Facts,
    Hold,
    Kept,
    Record,
    Rule,
    RuleBook,
    merged,
    rule_of,
)
from lms.enrollments.assignment_rules.rules_terms import Audience, RuleTerms, VersionState, from_json
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Away, Stay
from lms.people.models import Duty, JobRole, Leave, Posting

IN_FORCE = (VersionState.PUBLISHED, VersionState.ENDED)


def load_book(session: Session, as_of: date, more: Iterable[Rule] = ()) -> RuleBook:
    """Load every published rule and the catalog for a day. `more` take the place of those with the same id: a draft
    is rehearsed by asking with and without it."""
    rules = {rule.id: rule for rule in list_rules(session)} | {rule.id: rule for rule in more}
    return RuleBook(rules.values(), load_catalog(session), as_of)


def list_rules(session: Session) -> list[Rule]:
    """Return the rules that ever were in force, with their versions, by code."""
    rows = session.execute(
        select(AssignmentRule.id, AssignmentRule.code, AssignmentRuleVersion)
        .join(AssignmentRuleVersion, AssignmentRuleVersion.rule_id == AssignmentRule.id)
        .where(AssignmentRuleVersion.state.in_(IN_FORCE))
        .order_by(AssignmentRule.code, AssignmentRuleVersion.number)
    )
    found: dict[tuple[int, str], list[tuple[int, int, RuleTerms, date | None]]] = defaultdict(list)
    audiences: dict[Audience, Audience] = {}
    for rule_id, code, version in rows:
        terms = from_json(version.terms)
        # Equal audiences are one: who belongs to it is found out once.
        terms = replace(terms, audience=audiences.setdefault(terms.audience, terms.audience))
        found[rule_id, code].append((version.id, version.number, terms, version.valid_to))
    return [rule_of(rule_id, code, published) for (rule_id, code), published in found.items()]


def find_rule(session: Session, code: str) -> AssignmentRule | None:
    """Return the rule with this code and its versions, or None."""
    wanted = select(AssignmentRule).where(AssignmentRule.code == code).options(selectinload(AssignmentRule.versions))
    return session.scalars(wanted).one_or_none()


def load_catalog(session: Session) -> dict[int, CourseFacts]:
    """Return every course as rules need it, by id."""
    retakes: dict[int, list[date]] = defaultdict(list)
    asking = select(CourseVersion.course_id, CourseVersion.effective_on).where(
        CourseVersion.requires_retake, CourseVersion.effective_on.is_not(None)
    )
    for course_id, effective_on in session.execute(asking.order_by(CourseVersion.effective_on)):
        if effective_on is not None:
            retakes[course_id].append(effective_on)
    standing_in: dict[int, list[int]] = defaultdict(list)
    same = select(CourseEquivalence.course_id, CourseEquivalence.counts_id).where(
        CourseEquivalence.superseded_at.is_(None)
    )
    for course_id, counts_id in session.execute(same):
        standing_in[course_id].append(counts_id)
    courses = select(Course.id, Course.code, Course.tier_level, Course.due_days, Course.retired_on)
    return {
        row.id: CourseFacts(
            row.id, row.code, row.tier_level, row.due_days, row.retired_on,
            tuple(retakes[row.id]), tuple(standing_in[row.id]),
        )
        for row in session.execute(courses)
    }  # fmt: skip


def load_facts(session: Session, person_ids: Collection[int], places: Places | None = None) -> list[Facts]:
    """Load what rules need of some hundred people, in the order of their ids.

    `places` can be kept between batches; without it, only where these people have been is looked up.
    """
    places = load_places(session, _units_of(session, person_ids)) if places is None else places
    everyone = {person_id: Facts(person_id) for person_id in sorted(person_ids)}
    _load_postings(session, everyone, places)
    _load_duties(session, everyone, places)
    _load_leaves(session, everyone)
    _load_records(session, everyone)
    return list(everyone.values())


def _units_of(session: Session, person_ids: Collection[int]) -> set[int]:
    """Return the units at which these people ever held a job or duty."""
    jobs = select(Posting.center_id).where(Posting.person_id.in_(person_ids), Posting.superseded_at.is_(None))
    duties = select(Duty.unit_id).where(Duty.person_id.in_(person_ids), Duty.superseded_at.is_(None))
    return set(session.scalars(union(jobs, duties)))


def _load_postings(session: Session, everyone: dict[int, Facts], places: Places) -> None:
    rows = session.execute(
        select(
            Posting.person_id, Posting.center_id, Posting.role_id, JobRole.code,
            Posting.starts_on, Posting.ends_on, Posting.is_primary,
        )
        .join(JobRole, JobRole.id == Posting.role_id)
        .where(Posting.person_id.in_(everyone), Posting.superseded_at.is_(None))
        .order_by(Posting.person_id, Posting.starts_on)
    )  # fmt: skip
    for person_id, center_id, role_id, code, starts_on, ends_on, is_primary in rows:
        facts = everyone[person_id]
        facts.jobs += holds(code, center_id, starts_on, ends_on, places)
        if is_primary:
            facts.stays.append(Stay(center_id, role_id, starts_on, ends_on))


def _load_duties(session: Session, everyone: dict[int, Facts], places: Places) -> None:
    rows = session.execute(
        select(Duty.person_id, Duty.unit_id, Duty.kind, Duty.starts_on, Duty.ends_on)
        .where(Duty.person_id.in_(everyone), Duty.superseded_at.is_(None))
        .order_by(Duty.person_id, Duty.starts_on)
    )
    for person_id, unit_id, kind, starts_on, ends_on in rows:
        facts = everyone[person_id]
        held = holds(kind, unit_id, starts_on, ends_on, places)
        facts.duties += [part for one in held for part in _while_employed(one, facts)]


def holds(word: str, unit_id: int, starts_on: date, ends_on: date | None, places: Places) -> list[Hold]:
    """Return a job or duty cut where its place is closed or comes under other units."""
    end = ends_on or FOREVER
    return [
        Hold(word, place.unit_ids, place.network_type, max(starts_on, place.starts_on), min(end, place.ends_on))
        for place in places.get(unit_id, ())
        if place.starts_on < end and place.ends_on > starts_on
    ]


def _while_employed(duty: Hold, facts: Facts) -> list[Hold]:
    """A duty counts while its holder has a job at an open place."""
    return [
        Hold(duty.word, duty.unit_ids, duty.network_type, max(first, duty.starts_on), min(end, duty.ends_on))
        for first, end in merged((job.starts_on, job.ends_on) for job in facts.jobs)
        if first < duty.ends_on and end > duty.starts_on
    ]


def _load_leaves(session: Session, everyone: dict[int, Facts]) -> None:
    rows = session.execute(
        select(Leave.person_id, Leave.starts_on, Leave.ends_on)
        .where(Leave.person_id.in_(everyone), Leave.superseded_at.is_(None))
        .order_by(Leave.person_id, Leave.starts_on)
    )
    for person_id, starts_on, ends_on in rows:
        everyone[person_id].leaves.append(Away(starts_on, ends_on))


def _load_records(session: Session, everyone: dict[int, Facts]) -> None:
    rows = session.execute(
        select(
            Enrollment.id, Enrollment.course_id, Enrollment.cycle, Enrollment.source, Enrollment.required,
            Enrollment.assigned_on, Enrollment.nominal_due_on, Enrollment.completed_on, Enrollment.voided_on,
            CourseVersion.validity_months, Enrollment.person_id,
        )
        .join(CourseVersion, CourseVersion.id == Enrollment.course_version_id)
        .where(Enrollment.person_id.in_(everyone))
        .order_by(Enrollment.person_id, Enrollment.course_id, Enrollment.cycle)
    )  # fmt: skip
    unfinished: dict[int, Record] = {}
    for *values, person_id in rows:
        record = Record(*values)
        everyone[person_id].records.setdefault(record.course_id, []).append(record)
        if record.completed_on is None:
            unfinished[record.id] = record
    _load_reasons(session, everyone, unfinished)


def _load_reasons(session: Session, everyone: dict[int, Facts], unfinished: dict[int, Record]) -> None:
    """Load why what is not completed is there; of the rest nothing will change, whoever asked for it."""
    rows = session.execute(
        select(
            EnrollmentReason.enrollment_id, EnrollmentReason.id, AssignmentRuleVersion.rule_id,
            EnrollmentReason.version_id, EnrollmentReason.occasion, EnrollmentReason.starts_on,
            EnrollmentReason.ends_on, EnrollmentReason.due_on,
        )
        .join(Enrollment, Enrollment.id == EnrollmentReason.enrollment_id)
        .join(AssignmentRuleVersion, AssignmentRuleVersion.id == EnrollmentReason.version_id)
        .where(
            Enrollment.person_id.in_(everyone),
            Enrollment.completed_on.is_(None),
            EnrollmentReason.superseded_at.is_(None),
        )
        .order_by(EnrollmentReason.id)
    )  # fmt: skip
    for enrollment_id, reason_id, rule_id, version_id, occasion, starts_on, ends_on, due_on in rows:
        kept = Kept(reason_id, rule_id, version_id, occasion, starts_on, ends_on, due_on)
        unfinished[enrollment_id].kept.append(kept)

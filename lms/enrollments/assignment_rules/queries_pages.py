"""Reading rules for pages: which there are, what each says now, its versions and what may be chosen for one.

Rules name no people, so nothing here takes a scope but the units that can be chosen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, selectinload

from lms.courses.models import Course, Tier
from lms.enrollments.assignment_rules.models import AssignmentRule, AssignmentRuleVersion, CourseEquivalence
from lms.enrollments.assignment_rules.rules_terms import RuleTerms, VersionState, from_json
from lms.people.models import JobRole, OrgUnit
from lms.shared.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class RuleOnPage:
    """A rule as it stands on a day: the version that speaks for it, and the draft that waits, if there is one."""

    rule: AssignmentRule
    version: AssignmentRuleVersion
    draft: AssignmentRuleVersion | None

    @property
    def terms(self) -> RuleTerms:
        """Return what the version says."""
        return from_json(self.version.terms)


@dataclass(frozen=True, slots=True)
class Named:
    """Rows that the terms of rules name, by their keys."""

    courses: dict[int, Course]
    units: dict[int, OrgUnit]
    roles: dict[str, JobRole]
    tiers: dict[int, Tier]


def list_rules(session: Session, *, on: date) -> list[RuleOnPage]:
    """Return every rule by code as it stands on a day."""
    rules = session.scalars(
        select(AssignmentRule).options(selectinload(AssignmentRule.versions)).order_by(AssignmentRule.code)
    )
    return [found for rule in rules if (found := as_it_stands(rule, on))]


def as_it_stands(rule: AssignmentRule, on: date) -> RuleOnPage | None:
    """Return a loaded rule with the version that holds on a day, else the next one to hold, else the last that did,
    else its draft; None when every version was withdrawn."""
    versions = [one for one in rule.versions if one.state != VersionState.WITHDRAWN]
    drafts = [one for one in versions if one.state == VersionState.DRAFT]
    published = [one for one in versions if one.state != VersionState.DRAFT]
    begun = [one for one in published if one.valid_from <= on]
    speaking = (begun[-1:] or published[:1]) if not begun or _holds(begun[-1], on) else (published[-1:])
    draft = drafts[-1] if drafts else None
    version = speaking[0] if speaking else draft
    return RuleOnPage(rule, version, draft) if version else None


def _holds(version: AssignmentRuleVersion, on: date) -> bool:
    return version.valid_to is None or version.valid_to > on


def get_rule(session: Session, *, public_id: str, on: date) -> RuleOnPage:
    """Return the rule that an address names.

    Raises:
        NotFoundError: there is none.
    """
    rule = session.scalar(select(AssignmentRule).where(AssignmentRule.public_id == public_id))
    found = as_it_stands(rule, on) if rule is not None else None
    if found is None:
        raise NotFoundError
    return found


def load_named(session: Session, all_terms: Iterable[RuleTerms]) -> Named:
    """Load all that the terms of rules name: four statements, however many rules."""
    terms = list(all_terms)
    course_ids = {key for one in terms for key in (*one.course_ids, *one.audience.completed_course_ids)}
    unit_ids = {key for one in terms for key in one.audience.unit_ids}
    return Named(
        courses={one.id: one for one in session.scalars(select(Course).where(Course.id.in_(course_ids)))},
        units={one.id: one for one in session.scalars(select(OrgUnit).where(OrgUnit.id.in_(unit_ids)))},
        roles={one.code: one for one in session.scalars(select(JobRole))},
        tiers={one.level: one for one in session.scalars(select(Tier))},
    )


def list_courses_to_choose(session: Session, *, on: date) -> Sequence[Course]:
    """Return the courses that are not retired on a day, by tier and code, the order in which a rule asks for them."""
    in_use = Course.retired_on.is_(None) | (Course.retired_on > on)
    return session.scalars(select(Course).where(in_use).order_by(Course.tier_level, Course.code)).all()


def find_by_request(session: Session, request_key: str) -> AssignmentRuleVersion | None:
    """Return the draft that a form made before, or None."""
    if not request_key:
        return None
    return session.scalar(select(AssignmentRuleVersion).where(AssignmentRuleVersion.request_key == request_key))


def is_code_taken(session: Session, code: str) -> bool:
    """Tell whether a rule has this code, in whatever case."""
    same = select(AssignmentRule.id).where(func.lower(AssignmentRule.code) == code.lower())
    return session.scalar(same) is not None


def list_all_courses(session: Session) -> Sequence[Course]:
    """Return every course, retired ones too, by code."""
    return session.scalars(select(Course).order_by(Course.code)).all()


class Equivalents(NamedTuple):
    """Completing `counts` counts as completing `course`, as said at an instant."""

    course: Course
    counts: Course
    recorded_at: datetime


def list_equivalents(session: Session) -> list[Equivalents]:
    """List which course stands for which, as known now, by code."""
    counts = aliased(Course)
    rows = session.execute(
        select(Course, counts, CourseEquivalence.recorded_at)
        .join(CourseEquivalence, CourseEquivalence.course_id == Course.id)
        .join(counts, counts.id == CourseEquivalence.counts_id)
        .where(CourseEquivalence.superseded_at.is_(None))
        .order_by(Course.code, counts.code)
    )
    return [Equivalents._make(row) for row in rows]

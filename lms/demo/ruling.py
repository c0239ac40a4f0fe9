"""The catalog's rules as assignment rules in force, and the reasons they gave for the demo's enrollments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, insert, literal, null, select
from sqlalchemy.orm import Session

from lms.courses.models import Course, CourseVersion
from lms.courses.rules import PassRules
from lms.demo import reference
from lms.demo.assigning import COORDINATOR, RETAKEN, Curriculum
from lms.demo.reference import CourseRule
from lms.enrollments.assignment_rules.models import AssignmentRule, AssignmentRuleVersion, EnrollmentReason
from lms.enrollments.assignment_rules.rules import RENEWAL
from lms.enrollments.assignment_rules.rules_terms import (
    COORDINATING,
    Audience,
    Due,
    Renewal,
    RenewalBasis,
    RenewalKind,
    RuleTerms,
    Trigger,
    VersionState,
    to_json,
)
from lms.enrollments.models import Enrollment


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule that was written: its version, and on what occasion it asks."""

    version_id: int
    course_id: int
    trigger: Trigger
    renews: bool


def add_version(session: Session, curriculum: Curriculum, at: datetime) -> int:
    """Add the version of a course that everyone takes anew, as the first one is otherwise; return its id."""
    first = session.scalars(
        select(CourseVersion).join(Course, Course.id == CourseVersion.course_id).where(Course.code == RETAKEN)
    ).one()
    kept = ("course_id", *PassRules.__dataclass_fields__)
    version = CourseVersion(
        **{name: getattr(first, name) for name in kept},
        number=2,
        effective_on=curriculum.retaken_from,
        requires_retake=True,
        recorded_at=at,
    )
    session.add(version)
    session.flush()
    return version.id


def write_rules(session: Session, curriculum: Curriculum, at: datetime) -> list[Ruled]:
    """Write one published rule for each course of the catalog, in force since the demo's calendar says."""
    known = {course.code: course for course in session.scalars(select(Course))}
    written = []
    for rule in reference.courses():
        course = known[rule.code]
        terms = terms_of(rule, course.id, curriculum)
        kept = AssignmentRule(code=rule.code, name_ko=course.title_ko, name_en=course.title_en, recorded_at=at)
        kept.versions.append(
            AssignmentRuleVersion(
                number=1,
                state=VersionState.PUBLISHED,
                terms=to_json(terms),
                valid_from=terms.valid_from,
                recorded_at=at,
                published_at=at,
            )
        )
        session.add(kept)
        session.flush()
        renews = terms.renewal.kind is RenewalKind.MONTHS
        written.append(Ruled(kept.versions[0].id, course.id, terms.trigger, renews))
    return written


def terms_of(rule: CourseRule, course_id: int, curriculum: Curriculum) -> RuleTerms:
    """Return what the catalog says of a course as the terms of a rule."""
    jobs = sorted(rule.targets - {COORDINATOR})
    duties = COORDINATING if COORDINATOR in rule.targets else ()
    trigger = Trigger(rule.trigger)
    valid_from = curriculum.in_force_from(rule)
    renewal = Renewal()
    if trigger is Trigger.ANNUAL:
        renewal = Renewal(
            kind=RenewalKind.CALENDAR, basis=RenewalBasis.FIXED, month=valid_from.month, day=valid_from.day
        )
    elif trigger is Trigger.ROLE and rule.validity_months:
        renewal = Renewal(kind=RenewalKind.MONTHS, months=rule.validity_months, window_days=rule.renewal_window_days)
    return RuleTerms(
        course_ids=(course_id,),
        audience=Audience(role_codes=tuple(jobs), duties=duties),
        trigger=trigger,
        due=Due(days=rule.due_days),
        renewal=renewal,
        valid_from=valid_from,
    )


def write_reasons(session: Session, rules: list[Ruled], at: datetime) -> int:
    """Write for every enrollment which rule asked for it; return how many."""
    written = 0
    for rule in rules:
        for occasion, which in _occasions(rule):
            columns = {
                "enrollment_id": Enrollment.id,
                "version_id": literal(rule.version_id),
                "occasion": literal(str(occasion)),
                "starts_on": Enrollment.assigned_on,
                "ends_on": Enrollment.voided_on,
                "due_on": Enrollment.nominal_due_on,
                "run_id": null(),
                "recorded_at": literal(at, EnrollmentReason.__table__.c.recorded_at.type),
            }
            asked = select(*columns.values()).where(Enrollment.course_id == rule.course_id, *which)
            result = session.connection().execute(
                insert(EnrollmentReason).from_select(list(columns), asked.order_by(Enrollment.id))
            )
            written += result.rowcount
    return written


def _occasions(rule: Ruled) -> Iterator[tuple[str, list[ColumnElement[bool]]]]:
    """Give the occasions of a rule with what tells its enrollments apart: later cycles of a job's course renew it, or
    are retakes on the day of a version."""
    if not rule.renews:
        yield rule.trigger, []
        return
    retaken = exists().where(
        CourseVersion.id == Enrollment.course_version_id,
        CourseVersion.requires_retake,
        CourseVersion.effective_on == Enrollment.assigned_on,
    )
    yield rule.trigger, [Enrollment.cycle == 1]
    yield RENEWAL, [Enrollment.cycle > 1, ~retaken]
    yield Trigger.VERSION, [Enrollment.cycle > 1, retaken]

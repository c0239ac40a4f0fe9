"""Enrolling, completing, correcting, voiding: what stands, what is kept, what is noted."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.courses.models import Course
from lms.enrollments import actions
from lms.enrollments.models import Enrollment, EnrollmentRevision
from lms.enrollments.rules import Cause, Source
from lms.people.models import Leave, Person
from lms.shared.errors import DomainError, NotFoundError
from tests.courses.factories import add_course
from tests.enrollments.factories import (
    NOW,
    actor_at,
    add_enrollment,
    add_leave,
    add_person,
    add_posting,
    add_run,
    add_unit,
)

MAY, JUNE = date(2019, 5, 1), date(2019, 6, 1)
LATER = actor_at(NOW + timedelta(days=1))


@pytest.fixture
def course(session: Session) -> Course:
    """Give a course that is due 30 days after assignment."""
    return add_course(session, "CS-101", due_days=30)


@pytest.fixture
def person(session: Session) -> Person:
    """Give an advisor."""
    return add_person(session, "00000001", add_unit(session, "C1"))


def former(session: Session, enrollment: Enrollment) -> list[EnrollmentRevision]:
    kept = select(EnrollmentRevision).where(EnrollmentRevision.enrollment_id == enrollment.id)
    return list(session.scalars(kept.order_by(EnrollmentRevision.id)))


def noted(session: Session, action: str) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)) or 0


def test_enrolling_takes_the_course_rule_and_its_version(session: Session, person: Person, course: Course):
    enrollment = add_enrollment(session, person, course, MAY)
    assert (enrollment.cycle, enrollment.required, enrollment.source) == (1, True, Source.ASSIGNMENT)
    assert enrollment.nominal_due_on == enrollment.due_on == date(2019, 5, 31)
    assert enrollment.course_version_id == course.versions[0].id
    assert noted(session, "enrollments.enroll") == 1


def test_the_next_enrollment_is_the_next_cycle(session: Session, person: Person, course: Course):
    first = add_enrollment(session, person, course, MAY)
    second = add_enrollment(session, person, course, JUNE)
    assert (first.cycle, first.has_later_cycle) == (1, True)
    assert (second.cycle, second.has_later_cycle) == (2, False)


def test_the_same_day_again_is_the_same_enrollment(session: Session, person: Person, course: Course):
    assert add_enrollment(session, person, course, MAY) is add_enrollment(session, person, course, MAY)


def test_an_earlier_cycle_cannot_be_slipped_in(session: Session, person: Person, course: Course):
    add_enrollment(session, person, course, JUNE)
    with pytest.raises(DomainError, match="later_cycle"):
        add_enrollment(session, person, course, MAY)


def test_a_retired_course_is_refused(session: Session, person: Person):
    retired = add_course(session, "CS-000", retired_on=MAY)
    with pytest.raises(DomainError, match="course_retired"):
        add_enrollment(session, person, retired, MAY)


def test_the_database_holds_each_cycle_once(session: Session, person: Person, course: Course):
    first = add_enrollment(session, person, course, MAY)
    twin = Enrollment(
        person_id=person.id, course_id=course.id, cycle=1, source=Source.IMPORT, required=True, assigned_on=JUNE,
        course_version_id=first.course_version_id, recorded_at=NOW,
    )  # fmt: skip
    session.add(twin)
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_completion_is_latched(session: Session, person: Person, course: Course):
    enrollment = add_enrollment(session, person, course, MAY)

    def complete(on: date, score: int | None) -> bool:
        value = None if score is None else Decimal(score)
        return actions.record_completion(
            session, enrollment_id=enrollment.id, completed_on=on, score=value, actor=LATER
        )

    assert complete(date(2019, 5, 20), 70) is True
    assert complete(date(2019, 5, 20), 70) is False
    assert complete(date(2019, 5, 21), 100) is False
    assert complete(date(2019, 5, 20), 60) is False
    assert complete(date(2019, 5, 20), None) is False
    assert (enrollment.completed_on, enrollment.score) == (date(2019, 5, 20), 70)
    assert complete(date(2019, 5, 19), 65) is True
    assert (enrollment.completed_on, enrollment.score) == (date(2019, 5, 19), 65)
    assert noted(session, "enrollments.complete") == 2


def test_each_change_keeps_the_former_version(session: Session, person: Person, course: Course):
    enrollment = add_enrollment(session, person, course, MAY)
    actions.record_completion(session, enrollment_id=enrollment.id, completed_on=MAY, score=Decimal(80), actor=LATER)
    then = actor_at(NOW + timedelta(days=2))
    actions.correct_completion(
        session, enrollment_id=enrollment.id, completed_on=None, reason="Wrong person", actor=then
    )
    first, second = former(session, enrollment)
    assert (first.cause, first.completed_on, first.recorded_at, first.superseded_at) == (
        Cause.COMPLETED, None, NOW, LATER.at,
    )  # fmt: skip
    assert (second.cause, second.completed_on, second.score, second.recorded_at, second.superseded_at) == (
        Cause.CORRECTED, MAY, 80, LATER.at, then.at,
    )  # fmt: skip
    assert (enrollment.completed_on, enrollment.score, enrollment.recorded_at) == (None, None, then.at)


def test_a_correction_needs_its_reason(session: Session, person: Person, course: Course):
    enrollment = add_enrollment(session, person, course, MAY)
    with pytest.raises(DomainError, match="reason"):
        actions.correct_completion(session, enrollment_id=enrollment.id, completed_on=MAY, reason=" ", actor=LATER)


@pytest.mark.parametrize("score", ["-0.01", "100.01", "NaN", "Infinity"])
def test_a_score_is_within_0_and_100(session: Session, person: Person, course: Course, score: str):
    enrollment = add_enrollment(session, person, course, MAY)
    with pytest.raises(DomainError, match="score"):
        actions.record_completion(
            session, enrollment_id=enrollment.id, completed_on=MAY, score=Decimal(score), actor=LATER
        )


def test_voiding_holds_from_its_day_and_never_moves_later(session: Session, person: Person, course: Course):
    enrollment = add_enrollment(session, person, course, MAY)
    assert actions.void(session, enrollment_id=enrollment.id, voided_on=JUNE, reason="Role lost", actor=LATER)
    assert not actions.void(
        session, enrollment_id=enrollment.id, voided_on=JUNE + timedelta(days=1), reason="Again", actor=LATER
    )
    assert enrollment.voided_on == JUNE
    assert [one.cause for one in former(session, enrollment)] == [Cause.VOIDED]


def test_an_enrollment_that_is_not_there_is_not_found(session: Session):
    with pytest.raises(NotFoundError):
        actions.record_completion(session, enrollment_id=999, completed_on=MAY, actor=LATER)


def test_a_leave_recorded_later_moves_the_due_date_and_taking_it_back_moves_it_back(
    session: Session, person: Person, course: Course
):
    enrollment = add_enrollment(session, person, course, MAY)
    leave = add_leave(session, person, date(2019, 5, 20), date(2019, 7, 1), at=LATER.at)
    assert actions.refresh_due_dates(session, [person.id], actor=LATER) == 1
    assert actions.refresh_due_dates(session, [person.id], actor=LATER) == 0
    session.refresh(enrollment)
    assert (enrollment.nominal_due_on, enrollment.due_on) == (date(2019, 5, 31), date(2019, 7, 15))
    assert [(one.cause, one.due_on) for one in former(session, enrollment)] == [(Cause.DUE_MOVED, date(2019, 5, 31))]
    session.get_one(Leave, leave.id).superseded_at = LATER.at
    assert actions.refresh_due_dates(session, actor=LATER) == 1
    session.refresh(enrollment)
    assert enrollment.due_on == date(2019, 5, 31)
    assert noted(session, "enrollments.move_due") == 2


def test_a_hire_gives_14_days_at_once(session: Session, course: Course):
    hired = add_person(session, "00000002", add_unit(session, "C2"), hired_on=MAY)
    enrollment = add_enrollment(session, hired, course, MAY, due_days=3)
    assert (enrollment.nominal_due_on, enrollment.due_on) == (date(2019, 5, 4), date(2019, 5, 15))
    assert actions.refresh_due_dates(session, actor=LATER) == 0


def test_an_imported_due_date_stands_until_a_later_fact_moves_it(session: Session, course: Course):
    center = add_unit(session, "C2")
    hired = add_person(session, "00000002", center, hired_on=MAY)
    add_leave(session, hired, date(2019, 5, 2), date(2019, 5, 4))
    run = add_run(session, at=NOW + timedelta(hours=1))
    enrollment = add_enrollment(session, hired, course, MAY, due_days=5, source=Source.IMPORT)
    enrollment.due_on, enrollment.import_id = enrollment.nominal_due_on, run.id
    assert actions.refresh_due_dates(session, actor=LATER) == 0
    # The transfer ends the first posting by a new row: its start is no news, the transfer is.
    add_posting(session, hired, add_unit(session, "C3"), "SA", date(2019, 5, 5), at=LATER.at)
    assert actions.refresh_due_dates(session, actor=LATER) == 1
    session.refresh(enrollment)
    assert (enrollment.nominal_due_on, enrollment.due_on) == (date(2019, 5, 6), date(2019, 5, 19))

"""The plan: it draws who completed a course lately, makes re-checks, ends what is over, and then finds nothing."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.enrollments.models import Enrollment
from lms.field_checks.actions_planning import Planned, plan
from lms.field_checks.models import FieldCheck
from lms.field_checks.queries_planning import find_missing, is_behind
from lms.field_checks.rules_sample import week_of
from lms.observations.models import Behavior
from lms.people.models import JobRole, OrgUnit, Person, Posting
from lms.shared.clock import utcnow
from tests.factories import noise
from tests.field_checks.checking import TODAY, Checking, actor_of
from tests.field_checks.test_afterwards import FINE, observe
from tests.support.network import small_cast
from tests.support.statements import counted_statements

LAST_WEEK = week_of(TODAY) - timedelta(days=4)
NOTHING = Planned(0, 0, 0, 0, 0)


@pytest.fixture
def there(session: Session) -> SimpleNamespace:
    """Give the cast and a standard; nobody completed anything that asks for a check."""
    noise(session)
    cast, checking = small_cast(session), Checking(session)
    session.commit()
    return SimpleNamespace(cast=cast, checking=checking)


def hire(there: Any, number: int, at: OrgUnit) -> list[Person]:
    return [there.checking.net.person(f"N{at.code}{one}", f"사람{one}", at=at) for one in range(number)]


def run(session: Session, day: Any = TODAY) -> Planned:
    return plan(session, actor_of(None), on=day)


def checks(session: Session) -> list[FieldCheck]:
    return list(session.scalars(select(FieldCheck).order_by(FieldCheck.id)))


def test_a_plan_draws_three_at_most_of_a_center_and_then_finds_nothing(session: Session, there: Any):
    for center in (there.cast.center, there.cast.far_away):
        for person in hire(there, 9, center):
            there.checking.complete(person, LAST_WEEK)
    assert run(session) == Planned(6, 0, 0, 0, 0)
    made = checks(session)
    assert {one.center_id for one in made} == {there.cast.center.id, there.cast.far_away.id}
    assert len({one.person_id for one in made}) == 6
    assert {(one.opens_on, one.closes_on) for one in made} == {
        (LAST_WEEK + timedelta(days=14), LAST_WEEK + timedelta(days=28))
    }
    gangnam = [one.observer_id for one in made if one.center_id == there.cast.center.id]
    assert gangnam == [there.cast.coordinator.id] * 3
    assert run(session) == NOTHING
    assert not is_behind(session, now=utcnow(), on=TODAY)


def test_an_observer_is_never_the_one_to_be_checked(session: Session, there: Any):
    there.checking.complete(there.cast.coordinator, LAST_WEEK)
    run(session)
    (check,) = checks(session)
    assert (check.person_id, check.observer_id) == (there.cast.coordinator.id, None)


def test_what_comes_late_is_drawn_beside_what_was_drawn(session: Session, there: Any):
    first, *_ = people = hire(there, 5, there.cast.center)
    there.checking.complete(first, LAST_WEEK)
    assert run(session).checks == 1
    for person in people[1:]:
        there.checking.complete(person, LAST_WEEK)
    assert run(session).checks == 2
    assert run(session) == NOTHING
    assert first.id in {one.person_id for one in checks(session)}


def test_who_was_drawn_and_works_elsewhere_since_is_not_drawn_again(session: Session, there: Any):
    (person,) = hire(there, 1, there.cast.center)
    there.checking.complete(person, LAST_WEEK)
    assert run(session).checks == 1
    (posting,) = session.scalars(select(Posting).where(Posting.person_id == person.id))
    posting.ends_on = TODAY
    there.checking.net.posting(person, at=there.cast.far_away, since=TODAY)
    session.flush()
    assert run(session) == NOTHING


def test_who_or_what_asks_for_no_check_is_not_drawn(session: Session, there: Any):
    net, center = there.checking.net, there.cast.center
    off = net.course("OFF-01", field_check_required=False)
    untaught = net.course("NONE-01", field_check_required=True)
    gone, away, unborn, this_week, long_ago = hire(there, 5, center)
    there.checking.complete(gone, LAST_WEEK, off)
    there.checking.complete(away, LAST_WEEK, untaught)
    there.checking.complete(this_week, week_of(TODAY))
    there.checking.complete(long_ago, TODAY - timedelta(days=60))
    net.leave(unborn, TODAY, None)
    there.checking.complete(unborn, LAST_WEEK)
    assert not find_missing(session, on=TODAY).trained
    assert run(session) == NOTHING


def test_a_standard_that_asks_nothing_of_a_job_asks_for_no_check(session: Session, there: Any):
    mechanic = session.scalars(select(JobRole).where(JobRole.code == "MT")).one()
    for behavior in session.scalars(select(Behavior)):
        behavior.roles = [mechanic]
    there.checking.complete(there.cast.employee, LAST_WEEK)
    there.checking.complete(there.cast.colleague, LAST_WEEK)
    assert run(session).checks == 1
    assert [one.person_id for one in checks(session)] == [there.cast.colleague.id]


def test_completion_facts_are_used_and_never_changed(session: Session, there: Any):
    enrollment = there.checking.complete(there.cast.employee, LAST_WEEK)
    session.commit()
    before = [tuple(row) for row in session.execute(select(*Enrollment.__table__.columns))]
    run(session)
    session.commit()
    assert [tuple(row) for row in session.execute(select(*Enrollment.__table__.columns))] == before
    assert checks(session)[0].enrollment_id == enrollment.id


def test_a_missed_window_is_missed_and_stays_visible(session: Session, there: Any):
    late = there.checking.check(there.cast.employee, there.cast.center, days_ago=29)
    on_its_last_day = there.checking.check(there.cast.colleague, there.cast.center, days_ago=28)
    begun = there.checking.check(there.cast.coordinator, there.cast.center, days_ago=32, state="DRAFT")
    assert run(session) == Planned(0, 0, 1, 0, 0)
    assert [one.state for one in (late, on_its_last_day, begun)] == ["MISSED", "PLANNED", "DRAFT"]
    assert run(session) == NOTHING
    assert run(session, TODAY + timedelta(days=5)).missed == 2


def test_a_check_of_somebody_who_went_is_void_and_not_missed(session: Session, there: Any):
    gone = there.checking.net.person("G1", "간사람", at=there.cast.center, until=TODAY - timedelta(days=3))
    check = there.checking.check(gone, there.cast.center, days_ago=40)
    assert run(session) == Planned(0, 0, 0, 1, 0)
    assert check.state == "VOID"


def test_a_recheck_follows_what_was_observed_after_ninety_days(session: Session, made: Any):
    assert run(session).rechecks == 0
    observe(session, made, FINE)
    assert run(session) == Planned(0, 1, 0, 0, 0)
    first, second = checks(session)
    assert (second.kind, second.follows_id, second.enrollment_id) == ("RECHECK", first.id, first.enrollment_id)
    assert second.opens_on == first.completed_on + timedelta(days=90)
    assert second.closes_on == first.completed_on + timedelta(days=104)
    assert run(session) == NOTHING


def test_what_nobody_answers_or_was_acknowledged_is_closed_in_time(session: Session, made: Any):
    observe(session, made, FINE)
    run(session)
    in_two_weeks = actor_of(None, utcnow() + timedelta(days=15))
    assert plan(session, in_two_weeks, on=TODAY).closed == 1
    assert made.check.state == "CLOSED"


def test_nothing_is_closed_before_the_second_pair_of_eyes_looked(session: Session, made: Any):
    observe(session, made)
    assert plan(session, actor_of(None, utcnow() + timedelta(days=40)), on=TODAY).closed == 0


def test_a_plan_is_written_to_the_trail_with_whom_it_concerns(session: Session, there: Any):
    there.checking.complete(there.cast.employee, LAST_WEEK)
    run(session)
    run(session)
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "field_checks.plan"))
    assert (event.subject_count, event.detail["checks"]) == (1, 1)


def test_the_command_plans_and_says_so(session: Session, there: Any, runner: FlaskCliRunner):
    there.checking.complete(there.cast.employee, LAST_WEEK)
    session.commit()
    assert runner.invoke(args=["checks", "plan"]).output == "checks=1 rechecks=0 missed=0 void=0 closed=0\n"
    assert runner.invoke(args=["checks", "plan"]).output == "checks=0 rechecks=0 missed=0 void=0 closed=0\n"


def test_looking_for_what_is_missing_takes_as_many_statements_for_many_as_for_few(session: Session, there: Any):
    def statements() -> int:
        with counted_statements() as seen:
            find_missing(session, on=TODAY)
        return seen.total

    there.checking.complete(there.cast.employee, LAST_WEEK)
    few = statements()
    for person in hire(there, 20, there.cast.center):
        there.checking.complete(person, LAST_WEEK)
    assert statements() == few

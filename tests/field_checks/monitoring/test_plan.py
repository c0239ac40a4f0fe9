"""The plan of self-monitoring: rounds of a month with the people and items that are due, and then it finds nothing."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.field_checks.actions_planning import plan
from lms.field_checks.models import FieldCheck
from lms.field_checks.monitoring.actions import Planned, plan_rounds
from lms.field_checks.monitoring.models import MonitoringRound
from lms.field_checks.monitoring.queries_planning import find_missing_rounds
from lms.field_checks.queries_form import list_items
from lms.field_checks.queries_planning import find_missing
from lms.people.models import OrgUnit, Person, Posting
from lms.shared.clock import utcnow
from tests.factories import noise
from tests.field_checks.checking import Checking, actor_of
from tests.support.network import small_cast
from tests.support.statements import counted_statements

# Of a third quarter, so that a test sees all three months.
JULY, AUGUST, SEPTEMBER = date(2025, 7, 3), date(2025, 8, 3), date(2025, 9, 3)
NOTHING = Planned(0, 0)
ITEMS = (("FC-0", True, "YN"), *((f"FC-{number}", False, "YN") for number in range(1, 13)))


@pytest.fixture
def there(session: Session) -> SimpleNamespace:
    """Give the cast, and a standard of one critical and twelve other items."""
    noise(session)
    cast, checking = small_cast(session), Checking(session, ITEMS)
    session.commit()
    return SimpleNamespace(cast=cast, checking=checking)


def hire(there: Any, number: int, at: OrgUnit, **posting: Any) -> list[Person]:
    return [there.checking.net.person(f"N{at.code}{one}", f"사람{one}", at=at, **posting) for one in range(number)]


def run(session: Session, day: date) -> Planned:
    return plan_rounds(session, actor_of(None), on=day)


def checks(session: Session, center: OrgUnit, month: date | None = None) -> list[FieldCheck]:
    wanted = select(FieldCheck).where(FieldCheck.center_id == center.id, FieldCheck.kind == "MONITORING")
    if month:
        wanted = wanted.join(MonitoringRound).where(MonitoringRound.month == month.replace(day=1))
    return list(session.scalars(wanted.order_by(FieldCheck.id)))


def people(found: list[FieldCheck]) -> set[int]:
    return {one.person_id for one in found}


def test_a_month_is_planned_once_for_everyone_who_is_due(session: Session, there: Any):
    hire(there, 9, there.cast.far_away)
    first = run(session, JULY)
    assert first.rounds
    assert run(session, JULY) == NOTHING
    assert not find_missing_rounds(session, on=JULY)
    made = checks(session, there.cast.far_away)
    assert len(made) >= 3
    assert {(one.opens_on, one.closes_on) for one in made} == {(date(2025, 7, 7), date(2025, 7, 28))}
    assert {one.round.month for one in made if one.round} == {date(2025, 7, 1)}
    assert all((one.enrollment_id, one.course_id, one.completed_on) == (None, None, None) for one in made)


def test_everyone_on_the_front_line_is_seen_once_in_a_quarter(session: Session, there: Any):
    hired = {one.id for one in hire(there, 11, there.cast.far_away)}
    hire(there, 2, there.cast.next_door, role="BP")
    for day in (JULY, AUGUST, SEPTEMBER):
        run(session, day)
    made = checks(session, there.cast.far_away)
    assert hired <= people(made)
    assert all(len(checks(session, there.cast.far_away, day)) >= 3 for day in (JULY, AUGUST, SEPTEMBER))
    assert not checks(session, there.cast.next_door)


def test_nobody_looks_at_themselves(session: Session, there: Any):
    run(session, JULY)
    made = checks(session, there.cast.center)
    assert made
    assert all(one.observer_id not in {None, one.person_id} for one in made)
    assert there.cast.coordinator.id not in people(made), "nobody else is in charge there"


def test_who_was_missed_is_drawn_again_and_who_came_later_beside_the_others(session: Session, there: Any):
    hire(there, 2, there.cast.far_away)
    run(session, JULY)
    before = people(checks(session, there.cast.far_away))
    for one in checks(session, there.cast.far_away):
        one.state = "MISSED"
    session.flush()
    run(session, AUGUST)
    assert people(checks(session, there.cast.far_away, AUGUST)) <= before
    number = len(checks(session, there.cast.far_away, AUGUST))
    new = there.checking.net.person("Z1", "새사람", at=there.cast.far_away)
    extra = hire_more(there, 12)
    again = run(session, AUGUST + timedelta(days=10))
    assert again.rounds == 0
    assert again.checks > 0
    assert len(checks(session, there.cast.far_away, AUGUST)) == number + again.checks
    assert {new.id, *extra} & people(checks(session, there.cast.far_away, AUGUST))
    assert run(session, AUGUST + timedelta(days=10)) == NOTHING


def hire_more(there: Any, number: int) -> set[int]:
    far = there.cast.far_away
    return {there.checking.net.person(f"X{one}", f"늦은사람{one}", at=far).id for one in range(number)}


def test_nobody_is_drawn_in_the_last_days_of_a_window(session: Session, there: Any):
    assert run(session, date(2025, 7, 22)) == NOTHING
    assert run(session, date(2025, 7, 21)) != NOTHING


def test_who_moved_in_the_quarter_counts_as_seen(session: Session, there: Any):
    (person,) = hire(there, 1, there.cast.far_away)
    run(session, JULY)
    (posting,) = session.scalars(select(Posting).where(Posting.person_id == person.id))
    posting.ends_on = AUGUST - timedelta(days=1)
    there.checking.net.posting(person, at=there.cast.center, since=AUGUST - timedelta(days=1))
    hire_at = [there.checking.net.person(f"C{one}", f"센터사람{one}", at=there.cast.center) for one in range(4)]
    run(session, AUGUST)
    assert person.id not in people(checks(session, there.cast.center, AUGUST))
    assert {one.id for one in hire_at} & people(checks(session, there.cast.center, AUGUST))


def test_a_form_is_short_holds_what_is_critical_and_takes_turns(session: Session, there: Any):
    hire(there, 6, there.cast.far_away)
    run(session, JULY)
    forms = [{one.code for one in list_items(session, check)} for check in checks(session, there.cast.far_away)]
    assert all("FC-0" in form and len(form) <= 10 for form in forms)
    assert set().union(*forms) == {code for code, _, _ in ITEMS}


def test_one_center_has_one_round_a_month(session: Session, there: Any):
    run(session, JULY)
    row = session.scalars(select(MonitoringRound)).first()
    assert row is not None
    days = {"month": row.month, "opens_on": row.opens_on, "closes_on": row.closes_on, "recorded_at": utcnow()}
    session.add(MonitoringRound(center_id=row.center_id, **days))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("wrong", [{"round_id": None}, {"completed_on": JULY}, {"kind": "CHECK"}])
def test_a_check_is_of_a_round_or_of_a_completion_and_never_of_both(
    session: Session, there: Any, wrong: dict[str, Any]
):
    run(session, JULY)
    check = session.scalars(select(FieldCheck).where(FieldCheck.kind == "MONITORING")).first()
    for name, value in wrong.items():
        setattr(check, name, value)
    with pytest.raises(IntegrityError):
        session.flush()


def test_plan_and_end_of_checks_after_training_leave_rounds_whole(session: Session, there: Any):
    run(session, JULY)
    missing = find_missing(session, on=JULY)
    assert (missing.trained, missing.rechecks) == ([], [])
    over = plan(session, actor_of(None), on=date(2025, 7, 29))
    assert over.missed == len([one for one in session.scalars(select(FieldCheck)) if one.state == "MISSED"]) > 0


def test_the_command_plans_says_so_and_writes_it_down(session: Session, there: Any, runner: FlaskCliRunner):
    said = runner.invoke(args=["monitoring", "plan", "--as-of", f"{JULY}"]).output
    assert said.startswith("rounds=")
    assert runner.invoke(args=["monitoring", "plan", "--as-of", f"{JULY}"]).output == "rounds=0 checks=0\n"
    session.rollback()
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "monitoring.plan"))
    assert event.subject_count == event.detail["checks"] > 0


def test_looking_takes_as_many_statements_for_many_as_for_few(session: Session, there: Any):
    def statements() -> int:
        with counted_statements() as seen:
            find_missing_rounds(session, on=JULY)
        return seen.total

    few = statements()
    hire(there, 20, there.cast.far_away)
    assert statements() == few

"""The year of looking at each other, on a small network: by whom, when, and the same on every run."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.demo.observing_year import write_year
from lms.demo.places import Places
from lms.field_checks.models import FieldCheck, ObserverCalibration
from lms.field_checks.monitoring.models import Campaign
from lms.field_checks.rules import OBSERVED
from lms.observations.models import Observation, StandardReading
from lms.people.models import Person
from lms.people.rules import DutyKind
from tests.field_checks.checking import TODAY, Checking, actor_of
from tests.field_checks.monitoring.test_plan import ITEMS
from tests.support.network import small_cast


@pytest.fixture
def cast(session: Session):
    cast, checking = small_cast(session), Checking(session, ITEMS)
    deputy = checking.net.person("00104", "오가람", at=cast.center, role="RC")
    checking.net.duty(deputy, DutyKind.DEPUTY_COORDINATOR, cast.center)
    for number in range(30):
        checking.net.person(f"D{number}", f"사람{number}", at=cast.center)
    return cast, deputy


def test_people_look_at_each_other_and_never_at_themselves_or_in_the_future(session: Session, cast):
    told = write_year(session, actor_of(None), Places(session), today=TODAY)
    checks: list[Any] = list(session.scalars(select(FieldCheck)))
    readings = list(session.scalars(select(StandardReading)))
    assert 0 < len(readings) < len(list(session.scalars(select(Person))))
    assert told == {
        "checks": 0,
        "missed checks": 0,
        "checks of self-monitoring": len(checks),
        "people who have read the standard": len(readings),
    }
    assert {one.kind for one in checks} == {"MONITORING"}
    assert {one.code for one in session.scalars(select(Campaign))} == {"SURVEY-1", "BASICS-1"}
    seen = [one for one in checks if one.state in OBSERVED]
    assert seen
    assert all(one.observation and one.opens_on <= one.observation.observed_on <= one.closes_on for one in seen)
    assert all(one.observation.observed_on < TODAY and one.observer_id != one.person_id for one in seen)
    assert not [one for one in checks if one.state == "PLANNED" and one.closes_on < TODAY]
    assert session.scalar(select(func.count()).select_from(Observation)) == len(seen)
    who, deputy = cast
    assert set(session.scalars(select(ObserverCalibration.person_id))) >= {who.coordinator.id, deputy.id}


@pytest.mark.usefixtures("cast")
def test_the_same_day_gives_the_same_year(session: Session):
    def told() -> list[Any]:
        within = session.begin_nested()
        write_year(session, actor_of(None), Places(session), today=TODAY)
        columns = (FieldCheck.public_id, FieldCheck.person_id, FieldCheck.state, FieldCheck.observer_id)
        seen = (Observation.public_id, Observation.observed_on, Observation.items_met, Observation.items_applicable)
        rows = session.execute(
            select(*columns, *seen)
            .join(Observation, Observation.id == FieldCheck.observation_id)
            .order_by(FieldCheck.public_id)
        ).all()
        within.rollback()
        return list(rows)

    first = told()
    assert first
    assert told() == first

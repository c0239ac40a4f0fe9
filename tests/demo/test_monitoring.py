"""Self-monitoring of the demo, on a small network: rounds that were made, missed or wait, and two campaigns."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.demo.monitoring import write_rounds
from lms.field_checks.models import FieldCheck, ObserverCalibration
from lms.field_checks.monitoring.models import Campaign
from lms.field_checks.rules import OBSERVED
from lms.observations.models import Observation
from lms.people.rules import DutyKind
from tests.field_checks.checking import TODAY, Checking, actor_of
from tests.field_checks.monitoring.test_plan import ITEMS
from tests.support.network import small_cast


def test_people_look_at_each_other_and_never_at_themselves_or_in_the_future(session: Session):
    cast, checking = small_cast(session), Checking(session, ITEMS)
    deputy = checking.net.person("00104", "오가람", at=cast.center, role="RC")
    checking.net.duty(deputy, DutyKind.DEPUTY_COORDINATOR, cast.center)
    for number in range(30):
        checking.net.person(f"D{number}", f"사람{number}", at=cast.center)
    told = write_rounds(session, actor_of(None), today=TODAY)
    checks: list[Any] = list(session.scalars(select(FieldCheck)))
    assert told == {"checks of self-monitoring": len(checks)}
    assert {one.kind for one in checks} == {"MONITORING"}
    assert {one.code for one in session.scalars(select(Campaign))} == {"SURVEY-1", "BASICS-1"}
    seen = [one for one in checks if one.state in OBSERVED]
    assert seen
    assert all(one.observation and one.opens_on <= one.observation.observed_on <= one.closes_on for one in seen)
    assert all(one.observation.observed_on <= TODAY and one.observer_id != one.person_id for one in seen)
    assert not [one for one in checks if one.state == "PLANNED" and one.closes_on < TODAY]
    assert session.scalar(select(func.count()).select_from(Observation)) == len(seen)
    assert set(session.scalars(select(ObserverCalibration.person_id))) >= {cast.coordinator.id, deputy.id}

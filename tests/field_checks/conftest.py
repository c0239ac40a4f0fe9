"""What tests of checks share: the cast, a standard, and a check of the employee."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from lms.people.rules import DutyKind
from tests.factories import noise
from tests.field_checks.checking import TODAY, Checking, see
from tests.support.network import small_cast


@pytest.fixture
def made(session: Session) -> SimpleNamespace:
    """Give the cast, a deputy beside the coordinator, both calibrated, and a check of the employee."""
    noise(session)
    cast, checking = small_cast(session), Checking(session)
    deputy = checking.net.person("00104", "오가람", at=cast.center, role="RC")
    checking.net.duty(deputy, DutyKind.DEPUTY_COORDINATOR, cast.center)
    for person in (cast.coordinator, deputy, cast.area_manager):
        checking.calibrate(person)
    check = checking.check(cast.employee, cast.center, observer_id=cast.coordinator.id)
    session.commit()
    return SimpleNamespace(cast=cast, checking=checking, deputy=deputy, check=check)


@pytest.fixture
def followed(made: SimpleNamespace, session: Session) -> SimpleNamespace:
    """Give the cast trainings at every step: passed and kept, failed, missed, not completed; one far away."""
    cast, net = made.cast, made.checking.net
    people = [net.person(f"0030{n}", f"한사람{n}", at=cast.center) for n in range(4)]
    kept = made.checking.check(people[0], cast.center, days_ago=110)
    see(session, kept, TODAY - timedelta(days=90))
    again = made.checking.check(
        people[0], cast.center, days_ago=110, kind="RECHECK", follows_id=kept.id,
        enrollment_id=kept.enrollment_id, opens_on=TODAY - timedelta(days=20), closes_on=TODAY - timedelta(days=6),
    )  # fmt: skip
    see(session, again, TODAY - timedelta(days=15))
    see(session, made.checking.check(people[1], cast.center, days_ago=60), TODAY - timedelta(days=40), "FC-2")
    made.checking.check(people[2], cast.center, days_ago=60, state="MISSED")
    net.enroll(people[3], made.checking.course, due_on=TODAY - timedelta(days=3))
    see(session, made.checking.check(cast.namesake, cast.far_away, days_ago=60), TODAY - timedelta(days=40), "FC-1")
    session.commit()
    return SimpleNamespace(**vars(made), people=people, kept=kept)

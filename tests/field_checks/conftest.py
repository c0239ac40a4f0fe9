"""What tests of checks share: the cast, a standard, and a check of the employee."""

from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from lms.people.rules import DutyKind
from tests.factories import noise
from tests.field_checks.checking import Checking
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

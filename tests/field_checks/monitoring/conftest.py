"""What tests of self-monitoring share: the cast, a standard, and this month's round of the cast's center."""

from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from lms.people.rules import DutyKind
from tests.factories import noise
from tests.field_checks.checking import TODAY, Checking
from tests.support.network import small_cast


@pytest.fixture
def there(session: Session) -> SimpleNamespace:
    """Give the cast with a calibrated deputy, and two people in a round of their center, one in a round far away."""
    noise(session)
    cast, checking = small_cast(session), Checking(session)
    deputy = checking.net.person("00104", "오가람", at=cast.center, role="RC")
    checking.net.duty(deputy, DutyKind.DEPUTY_COORDINATOR, cast.center)
    for person in (cast.coordinator, deputy, cast.area_manager):
        checking.calibrate(person)
    month = TODAY.replace(day=1)
    rounds = [checking.round(at, month, opens_on=month) for at in (cast.center, cast.far_away)]
    check = checking.monitor(cast.employee, rounds[0], observer_id=cast.coordinator.id)
    own = checking.monitor(cast.coordinator, rounds[0], observer_id=deputy.id)
    far = checking.monitor(cast.namesake, rounds[1])
    session.commit()
    return SimpleNamespace(
        cast=cast, checking=checking, deputy=deputy, round=rounds[0], check=check, own=own, far=far, rounds=rounds
    )

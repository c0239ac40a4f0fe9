"""Checks of two rows of one human go to the one who stays, and back."""

from typing import Any

from sqlalchemy.orm import Session

from lms.field_checks.actions_merging import apply, undo
from lms.people.merging.parts import Merging
from tests.field_checks.checking import actor_of


def test_checks_go_to_the_one_who_stays_and_back_but_none_that_they_made_themselves(session: Session, made: Any):
    cast, check = made.cast, made.check
    observed = made.checking.check(
        cast.employee, cast.center, kind="RECHECK", enrollment_id=check.enrollment_id, observer_id=made.deputy.id
    )
    other = made.checking.check(cast.colleague, cast.center)
    merging = Merging(kept_id=made.deputy.id, merged_id=cast.employee.id, merged_is_later=False)
    session.flush()
    restore = apply(session, actor_of(None), merging)
    session.expire_all()
    whose = (check.person_id, observed.person_id, other.person_id)
    assert whose == (made.deputy.id, cast.employee.id, cast.colleague.id)
    undo(session, actor_of(None), merging, restore)
    session.expire_all()
    assert check.person_id == cast.employee.id

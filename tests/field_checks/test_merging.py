"""Checks of two rows of one human go to the one who stays, and back."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.field_checks.actions_merging import PART, apply, undo
from lms.field_checks.models import FieldCheck, FieldCheckAnswer, ObserverCalibration
from lms.field_checks.photos.models import FieldCheckPhoto
from lms.observations.actions_merging import PART as SEEN
from lms.observations.models import ItemSet, Observation, StandardReading
from lms.people.merging.parts import Merging
from lms.shared.clock import utcnow
from lms.shared.db import Base, table_of
from tests.field_checks.checking import TODAY, actor_of, see


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


def test_every_person_named_in_field_work_is_handed_over_and_back(session: Session, made: Any):
    cast, checking = made.cast, made.checking
    merged, stays, other = cast.employee, checking.net.person("00777", "한사람", at=cast.center), made.deputy
    sign = {"recorded_at": utcnow()}
    see(session, made.check, TODAY)
    seen = session.get_one(Observation, made.check.observation_id)
    looked = checking.check(other, cast.center, observer_id=merged.id)
    again = checking.check(cast.colleague, cast.center, observer_id=cast.coordinator.id, second_observer_id=merged.id)
    again.closed_by_id = merged.id
    own = checking.check(
        checking.net.person("00778", "두사람", at=cast.center),
        cast.center,
        observer_id=merged.id,
        second_observer_id=stays.id,
    )
    see(session, looked, TODAY)
    saw = session.get_one(Observation, looked.observation_id)
    saw.observer_id, seen.observer_id = merged.id, cast.coordinator.id
    item = checking.version.items[0].item_id
    answer = FieldCheckAnswer(
        check_id=looked.id, item_id=item, key="k1", body_sha256="", answer="YES", answered_by_id=merged.id, **sign
    )
    photo = FieldCheckPhoto(
        check_id=looked.id, item_id=item, key="k2", media_type="image/jpeg", sha256="a", shown_sha256="b", size=1,
        taken_by_id=merged.id, **sign,
    )  # fmt: skip
    checking.calibrate(merged)
    checking.calibrate(stays, on=TODAY - timedelta(days=30))
    recorded = ObserverCalibration(
        person_id=other.id, calibrated_on=TODAY, agreement=90, valid_until=TODAY, recorded_by_id=merged.id, **sign
    )
    later = ItemSet(standard_id=checking.version.standard_id, number=2, recorded_at=utcnow())
    session.add_all([answer, photo, recorded, later])
    session.flush()
    for version, person in ((checking.version, merged), (checking.version, stays), (later, merged)):
        session.add(StandardReading(item_set_id=version.id, person_id=person.id, read_at=utcnow()))
    session.flush()
    merging = Merging(kept_id=stays.id, merged_id=merged.id, merged_is_later=False)
    before = named(session, merged.id)
    restore = [json.dumps(one.apply(session, actor_of(None), merging)) for one in (SEEN, PART)]
    session.expire_all()
    left = named(session, merged.id)
    assert left == {"field_check.observer_id": [own.id], "standard_reading.person_id": [checking.version.id]}
    assert set(before) == {
        "field_check.person_id", "field_check.observer_id", "field_check.second_observer_id",
        "field_check.closed_by_id",
        "field_check_answer.answered_by_id", "field_check_photo.taken_by_id", "observer_calibration.person_id",
        "observer_calibration.recorded_by_id", "observation.subject_id", "observation.observer_id",
        "standard_reading.person_id",
    }  # fmt: skip
    for one, kept in ((PART, restore[1]), (SEEN, restore[0])):
        one.undo(session, actor_of(None), merging, json.loads(kept))
    session.expire_all()
    assert named(session, merged.id) == before


def named(session: Session, person_id: int) -> dict[str, list[int]]:
    """Return which rows of field work name a person, by column: every column that refers to people is looked at."""
    found = {}
    for model in (Observation, StandardReading, FieldCheck, FieldCheckAnswer, FieldCheckPhoto, ObserverCalibration):
        table = table_of(model)
        for column in table.columns:
            if any(key.column.table.name == "person" for key in column.foreign_keys):
                rows = session.scalars(select(next(iter(table.primary_key))).where(column == person_id)).all()
                if rows:
                    found[f"{table.name}.{column.name}"] = sorted(rows)
    return found


def test_no_table_of_field_work_that_names_people_is_forgotten():
    looked_at = {"observation", "standard_reading", "field_check", "field_check_answer", "field_check_photo"}
    of_field_work = {
        name for name, table in Base.metadata.tables.items()
        if name.startswith(("observ", "standard", "field_check", "monitoring", "campaign", "behavior", "item_set"))
        and any(key.column.table.name == "person" for key in table.foreign_keys)
    }  # fmt: skip
    assert of_field_work == looked_at | {"observer_calibration"}

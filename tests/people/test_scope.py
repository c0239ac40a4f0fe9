"""Who may see whom, on a day."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.people.actions import state_purpose
from lms.people.models import OrgPlacement, Person
from lms.people.queries import (
    active_postings,
    find_person_by_public_id,
    get_person_by_public_id,
    placement_on,
    scope_of,
    visible_people,
)
from lms.people.rules import DutyKind, Scope, UnitKind, names_open, whole_network
from lms.shared.errors import NotFoundError
from tests.factories import noise
from tests.support.network import Cast, Network

TODAY = date(2019, 7, 1)
YESTERDAY = date(2019, 6, 30)


@pytest.fixture(autouse=True)
def others(session: Session, cast: Cast) -> None:
    """Put people of another region around, whom nobody asks for."""
    noise(session)


def scope(session: Session, person: Person, on: date = TODAY, names: str = "purpose") -> Scope:
    return scope_of(session, person_id=person.id, on=on, names=names)  # type: ignore[arg-type]


def seen(session: Session, viewed: Scope) -> set[str]:
    return set(session.scalars(select(Person.staff_no).where(visible_people(viewed))))


def test_an_employee_sees_themselves(session: Session, cast: Cast):
    own = scope(session, cast.employee)
    assert seen(session, own) == {"00101"}
    assert not own.sees_others


def test_a_coordinator_sees_the_people_of_the_center_at_once(session: Session, cast: Cast):
    own = scope(session, cast.coordinator)
    assert seen(session, own) == {"00101", "00102", "00103"}
    assert not own.purpose_needed
    assert names_open(own, {cast.center.id})
    assert not names_open(own, {cast.next_door.id})


@pytest.mark.parametrize(("role", "duty"), [("OW", DutyKind.REPRESENTATIVE), ("CM", DutyKind.CENTER_MANAGER)])
def test_some_jobs_carry_a_duty_at_their_center(session: Session, cast: Cast, role: str, duty: DutyKind):
    head = Network(session).person("00110", "남궁 대표", at=cast.next_door, role=role)
    own = scope(session, head)
    assert own.duties == {duty}
    assert own.center_ids == own.open_center_ids == {cast.next_door.id}


def test_two_charges_add_up(session: Session, cast: Cast):
    net = Network(session)
    head = net.person("00110", "남궁 대표", at=cast.next_door, role="OW")
    net.duty(head, DutyKind.COORDINATOR, cast.far_away)
    assert scope(session, head).center_ids == {cast.next_door.id, cast.far_away.id}


def test_an_area_manager_counts_at_once_and_names_for_a_purpose(session: Session, cast: Cast):
    own = scope(session, cast.area_manager)
    assert own.center_ids == own.counted_center_ids == {cast.center.id, cast.next_door.id}
    assert own.purpose_needed
    assert not names_open(own)
    assert not names_open(own, {cast.center.id})
    assert names_open(scope(session, cast.area_manager, names="open"))


def state(session: Session, cast: Cast, who: Person, unit_id: str, on: date = TODAY) -> None:
    actor = Actor(person_id=who.id, label="t", origin="t", at=datetime(2019, 7, 1, tzinfo=UTC))
    state_purpose(session, actor, scope=scope(session, who, on), unit_id=unit_id, purpose="분기 점검", on=on)


def test_a_stated_purpose_opens_names_for_that_unit_and_day(session: Session, cast: Cast):
    state(session, cast, cast.area_manager, cast.center.public_id)
    own = scope(session, cast.area_manager)
    assert names_open(own, {cast.center.id})
    assert not names_open(own, {cast.next_door.id})
    assert own.purpose_needed
    assert not names_open(scope(session, cast.area_manager, on=date(2019, 7, 2)), {cast.center.id})


def test_a_purpose_for_the_area_opens_all_of_it(session: Session, cast: Cast):
    state(session, cast, cast.area_manager, cast.area.public_id)
    assert names_open(scope(session, cast.area_manager))


def test_a_purpose_opens_nothing_out_of_scope(session: Session, cast: Cast):
    with pytest.raises(NotFoundError):
        state(session, cast, cast.area_manager, cast.far_away.public_id)
    state(session, cast, cast.region_manager, cast.region.public_id)
    assert not names_open(scope(session, cast.region_manager), {cast.far_away.id})


def test_head_office_sees_the_network_and_names_by_unit(session: Session, cast: Cast):
    own = scope(session, cast.training_admin)
    assert own.network
    assert own.purpose_needed
    state(session, cast, cast.training_admin, cast.region.public_id)
    own = scope(session, cast.training_admin)
    assert names_open(own, {cast.center.id})
    assert not names_open(own, {cast.far_away.id})
    state(session, cast, cast.training_admin, cast.network.public_id)
    assert names_open(scope(session, cast.training_admin))


def test_an_executive_sees_counts_and_no_names(session: Session, cast: Cast):
    own = scope(session, cast.executive)
    assert (own.counted_network, own.network, own.center_ids) == (True, False, frozenset())
    assert seen(session, own) == {"00904"}


@pytest.mark.parametrize("kind", [DutyKind.AUDITOR, DutyKind.SYSTEM_ADMIN])
def test_auditors_and_system_administrators_see_no_training_results(session: Session, cast: Cast, kind: DutyKind):
    net = Network(session)
    own = scope(session, _with_duty(net, cast, kind))
    assert not own.sees_others
    assert own.duties == {kind}


def _with_duty(net: Network, cast: Cast, kind: DutyKind) -> Person:
    person = net.person("00910", "구본사", at=cast.office, role="SY")
    net.duty(person, kind, cast.network)
    return person


def test_a_duty_that_ends_today_is_over_today(session: Session, cast: Cast):
    net = Network(session)
    person = net.person("00111", "서리", at=cast.center)
    net.duty(person, DutyKind.DEPUTY_COORDINATOR, cast.center, until=TODAY)
    assert scope(session, person, on=YESTERDAY).center_ids == {cast.center.id}
    assert not scope(session, person).sees_others


def test_who_has_left_or_is_away_sees_nobody_else(session: Session, cast: Cast):
    net = Network(session)
    gone = net.person("00112", "나간 이", at=cast.center, role="CM", until=TODAY)
    net.duty(gone, DutyKind.AREA_MANAGER, cast.area)
    assert scope(session, gone, on=YESTERDAY).sees_others
    assert not scope(session, gone).sees_others
    away = net.person("00113", "쉬는 이", at=cast.center, role="CM")
    net.leave(away, TODAY, date(2019, 8, 1))
    assert scope(session, away, on=YESTERDAY).sees_others
    assert not scope(session, away).sees_others
    assert scope(session, away, on=date(2019, 8, 1)).sees_others


def test_a_center_that_moves_to_another_area_moves_out_of_sight(session: Session, cast: Cast):
    placed = session.scalars(
        select(OrgPlacement).where(OrgPlacement.unit_id == cast.next_door.id, OrgPlacement.superseded_at.is_(None))
    ).one()
    other = Network(session).unit(UnitKind.AREA, "A3", under=cast.region)
    placed.ends_on = TODAY
    session.add(
        OrgPlacement(unit_id=cast.next_door.id, parent_id=other.id, starts_on=TODAY, recorded_at=placed.recorded_at)
    )
    session.flush()
    assert scope(session, cast.area_manager, on=YESTERDAY).center_ids == {cast.center.id, cast.next_door.id}
    assert scope(session, cast.area_manager).center_ids == {cast.center.id}
    assert scope(session, cast.region_manager).center_ids == {cast.center.id, cast.next_door.id}


def test_a_closed_center_is_in_nobodys_scope(session: Session, cast: Cast):
    cast.next_door.closed_on = TODAY
    session.flush()
    assert scope(session, cast.area_manager).center_ids == {cast.center.id}
    assert cast.next_door.id in scope(session, cast.area_manager, on=YESTERDAY).center_ids


def test_out_of_scope_and_missing_are_the_same(session: Session, cast: Cast):
    own = scope(session, cast.coordinator)
    assert get_person_by_public_id(session, scope=own, public_id=cast.employee.public_id).id == cast.employee.id
    for public_id in (cast.namesake.public_id, "nobody"):
        assert find_person_by_public_id(session, scope=own, public_id=public_id) is None
        with pytest.raises(NotFoundError) as caught:
            get_person_by_public_id(session, scope=own, public_id=public_id)
        assert caught.value.args == NotFoundError().args


def test_everyone_active_is_counted_once(session: Session, cast: Cast):
    net = Network(session)
    net.leave(cast.employee, YESTERDAY, date(2019, 7, 2))
    net.posting(cast.colleague, at=cast.far_away).is_primary = False
    cast.far_away.closed_on = TODAY
    session.flush()
    active = [person_id for person_id, _, _ in session.execute(active_postings(TODAY))]
    assert len(active) == len(set(active))
    assert cast.employee.id not in active
    assert cast.namesake.id not in active, "the center closed today"
    assert cast.colleague.id in active


def test_every_center_has_one_place_and_head_office_none(session: Session, cast: Cast):
    places = {row.center_id: (row.area_id, row.region_id) for row in session.execute(select(placement_on(TODAY)))}
    assert places[cast.center.id] == (cast.area.id, cast.region.id)
    assert places[cast.office.id] == (None, None)


def test_the_command_line_sees_everyone(session: Session, cast: Cast):
    assert {"00101", "00201", "=1+1", "noise-gone"} <= seen(session, whole_network(TODAY))


def test_asking_takes_few_questions_whoever_asks(session: Session, cast: Cast, query_count):
    for person in (cast.employee, cast.coordinator, cast.area_manager, cast.training_admin):
        person_id = person.id
        with query_count() as statements:
            scope_of(session, person_id=person_id, on=TODAY, names="purpose")
        assert statements.total <= 4

"""A round on its pages: the center fills in the form of a check, and sees how it stands; nobody else does."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.field_checks.actions_merging import apply, undo
from lms.observations.models import Observation
from lms.observations.practice.queries import Asked, count_seen
from lms.observations.rules import Occasion
from lms.observations.rules_reports import Where
from lms.people.merging.parts import Merging
from lms.people.rules import whole_network
from tests.field_checks.checking import TODAY, actor_of
from tests.field_checks.test_form import Phone
from tests.support.sign_in import sign_in
from tests.support.statements import counted_statements


def page(client: FlaskClient, person: Any, address: str, code: int = 200) -> str:
    sign_in(client, person)
    answer = client.get(address)
    assert answer.status_code == code, answer.text
    return answer.text


def test_a_round_becomes_done_by_the_form_of_a_check(client: FlaskClient, session: Session, there: Any):
    at = f"/monitoring/rounds/{there.round.public_id}"
    listed = page(client, there.cast.coordinator, at)
    assert f"/field-checks/{there.check.public_id}/form" in listed
    assert there.own.public_id not in listed, "what is planned of oneself is not told"
    phone = Phone(client, there.check, there.cast.coordinator)
    body = {"key": str(uuid.uuid4()), "answers": phone.fill(), "photos": []}
    assert phone.post("submit", body).status_code == 200
    session.rollback()
    (seen,) = session.scalars(select(Observation))
    assert (seen.occasion, seen.kind, seen.observer_kind) == ("SELF_MONITORING", "FIRST", "SELF")
    assert (seen.item_set_id, seen.items_applicable, seen.items_met) == (there.check.item_set_id, 3, 2)
    assert f"/field-checks/{there.check.public_id}/form" not in page(client, there.cast.coordinator, at)
    assert "2/3" in page(client, there.cast.coordinator, at)


def test_what_was_seen_is_never_independent_and_has_its_occasion(client: FlaskClient, session: Session, there: Any):
    phone = Phone(client, there.check, there.cast.coordinator)
    phone.post("submit", {"key": str(uuid.uuid4()), "answers": phone.fill(), "photos": []})
    session.rollback()
    asked = Asked(whole_network(TODAY), TODAY, TODAY, Where(), Occasion.SELF_MONITORING)
    assert {group for (group, _item) in count_seen(session, asked)} == {(False, 0)}
    own = page(client, there.cast.employee, "/field-checks/own")
    assert there.check.public_id in own


@pytest.mark.parametrize("who", ["area_manager", "employee", "region_manager"])
def test_nobody_from_without_and_nobody_without_a_charge_fills_it_in(client: FlaskClient, there: Any, who: str):
    sign_in(client, getattr(there.cast, who))
    assert client.get(f"/field-checks/{there.check.public_id}/form").status_code in {303, 403, 404}
    phone = Phone(client, there.check, getattr(there.cast, who))
    assert phone.answer("FC-1", "YES").status_code in {403, 404}


def test_nobody_checks_themselves(client: FlaskClient, there: Any):
    phone = Phone(client, there.own, there.cast.coordinator)
    assert phone.answer("FC-1", "YES").status_code == 404
    assert Phone(client, there.own, there.deputy).answer("FC-1", "YES").status_code == 200


def test_rounds_add_up_by_place_within_ones_scope(client: FlaskClient, there: Any):
    everywhere = page(client, there.cast.training_admin, "/monitoring")
    assert "수도권" in everywhere
    assert "영남" in everywhere
    region = page(client, there.cast.training_admin, f"/monitoring?unit={there.cast.area.public_id}")
    assert f"/monitoring/rounds/{there.round.public_id}" in region
    assert there.rounds[1].public_id not in region
    executive = page(client, there.cast.executive, f"/monitoring?unit={there.cast.area.public_id}")
    assert there.round.public_id not in executive
    own = page(client, there.cast.coordinator, "/monitoring")
    assert there.round.public_id in own
    assert page(client, there.cast.coordinator, f"/monitoring?unit={there.cast.far_away.public_id}", 400)
    assert page(client, there.cast.coordinator, f"/monitoring/rounds/{there.rounds[1].public_id}", 404)


@pytest.mark.parametrize(
    "query", ["month=2019-13", "month=x", "month=0000-01", "campaign=zzzzzzzzzzz", "unit=zzzzzzzzzzz"]
)
def test_an_address_that_means_nothing_says_so(client: FlaskClient, there: Any, query: str):
    assert page(client, there.cast.coordinator, f"/monitoring?{query}", 400)


def test_a_month_without_rounds_is_empty(client: FlaskClient, there: Any):
    assert there.round.public_id not in page(client, there.cast.coordinator, "/monitoring?month=2019-01")


def test_checks_after_training_do_not_list_rounds_but_what_waits_for_an_answer(
    client: FlaskClient, session: Session, there: Any
):
    for group in ("NOW", "COMING", "MISSED", "OBSERVED"):
        assert there.check.public_id not in page(client, there.deputy, f"/field-checks?group={group}")
    phone = Phone(client, there.check, there.cast.coordinator)
    phone.post("submit", {"key": str(uuid.uuid4()), "answers": phone.fill(), "photos": []})
    assert there.check.public_id in page(client, there.deputy, "/field-checks?group=WAITING")


def test_pages_take_as_many_statements_for_many_as_for_few(client: FlaskClient, session: Session, there: Any):
    def statements(address: str) -> int:
        with counted_statements() as seen:
            assert client.get(address).status_code == 200
        return seen.total

    sign_in(client, there.cast.coordinator)
    addresses = ("/monitoring", f"/monitoring/rounds/{there.round.public_id}")
    [statements(one) for one in addresses]  # the first time fills what is remembered
    few = [statements(one) for one in addresses]
    session.rollback()
    for number in range(8):
        person = there.checking.net.person(f"M{number}", f"사람{number}", at=there.cast.center)
        there.checking.monitor(person, there.round, observer_id=there.deputy.id)
    session.commit()
    assert [statements(one) for one in addresses] == few


def test_of_two_rows_of_one_person_a_round_keeps_one(session: Session, there: Any):
    twice = there.checking.monitor(there.cast.colleague, there.round)
    alone = there.checking.monitor(there.cast.colleague, there.rounds[1])
    merging = Merging(kept_id=there.cast.employee.id, merged_id=there.cast.colleague.id, merged_is_later=True)
    restore = apply(session, actor_of(None), merging)
    session.refresh(twice)
    session.refresh(alone)
    assert (twice.person_id, alone.person_id) == (there.cast.colleague.id, there.cast.employee.id)
    undo(session, actor_of(None), merging, restore)
    session.refresh(alone)
    assert alone.person_id == there.cast.colleague.id

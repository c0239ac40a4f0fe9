"""Opening names for a purpose."""

from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.people.models import NamePurpose, Person
from lms.people.queries import find_unit_opening_all, scope_of
from lms.people.rules import DutyKind
from tests.support.network import Cast, Network
from tests.support.sign_in import csrf_token, sign_in


def address(public_id: str) -> str:
    return f"/units/{public_id}/purpose"


def state(client: FlaskClient, public_id: str, reason: str = "분기 점검", to: str = "/shortfalls?page=2"):
    token = csrf_token(client, address(public_id))
    return client.post(address(public_id), data={"csrf_token": token, "reason": reason, "next": to})


def test_a_stated_purpose_opens_names_and_leads_back(client: FlaskClient, session: Session, cast: Cast):
    sign_in(client, cast.area_manager)
    answer = state(client, cast.area.public_id)
    assert (answer.status_code, answer.location) == (303, "/shortfalls?page=2")
    area_manager_id, area_id = cast.area_manager.id, cast.area.id
    session.rollback()
    row = session.scalars(select(NamePurpose)).one()
    assert (row.person_id, row.unit_id, row.purpose) == (area_manager_id, area_id, "분기 점검")
    assert session.scalars(select(AuditEvent.reason).where(AuditEvent.action == "names.open")).one() == "분기 점검"


def test_stating_it_twice_keeps_the_first_and_records_both(client: FlaskClient, session: Session, cast: Cast):
    sign_in(client, cast.area_manager)
    state(client, cast.area.public_id)
    state(client, cast.area.public_id, "다시 봅니다")
    session.rollback()
    assert session.scalars(select(NamePurpose.purpose)).all() == ["분기 점검"]
    assert session.scalar(select(func.count()).where(AuditEvent.action == "names.open")) == 2


def test_no_purpose_is_asked_for_again_with_what_was_typed(client: FlaskClient, session: Session, cast: Cast):
    sign_in(client, cast.area_manager)
    client.set_cookie("language", "en")
    answer = state(client, cast.area.public_id, "  ")
    assert answer.status_code == 422
    assert "Enter the purpose." in answer.get_data(as_text=True)
    assert state(client, cast.area.public_id, "가" * 201).status_code == 422
    assert session.scalar(select(func.count()).select_from(NamePurpose)) == 0


def test_a_unit_out_of_scope_is_not_there(client: FlaskClient, cast: Cast):
    sign_in(client, cast.area_manager)
    for public_id in (cast.far_away.public_id, "nothing"):
        assert client.get(address(public_id)).status_code == 404
    token = csrf_token(client, address(cast.area.public_id))
    sent = {"csrf_token": token, "reason": "궁금"}
    assert client.post(address(cast.far_away.public_id), data=sent).status_code == 404


def test_it_leads_to_no_other_site(client: FlaskClient, cast: Cast):
    sign_in(client, cast.area_manager)
    assert state(client, cast.area.public_id, to="//evil.example").location == "/"


def test_executives_have_no_names_to_open(client: FlaskClient, cast: Cast):
    sign_in(client, cast.executive)
    assert client.get(address(cast.area.public_id)).status_code == 403


def test_what_opens_everything_is_the_one_unit_someone_is_appointed_to_or_the_network(session: Session, cast: Cast):
    def opens(person: Person) -> str | None:
        scope = scope_of(session, person_id=person.id, on=date(2026, 6, 1), names="purpose")
        found = find_unit_opening_all(session, scope=scope)
        return found.name_ko if found else None

    assert opens(cast.area_manager) == cast.area.name_ko
    assert opens(cast.training_admin) == cast.network.name_ko
    assert opens(cast.employee) is None
    Network(session).duty(cast.area_manager, DutyKind.DEPUTY_COORDINATOR, cast.center)
    assert opens(cast.area_manager) == cast.area.name_ko
    Network(session).duty(cast.area_manager, DutyKind.AREA_MANAGER, cast.region)
    assert opens(cast.area_manager) == cast.network.name_ko

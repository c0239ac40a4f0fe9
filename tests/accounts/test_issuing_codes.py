"""The page on which a center's people hand out one-time codes, and for whom they may."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import AccountCode
from lms.audit.models import AuditEvent
from lms.people.models import Person
from lms.people.rules import DutyKind
from tests.accounts.everyone import Everyone, end_posting
from tests.accounts.test_activation import activate
from tests.support.sign_in import csrf_token, give_password, sign_in, sign_in_through_form
from tests.support.statements import counted_statements

CODE = re.compile(r'<p class="slip-code" lang="en">([^<]+)</p>')


@pytest.fixture
def page(everyone: Everyone) -> str:
    """Give the address of the center's accounts page."""
    return f"/accounts/{everyone.cast.center.public_id}"


def post(client: FlaskClient, page: str, **values: str) -> TestResponse:
    return client.post(page, data={"csrf_token": csrf_token(client, "/account/password")} | values)


def issue_for(client: FlaskClient, page: str, person: Person) -> TestResponse:
    return post(client, page, person=person.public_id)


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(AccountCode)) or 0


def in_english(client: FlaskClient, person: Person) -> None:
    sign_in(client, person)
    client.set_cookie("language", "en")


def test_a_coordinator_hands_out_slips_and_people_activate(
    app: Flask, client: FlaskClient, session: Session, everyone: Everyone, page: str
):
    in_english(client, everyone.person("coordinator"))
    assert client.get("/accounts").headers["Location"] == page, "one center: straight to its people"
    slips = post(client, page)
    assert slips.status_code == 200
    codes = CODE.findall(slips.text)
    names = re.findall(r'class="slip-head"><strong>([^<]+)', slips.text)
    assert everyone.person("employee").name in names
    assert everyone.person("coordinator").name not in names, "nobody issues a code for themselves"
    assert len(codes) == len(names) == count(session)
    assert "http://localhost/activate" in slips.text
    assert slips.headers["Cache-Control"] == "no-store"
    code = codes[names.index(everyone.person("employee").name)]
    assert code not in client.get(page).text, "shown once"
    assert activate(app.test_client(), everyone.person("employee").staff_no, code).status_code == 303
    session.rollback()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "code.issued")).one()
    assert event.actor_id == everyone.person("coordinator").id
    assert everyone.person("employee").id in (event.subject_ids or [])
    assert not any(one in f"{event.detail}" for one in codes)
    assert not session.scalars(select(AccountCode).where(AccountCode.code_digest.in_(codes))).all()


def test_codes_that_hold_are_replaced_only_when_asked(
    app: Flask, client: FlaskClient, session: Session, everyone: Everyone, page: str
):
    in_english(client, everyone.person("coordinator"))
    first = dict.fromkeys(CODE.findall(post(client, page).text))
    again = post(client, page)
    assert (again.status_code, again.headers["Location"]) == (303, page)
    assert "Nobody here needs a code now." in client.get(page).text
    assert count(session) == len(first)
    replaced = CODE.findall(post(client, page, again="1").text)
    assert len(replaced) == len(first)
    old = next(iter(first))
    for person in ("employee", "colleague"):
        assert activate(app.test_client(), everyone.person(person).staff_no, old).status_code == 422


def test_a_reset_says_before_what_it_does(client: FlaskClient, session: Session, everyone: Everyone, page: str):
    person = everyone.person("colleague")
    give_password(session, person)
    session.commit()
    in_english(client, everyone.person("representative"))
    asked = client.get(f"{page}/people/{person.public_id}").text
    assert "the present password ends and every browser they are signed in with is signed out" in asked
    assert "Until the code is used, the present password holds." in asked
    assert len(CODE.findall(issue_for(client, page, person).text)) == 1
    assert CODE.findall(post(client, page).text), "those without a password"
    session.rollback()
    resets = [event.detail["resets"] for event in session.scalars(
        select(AuditEvent).where(AuditEvent.action == "code.issued").order_by(AuditEvent.id)
    )]  # fmt: skip
    assert resets == [1, 0], "whoever has a password is no part of a center's slips"


@pytest.mark.parametrize("kind", ["coordinator", "representative", "center_manager"])
def test_a_centers_people_issue_only_what_they_reach(
    client: FlaskClient, session: Session, everyone: Everyone, page: str, kind: str
):
    center, today = everyone.cast.center, date.today()  # noqa: DTZ011
    risen = everyone.net.person("00120", "나영역", at=center)
    everyone.net.duty(risen, DutyKind.AREA_MANAGER, everyone.cast.area)
    soon = everyone.net.person("00121", "곧영역", at=center)
    everyone.net.duty(soon, DutyKind.REGION_MANAGER, everyone.cast.region, since=today + timedelta(days=9))
    both = everyone.net.person("00122", "두센터", at=center)
    everyone.net.duty(both, DutyKind.COORDINATOR, everyone.cast.next_door)
    gone = everyone.net.person("00123", "간사람", at=center)
    end_posting(session, gone, date(2026, 1, 1))
    session.commit()
    issuer = everyone.person(kind)
    in_english(client, issuer)
    shown = client.get(page).text
    for one in (risen, soon, both):
        assert one.name in shown
        assert issue_for(client, page, one).status_code == 404, one.name
        assert client.get(f"{page}/people/{one.public_id}").status_code == 404
    outside = ("namesake", "area_manager", "region_manager", "training_admin", "system_admin", "auditor")
    for one in (issuer, gone, *map(everyone.person, outside)):
        assert issue_for(client, page, one).status_code == 404, one.name
    for other in (everyone.cast.next_door, everyone.cast.far_away, everyone.cast.office, everyone.cast.area):
        assert client.get(f"/accounts/{other.public_id}").status_code == 404
        assert post(client, f"/accounts/{other.public_id}").status_code == 404
    assert count(session) == 0


def test_a_manager_of_more_than_centers_does_not_issue(client: FlaskClient, everyone: Everyone, page: str):
    for kind in ("employee", "area_manager", "region_manager", "cs_admin", "executive", "auditor", "on_leave"):
        sign_in(client, everyone.person(kind))
        for address in ("/accounts", page):
            assert client.get(address).status_code == 403, kind
        assert post(client, page).status_code == 403


def test_duties_over_more_than_a_center_do_not_widen_it(
    client: FlaskClient, session: Session, everyone: Everyone, page: str
):
    person = everyone.person("coordinator")
    everyone.net.duty(person, DutyKind.AREA_MANAGER, everyone.cast.area)
    session.commit()
    sign_in(client, person)
    assert client.get(page).status_code == 200
    assert client.get(f"/accounts/{everyone.cast.next_door.public_id}").status_code == 404


@pytest.mark.parametrize("kind", ["training_admin", "system_admin"])
def test_administrators_state_a_purpose_before_names(
    client: FlaskClient, session: Session, everyone: Everyone, page: str, kind: str
):
    name = everyone.person("employee").name
    in_english(client, everyone.person(kind))
    assert everyone.cast.far_away.name_en in client.get("/accounts").text
    assert name not in client.get(page).text
    assert post(client, page).status_code == 303
    assert issue_for(client, page, everyone.person("employee")).status_code == 303
    assert count(session) == 0, "closed names are not issued for either"
    assert post(client, f"{page}/purpose", reason=" ").status_code == 422
    assert post(client, f"{page}/purpose", reason="a new center starts").status_code == 303
    assert name in client.get(page).text
    assert name not in client.get(f"/accounts/{everyone.cast.next_door.public_id}").text
    assert len(CODE.findall(issue_for(client, page, everyone.person("employee")).text)) == 1
    session.rollback()
    assert session.scalars(select(AuditEvent.reason).where(AuditEvent.action == "names.open")).one() == (
        "a new center starts"
    )


@pytest.mark.parametrize(("kind", "status"), [("training_admin", 404), ("system_admin", 200)])
def test_only_the_system_administrator_resets_those_set_apart(
    client: FlaskClient, everyone: Everyone, kind: str, status: int
):
    office = f"/accounts/{everyone.cast.office.public_id}"
    in_english(client, everyone.person(kind))
    post(client, f"{office}/purpose", reason="lost their password")
    assert issue_for(client, office, everyone.person("auditor")).status_code == status
    assert issue_for(client, office, everyone.person("cs_admin")).status_code == 200
    assert issue_for(client, office, everyone.person(kind)).status_code == 404


def test_what_the_purpose_of_a_system_administrator_opens_is_this_page_alone(
    client: FlaskClient, everyone: Everyone, page: str
):
    sign_in(client, everyone.person("system_admin"))
    post(client, f"{page}/purpose", reason="a new center starts")
    assert client.get(page).status_code == 200
    for closed in ("/shortfalls", "/rates"):
        assert client.get(closed).status_code == 403
    assert client.get(f"/people/{everyone.cast.colleague.public_id}").status_code == 404


def test_who_is_locked_is_shown_with_the_time_it_ends(
    app: Flask, client: FlaskClient, session: Session, everyone: Everyone, page: str, time_machine
):
    time_machine.move_to("2026-03-02 09:00:00+09:00", tick=False)
    person = everyone.person("employee")
    give_password(session, person)
    session.commit()
    for _ in range(5):
        sign_in_through_form(app.test_client(), person.staff_no, "a wrong password")
        time_machine.shift(60)
    in_english(client, everyone.person("coordinator"))
    shown = client.get(page).text
    assert "Locked" in shown
    assert "opens at 09:10" in shown
    time_machine.shift(6 * 60)
    assert "opens at" not in client.get(page).text


def test_looking_is_noted_and_costs_the_same_for_many(
    client: FlaskClient, session: Session, everyone: Everyone, page: str
):
    sign_in(client, everyone.person("coordinator"))
    with counted_statements() as few:
        client.get(page)
    session.rollback()
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "accounts.seen")).one()
    assert everyone.person("employee").id in (noted.subject_ids or [])
    for number in range(30):
        everyone.net.person(f"1{number:04}", f"사람{number}", at=everyone.cast.center)
    session.commit()
    with counted_statements() as many:
        client.get(page)
    assert many.total == few.total


def test_the_list_of_centers_is_narrowed_and_paged(client: FlaskClient, session: Session, everyone: Everyone):
    sign_in(client, everyone.person("training_admin"))
    assert everyone.cast.center.name_ko in client.get("/accounts?q=C101").text
    assert everyone.cast.next_door.name_ko not in client.get("/accounts?q=C101").text
    assert everyone.cast.next_door.name_ko not in client.get("/accounts?show=unfinished").text, "nobody works there"
    assert client.get("/accounts?q=%25&page=9").status_code == 200

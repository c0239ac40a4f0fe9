"""A page with its filters, kept under a name: saved, opened, renamed, deleted, started on. Nobody sees another's."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.people.models import Person
from lms.reports.saved.models import SavedView
from lms.reports.saved.rules import address_to_keep, fixed_day
from tests.accounts.everyone import end_posting
from tests.support.network import Cast, small_cast
from tests.support.sign_in import csrf_token, sign_in

LIST = "/shortfalls?role=MT&sort=-oldest&page=3&as_of=2019-06-30"
Send = Callable[..., TestResponse]


@pytest.fixture
def cast(session: Session) -> Cast:
    people = small_cast(session)
    session.commit()
    return people


@pytest.fixture
def send(client: FlaskClient) -> Send:
    """Give `send(person, path, **values)`: sign in and post a form."""

    def post(person: Person, path: str, **values: str) -> TestResponse:
        sign_in(client, person)
        return client.post(path, data={"csrf_token": csrf_token(client, "/me")} | values)

    return post


def save(send: Send, person: Person, name: str = "우리 정비사", address: str = LIST, **values: str) -> TestResponse:
    usual = {"name": name, "address": address, "as_of": "2019-06-30", "day": "OPENING"}
    return send(person, "/views", **(usual | values))


def kept(session: Session) -> list[SavedView]:
    session.rollback()
    return list(session.scalars(select(SavedView).order_by(SavedView.id)))


def test_what_passes_is_left_out():
    assert address_to_keep(LIST, None) == "/shortfalls?role=MT&sort=-oldest"
    assert address_to_keep("/rates", None) == "/rates"
    several = address_to_keep("/shortfalls?role=MT&role=SA&q=%EA%B9%80", date(2019, 6, 30))
    assert several == "/shortfalls?role=MT&role=SA&q=%EA%B9%80&as_of=2019-06-30"
    assert fixed_day(several) == "2019-06-30"
    assert fixed_day("/rates?role=MT") is None


def test_a_coordinator_saves_a_list_and_finds_it_again(client: FlaskClient, session: Session, send: Send, cast: Cast):
    answer = save(send, cast.coordinator)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/shortfalls?role=MT&sort=-oldest")
    page = client.get("/views").text
    assert "우리 정비사" in page
    assert 'href="/shortfalls?role=MT&amp;sort=-oldest"' in page
    assert client.get(kept(session)[0].address).status_code == 200


def test_a_view_may_stay_on_its_day(session: Session, send: Send, cast: Cast):
    save(send, cast.coordinator, day="FIXED")
    assert kept(session)[0].address == "/shortfalls?role=MT&sort=-oldest&as_of=2019-06-30"


def test_the_pages_offer_to_save_themselves(client: FlaskClient, cast: Cast):
    sign_in(client, cast.coordinator)
    for path in ("/rates?role=MT", f"/rates/{cast.center.public_id}", "/shortfalls?role=MT"):
        assert 'name="address" value="' + path in client.get(path).text


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/rates", "//elsewhere.example/rates", "/\\elsewhere.example", "/sign-in", "/me",
        "/static/css/base.css", "/nothing", "", "javascript:alert(1)", "/rates\n/x", "/rates?" + "a" * 3000,
    ],
)  # fmt: skip
def test_only_pages_of_ours_that_have_filters_are_kept(session: Session, send: Send, cast: Cast, address: str):
    assert save(send, cast.coordinator, address=address).status_code == 400
    assert not kept(session)


def test_a_name_is_asked_for_and_used_once(client: FlaskClient, session: Session, send: Send, cast: Cast):
    nameless = save(send, cast.coordinator, name=" ")
    assert nameless.status_code == 400
    assert 'value="/shortfalls?role=MT' in nameless.text, "what was set is kept"
    assert save(send, cast.coordinator).status_code == 303
    assert save(send, cast.coordinator).status_code == 400
    assert save(send, cast.area_manager).status_code == 303, "names are one's own"
    assert save(send, cast.coordinator, name="가" * 61).status_code == 400
    assert save(send, cast.coordinator, day="FIXED", as_of="soon", name="x").status_code == 400
    assert len(kept(session)) == 2


def test_a_hostile_name_is_shown_as_it_is_written(client: FlaskClient, send: Send, cast: Cast):
    save(send, cast.coordinator, name="<script>alert(1)</script>")
    page = client.get("/views").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_renaming_and_deleting(client: FlaskClient, session: Session, send: Send, cast: Cast):
    save(send, cast.coordinator)
    save(send, cast.coordinator, name="다른 보기")
    here = f"/views/{kept(session)[0].public_id}"
    assert send(cast.coordinator, f"{here}/name", name="다른 보기").status_code == 400, "taken"
    assert send(cast.coordinator, f"{here}/name", name="매주 월요일").status_code == 303
    assert [view.name for view in kept(session)] == ["매주 월요일", "다른 보기"]
    assert send(cast.coordinator, f"{here}/delete").status_code == 303
    assert [view.name for view in kept(session)] == ["다른 보기"]
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "saved_view")).all()
    assert sorted(actions) == ["delete", "rename", "save", "save"]


def test_starting_on_a_view(client: FlaskClient, session: Session, send: Send, cast: Cast):
    save(send, cast.coordinator)
    save(send, cast.coordinator, name="요율", address="/rates?by=role")
    first, second = (f"/views/{view.public_id}" for view in kept(session))
    for chosen, home in ((first, "/shortfalls?role=MT&sort=-oldest"), (second, "/rates?by=role")):
        send(cast.coordinator, f"{chosen}/start", start="yes")
        assert client.get("/").headers["Location"] == home
    assert sum(view.is_start for view in kept(session)) == 1
    send(cast.coordinator, f"{second}/start", start="no")
    assert client.get("/").headers["Location"] not in {"/rates?by=role", "/shortfalls?role=MT&sort=-oldest"}


def test_a_start_page_out_of_reach_gives_way_to_the_usual_one(
    client: FlaskClient, session: Session, send: Send, cast: Cast
):
    sign_in(client, cast.area_manager)
    usual = client.get("/").headers["Location"]
    save(send, cast.area_manager, address=f"/rates/{cast.far_away.public_id}")
    send(cast.area_manager, f"/views/{kept(session)[0].public_id}/start", start="yes")
    assert client.get("/").headers["Location"] == usual
    save(send, cast.coordinator)
    send(cast.coordinator, f"/views/{kept(session)[1].public_id}/start", start="yes")
    session.rollback()
    end_posting(session, cast.coordinator, date.today())  # noqa: DTZ011 - the day the page asks for
    session.commit()
    assert client.get("/", follow_redirects=True).request.path != "/shortfalls"


def test_nobody_reaches_anothers_view(client: FlaskClient, session: Session, send: Send, cast: Cast):
    save(send, cast.coordinator)
    here = f"/views/{kept(session)[0].public_id}"
    missing = send(cast.area_manager, "/views/zzzzzzzzzzz/delete").data
    for deed in ("name", "start", "delete"):
        answer = send(cast.area_manager, f"{here}/{deed}", name="mine", start="yes")
        assert (answer.status_code, answer.data) == (404, missing)
    assert client.get(here).data == missing
    assert "우리 정비사" not in client.get("/views").text
    assert kept(session)[0].name == "우리 정비사"


def test_someone_without_duties_has_no_use_for_it(send: Send, cast: Cast):
    assert save(send, cast.employee).status_code == 403


def test_every_list_with_an_address_keeps_it(cast: Cast, client: FlaskClient, send: Send, session: Session):
    admin = cast.training_admin
    lists = {
        f"/center/{cast.center.public_id}/board?tier=1": cast.coordinator,
        f"/rates/{cast.area.public_id}/spread": admin,
        f"/rates/{cast.area.public_id}?basis=headcount&attribution=due-date": admin,
        f"/rates/{cast.area.public_id}/roster": admin,
        "/duties/vacancies": admin,
        "/courses?tier=1": admin,
        "/centers?kind=AREA": admin,
    }
    for address, person in lists.items():
        sign_in(client, person)
        assert 'name="address"' in client.get(address).get_data(as_text=True), address
        assert save(send, person, name=address[:60], address=address).status_code == 303
    assert [view.address for view in kept(session)] == list(lists)
    sign_in(client, cast.employee)
    own = client.get("/courses?tier=1").get_data(as_text=True)
    assert 'name="address"' not in own, "whoever keeps no views is not offered to"

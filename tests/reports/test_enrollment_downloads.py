"""Where people look for enrollments: on a unit's page and on a course's; how many there are, and which file suits."""

import re

import pytest
from flask.testing import FlaskClient

from lms.reports import views
from tests.support.network import Cast, small_cast
from tests.support.sign_in import csrf_token, sign_in

DAY = "2019-06-30"


@pytest.fixture
def cast(session) -> Cast:
    people = small_cast(session)
    session.commit()
    return people


def formats(page: str) -> list[str]:
    return re.findall(r'name="format" value="(\w+)"', page)


def test_from_a_unit_and_from_a_course_to_its_enrollments(client: FlaskClient, cast: Cast):
    sign_in(client, cast.coordinator)
    unit = client.get(f"/rates/{cast.center.public_id}?as_of={DAY}").text
    assert f"/reports/enrollments?as_of={DAY}&amp;unit={cast.center.public_id}" in unit
    course = client.get(f"/courses/{cast.course.public_id}").text
    assert f"/reports/enrollments?course={cast.course.code}" in course


@pytest.mark.parametrize(("show", "kind"), [("", "enrollments"), ("open", "open-enrollments")])
def test_the_number_is_that_of_the_file(client: FlaskClient, cast: Cast, show: str, kind: str):
    sign_in(client, cast.coordinator)
    page = client.get(f"/reports/enrollments?as_of={DAY}&show={show}").text
    number = int(re.search(r"<strong>(\d+)", page.split("count-line")[1])[1])
    form = {"csrf_token": csrf_token(client, "/me"), "reason": "월간 점검 자료", "format": "csv", "as_of": DAY}
    answer = client.post(f"/reports/{kind}", data=form)
    assert f'action="/reports/{kind}"' in page
    assert answer.get_data(as_text=True).count("\n") - 1 == number > 0


def test_a_long_list_is_better_taken_as_csv(client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    sign_in(client, cast.coordinator)
    address = f"/reports/enrollments?as_of={DAY}"
    assert formats(client.get(address).text) == ["xlsx", "csv"]
    monkeypatch.setattr(views, "MANY_ROWS", 0)
    assert formats(client.get(address).text) == ["csv", "xlsx"]
    monkeypatch.setattr(views, "MAX_XLSX_ROWS", 0)
    assert formats(client.get(address).text) == ["csv"]
    form = {"csrf_token": csrf_token(client, "/me"), "reason": "월간 점검 자료", "format": "xlsx", "as_of": DAY}
    refused = client.post("/reports/enrollments", data=form)
    assert refused.status_code == 400
    assert formats(refused.text) == ["csv"]
    assert "월간 점검 자료" in refused.text, "what was typed is kept"


def test_nothing_to_take_says_so(client: FlaskClient, cast: Cast):
    sign_in(client, cast.coordinator)
    page = client.get("/reports/enrollments?as_of=1995-01-01&role=MT").text
    assert not formats(page)
    assert client.get("/reports/enrollments?role=NOBODY").status_code == 400


def test_only_who_may_name_people_is_offered_them(client: FlaskClient, cast: Cast):
    sign_in(client, cast.executive)
    assert client.get("/reports/enrollments").status_code == 403
    assert "/reports/enrollments" not in client.get("/rates").text
    sign_in(client, cast.employee)
    assert client.get("/reports/enrollments").status_code == 403
    assert "/reports/enrollments" not in client.get(f"/courses/{cast.course.public_id}").text

"""Taking a list away: a reason first, a record of it, then a file that holds what the page showed."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.people.models import Person
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in

DAY = date(2019, 6, 30)
REASON = "7월 센터 발전회의 준비"
Take = Callable[..., TestResponse]


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the fixed cast, and a colleague whose name a spreadsheet would run."""
    people = small_cast(session)
    net = Network(session)
    net.enroll(net.person("00130", "=HYPERLINK(1)", at=people.center), people.course, due_on=date(2019, 6, 20))
    session.commit()
    return people


@pytest.fixture
def take(client: FlaskClient) -> Take:
    """Give `take(person, kind, format=…, reason=…, **filters)`: sign in and send the download form."""

    def download(person: Person, kind: str, **values: Any) -> TestResponse:
        sign_in(client, person)
        usual = {"csrf_token": csrf_token(client, "/me"), "reason": REASON, "format": "csv", "as_of": str(DAY)}
        return client.post(f"/reports/{kind}", data=usual | values)

    return download


def table(answer: TestResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))


def workbook(answer: TestResponse) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data()))


def record(session: Session) -> list[AuditEvent]:
    session.rollback()
    return list(session.scalars(select(AuditEvent).where(AuditEvent.action == "download")))


def test_the_csv_holds_the_people_of_the_page_in_its_order(cast: Cast, take: Take, client: FlaskClient):
    answer = take(cast.coordinator, "shortfalls")
    assert answer.status_code == 200
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    rows = table(answer)
    assert [row[0] for row in rows[1:]] == ["00101", "00130"]
    assert rows[1][7:11] == ["1", "0", "1", "0.0"]
    page = client.get(f"/shortfalls?as_of={DAY}").get_data(as_text=True)
    assert page.index("00101") < page.index("00130")


def test_the_workbook_holds_the_same_rows_and_says_what_it_is(cast: Cast, take: Take):
    book = workbook(take(cast.coordinator, "shortfalls", format="xlsx"))
    cover, data, terms = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    texts = " ".join(str(cell) for row in cover for cell in row)
    assert str(DAY) in texts
    assert REASON in texts
    assert "박세나 (00103)" in texts
    assert "2" in [str(cell) for cell in cover[-1]]
    assert len(terms) > 3
    assert [row[0] for row in data[1:]] == ["00101", "00130"]
    assert data[1][12] == date(2019, 1, 31)
    assert data[1][10] == 0.0


def test_a_name_like_a_formula_stays_a_name_in_both_files(cast: Cast, take: Take):
    assert table(take(cast.coordinator, "shortfalls"))[2][1] == "'=HYPERLINK(1)"
    book = workbook(take(cast.coordinator, "shortfalls", format="xlsx"))
    assert book.get_sheet_by_index(1).to_python()[2][1] == "'=HYPERLINK(1)"


def test_the_record_is_on_disk_before_the_first_byte(cast: Cast, app: Flask, session: Session):
    client = app.test_client()
    sign_in(client, cast.coordinator)
    sent = {"csrf_token": csrf_token(client, "/me"), "reason": REASON, "format": "csv", "as_of": str(DAY)}
    answer = client.post("/reports/shortfalls", data=sent | {"below": "100"}, buffered=False)
    (event,) = record(session)
    assert event.reason == REASON
    assert event.actor_id == cast.coordinator.id
    assert sorted(event.subject_ids or []) == sorted(
        session.scalars(select(Person.id).where(Person.staff_no.in_(["00101", "00130"])))
    )
    assert event.detail == {"as_of": str(DAY), "below": "100", "format": "csv"}
    assert len(table(answer)) == 3
    answer.close()


def test_a_download_does_not_keep_others_from_writing(cast: Cast, app: Flask, session: Session):
    client = app.test_client()
    sign_in(client, cast.coordinator)
    sent = {"csrf_token": csrf_token(client, "/me"), "reason": REASON, "format": "csv", "as_of": str(DAY)}
    answer = client.post("/reports/shortfalls", data=sent, buffered=False)
    chunks = iter(answer.response)
    next(chunks)  # the file is under way
    session.rollback()
    Network(session).person("00140", "새사람", at=cast.center)
    session.commit()
    assert b"".join(chunks)
    answer.close()


@pytest.mark.parametrize("reason", ["", "   ", "....", "ㅋㅋㅋㅋㅋㅋㅋ", "abc"])
def test_nothing_leaves_without_a_reason(cast: Cast, take: Take, session: Session, reason: str):
    answer = take(cast.coordinator, "shortfalls", reason=reason, below="90")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'href="#reason"' in page
    assert 'name="below" value="90"' in page
    assert "00101" not in page
    assert record(session) == []


def test_nothing_leaves_without_a_token(cast: Cast, client: FlaskClient, session: Session):
    sign_in(client, cast.coordinator)
    assert client.post("/reports/shortfalls", data={"reason": REASON}).status_code == 400
    assert record(session) == []


def test_a_stated_reason_counts_as_the_purpose(cast: Cast, take: Take):
    assert [row[0] for row in table(take(cast.area_manager, "shortfalls"))[1:]] == ["00101", "00130"]


def test_a_file_never_reaches_beyond_the_scope(cast: Cast, take: Take):
    numbers = {row[0] for kind in ("shortfalls", "enrollments") for row in table(take(cast.coordinator, kind))[1:]}
    assert "00201" not in numbers
    assert take(cast.coordinator, "shortfalls", unit=cast.far_away.public_id).status_code == 400
    assert take(cast.executive, "shortfalls").status_code == 403
    assert take(cast.employee, "enrollments").status_code == 403


def test_an_executive_downloads_figures_but_no_people(cast: Cast, take: Take, session: Session):
    net = Network(session)
    for number in range(12):
        at = cast.center if number % 2 else cast.far_away
        net.enroll(net.person(f"{600 + number:05}", f"직원{number}", at=at), cast.course, due_on=date(2019, 6, 20))
    session.commit()
    rows = table(take(cast.executive, "rates"))
    assert [row[0] for row in rows[1:]] == ["R1", "R2"]
    center = table(take(cast.executive, "rates", unit=cast.center.public_id))
    assert len(center) == 1


def test_rates_of_a_unit_are_those_of_its_page(cast: Cast, take: Take, client: FlaskClient):
    rows = table(take(cast.region_manager, "rates", unit=cast.area.public_id))
    assert [row[:6] for row in rows[1:]] == [["C101", rows[1][1], "3", "1", "2", "33.3"]]
    page = client.get(f"/rates/{cast.area.public_id}?as_of={DAY}").get_data(as_text=True)
    assert "33.3%" in page


def test_open_enrollments_are_those_not_done(cast: Cast, take: Take):
    everything = table(take(cast.training_admin, "enrollments"))
    still_open = table(take(cast.training_admin, "open-enrollments"))
    assert [row[0] for row in everything[1:]] == ["00101", "00102", "00130", "00201"]
    assert [row[0] for row in still_open[1:]] == ["00101", "00130", "00201"]


def test_a_course_is_taken_as_its_page_shows_it(cast: Cast, take: Take):
    rows = table(take(cast.coordinator, "course", course=cast.course.code, show="open"))
    assert [row[0] for row in rows[1:]] == ["00101", "00130"]


def test_the_file_name_is_korean_with_a_plain_one_beside_it(cast: Cast, take: Take):
    header = take(cast.region_manager, "shortfalls", format="xlsx", unit=cast.area.public_id).headers[
        "Content-Disposition"
    ]
    assert 'filename="shortfalls_20190630_A1.xlsx"' in header
    korean = re.search(r"filename\*=UTF-8''(\S+)", header)
    assert korean
    assert re.fullmatch(r"(미달명단|shortfalls)_20190630_A1\.xlsx", unquote(korean[1]))


def test_an_unknown_list_or_format_is_refused(cast: Cast, take: Take):
    assert take(cast.coordinator, "salaries").status_code == 404
    assert take(cast.coordinator, "shortfalls", format="pdf").status_code == 400


@pytest.mark.parametrize("below", [None, "60"])
def test_page_csv_workbook_and_command_hold_the_same_people(
    cast: Cast, take: Take, client: FlaskClient, runner: FlaskCliRunner, session: Session, below: str | None
):
    net = Network(session)
    second = net.course("SECOND")
    for number in range(70):
        center = (cast.center, cast.next_door, cast.far_away)[number % 3]
        person = net.person(f"7{number:04}", f"직원{number:02}", at=center)
        net.enroll(person, cast.course, due_on=date(2019, 6, number % 29 + 1))
        net.enroll(person, second, due_on=date(2019, 5, 1), completed_on=date(2019, 5, number % 25 + 1))
    session.commit()
    filters = {"below": below} if below else {}
    asked = f"/shortfalls?as_of={DAY}&sort=staff_no" + (f"&below={below}" if below else "")
    files = {
        kind: take(cast.training_admin, "shortfalls", format=kind, sort="staff_no", **filters)
        for kind in ("csv", "xlsx")
    }
    in_csv = [row[0] for row in table(files["csv"])[1:]]
    in_workbook = [row[0] for row in workbook(files["xlsx"]).get_sheet_by_index(1).to_python()[1:]]
    command = ["shortfall", "--as-of", str(DAY), "--format", "csv", *(["--below", below] if below else [])]
    printed = list(csv.DictReader(io.StringIO(runner.invoke(args=command).stdout)))
    sent = {"csrf_token": csrf_token(client, "/me"), "reason": REASON, "next": "/me"}
    assert client.post(f"/units/{cast.network.public_id}/purpose", data=sent).status_code == 303
    pages = [client.get(f"{asked}&page={number}").text for number in (1, 2)]
    on_screen = [found for page in pages for found in re.findall(r"<small>(\d{5}) ·", page)]
    assert len(in_csv) > 50
    assert in_csv == in_workbook == on_screen == sorted(row["staff_no"] for row in printed)

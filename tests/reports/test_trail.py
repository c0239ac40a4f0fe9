"""The auditor's access record: who may look, searching it, one line of it, and taking it away."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.actions import record
from lms.audit.models import AuditEvent
from lms.audit.queries import TrailFilter, list_lines
from lms.audit.rules import Actor
from lms.people.models import Person
from lms.shared.clock import local_date, utcnow
from tests.accounts.everyone import Everyone
from tests.support.network import Network
from tests.support.sign_in import csrf_token, sign_in
from tests.support.statements import counted_statements

TODAY = local_date(utcnow(), "Asia/Seoul")
REASON = "7월 개인정보 점검"


@pytest.fixture
def everyone(session: Session) -> Everyone:
    people = Everyone(session)
    session.commit()
    return people


def noted(session: Session, who: Person | None, action: str = "view", kind: str = "person", **more: Any) -> AuditEvent:
    """Add a line of an hour ago, or as told, and commit it."""
    at = more.pop("at", utcnow() - timedelta(hours=1))
    origin = more.pop("origin", "192.0.2.7")
    actor = Actor(
        person_id=who.id if who else None,
        label=f"{who.name} ({who.staff_no})" if who else "cli:operator",
        origin=origin,
        at=at,
    )
    event = record(session, actor, action, kind, more.pop("object_id", "x"), **more)
    session.commit()
    return event


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["employee", "coordinator", "training_admin", "cs_admin", "executive", "system_admin"])
def test_only_an_auditor_sees_the_record(everyone: Everyone, client: FlaskClient, kind: str):
    sign_in(client, everyone.person(kind))
    for address in ("/audit", "/audit/downloads", "/audit/reviews", f"/audit/reviews/{TODAY:%Y-%m}"):
        assert client.get(address).status_code == 403
    assert 'href="/audit"' not in page(client, "/me")


def test_an_auditor_sees_logs_and_no_training(everyone: Everyone, client: FlaskClient):
    sign_in(client, everyone.person("auditor"))
    assert 'href="/audit"' in page(client, "/me")
    for address in ("/rates", "/shortfalls", "/people?q=김", "/imports/"):
        assert client.get(address).status_code == 403
    assert client.get(f"/people/{everyone.cast.employee.public_id}").status_code == 404


def test_the_record_is_searched_by_each_of_its_columns(everyone: Everyone, client: FlaskClient, session: Session):
    cast = everyone.cast
    noted(session, cast.coordinator, subject_ids=[cast.employee.id], origin="192.0.2.7")
    noted(
        session,
        cast.area_manager,
        "download",
        "export",
        object_id="shortfalls",
        reason="월간 보고",
        origin="198.51.100.3",
    )
    noted(session, None, "roster.apply", "import", subject_ids=[cast.colleague.id], at=utcnow() - timedelta(days=3))
    noted(session, cast.coordinator, "names.open", "org_unit", at=utcnow() - timedelta(days=90))
    sign_in(client, everyone.person("auditor"))
    asked = {
        "who=00103": {"박세나"},
        "who=박세": {"박세나"},
        "who=ㅂㅅㄴ": {"박세나"},
        "who=cli:operator": {"cli:operator"},
        "whose=00101": {"박세나"},
        "whose=00102": {"cli:operator"},
        "action=download": {"정나라"},
        "object=export": {"정나라"},
        "origin=198.51.100.3": {"정나라"},
        "stated=given": {"정나라"},
        "whose=00101&action=download": set(),
        f"until={TODAY - timedelta(days=2)}": {"cli:operator"},
        f"since={TODAY - timedelta(days=100)}&until={TODAY - timedelta(days=80)}": {"박세나"},
    }
    for query, expected in asked.items():
        shown = page(client, f"/audit?{query}").split("<table", 1)[-1] if expected else page(client, f"/audit?{query}")
        body = shown.split("</table>")[0]
        found = {name for name in ("박세나", "정나라", "cli:operator") if f'">{name}' in body}
        assert found == expected, query


def test_an_address_that_means_nothing_is_refused_with_the_field_named(everyone: Everyone, client: FlaskClient):
    sign_in(client, everyone.person("auditor"))
    for wrong in ("since=2019-13-01", "action=dance", "object=moon", f"since={TODAY}&until=2001-01-01"):
        answer = client.get(f"/audit?{wrong}")
        assert answer.status_code == 400
        assert 'href="#filter-' in answer.get_data(as_text=True)
    assert client.get("/audit?before=zzzzzzzzzzz").status_code == 404
    assert "table" not in page(client, "/audit?whose=404404").split("<main")[1].split("empty")[0]


def test_older_lines_follow_without_gap_or_repetition(session: Session):
    now = datetime(2019, 6, 30, 12, tzinfo=UTC)
    for number in range(130):  # several at the same instant
        actor = Actor(person_id=7, label="x", origin="y", at=now - timedelta(seconds=number // 7))
        record(session, actor, "view", "t", str(number))
    session.commit()
    seen: list[str] = []
    before = None
    with counted_statements() as sent:
        while True:
            found = list_lines(session, where=TrailFilter(until=now + timedelta(days=1)), before=before)
            seen += [line.object_id for line in found.lines]
            assert found.total == 130
            before = found.older
            if before is None:
                break
    assert len(seen) == len(set(seen)) == 130
    assert [int(one) // 7 for one in seen] == sorted(int(one) // 7 for one in seen)
    assert sent.total == 3 + 3 + 2  # rows and number of each page, and where the next one begins


def test_one_line_names_the_actor_in_full_and_the_others_masked(
    everyone: Everyone, client: FlaskClient, session: Session
):
    cast = everyone.cast
    line = noted(session, cast.coordinator, subject_ids=[cast.employee.id], detail={"as_of": "2019-06-30"})
    sign_in(client, everyone.person("auditor"))
    shown = page(client, f"/audit/events/{line.public_id}")
    assert "박세나 (00103)" in shown
    assert "00101" in shown
    assert "김*나" in shown
    assert "김하나" not in shown
    assert "2019-06-30" in shown
    assert client.get("/audit/events/zzzzzzzzzzz").status_code == 404


def test_a_change_tells_what_it_did_in_words_and_a_look_its_conditions(
    everyone: Everyone, client: FlaskClient, session: Session
):
    done = {
        "completed_on": "2019-06-29",
        "evidence": "ATTENDANCE",
        "another_key": "ATTENDANCE",
        "counts": {"refused": 3},
    }
    change = noted(session, everyone.cast.coordinator, "enrollments.record", "recording", detail=done)
    look = noted(session, everyone.cast.coordinator, detail={"as_of": "2019-06-30"})
    sign_in(client, everyone.person("auditor"))
    shown, seen = (page(client, f"/audit/events/{one.public_id}") for one in (change, look))
    assert ("<h2>내용</h2>" in shown, "조회 조건" in shown) == (True, False)
    rows = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", shown, re.S)
    assert ("이수일", "2019-06-29") in rows
    assert ("근거", "출석부") in rows
    assert ("another_key", "ATTENDANCE") in rows, "what has no words stands as it is"
    assert any(value == "거부: 3" for _, value in rows)
    assert ("<h2>내용</h2>" in seen, "<h2>조회 조건</h2>" in seen) == (False, True)


def test_looking_at_the_record_is_recorded(everyone: Everyone, client: FlaskClient, session: Session):
    cast, auditor = everyone.cast, everyone.person("auditor")
    line = noted(session, cast.coordinator, subject_ids=[cast.employee.id])
    sign_in(client, auditor)
    page(client, "/audit?who=00103")
    page(client, f"/audit/events/{line.public_id}")
    session.rollback()
    mine = select(AuditEvent).where(AuditEvent.actor_id == auditor.id, AuditEvent.action == "view")
    search, detail = session.scalars(mine.order_by(AuditEvent.id))
    assert (search.object_type, search.subject_ids, search.detail) == (
        "audit_trail", [cast.coordinator.id], {"who": "00103"},
    )  # fmt: skip
    assert (detail.object_id, detail.subject_ids) == (line.public_id, sorted([cast.employee.id, cast.coordinator.id]))


@pytest.fixture
def crowd(everyone: Everyone, session: Session, monkeypatch: pytest.MonkeyPatch) -> Everyone:
    """Give five people with something overdue, in a house where a line lists three at most and a page shows three."""
    monkeypatch.setattr("lms.reports.views.MOST_IDS", 3)
    monkeypatch.setattr("lms.reports.trail.pages.PEOPLE_SHOWN", 3)
    net, cast = Network(session), everyone.cast
    for number in range(5):
        person = net.person(f"9000{number}", f"사람{number}", at=cast.next_door)
        net.enroll(person, cast.course, due_on=date(2019, 6, 1))
    session.commit()
    return everyone


def test_a_set_too_large_to_list_is_found_again(crowd: Everyone, client: FlaskClient, session: Session):
    cast = crowd.cast
    sign_in(client, cast.area_manager)
    sent = {"csrf_token": csrf_token(client, "/me"), "reason": REASON, "format": "csv", "as_of": "2019-06-30"}
    assert client.post("/reports/shortfalls", data=sent).status_code == 200
    session.rollback()
    line = session.scalars(select(AuditEvent).where(AuditEvent.action == "download")).one()
    assert (line.subject_ids, line.subject_count, line.is_listed) == (None, 6, False)
    sign_in(client, crowd.person("auditor"))
    search = page(client, "/audit?whose=90003&action=download")
    assert "sets=only" in search
    address = f"/audit/events/{line.public_id}"
    assert f"{address}?whose=90003" in page(client, "/audit?whose=90003&sets=only")
    once = page(client, f"{address}?whose=90003")
    assert "90003</th>" not in once
    assert "again=1" in once
    found = page(client, f"{address}?whose=90003&again=1")
    assert "00101</th>" in found
    assert "포함되어 있습니다" in found
    assert "포함되어 있지 않습니다" in page(client, f"{address}?whose=00201&again=1")
    assert "90003</th>" in page(client, f"{address}?again=1&page=2")


def test_the_record_is_taken_away_with_a_reason_and_that_is_recorded(
    everyone: Everyone, client: FlaskClient, session: Session
):
    cast, auditor = everyone.cast, everyone.person("auditor")
    noted(session, cast.coordinator, subject_ids=[cast.employee.id, cast.colleague.id], reason="=1+1")
    noted(session, cast.area_manager, "download", "export", reason="월간 보고")
    sign_in(client, auditor)
    sent = {"csrf_token": csrf_token(client, "/me"), "format": "csv", "who": "00103"}
    assert client.post("/audit/extract", data=sent).status_code == 400
    answer = client.post("/audit/extract", data=sent | {"reason": REASON})
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    assert rows[1][1] == "박세나 (00103)"
    assert rows[1][7] == "00101, 00102"
    assert rows[1][8] == "'=1+1"
    workbook = client.post("/audit/extract", data=sent | {"reason": REASON, "format": "xlsx"})
    assert workbook.get_data().startswith(b"PK")
    assert "filename*=UTF-8''" in workbook.headers["Content-Disposition"]
    session.rollback()
    first, _second = session.scalars(select(AuditEvent).where(AuditEvent.action == "audit.extract"))
    assert (first.actor_id, first.reason, first.detail["who"]) == (auditor.id, REASON, "00103")
    assert first.subject_ids == sorted([cast.coordinator.id, cast.employee.id, cast.colleague.id])


def test_downloads_stand_with_reason_people_and_flags(everyone: Everyone, client: FlaskClient, session: Session):
    cast = everyone.cast
    noon = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=3)
    noted(session, cast.coordinator, "download", "export", object_id="shortfalls", reason="발전회의 준비 자료", at=noon)
    noted(
        session, cast.area_manager, "download", "export", object_id="shortfalls", reason="ㅋㅋㅋㅋㅋㅋ",
        subject_count=501, at=noon - timedelta(hours=12),
    )  # fmt: skip
    noted(session, cast.area_manager, "view", "shortfalls")
    sign_in(client, everyone.person("auditor"))
    days = f"since={TODAY - timedelta(days=2)}&until={TODAY + timedelta(days=1)}"
    everything = page(client, f"/audit/downloads?{days}")
    assert "발전회의 준비 자료" in everything
    assert "미달 명단" in everything
    flagged = page(client, f"/audit/downloads?{days}&flag=any")
    assert "발전회의 준비 자료" not in flagged
    for words in ("사유 불충분", "500명 초과", "07–21시 밖", "ㅋㅋㅋㅋㅋㅋ"):
        assert words in flagged.split("<tbody>")[1]
    assert client.get("/audit/downloads?flag=pretty").status_code == 400

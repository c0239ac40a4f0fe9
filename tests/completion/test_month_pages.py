"""The training administrator closes a month; everyone sees their part of it, and the same figures everywhere."""

import csv
import html
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.access import ENDPOINTS
from lms.audit.models import AuditEvent
from lms.audit.rules import Actor
from lms.completion.months.models import CompanyDay, MonthClose
from lms.completion.months.wording import QUESTIONS
from lms.completion.targets.actions import set_target
from lms.completion.targets.rules import EVERYTHING, Measure, TargetTerms
from lms.enrollments.actions import record_completion
from lms.enrollments.models import Enrollment
from lms.people.models import Person
from tests.accounts.everyone import Everyone
from tests.support.sign_in import csrf_token, sign_in

NOW = datetime(2019, 6, 4, 3, tzinfo=UTC)
REASON = "강남점 출석부가 늦게 도착"
Post = Callable[..., Any]


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def everyone(session: Session) -> Everyone:
    """Give one person of each kind; three of the cast had a course due in January, one of them done."""
    people = Everyone(session)
    session.commit()
    return people


@pytest.fixture
def post(client: FlaskClient) -> Post:
    def send(person: Person, path: str, **values: str) -> Any:
        sign_in(client, person)
        return client.post(path, data={"csrf_token": csrf_token(client, "/me"), **values})

    return send


def closes(session: Session) -> list[MonthClose]:
    session.rollback()
    return list(session.scalars(select(MonthClose).order_by(MonthClose.number)))


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def late_fact(session: Session, everyone: Everyone) -> None:
    """Record an hour later that the employee was done in May."""
    session.rollback()
    mine = session.scalars(select(Enrollment).where(Enrollment.person_id == everyone.cast.employee.id)).one()
    who = Actor(person_id=None, label="t", origin="t", at=NOW + timedelta(hours=1))
    record_completion(session, enrollment_id=mine.id, completed_on=date(2019, 5, 20), actor=who)
    session.commit()


def test_closing_correcting_and_what_everyone_sees(
    everyone: Everyone, session: Session, client: FlaskClient, post: Post
):  # fmt: skip
    admin = everyone.person("training_admin")
    sign_in(client, admin)
    listed = plain(client.get("/months").get_data(as_text=True))
    assert "2019-05 마감 대기 2019-06-05" in listed
    preview = plain(client.get("/months/2019-05").get_data(as_text=True))
    assert "승인을 기다리는 면제 0" in preview
    # Each question that stands open leads to where it is settled, as of the month's end.
    asked = client.get("/months/2019-05").get_data(as_text=True).split('id="questions"')[1].split("</table>")[0]
    links = [html.unescape(link) for link in re.findall(r'<a href="([^"]+)"', asked)]
    assert "/rules/uncovered?as_of=2019-05-31" in links
    assert {client.get(link).status_code for link in links} == {200}
    assert "3건 중 1건" in preview
    assert "진행 중인 달" in client.get("/months/2019-06").get_data(as_text=True)
    for absent in ("2019-07", "2019-13", "junk", "2019-5", "0001-01"):
        assert client.get(f"/months/{absent}").status_code == 404
    assert post(admin, "/months/2019-06/close").status_code == 422
    assert [post(admin, "/months/2019-05/close").status_code for _ in range(2)] == [303, 303]
    (first,) = closes(session)
    assert (first.due, first.done, first.closed_by_id) == (3, 1, admin.id)
    with time_machine.travel(datetime(2019, 6, 5, 3, tzinfo=UTC), tick=False):
        late_fact(session, everyone)
        sign_in(client, admin)
        assert "변경 1건" in client.get("/months/2019-05?compare=1").get_data(as_text=True)
        assert post(admin, "/months/2019-05/correct", after="1").status_code == 422
        assert post(admin, "/months/2019-05/correct", after="1", reason=REASON).status_code == 303
        again = post(admin, "/months/2019-05/correct", after="1", reason=REASON)
        assert again.status_code == 422
        assert "그사이" in again.get_data(as_text=True)
        assert [one.done for one in closes(session)] == [1, 2]
        corrected = plain(client.get("/months/2019-05").get_data(as_text=True))
        assert "보고한 이수율은 33.3%, 정정한 이수율은 66.6%" in corrected
        assert REASON in corrected
        assert "3건 중 1건" in plain(client.get("/months/2019-05?number=1").get_data(as_text=True))
    sees = {"coordinator": "2건 중 2건", "executive": "적은 수치", "auditor": "수치는 볼 수 없습니다"}
    for kind, text in sees.items():
        sign_in(client, everyone.person(kind))
        seen = plain(client.get("/months/2019-05").get_data(as_text=True))
        assert text in seen, kind
        assert (admin.name in seen) is (kind == "auditor")
        assert "마감본 다운로드" not in seen
        assert post(everyone.person(kind), "/months/2019-04/close").status_code == 403


def test_page_file_command_and_snapshot_say_the_same(
    everyone: Everyone, session: Session, client: FlaskClient, runner: FlaskCliRunner, post: Post
):
    admin = everyone.person("training_admin")
    by_rates = runner.invoke(args=["rates", "--as-of", "2019-05-31", "--by", "center", "--format", "json"])
    previewed = runner.invoke(args=["months", "preview", "2019-05"])
    assert post(admin, "/months/2019-05/close").status_code == 303
    late_fact(session, everyone)
    (close,) = closes(session)
    shown = runner.invoke(args=["months", "show", "2019-05", "--format", "json"])
    assert json.loads(shown.output) == json.loads(by_rates.output)
    assert close.sha256 in previewed.output
    assert runner.invoke(args=["months", "close", "2019-04"]).exit_code == 0
    for address in ("/months", "/months/2019-04"):
        closed = plain(client.get(address).get_data(as_text=True))
        assert "명령줄" in closed
        assert "cli:" not in closed
    assert post(admin, "/months/2019-05/download", format="csv").status_code == 400
    answer = post(admin, "/months/2019-05/download", format="csv", reason="월간 보고 자료")
    assert "month-close_2019-05_1.csv" in answer.headers["Content-Disposition"]
    head, *rows = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline=""))
    done = [row for row in rows if row[head.index("이수일")]]
    assert (len(rows), len(done)) == (close.row_count, close.done) == (3, 1)
    assert {(row[0], row[1]) for row in done} == {("00102", "이두리")}
    page = plain(client.get("/months/2019-05?by=center").get_data(as_text=True))
    for line in json.loads(shown.output):
        assert f"{line['due']}건 중 {line['done']}건" in page
    # Each center leads to its rates as known at the close: the late fact is not among them.
    centers = client.get("/months/2019-05?by=center").get_data(as_text=True)
    (link,) = re.findall(r'href="(/rates/[^"]+)">강남점', centers)
    assert "2건 중 1건" in plain(client.get(html.unescape(link)).get_data(as_text=True))
    session.rollback()
    taken = session.scalars(select(AuditEvent).where(AuditEvent.action == "download")).one()
    assert (taken.object_type, taken.object_id, taken.subject_count) == ("month", "2019-05", 3)
    verified = runner.invoke(args=["months", "verify"])
    assert (verified.exit_code, "2 snapshots, 0 not proven" in verified.output) == (0, True), verified.output


def test_commands_close_correct_and_list(everyone: Everyone, session: Session, runner: FlaskCliRunner):
    def run(*words: str, code: int = 0) -> str:
        done = runner.invoke(args=["months", *words])
        assert done.exit_code == code, done.output
        return done.output

    assert "not over yet" in run("close", "2019-06", code=1)
    assert "2019-05: TO_CLOSE, to be closed by 2019-06-05" in run("preview", "2019-05")
    assert "3 rows" in run("close", "2019-05")
    assert "closed already" in run("close", "2019-05", code=1)
    assert "Nothing has changed" in run("correct", "2019-05", "--reason", "to see", code=1)
    with time_machine.travel(datetime(2019, 6, 5, 3, tzinfo=UTC), tick=False):
        late_fact(session, everyone)
        assert "changed +1, done +1" in run("correct", "2019-05", "--reason", REASON)
    row = next(one for one in json.loads(run("list", "--format", "json")) if one["month"] == "2019-05")
    assert (row["state"], row["snapshots"], row["done"], row["rate"]) == ("CORRECTED", 2, 1, 33.3)
    assert "is not a month" in run("show", "2019-5", code=2)
    assert "no such snapshot" in run("show", "2019-04", code=1)
    assert "2019-06-07 창립기념일" in run("days-off", "--add", "2019-06-07", "--name", "창립기념일")


def test_company_days_move_the_day_of_closing(everyone: Everyone, session: Session, client: FlaskClient, post: Post):
    admin = everyone.person("training_admin")
    day = {"day": "2019-06-05", "name": "창립기념일"}
    assert [post(admin, "/months/days-off", **day).status_code for _ in range(2)] == [303, 422]
    assert post(admin, "/months/days-off", day="2019-06-05", name=" ").status_code == 422
    # The 6th is Memorial Day.
    assert "2019-05 마감 대기 2019-06-07" in plain(client.get("/months").get_data(as_text=True))
    assert post(admin, "/months/days-off/remove", day="2019-06-05").status_code == 303
    assert post(admin, "/months/days-off/remove", day="2019-06-05").status_code == 404
    assert "2019-05 마감 대기 2019-06-05" in plain(client.get("/months").get_data(as_text=True))
    session.rollback()
    assert session.scalars(select(CompanyDay)).one().superseded_at == NOW


def test_each_month_is_held_against_the_target_of_its_own_day(
    everyone: Everyone, session: Session, client: FlaskClient
):  # fmt: skip
    terms = TargetTerms(measure=Measure.CENTER, about=EVERYTHING, percent=85, starts_on=date(2019, 6, 4))
    set_target(session, who_decides(), terms=terms, reason="a step at a time", today=terms.starts_on)
    session.commit()
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        sign_in(client, everyone.cast.training_admin)
        assert "목표 85%" in plain(client.get("/months/2019-06").text)
        assert "목표 90%" in plain(client.get("/months/2019-05").text)


def who_decides() -> Actor:
    return Actor(person_id=None, label="t", origin="t", at=NOW)


def test_every_question_before_a_close_leads_to_a_page_there_is():
    assert {place for _title, _meaning, place in QUESTIONS.values()} - {""} <= ENDPOINTS.keys()

"""As known then, where people meet it: pages, downloads and the command line show the same report of then."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.actions import record_completion
from lms.enrollments.models import Enrollment
from lms.shared.clock import instant_of
from tests.support.network import Cast
from tests.support.sign_in import csrf_token, sign_in

# Half past midnight of June 2nd in Seoul.
LATE = datetime(2019, 6, 1, 15, 30, tzinfo=UTC)


def test_a_day_means_its_end_in_the_organizations_zone():
    assert instant_of("2019-06-01", "Asia/Seoul") == datetime(2019, 6, 1, 14, 59, 59, 999999, tzinfo=UTC)
    assert instant_of("2019-06-02T00:30", "Asia/Seoul") == LATE
    assert instant_of("2019-06-01T15:30Z", "Asia/Seoul") == LATE
    for wrong in ("", "yesterday", "2019-13-01"):
        with pytest.raises(ValueError, match=r"."):
            instant_of(wrong, "Asia/Seoul")


@pytest.fixture
def corrected(session: Session, cast: Cast) -> Cast:
    """Record late that 김하나 of Gangnam had completed in January."""
    mine = session.scalars(select(Enrollment).where(Enrollment.person_id == cast.employee.id)).one()
    actor = Actor(person_id=None, label="test", origin="test", at=LATE)
    record_completion(session, enrollment_id=mine.id, completed_on=date(2019, 1, 30), actor=actor)
    session.commit()
    return cast


def test_pages_and_files_show_the_report_of_then(client: FlaskClient, corrected: Cast, session: Session):
    sign_in(client, corrected.coordinator)
    rates = f"/rates/{corrected.center.public_id}?as_of=2019-05-31"

    def text(address: str) -> str:
        return client.get(address).get_data(as_text=True)

    assert "100.0%" in text(rates)
    assert "100.0%" in text(f"{rates}&known_at=2019-06-02")
    then = text(f"{rates}&known_at=2019-06-01")
    assert "50.0%" in then
    assert "2019-06-01" in then
    assert "그때 알려진 내용이 없습니다" in text(f"{rates}&known_at=2010-01-01")
    assert "00101" not in text("/shortfalls?as_of=2019-05-31")
    assert "00101" in text("/shortfalls?as_of=2019-05-31&known_at=2019-06-01")
    assert client.get("/shortfalls?known_at=soon").status_code == 400
    assert client.get("/rates?known_at=2090-01-01").status_code == 400
    token = csrf_token(client, "/account/password")
    asked = {"csrf_token": token, "reason": "어제 보고서 다시 확인", "format": "csv", "as_of": "2019-05-31"}
    now = client.post("/reports/shortfalls", data=asked).get_data(as_text=True)
    before = client.post("/reports/shortfalls", data={**asked, "known_at": "2019-06-01"}).get_data(as_text=True)
    assert "00101" not in now
    assert "00101" in before


def test_commands_answer_as_known_then(runner: FlaskCliRunner, corrected: Cast):
    def run(*arguments: str) -> Any:
        return runner.invoke(args=[*arguments, "--as-of", "2019-05-31"])

    assert "00101" not in run("shortfall").output
    assert "00101" in run("shortfall", "--known-at", "2019-06-01").output
    assert "00101" not in run("shortfall", "--known-at", "2019-06-02T00:30").output
    assert "100.0" in run("rates", "--unit", "C101", "--format", "csv").output
    assert "50.0" in run("rates", "--unit", "C101", "--format", "csv", "--known-at", "2019-06-01").output
    assert run("rates", "--known-at", "soon").exit_code == 2

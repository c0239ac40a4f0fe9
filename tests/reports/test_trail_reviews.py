"""The monthly review: its figures, who signs it, and that it stays as it was signed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.actions import record
from lms.audit.models import AuditEvent, AuditReview
from lms.audit.rules import Actor
from lms.people.models import Person
from lms.people.rules import DutyKind
from tests.accounts.everyone import Everyone
from tests.support.sign_in import csrf_token, sign_in

MAY = datetime(2019, 5, 20, 3, tzinfo=UTC)
JUNE = datetime(2019, 6, 28, 3, tzinfo=UTC)
JULY = datetime(2019, 7, 5, 3, tzinfo=UTC)
FINDINGS = "내려받기 한 건의 사유를 물었고, 문제가 없었습니다."


@pytest.fixture
def everyone(session: Session) -> Everyone:
    """Give everyone, and a trail from May on with a flagged download, a refused sign-in and a new duty in June."""
    people = Everyone(session)
    noted(session, people.cast.coordinator, "view", "person", MAY)
    noted(session, people.cast.coordinator, "download", "export", JUNE, subject_count=900, reason="본사 보고 자료")
    noted(session, None, "sign_in.refused", "account", JUNE)
    noted(session, people.cast.training_admin, "duties.appoint", "duty", JUNE)
    session.commit()
    return people


def noted(session: Session, who: Person | None, action: str, kind: str, at: datetime, **more: Any) -> None:
    label = f"{who.name} ({who.staff_no})" if who else "anonymous"
    record(session, Actor(person_id=who and who.id, label=label, origin="192.0.2.7", at=at), action, kind, "x", **more)


@pytest.fixture(autouse=True)
def july():
    with time_machine.travel(JULY, tick=False):
        yield


def sign(client: FlaskClient, month: str = "2019-06", findings: str = FINDINGS) -> TestResponse:
    return client.post(f"/audit/reviews/{month}", data={"csrf_token": csrf_token(client, "/me"), "findings": findings})


def reviews(session: Session) -> list[AuditReview]:
    session.rollback()
    return list(session.scalars(select(AuditReview)))


def test_months_stand_with_their_state_and_overdue_ones_are_seen(everyone: Everyone, client: FlaskClient):
    sign_in(client, everyone.person("auditor"))
    page = client.get("/audit/reviews").get_data(as_text=True)
    assert page.index("2019-07") < page.index("2019-06") < page.index("2019-05")
    assert "진행 중" in page
    assert "미검토" in page
    with time_machine.travel(datetime(2019, 8, 1, 3, tzinfo=UTC), tick=False):
        sign_in(client, everyone.person("auditor"))
        later = client.get("/audit/reviews").get_data(as_text=True)
    assert later.count("검토 지연") == 2


def test_a_month_shows_its_figures(everyone: Everyone, client: FlaskClient):
    sign_in(client, everyone.person("auditor"))
    page = client.get("/audit/reviews/2019-06").get_data(as_text=True)
    assert "본사 보고 자료" in page
    assert "500명 초과" in page
    assert "로그인 거부" in page
    assert "담당 임명" in page
    for absent in ("2019-04", "2019-08", "2019-13", "junk", "2019-6"):
        assert client.get(f"/audit/reviews/{absent}").status_code == 404


def test_an_independent_auditor_signs_once_and_for_good(everyone: Everyone, client: FlaskClient, session: Session):
    auditor = everyone.person("auditor")
    sign_in(client, auditor)
    assert sign(client, findings="좋음").status_code == 422
    assert reviews(session) == []
    assert sign(client).status_code == 303
    (review,) = reviews(session)
    assert (review.month, review.findings, review.signed_by_id) == (date(2019, 6, 1), FINDINGS, auditor.id)
    assert review.figures["flagged_downloads"] == 1
    assert (review.figures["refused_sign_ins"], review.figures["duty_changes"]) == (1, 1)
    assert sign(client, findings="다른 의견을 다시 적습니다.").status_code == 422
    assert [one.findings for one in reviews(session)] == [FINDINGS]
    page = client.get("/audit/reviews/2019-06").get_data(as_text=True)
    assert FINDINGS in page
    assert 'name="findings"' not in page
    assert "검토 완료" in page
    line = session.scalars(select(AuditEvent).where(AuditEvent.action == "audit.review")).one()
    assert (line.actor_id, line.object_id) == (auditor.id, "2019-06")


def test_figures_stay_as_they_were_signed(everyone: Everyone, client: FlaskClient, session: Session):
    sign_in(client, everyone.person("auditor"))
    sign(client)
    session.rollback()
    noted(session, everyone.cast.coordinator, "download", "export", JUNE, subject_count=900, reason="또 다른 자료")
    session.commit()
    (review,) = reviews(session)
    page = client.get("/audit/reviews/2019-06").get_data(as_text=True)
    assert review.figures["downloads"] == 1
    assert "서명 당시" in page


@pytest.mark.parametrize("month", ["2019-07"])
def test_a_month_that_is_not_over_is_not_signed(everyone: Everyone, client: FlaskClient, session: Session, month: str):
    sign_in(client, everyone.person("auditor"))
    page = client.get(f"/audit/reviews/{month}").get_data(as_text=True)
    assert "아직 끝나지 않은" in page
    assert sign(client, month).status_code == 422
    assert reviews(session) == []


def test_who_worked_in_operations_that_month_does_not_sign(everyone: Everyone, client: FlaskClient, session: Session):
    auditor = everyone.person("auditor")
    everyone.net.duty(
        auditor, DutyKind.CS_ADMIN, everyone.cast.network, since=date(2019, 1, 1), until=date(2019, 6, 2)
    )  # fmt: skip
    session.commit()
    sign_in(client, auditor)
    assert "운영 업무" in client.get("/audit/reviews/2019-06").get_data(as_text=True)
    assert sign(client).status_code == 422
    assert reviews(session) == []
    everyone.net.person("00988", "새감사", at=everyone.cast.office, role="PV")


def test_who_downloaded_that_month_does_not_sign(everyone: Everyone, client: FlaskClient, session: Session):
    auditor = everyone.person("auditor")
    noted(session, auditor, "audit.extract", "audit_trail", JUNE, reason="점검 자료 확인")
    session.commit()
    sign_in(client, auditor)
    assert 'name="findings"' in client.get("/audit/reviews/2019-06").get_data(as_text=True)
    session.rollback()
    noted(session, auditor, "download", "export", JUNE, reason="교육 현황 확인")
    session.commit()
    assert "다른 사람이 서명" in client.get("/audit/reviews/2019-06").get_data(as_text=True)
    assert sign(client).status_code == 422

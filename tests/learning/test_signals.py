"""Doubts as head office meets them: found by the sweep, read for a purpose, checked with a note; nothing is voided."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.enrollments.models import Enrollment, EnrollmentRevision
from lms.learning.content.models import Edition
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import ModuleProgress, ProgressPost, StudyRecord
from lms.learning.progress.rules import EvidenceLevel
from lms.learning.signals.actions import evaluate_signals
from lms.learning.signals.models import SignalCheck, StudyPrint
from lms.learning.signals.queries import evidence_levels
from lms.people.models import NamePurpose, Person
from lms.shared.clock import local_date, utcnow
from tests.learning.histories import MODULES, honest
from tests.learning.studying import actor_of, edition
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in

KINDS = {"READ": ModuleKind.PAGE, "WATCH": ModuleKind.VIDEO, "TURN": ModuleKind.DOCUMENT}
TODAY = local_date(utcnow(), "Asia/Seoul")
NOTE = "Asked them: they had read it on paper before."


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


@pytest.fixture
def of(session: Session, cast: Cast) -> Edition:
    course = Network(session).course("DOUBT-01", title_ko="의심 <i>과정</i>", title_en="Doubt")
    modules = ({"kind": KINDS[kind], "minutes": nominal // 60, "key": key} for key, kind, nominal in MODULES)
    return edition(session, course, *modules)


def learn(session: Session, person: Person, of: Edition, seed: int, by: timedelta = timedelta()) -> StudyRecord:
    """Write the honest history of a seed into the tables, moved in time."""
    told = honest(seed)
    done = {"due_on": date(2026, 11, 30), "assigned_on": date(2026, 10, 20), "completed_on": date(2026, 11, 2)}
    enrollment = Network(session).enroll(person, of.course, **done)
    record = StudyRecord(
        enrollment_id=enrollment.id, edition_id=of.id, started_at=told.started_at + by, last_at=told.completed_at + by,
        completed_at=told.completed_at + by, evidence_level=EvidenceLevel.SELF_REPORT,
    )  # fmt: skip
    session.add(record)
    session.flush()
    for part in (part for part in told.parts if part.is_measured and part.completed_at):
        times = {"opened_at": part.opened_at + by, "last_at": part.opened_at + by, "opened_on": date(2026, 11, 2)}
        session.add(
            ModuleProgress(
                record_id=record.id, module_key=part.key, percent=100, seconds=part.spent,
                completed_at=part.completed_at + by if part.completed_at else None, **times,
            )
        )  # fmt: skip
    for number, post in enumerate(told.posts):
        session.add(
            ProgressPost(
                record_id=record.id, key=f"{seed}-{record.id}-{number}", body_sha256="0" * 64, kind=post.kind,
                module_key=post.module_key, payload={"said": post.text}, answer={},
                said_at=post.said_at + by if post.said_at else None,
                received_at=post.received_at + by, device=f"{post.device}-{record.id}",
            )
        )  # fmt: skip
    session.commit()
    return record


def look(session: Session, at_most: int = 100) -> int:
    found = evaluate_signals(session, actor_of(None, utcnow()), timezone="Asia/Seoul", at_most=at_most)
    session.commit()
    return found


def found_of(session: Session, record: StudyRecord) -> list[str]:
    check = session.scalars(select(SignalCheck).where(SignalCheck.record_id == record.id)).one()
    return [one["signal"] for one in check.signals]


def state_of(session: Session) -> tuple[object, ...]:
    session.rollback()
    columns = Enrollment.__table__.columns
    rows = session.execute(select(*columns).order_by(Enrollment.id)).all()
    return rows, session.scalar(select(func.count(EnrollmentRevision.id)))


def test_each_completion_is_looked_at_once_and_no_enrollment_changes(session: Session, cast: Cast, of: Edition):
    fine = learn(session, cast.employee, of, 21)
    replayed = learn(session, cast.colleague, of, 21, timedelta(hours=5, seconds=3.25))
    early = learn(session, cast.namesake, of, 22)
    early.enrollment.assigned_on = date(2026, 11, 9)
    session.commit()
    before = state_of(session)
    assert [look(session, at_most=2), look(session, at_most=2), look(session)] == [2, 1, 0]
    assert found_of(session, fine) == []
    assert found_of(session, replayed) == ["REPLAYED"]
    assert found_of(session, early) == ["BEFORE_ASSIGNED"]
    check = session.scalars(select(SignalCheck).where(SignalCheck.record_id == early.id)).one()
    assert (check.rule_version, check.signals[0]["figures"], check.is_doubtful) == (1, {"days": 7}, True)
    assert state_of(session) == before, "a signal never voids or changes anything"
    assert session.scalar(select(func.count()).select_from(StudyPrint))


def test_the_sweep_asks_for_it_and_leaves_the_last_hour_alone(
    session: Session, cast: Cast, of: Edition, runner: FlaskCliRunner
):
    learn(session, cast.employee, of, 23)
    fresh = learn(session, cast.colleague, of, 24)
    fresh.completed_at = utcnow() - timedelta(minutes=50)
    session.commit()
    for _ in range(2):
        assert runner.invoke(args=["jobs", "sweep"]).exit_code == 0
    session.rollback()
    assert session.scalar(select(func.count(SignalCheck.id))) == 1
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "signals.evaluate")).one()
    assert told.detail == {"completions": 1, "doubtful": 0, "rules": 1}


def test_a_record_without_a_single_post_is_doubted(session: Session, cast: Cast, of: Edition):
    record = learn(session, cast.employee, of, 25)
    for post in session.scalars(select(ProgressPost).where(ProgressPost.record_id == record.id)):
        session.delete(post)
    session.commit()
    look(session)
    assert "NO_EVENTS" in found_of(session, record)


def test_head_office_reads_the_list_for_a_purpose_and_marks_one_as_checked(
    client: FlaskClient, session: Session, cast: Cast, of: Edition
):
    record = learn(session, cast.employee, of, 26)
    record.enrollment.assigned_on = date(2026, 11, 5)
    session.commit()
    look(session)
    before = state_of(session)
    sign_in(client, cast.coordinator)
    assert client.get("/doubts").status_code == 403
    sign_in(client, cast.training_admin)
    closed = client.get("/doubts").get_data(as_text=True)
    assert cast.employee.staff_no not in closed
    assert "배정 전 이수 (1)" in closed
    session.rollback()
    stated = {"unit_id": cast.network.id, "stated_on": TODAY, "purpose": "audit", "recorded_at": utcnow()}
    session.add(NamePurpose(person_id=cast.training_admin.id, **stated))
    session.commit()
    page = client.get("/doubts?signal=BEFORE_ASSIGNED&course=DOUBT-01").get_data(as_text=True)
    assert "00101" in page
    assert "자기 학습" in page
    assert "의심 &lt;i&gt;과정&lt;/i&gt;" in page
    assert "00101" not in client.get("/doubts?signal=TOO_FAST").get_data(as_text=True)
    assert client.get("/doubts?signal=NONSENSE").status_code == 400
    check = session.scalars(select(SignalCheck)).one()
    address = f"/doubts/{check.public_id}"
    form = {"csrf_token": csrf_token(client, address)}
    session.rollback()
    assert client.post(f"{address}/check", data=form | {"note": "ok"}).status_code == 422
    assert client.post(f"{address}/check", data=form | {"note": NOTE}).status_code == 303
    assert client.post(f"{address}/check", data=form | {"note": "another note"}).status_code == 422
    assert NOTE in client.get(address).get_data(as_text=True)
    assert "00101" not in client.get("/doubts").get_data(as_text=True)
    assert "00101" in client.get("/doubts?show=checked").get_data(as_text=True)
    assert state_of(session) == before
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "signals.check")).one()
    assert (told.reason, told.subject_ids) == (NOTE, [cast.employee.id])


def test_how_a_completion_is_known_stands_on_the_persons_records(
    client: FlaskClient, session: Session, cast: Cast, of: Edition
):
    record = learn(session, cast.employee, of, 27)
    by_hand = session.scalars(select(Enrollment).where(Enrollment.person_id == cast.colleague.id)).one()
    by_hand.evidence_kind, by_hand.recorded_by_id = "ATTENDANCE", cast.coordinator.id
    session.commit()
    assert evidence_levels(session, person_id=cast.employee.id) == {record.enrollment_id: EvidenceLevel.SELF_REPORT}
    session.rollback()
    sign_in(client, cast.coordinator)
    assert "자기 학습" in client.get(f"/people/{cast.employee.public_id}/records").get_data(as_text=True)
    assert "확인자 기록" in client.get(f"/people/{cast.colleague.public_id}/records").get_data(as_text=True)

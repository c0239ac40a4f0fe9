"""Scores, attendance, what an earlier cycle brings along, and how a completion is known."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.courses.models import CourseVersion
from lms.enrollments.models import Enrollment
from lms.learning.content.rules import Keeps, ModuleKind
from lms.learning.progress import actions, queries
from lms.learning.progress.actions_posts import take_post
from lms.learning.progress.models import ModuleProgress
from lms.learning.progress.rules import EvidenceLevel, Outlook, PostKind, StudyState
from lms.shared.errors import DomainError, NotFoundError
from tests.learning.studying import NOON, TODAY, Studying, actor_of, edition, post
from tests.support.network import Network

QUIZ = {"kind": ModuleKind.QUIZ}
SESSION = {"kind": ModuleKind.SESSION}
LINK = {"kind": ModuleKind.LINK, "url": "https://example.com/"}


def score_of(studying: Studying, score: int, *, passed: bool) -> Outlook:
    key, record = studying.modules[0].key, studying.record
    actor = actor_of(studying.cast.employee)
    return actions.note_score(studying.session, actor, record, module_key=key, score=score, passed=passed, today=TODAY)


def kept(studying: Studying) -> ModuleProgress:
    studying.session.expire_all()
    return studying.session.get_one(ModuleProgress, (studying.record.id, studying.modules[0].key))


def test_the_best_score_stands_and_a_lower_one_later_changes_nothing(session: Session):
    studying = Studying(session, QUIZ, LINK, pass_score=60)
    assert score_of(studying, 40, passed=False).state is StudyState.IN_PROGRESS
    assert (kept(studying).score, kept(studying).percent, kept(studying).completed_at) == (40, 0, None)
    score_of(studying, 90, passed=True)
    assert (kept(studying).score, kept(studying).percent, kept(studying).completed_at) == (90, 100, NOON)
    score_of(studying, 30, passed=False)
    assert (kept(studying).score, kept(studying).percent, kept(studying).completed_at) == (90, 100, NOON)
    assert queries.progress_of(session, studying.neighbors.id) == {}


def test_a_quiz_not_passed_completes_nothing_and_passing_it_does_once(session: Session):
    studying = Studying(session, QUIZ, pass_score=60)
    found = score_of(studying, 59, passed=False)
    assert found.state is StudyState.EXAM_FAILED
    assert studying.enrollment.completed_on is None
    assert score_of(studying, 80, passed=True).state is StudyState.COMPLETED
    session.refresh(studying.enrollment)
    assert (studying.enrollment.completed_on, studying.enrollment.score) == (TODAY, 80)
    score_of(studying, 100, passed=True)
    session.refresh(studying.enrollment)
    assert studying.enrollment.score == 80
    assert queries.evidence_of(session, studying.enrollment) is EvidenceLevel.SERVER_QUIZ
    assert session.get_one(Enrollment, studying.neighbors.enrollment_id).completed_on is None


@pytest.mark.parametrize("score", [-1, 101])
def test_a_score_is_within_a_hundred_points(session: Session, score: int):
    studying = Studying(session, QUIZ)
    with pytest.raises(DomainError, match="score"):
        score_of(studying, score, passed=True)


def test_a_score_is_noted_of_a_quiz_alone(session: Session):
    studying = Studying(session, LINK)
    with pytest.raises(NotFoundError):
        score_of(studying, 80, passed=True)


def attend(studying: Studying, who: Any, on: date = TODAY, reason: str = "출석부 3쪽 <b>") -> Outlook:
    key = studying.modules[0].key
    return actions.record_attendance(
        studying.session, actor_of(who), studying.record, module_key=key, on=on, reason=reason, timezone="Asia/Seoul"
    )


def test_someone_else_records_attendance_and_answers_for_it(session: Session):
    studying = Studying(session, SESSION)
    cast = studying.cast
    assert attend(studying, cast.coordinator, on=TODAY - timedelta(days=2)).state is StudyState.COMPLETED
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "progress.attend")).one()
    assert (event.actor_id, event.reason, event.object_id) == (
        cast.coordinator.id, "출석부 3쪽 <b>", studying.record.public_id,
    )  # fmt: skip
    assert event.detail == {"module": studying.modules[0].key, "on": "2019-06-29"}
    session.refresh(studying.enrollment)
    assert (studying.enrollment.completed_on, studying.enrollment.completed_at) == (TODAY - timedelta(days=2), None)
    assert queries.evidence_of(session, studying.enrollment) is EvidenceLevel.WITNESSED
    assert queries.progress_of(session, studying.neighbors.id) == {}


def test_a_sheet_handed_in_late_completes_on_the_day_of_the_last_part(session: Session):
    studying = Studying(session, SESSION, LINK)
    opened = post(studying.modules[1], PostKind.ACKNOWLEDGE)
    yesterday = actor_of(studying.cast.employee, NOON - timedelta(days=1))
    take_post(session, yesterday, studying.record, opened, today=TODAY - timedelta(days=1))
    assert attend(studying, studying.cast.coordinator, on=TODAY - timedelta(days=2)).state is StudyState.COMPLETED
    session.refresh(studying.enrollment)
    assert studying.enrollment.completed_on == TODAY - timedelta(days=1)


def test_an_optional_part_done_later_makes_nobody_late(session: Session):
    studying = Studying(session, SESSION, LINK | {"required": False})
    opened = post(studying.modules[1], PostKind.ACKNOWLEDGE)
    take_post(session, actor_of(studying.cast.employee), studying.record, opened, today=TODAY)
    assert attend(studying, studying.cast.coordinator, on=TODAY - timedelta(days=2)).state is StudyState.COMPLETED
    session.refresh(studying.enrollment)
    assert studying.enrollment.completed_on == TODAY - timedelta(days=2)


@pytest.mark.parametrize(
    ("days", "reason", "code"),
    [(1, "출석부", "future"), (-20_000, "출석부", "long_ago"), (0, "  ", "reason"), (0, "가" * 301, "reason")],
)
def test_attendance_needs_a_day_that_was_and_a_reason(session: Session, days: int, reason: str, code: str):
    studying = Studying(session, SESSION)
    with pytest.raises(DomainError, match=code):
        attend(studying, studying.cast.coordinator, TODAY + timedelta(days=days), reason)
    assert queries.progress_of(session, studying.record.id) == {}


def test_nobody_records_their_own_attendance(session: Session):
    studying = Studying(session, SESSION)
    with pytest.raises(DomainError, match="oneself"):
        attend(studying, studying.cast.employee)
    assert queries.progress_of(session, studying.record.id) == {}


def next_cycle(studying: Studying, *modules: dict[str, Any]) -> tuple[Enrollment, Any]:
    """Publish an edition that asks for its new part only, and enroll the employee in its cycle."""
    session, course = studying.session, studying.cast.course
    asks = {"pass_progress_pct": 100, "pass_score": 0, "validity_months": 0, "renewal_window_days": 0}
    version = CourseVersion(course_id=course.id, number=2, effective_on=TODAY, recorded_at=NOON, **asks)
    session.add(version)
    session.flush()
    made = edition(session, course, *modules, version=version, keeps=Keeps.TOP_UP)
    enrollment = Network(session).enroll(
        studying.cast.employee, course, due_on=None, cycle=2, course_version_id=version.id
    )
    return enrollment, made


def test_what_was_done_in_the_cycle_before_counts_where_only_the_new_part_is_asked_for(session: Session):
    studying = Studying(session, QUIZ, LINK)
    quiz, link = studying.modules
    score_of(studying, 70, passed=True)
    neighbor = actor_of(studying.cast.namesake)
    told = post(link, PostKind.ACKNOWLEDGE)  # the neighbor's must not be carried over
    take_post(session, neighbor, studying.neighbors, told, today=TODAY)
    enrollment, made = next_cycle(studying, QUIZ | {"key": quiz.key}, LINK | {"key": link.key}, LINK)
    record = actions.open_record(
        session, actor_of(studying.cast.employee), enrollment=enrollment, edition=made, today=TODAY
    )
    carried = queries.progress_of(session, record.id)
    assert {key: (row.score, row.percent) for key, row in carried.items()} == {quiz.key: (70, 100)}
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "progress.open")).one()
    assert event.detail["carried_over"] == 1
    again = actions.open_record(
        session, actor_of(studying.cast.employee), enrollment=enrollment, edition=made, today=TODAY
    )
    assert again is record


def test_a_completion_by_hand_is_witnessed_and_studying_alone_is_the_learners_word(session: Session):
    studying = Studying(session, LINK)
    assert queries.evidence_of(session, studying.enrollment) is None
    actor = actor_of(studying.cast.employee)
    take_post(session, actor, studying.record, post(studying.modules[0], PostKind.ACKNOWLEDGE), today=TODAY)
    session.refresh(studying.enrollment)
    assert queries.evidence_of(session, studying.enrollment) is EvidenceLevel.SELF_REPORT
    studying.enrollment.evidence_kind = "WITNESSED"
    assert queries.evidence_of(session, studying.enrollment) is EvidenceLevel.WITNESSED
    imported = session.get_one(Enrollment, studying.neighbors.enrollment_id)
    imported.completed_on = TODAY
    assert queries.evidence_of(session, imported) is None

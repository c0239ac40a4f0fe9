"""Granting someone more time for a quiz."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.exceptions.rules import Role
from lms.learning.progress.models import StudyRecord
from lms.learning.quizzes.models import Attempt, TimeGrant
from lms.learning.quizzes.queries_time import TimedQuiz, find_grant
from lms.learning.quizzes.rules_attempts import LONGEST_EXTRA, is_late
from lms.shared.errors import DomainError, NotFoundError

LONGEST_REASON = 300
GRANTING = frozenset({Role.TRAINING, Role.CENTER})


def grant_time(
    session: Session,
    actor: Actor,
    *,
    quiz: TimedQuiz,
    minutes: int,
    reason: str,
    roles: frozenset[Role],
    request_key: str,
) -> TimeGrant:
    """Give someone more minutes for a quiz, also in an attempt that is open; the same form again acts once.

    `roles` are what `roles_toward` says of the actor and the person.

    Raises:
        NotFoundError: the actor neither looks after the person's center nor administers training, or asks for
            themselves.
        DomainError: no reason is given ("reason"), or the minutes are too few or too many altogether ("minutes").
    """
    if not roles & GRANTING or Role.SUBJECT in roles:
        raise NotFoundError
    session.execute(select(StudyRecord.id).where(StudyRecord.id == quiz.record.id).with_for_update())
    if before := find_grant(session, request_key=request_key):
        return before
    _check(quiz, minutes, reason)
    granted = TimeGrant(
        record_id=quiz.record.id, module_key=quiz.module.key, minutes=minutes, reason=reason.strip(),
        granted_by_id=actor.person_id, recorded_at=actor.at, request_key=request_key,
    )  # fmt: skip
    session.add(granted)
    _move_deadline(session, quiz, minutes, actor)
    session.flush()
    audit.record(
        session, actor, "quizzes.grant_time", "study_record", quiz.record.public_id,
        subject_ids=[quiz.record.enrollment.person_id], reason=granted.reason,
        detail={"module": quiz.module.public_id, "minutes": minutes},
    )  # fmt: skip
    return granted


def _check(quiz: TimedQuiz, minutes: int, reason: str) -> None:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise DomainError("reason")
    if not 0 < minutes <= LONGEST_EXTRA - quiz.extra:
        raise DomainError("minutes")


def _move_deadline(session: Session, quiz: TimedQuiz, minutes: int, actor: Actor) -> None:
    wanted = select(Attempt).where(Attempt.record_id == quiz.record.id, Attempt.module_key == quiz.module.key)
    for attempt in session.scalars(wanted.where(Attempt.ended_at.is_(None))):
        if attempt.deadline_at is not None and not is_late(attempt.deadline_at, actor.at):
            attempt.deadline_at += timedelta(minutes=minutes)

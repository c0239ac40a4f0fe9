"""Loading the history of one completion for the signals, and finding those that wait to be looked at."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.enrollments.models import Enrollment
from lms.learning.content.models import Module
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import ModuleProgress, ProgressPost, StudyRecord
from lms.learning.signals.models import SignalCheck, StudyPrint
from lms.learning.signals.queries_answers import count_attempts, wrong_answers, wrong_of_colleagues
from lms.learning.signals.rules import History, Part, Post, Seen
from lms.learning.signals.rules_prints import prints_of

# Who comes right after on the same device must have had the time to come.
SETTLES = timedelta(hours=1)
NEARBY = timedelta(minutes=15)
MEASURED = frozenset({ModuleKind.PAGE, ModuleKind.VIDEO, ModuleKind.DOCUMENT})
MINUTE = 60


def waiting(now: datetime) -> Select[int]:
    """Select the study records that completed long enough ago and were not looked at, the oldest first."""
    looked = select(SignalCheck.record_id)
    return (
        select(StudyRecord.id)
        .join(Enrollment, Enrollment.id == StudyRecord.enrollment_id)
        .where(
            StudyRecord.completed_at <= now - SETTLES,
            StudyRecord.id.not_in(looked),
            Enrollment.completed_on.is_not(None),
        )
        .order_by(StudyRecord.completed_at, StudyRecord.id)
    )


def load_history(session: Session, *, record_id: int, timezone: str) -> History:
    """Load everything that the signals look at, of a completed study record."""
    record = session.get_one(StudyRecord, record_id)
    enrollment = record.enrollment
    rows = session.scalars(
        select(ProgressPost).where(ProgressPost.record_id == record.id).order_by(ProgressPost.received_at)
    ).all()
    posts = tuple(_post(row) for row in rows)
    prints = prints_of(posts, [row.key for row in rows])
    completed_at = record.completed_at or record.last_at
    zone = ZoneInfo(timezone)
    completed_on = enrollment.completed_on or completed_at.astimezone(zone).date()
    return History(
        assigned_on=enrollment.assigned_on,
        completed_on=completed_on,
        started_at=record.started_at,
        completed_at=completed_at,
        deadline=_end_of(enrollment, zone),
        parts=tuple(_parts(session, record)),
        posts=posts,
        others=tuple(_others(session, record, posts)),
        prints=prints,
        shared_prints=_shared_prints(session, record, prints),
        wrong=wrong_answers(session, record_ids=[record.id]).get(record.id, frozenset()),
        wrong_of_others=wrong_of_colleagues(session, record, completed_on),
    )


def _post(row: ProgressPost) -> Post:
    # The key is made anew for each post: what is said does not hold it.
    said = {name: value for name, value in row.payload.items() if name not in {"key", "said_at", "device"}}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return Post(row.kind, row.module_key, row.received_at, row.said_at, row.device, text)


def _end_of(enrollment: Enrollment, zone: ZoneInfo) -> datetime | None:
    if enrollment.due_on is None:
        return None
    return datetime.combine(enrollment.due_on + timedelta(days=1), time.min, zone)


def _parts(session: Session, record: StudyRecord) -> list[Part]:
    wanted = (
        select(Module, ModuleProgress)
        .join(ModuleProgress, ModuleProgress.module_key == Module.key)
        .where(Module.edition_id == record.edition_id, ModuleProgress.record_id == record.id)
        .order_by(Module.position)
    )
    taken = count_attempts(session, record_id=record.id)
    return [
        Part(
            key=module.key,
            is_measured=module.required and module.kind in MEASURED,
            nominal=module.seconds if module.kind == ModuleKind.VIDEO and module.seconds else module.minutes * MINUTE,
            spent=progress.seconds,
            opened_at=progress.opened_at,
            completed_at=progress.completed_at,
            score=progress.score,
            attempts=taken.get(module.key, 0) if module.kind == ModuleKind.QUIZ else None,
        )
        for module, progress in session.execute(wanted)
    ]


def _others(session: Session, record: StudyRecord, posts: Sequence[Post]) -> list[Seen]:
    """Return who else was on the same devices, from shortly before the learner's first post there to after the last."""
    times: dict[str, list[datetime]] = {}
    for post in posts:
        if post.device:
            times.setdefault(post.device, []).append(post.received_at)
    found = []
    for device, at in times.items():
        seen = select(Enrollment.person_id, ProgressPost.received_at).join_from(ProgressPost, StudyRecord)
        seen = seen.join(Enrollment, Enrollment.id == StudyRecord.enrollment_id)
        near = ProgressPost.received_at.between(min(at) - NEARBY, max(at) + NEARBY)
        person = record.enrollment.person_id
        rows = session.execute(seen.where(ProgressPost.device == device, near, Enrollment.person_id != person))
        found += [Seen(device, row.person_id, row.received_at) for row in rows]
    return found


def _shared_prints(session: Session, record: StudyRecord, prints: Collection[str]) -> dict[int, int]:
    """Return how many prints stand in the completion of someone else who had begun before."""
    if not prints:
        return {}
    wanted = (
        select(StudyPrint.record_id, func.count())
        .join(StudyRecord, StudyRecord.id == StudyPrint.record_id)
        .join(Enrollment, Enrollment.id == StudyRecord.enrollment_id)
        .where(
            StudyPrint.print.in_(prints), StudyPrint.record_id != record.id,
            Enrollment.person_id != record.enrollment.person_id, StudyRecord.started_at <= record.started_at,
        )
        .group_by(StudyPrint.record_id)
    )  # fmt: skip
    return dict(session.execute(wanted).all())

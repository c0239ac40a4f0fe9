"""Publishing a draft as a version of its course, and bringing people to it in batches."""

from datetime import date

from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.actions import add_version
from lms.courses.models import Course, CourseVersion
from lms.courses.rules import PassRules
from lms.enrollments.versions.actions import ask_for_version, begin_asking, move_to_version
from lms.jobs.queue import request
from lms.learning.content import hooks
from lms.learning.content.models import Edition
from lms.learning.content.queries import list_editions, parts_of
from lms.learning.content.rendering import pictures_of
from lms.learning.content.rules import Fault, Keeps, faults
from lms.shared.errors import DomainError

MOVE = "content.move_people"


def faults_of(session: Session, draft: Edition) -> list[Fault]:
    """Return what keeps a draft from being published."""
    named = {name for one in draft.modules for body in (one.body_ko, one.body_en) for name in pictures_of(body)}
    unknown = named - {one.name for one in draft.files}
    own = faults(parts_of(draft), chapters=len(draft.chapters), pass_score=draft.pass_score, unknown=unknown)
    return own + hooks.checked(session, draft)


def publish(
    session: Session,
    actor: Actor,
    draft: Edition,
    *,
    effective_on: date,
    keeps: Keeps,
    due_on: date | None = None,
    today: date,
) -> CourseVersion:
    """Publish a draft as the next version of its course; people are brought to it from the day it takes effect.

    Raises:
        DomainError: it is published already ("published") or unfinished ("unfinished"), takes effect in the past
            ("effective_past") or before the last version ("before_last_version"), or the new part has no due date or
            one before that ("due_missing", "due_early").
    """
    if draft.course_version_id is not None:
        raise DomainError("published")
    if faults_of(session, draft):
        raise DomainError("unfinished")
    _check_days(effective_on, keeps, due_on, today)
    course = draft.course
    version = add_version(
        session,
        course,
        rules=_pass_rules(draft, course),
        effective_on=effective_on,
        requires_retake=keeps is Keeps.RETAKE,
        actor=actor,
    )
    draft.keeps, draft.top_up_due_on = keeps, due_on if keeps is Keeps.TOP_UP else None
    draft.published_at, draft.published_by_id = actor.at, actor.person_id
    draft.course_version = version
    session.flush()
    _note_publication(session, actor, draft)
    if effective_on <= today:
        request(session, MOVE, edition_id=draft.id)
    return version


def _note_publication(session: Session, actor: Actor, edition: Edition) -> None:
    version, due_on = edition.course_version, edition.top_up_due_on
    detail: dict[str, object] = {"course": edition.course.code, "keeps": edition.keeps}
    if version and version.effective_on:
        detail |= {"version": version.number, "effective_on": version.effective_on.isoformat()}
    detail |= {"due_on": due_on.isoformat()} if due_on else {}
    audit.record(session, actor, "content.publish", "edition", edition.public_id, detail=detail)


def _check_days(effective_on: date, keeps: Keeps, due_on: date | None, today: date) -> None:
    if effective_on < today:
        raise DomainError("effective_past")
    if keeps is Keeps.TOP_UP and due_on is None:
        raise DomainError("due_missing")
    if keeps is Keeps.TOP_UP and due_on is not None and due_on < effective_on:
        raise DomainError("due_early")


def _pass_rules(draft: Edition, course: Course) -> PassRules:
    """Return the draft's criteria; how long a completion is valid goes on as before."""
    last = course.versions[-1] if course.versions else None
    return PassRules(
        minutes=sum(module.minutes for module in draft.modules),
        chapters=len(draft.chapters) or None,
        pass_progress_pct=draft.pass_progress_pct,
        pass_score=draft.pass_score,
        max_chapters_per_day=draft.max_chapters_per_day,
        validity_months=last.validity_months if last else 0,
        renewal_window_days=last.renewal_window_days if last else 0,
    )


def bring_people(session: Session, actor: Actor, edition: Edition, *, today: date) -> int:
    """Bring some hundred people to a published edition in force; return how many, 0 when all are there.

    Who is in the course goes on in the new version, unless people are kept; where there was nothing to learn before,
    they are moved even then. Who completed is asked for the new part by its date. Doing it again changes nothing.
    """
    version = edition.course_version
    if version is None or edition.moved_at is not None:
        return 0
    goes_on = edition.keeps != Keeps.KEEP or is_first(session, edition)
    if goes_on and (moved := move_to_version(session, version, actor=actor)):
        hooks.followed(session, actor, edition, today)
        return moved
    if edition.keeps == Keeps.TOP_UP and edition.top_up_due_on:
        key = f"edition {edition.public_id}"
        asking = begin_asking(
            session,
            version,
            on=today,
            due_on=edition.top_up_due_on,
            by_id=edition.published_by_id,
            key=key,
            actor=actor,
        )
        return ask_for_version(session, version, on=today, assignment=asking, actor=actor)
    return 0


def is_first(session: Session, edition: Edition) -> bool:
    """Tell whether no earlier version of the course has content."""
    return all(one.id == edition.id for one in list_editions(session, edition.course_id)[-1:])


def finish_bringing(session: Session, actor: Actor, edition: Edition) -> None:
    """Note that everyone was brought to an edition."""
    edition.moved_at = actor.at
    session.flush()
    audit.record(session, actor, "content.finish_moving", "edition", edition.public_id)
    session.flush()

"""Taking posts of the player: each is kept as it came, with what it earns and what it is answered, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Update,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.enrollments.models import Enrollment
from lms.learning.progress.actions import keep_state, settle, values_of
from lms.learning.progress.models import ModuleProgress, ProgressPost, StudyRecord
from lms.learning.progress.queries import Known, Studied, read_for_post
from lms.learning.progress.rules import (
    ABOUT,
    Answer,
    ModuleState,
    Post,
    PostKind,
    Step,
    StudyFacts,
    StudyState,
    outlook,
    refusal,
)
from lms.learning.progress.rules_earning import advance, credit, moment_of
from lms.shared.db import Ready, table_of, writes_at_once
from lms.shared.errors import DomainError

# Built once, on the tables themselves: see queries.py.
_RECORD, _MODULE, _POST = table_of(StudyRecord), table_of(ModuleProgress), table_of(ProgressPost)
_ENROLLMENT = table_of(Enrollment).c
# The record is at the revision read, the person's own and completed as far as was read, and the key is new.
_AS_READ = (
    _RECORD.c.id == bindparam("of_record"),
    _RECORD.c.revision == bindparam("read"),
    exists().where(
        _ENROLLMENT.id == _RECORD.c.enrollment_id,
        _ENROLLMENT.person_id == bindparam("of_person"),
        _ENROLLMENT.completed_on.is_not_distinct_from(bindparam("done_on", type_=_ENROLLMENT.completed_on.type)),
    ),
    ~exists().where(_POST.c.record_id == _RECORD.c.id, _POST.c.key == bindparam("new_key")),
)
_ADVANCED = ("seconds", "last_at", "last_key", "revision")
_POSTED = tuple(column.name for column in _POST.c if not column.primary_key)
_WAIT = select(_RECORD.c.id).where(_RECORD.c.id == bindparam("of_record")).with_for_update()
_ANSWER = [field.name for field in fields(Answer)]


def _told(table: Table, names: tuple[str, ...]) -> dict[str, BindParameter[Any]]:
    """Return parameters for columns, named after their table as well: one statement writes to three."""
    return {name: bindparam(f"{table.name}_{name}", type_=table.c[name].type) for name in names}


def _named(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{table.name}_{name}": value for name, value in values.items()}


@lru_cache(maxsize=8)
def _advance(only_if: ColumnElement[bool] | None = None) -> Update:
    """Return the statement that writes the record where it is as it was read, else nothing."""
    return update(_RECORD).where(*_AS_READ, *(() if only_if is None else (only_if,)))


@lru_cache(maxsize=8)
def _advance_alone(dialect: Dialect, only_if: ColumnElement[bool] | None = None) -> Ready:
    return Ready(_advance(only_if), dialect, _ADVANCED)


@lru_cache(maxsize=2)
def _insert_post(dialect: Dialect) -> Ready:
    return Ready(insert(_POST).inline(), dialect, _POSTED)


@lru_cache(maxsize=8)
def _at_once(dialect: Dialect, only_if: ColumnElement[bool] | None = None) -> Ready:
    """Return the statement that writes record, module and post where the record is as it was read, else nothing.

    It returns the post's id: how many rows an INSERT wrote, SQLAlchemy does not tell.
    """
    record = _told(_RECORD, _ADVANCED)
    advanced = _advance(only_if).values(record).returning(_RECORD.c.id).cte("advanced")
    state = ("percent", "seconds", "ranges", "position", "score", "last_at", "completed_at")
    module = _told(_MODULE, ("record_id", "module_key", "opened_at", "opened_on", *state))
    keep = postgresql.insert(_MODULE).from_select(list(module), select(*module.values()).select_from(advanced))
    latched = {"completed_at": func.coalesce(_MODULE.c.completed_at, keep.excluded.completed_at)}
    kept = keep.on_conflict_do_update(
        index_elements=["record_id", "module_key"], set_={name: keep.excluded[name] for name in state} | latched
    )
    post = _told(_POST, _POSTED)
    whole = insert(_POST).from_select(list(post), select(*post.values()).select_from(advanced))
    return Ready(whole.add_cte(kept.cte("kept")).returning(_POST.c.id), dialect)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a post is answered, and how its record stands: to be remembered once it is committed."""

    answer: Answer
    known: Known | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a post changes: the record, and how far one module is. `known` and `facts` are those after it."""

    record: dict[str, Any]
    step: Step
    before: ModuleState | None
    state: ModuleState
    known: Known
    facts: StudyFacts
    answer: Answer
    row: dict[str, Any]

    @property
    def completes(self) -> bool:
        """Tell whether the course is completed by it."""
        return self.answer.state is StudyState.COMPLETED and not self.facts.is_completed


def take_post(session: Session, actor: Actor, record: StudyRecord, post: Post, *, today: date) -> Answer:
    """Take what a player told of a record that was read whole; see `answer_post`."""
    person_id, public_id = record.enrollment.person_id, record.public_id
    kept = answer_post(session, actor, post, person_id=person_id, public_id=public_id, today=today)
    session.refresh(record)
    return kept.answer


def answer_post(session: Session, actor: Actor, post: Post, *, person_id: int, public_id: str, today: date) -> Kept:
    """Take what a player posted and return what it is answered; the same post again is answered the same.

    Raises:
        NotFoundError: the record is missing or somebody else's.
        DomainError: the key was used for another body ("key_taken"); the course has no such module ("module"); this
            cannot be told of such a module ("kind"); enough chapters were begun today ("chapters").
    """
    connection = session.connection()
    while True:
        known, before = read_for_post(connection, post, person_id=person_id, public_id=public_id)
        if before:
            return Kept(before, known)
        change = _change(known, post, actor.at, person_id, today)
        if _advance_alone(connection.dialect).execute(connection, change.record).rowcount:
            break
        # Another transaction wrote meanwhile: let it end, then nobody else writes until this one does. On SQLite it
        # never happens, as a transaction that writes begins with the write lock.
        connection.execute(_WAIT, {"of_record": known.studied.id})
    _write_rest(connection, actor, change)
    if not change.completes:
        return Kept(change.answer, change.known)
    settle(session, actor, change.known.studied, change.facts, today=today)
    return Kept(change.answer, None)


def answer_at_once(
    connection: Connection, actor: Actor, post: Post, *, person_id: int, public_id: str, today: date
) -> Kept | None:
    """Do what `answer_post` does by one statement that needs no transaction around it, as PostgreSQL has it.

    None: nothing was written, because another post came first, or because this one completes the course.
    """
    known, before = read_for_post(connection, post, person_id=person_id, public_id=public_id)
    if before:
        return Kept(before, known)
    return _write_at_once(connection, actor, _change(known, post, actor.at, person_id, today))


def answer_as_known(
    connection: Connection,
    actor: Actor,
    post: Post,
    known: Known,
    *,
    person_id: int,
    today: date,
    only_if: ColumnElement[bool] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Kept | None:
    """Do what `answer_post` does of a record that stands as it did lately, and only if a condition holds as well.

    `values` are the condition's parameters. None: nothing was written, and it is not known why.
    """
    try:
        change = _change(known, post, actor.at, person_id, today)
    except DomainError:  # refused, unless the record stands otherwise by now, or the key was kept before
        return None
    if writes_at_once(connection.engine):
        return _write_at_once(connection, actor, change, only_if, values)
    if change.completes:
        return None
    told = change.record | dict(values or {})
    if not _advance_alone(connection.dialect, only_if).execute(connection, told).rowcount:
        return None
    _write_rest(connection, actor, change)
    return Kept(change.answer, change.known)


def _write_rest(connection: Connection, actor: Actor, change: Change) -> None:
    """Write module and post of a record that was advanced."""
    keep_state(connection, actor, change.known.studied.id, change.step, change.before, change.state)
    _insert_post(connection.dialect).execute(connection, change.row)


def _write_at_once(
    connection: Connection,
    actor: Actor,
    change: Change,
    only_if: ColumnElement[bool] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Kept | None:
    if change.completes:
        return None
    opened = {"opened_at": change.state.opened_at, "opened_on": change.state.opened_on}
    which = {"record_id": change.known.studied.id, "module_key": change.step.key}
    module = values_of(change.state, actor.at) | which | opened
    told = change.record | _named(_RECORD, change.record) | _named(_MODULE, module) | _named(_POST, change.row)
    written = _at_once(connection.dialect, only_if).execute(connection, told | dict(values or {})).one_or_none()
    return Kept(change.answer, change.known) if written else None


def _change(known: Known, post: Post, at: datetime, person_id: int, today: date) -> Change:
    """Return what a post changes at an instant; nothing is written."""
    record, facts = known.studied, known.facts(today)
    step = _step_of(facts, post, today)
    moment, before = moment_of(post.said_at, record.last_at, at), facts.states.get(step.key)
    earned = _earned(record, post, moment)
    state = advance(step, before or ModuleState(opened_at=moment, opened_on=today), post, seconds=earned, at=at)
    seconds, last_at, revision = record.seconds + earned, max(record.last_at, moment), record.revision + 1
    later = replace(facts, seconds=seconds, states={**facts.states, step.key: state})
    studied = replace(record, seconds=seconds, last_at=last_at, revision=revision)
    answer = _answer(post, state, later, at)
    read = {"of_record": record.id, "read": record.revision, "of_person": person_id, "done_on": record.completed_on}
    written = {"seconds": seconds, "last_at": last_at, "last_key": step.key, "revision": revision, "new_key": post.key}
    return Change(
        record=read | written,
        step=step,
        before=before,
        state=state,
        known=Known(studied, known.steps, later.states),
        facts=later,
        answer=answer,
        row=_row(record, step, post, answer),
    )


def _answer(post: Post, state: ModuleState, facts: StudyFacts, at: datetime) -> Answer:
    found = outlook(facts)
    return Answer(
        key=post.key,
        saved_at=at,
        module_percent=state.percent,
        module_done=state.done,
        course_percent=found.percent,
        state=found.state,
        missing=len(found.missing),
    )


def _row(record: Studied, step: Step, post: Post, answer: Answer) -> dict[str, Any]:
    """Return a post as it came, with what it is answered, as it is kept."""
    said = {name: getattr(answer, name) for name in _ANSWER} | {"saved_at": answer.saved_at.isoformat()}
    return {
        "record_id": record.id,
        "key": post.key,
        "body_sha256": post.sha256,
        "module_key": step.key,
        "kind": post.kind,
        "payload": dict(post.data),
        "answer": said,
        "said_at": post.said_at,
        "received_at": answer.saved_at,
        "device": post.device,
    }


def _step_of(facts: StudyFacts, post: Post, today: date) -> Step:
    """Return the module that a post is about."""
    step = facts.step(post.module)
    if step is None:
        raise DomainError("module")
    if ABOUT.get(post.kind, step.kind) is not step.kind:
        raise DomainError("kind")
    if step.key not in facts.states and (why := refusal(facts, step, today)):
        raise DomainError(why)
    return step


def _earned(record: Studied, post: Post, moment: datetime) -> int:
    """Return the seconds of study that a post earns. Opening a module earns none: nobody knows what came before."""
    if post.kind is PostKind.OPEN:
        return 0
    passed = credit(record.last_at, moment)
    return min(passed, int(post.data["seconds"])) if post.kind is PostKind.BEAT else passed

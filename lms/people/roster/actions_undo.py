"""Undoing a roster exactly: what is known afterwards is what was known before, as new facts."""

from datetime import datetime

from sqlalchemy import Select, and_, delete, exists, insert, literal, null, or_, select, union, update
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.imports.actions import mark_undone
from lms.imports.models import ImportRun
from lms.imports.rules import ImportState
from lms.people.models import Duty, Leave, Person, Posting, StaffNumber
from lms.people.roster.actions import refresh_search
from lms.shared.db import Base
from lms.shared.errors import DomainError

FACTS = (Posting, Leave, Duty)
Fact = type[Posting | Leave | Duty]


def undo_roster(session: Session, actor: Actor, run: ImportRun) -> bool:
    """Undo an applied roster. Return False when it was undone before.

    Facts it brought are superseded, facts it superseded come back; people it added are removed for good.

    Raises:
        DomainError: it was not applied, something later rests on it ("undo_changed_since"), or people it added are
            in use elsewhere ("undo_people_in_use", `where` names the tables).
    """
    if run.state == ImportState.UNDONE:
        return False
    if run.state != ImportState.APPLIED or run.applied_at is None:
        raise DomainError("undo_not_applied")
    _check_unchanged_since(session, run, run.applied_at)
    _check_people_unused(session, run)
    for model in FACTS:
        _undo_facts(session, model, run, actor.at)
    _undo_names(session, run)
    _remove_people(session, run)
    mark_undone(session, actor, run)
    session.flush()
    return True


def _affected(run: ImportRun) -> Select[int]:
    """Select the people whose facts the import brought or superseded."""
    touched = [
        select(model.person_id).where(or_(model.import_id == run.id, model.superseded_by_import_id == run.id))
        for model in FACTS
    ]
    everyone = union(*touched).subquery()
    return select(everyone.c.person_id)


def _check_unchanged_since(session: Session, run: ImportRun, applied_at: datetime) -> None:
    undone = select(ImportRun.id).where(ImportRun.state == ImportState.UNDONE)
    for model in FACTS:
        added_later = and_(
            model.superseded_at.is_(None),
            model.recorded_at > applied_at,
            or_(model.import_id.is_(None), model.import_id != run.id),
            model.person_id.in_(_affected(run)),
        )
        superseded_later = and_(
            model.import_id == run.id,
            model.superseded_at.is_not(None),
            or_(model.superseded_by_import_id.is_(None), model.superseded_by_import_id.not_in(undone)),
        )
        if session.scalar(select(exists().where(or_(added_later, superseded_later)))):
            raise DomainError("undo_changed_since")


def _check_people_unused(session: Session, run: ImportRun) -> None:
    """Refuse when a row of any other table points at a person the import added."""
    own = {Posting.__tablename__, Leave.__tablename__, StaffNumber.__tablename__}
    added = select(Person.id).where(Person.import_id == run.id)
    if session.scalar(added.limit(1)) is None:
        return
    pointing = [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if table.name not in own and key.target_fullname == "person.id"
    ]
    used = {column.table.name for column in pointing if session.scalar(select(exists().where(column.in_(added))))}
    if used:
        raise DomainError("undo_people_in_use", where=", ".join(sorted(used)))


def _undo_facts(session: Session, model: Fact, run: ImportRun, at: datetime) -> None:
    brought = update(model).where(model.import_id == run.id, model.superseded_at.is_(None))
    session.execute(brought.values(superseded_at=at))
    fresh = {
        "recorded_at": literal(at, model.recorded_at.type),
        "superseded_at": null(),
        "superseded_by_import_id": null(),
    }
    kept = [column for column in model.__table__.columns if column.name not in {"id", *fresh}]
    copies = select(*kept, *(value.label(name) for name, value in fresh.items())).where(
        model.superseded_by_import_id == run.id
    )
    session.execute(insert(model).from_select([*(column.name for column in kept), *fresh], copies))


def _undo_names(session: Session, run: ImportRun) -> None:
    names: dict[str, list[str]] = run.restore.get("names", {})
    numbers: dict[str, list[str]] = run.restore.get("numbers", {})
    touched = sorted({int(person_id) for person_id in (*names, *numbers)})
    for person_id in touched:
        person = session.get_one(Person, person_id)
        former, given = names.get(str(person_id), [person.name, person.name])
        former_number, given_number = numbers.get(str(person_id), [person.staff_no, person.staff_no])
        if (person.name, person.staff_no) != (given, given_number):
            raise DomainError("undo_changed_since")
        person.name, person.staff_no = former, former_number
        if str(person_id) in numbers:
            session.execute(delete(StaffNumber).where(StaffNumber.staff_no == given_number))
    session.flush()
    refresh_search(session, touched)


def _remove_people(session: Session, run: ImportRun) -> None:
    added = select(Person.id).where(Person.import_id == run.id)
    for model in (Posting, Leave, StaffNumber):
        session.execute(delete(model).where(model.person_id.in_(added)))
    session.execute(delete(Person).where(Person.import_id == run.id))

"""Reading a person's records: completions with their former versions, and who stands behind them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import null, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.completion.queries_enrollments import list_person_lines
from lms.completion.records.rules import HeldOffice, Record, Recorder, Version, office_on
from lms.completion.rules import PersonLine
from lms.enrollments.models import Enrollment, EnrollmentRevision
from lms.enrollments.rules import Cause
from lms.imports.models import ImportRun
from lms.people.models import Duty, JobRole, Person, Posting
from lms.people.rules import DUTY_OF_JOB, DutyKind, Scope

# What a version keeps, in the order of `Version` behind its two first fields.
KEPT = tuple(Version._fields[2:-1])


@dataclass(frozen=True, slots=True)
class Records:
    """A person's records. `files` are names by import id, `names` and `offices` those of recorders by person id, and
    `void_reasons` by enrollment id."""

    completed: Sequence[Record]
    taken_back: Sequence[Record]
    withdrawn: Sequence[Record]
    files: Mapping[int, str]
    names: Mapping[int, str]
    offices: Mapping[int, Sequence[HeldOffice]]
    void_reasons: Mapping[int, str]

    def recorder(self, version: Version, on: date) -> Recorder | None:
        """Return who recorded a version on a day; None when nobody did by hand, or from the command line."""
        person_id = version.recorded_by_id
        if person_id is None or person_id not in self.names:
            return None
        return Recorder(self.names[person_id], office_on(self.offices.get(person_id, ()), on))


def read_records(session: Session, *, scope: Scope, person_id: int, as_of: date) -> Records:
    """Read what a person has completed by `as_of`, what was taken back, and what was withdrawn.

    Raises:
        NotFoundError: the viewer may not name the person, or there is none.
    """
    lines = list_person_lines(session, scope=scope, person_id=person_id, as_of=as_of)
    versions = _versions(session, person_id)
    every = [Record(line=line, versions=versions[line.enrollment_id]) for line in lines]
    void = [record for record in every if _is_void(record.line, as_of)]
    standing = [record for record in every if not _is_void(record.line, as_of)]
    recorders = {one.recorded_by_id for found in versions.values() for one in found if one.recorded_by_id}
    return Records(
        completed=sorted((record for record in standing if record.line.done), key=_latest_first, reverse=True),
        taken_back=[record for record in standing if not record.line.done and record.changes],
        withdrawn=sorted(void, key=lambda record: record.line.voided_on or date.min, reverse=True),
        files=_files(session, {one.import_id for found in versions.values() for one in found if one.import_id}),
        names=_names(session, recorders),
        offices=_offices(session, recorders),
        void_reasons=_void_reasons(session, [record.line.enrollment_id for record in void if len(record.versions) > 1]),
    )


def _is_void(line: PersonLine, as_of: date) -> bool:
    return line.voided_on is not None and line.voided_on <= as_of


def _latest_first(record: Record) -> tuple[date, str]:
    return record.line.completed_on or date.min, record.line.course_code


def _versions(session: Session, person_id: int) -> dict[int, list[Version]]:
    """Return every version of a person's enrollments, oldest first, by enrollment id."""
    revision = EnrollmentRevision
    former = (
        select(revision.enrollment_id, revision.recorded_at, revision.cause, *_kept(revision))
        .join(Enrollment, Enrollment.id == revision.enrollment_id)
        .where(Enrollment.person_id == person_id)
        .order_by(revision.superseded_at, revision.id)
    )
    current = select(Enrollment.id, Enrollment.recorded_at, null(), *_kept(Enrollment))
    current = current.where(Enrollment.person_id == person_id)
    found: dict[int, list[Version]] = {}
    for enrollment_id, recorded_at, cause, *kept in [*session.execute(former), *session.execute(current)]:
        version = Version(recorded_at, Cause(cause) if cause else None, *kept)
        found.setdefault(enrollment_id, []).append(version)
    return found


def _kept(model: type[Enrollment] | type[EnrollmentRevision]) -> list[Any]:
    return [*(getattr(model, name) for name in KEPT), model.completion_reason]


def _files(session: Session, ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(session.execute(select(ImportRun.id, ImportRun.file_name).where(ImportRun.id.in_(ids))).all())


def _names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return the names of recorders: whoever may see a record may see who made it."""
    if not ids:
        return {}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())


def _offices(session: Session, ids: Collection[int]) -> dict[int, list[HeldOffice]]:
    """Return the duties that recorders hold or held, by appointment and by job."""
    found: dict[int, list[HeldOffice]] = {}
    if not ids:
        return found
    appointed = select(Duty.person_id, Duty.kind, Duty.starts_on, Duty.ends_on).where(
        Duty.person_id.in_(ids), Duty.superseded_at.is_(None)
    )
    jobs = (
        select(Posting.person_id, JobRole.code, Posting.starts_on, Posting.ends_on)
        .join(JobRole, JobRole.id == Posting.role_id)
        .where(Posting.person_id.in_(ids), Posting.superseded_at.is_(None), JobRole.code.in_(DUTY_OF_JOB))
    )
    for person_id, held, starts_on, ends_on in [*session.execute(appointed), *session.execute(jobs)]:
        duty = DUTY_OF_JOB.get(held) or DutyKind(held)
        found.setdefault(person_id, []).append(HeldOffice(duty, starts_on, ends_on))
    return found


def _void_reasons(session: Session, enrollment_ids: Sequence[int]) -> dict[int, str]:
    """Return the reasons on the audit trail for withdrawals by hand."""
    if not enrollment_ids:
        return {}
    rows = session.execute(
        select(AuditEvent.object_id, AuditEvent.reason)
        .where(
            AuditEvent.object_type == "enrollment",
            AuditEvent.object_id.in_([str(enrollment_id) for enrollment_id in enrollment_ids]),
            AuditEvent.action == "enrollments.void",
        )
        .order_by(AuditEvent.at)
    )
    return {int(object_id): reason for object_id, reason in rows if reason}

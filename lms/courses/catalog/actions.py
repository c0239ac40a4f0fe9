"""Taking a catalog file in: new courses, changed ones, and a new version where what passing means has changed."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.catalog.rules import COLUMNS, REMARKS, CatalogRow, read_row
from lms.courses.models import Competency, Course, CourseVersion, Tier
from lms.courses.rules import Delivery, PassRules, prerequisite_cycles
from lms.imports.files import Table
from lms.imports.rules import RowRefusal
from lms.people.models import JobRole

PASS_FIELDS = tuple(one.name for one in fields(PassRules))
LIST_FIELDS = ("audience", "competencies", "prerequisites")
NEW_COURSE = {"delivery": Delivery.ONLINE, "trigger": None, "mandatory": True, "is_critical": False}


@dataclass(slots=True)
class CatalogOutcome:
    """What a catalog file did: codes of courses by kind of change, rows refused, columns that mean nothing here."""

    added: list[str] = field(default_factory=list)
    changed: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    unchanged: int = 0
    new_versions: list[str] = field(default_factory=list)
    refusals: list[RowRefusal] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Return the figures by kind of change."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "new_versions": len(self.new_versions),
            "refused": len(self.refusals),
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows may refer to, by code."""

    courses: dict[str, Course]
    tiers: frozenset[int]
    roles: dict[str, JobRole]
    competencies: dict[str, Competency]


def import_catalog(session: Session, table: Table, *, actor: Actor, as_of: date) -> CatalogOutcome:
    """Take every good row of a catalog file; a changed pass rule makes a version that holds from `as_of`.

    Columns that the file does not have leave what is recorded as it is. The same file twice changes nothing.

    Raises:
        FileError: the columns of code, title or tier are missing.
    """
    table.require("course_code", ("title_ko", "title", "title_en"), "tier")
    outcome = CatalogOutcome()
    outcome.ignored_columns = [
        name for name in table.header if name and name not in COLUMNS and name not in REMARKS | {"course_code"}
    ]
    known = _load_known(session)
    rows = _sound_rows(_read(table), known, outcome.refusals)
    for row in rows:
        _apply(session, row, known, outcome, actor.at, as_of)
    for row in rows:
        _connect(row, known, outcome)
    outcome.unchanged = len(rows) - len(outcome.added) - len(outcome.changed)
    session.flush()
    if outcome.added or outcome.changed:
        _note(session, actor, outcome)
    return outcome


def _load_known(session: Session) -> _Known:
    everything = selectinload(Course.versions), selectinload(Course.audience), selectinload(Course.competencies)
    courses = session.scalars(select(Course).options(*everything, selectinload(Course.prerequisites)))
    return _Known(
        {course.code: course for course in courses},
        frozenset(session.scalars(select(Tier.level))),
        {role.code: role for role in session.scalars(select(JobRole))},
        {competency.code: competency for competency in session.scalars(select(Competency))},
    )


def _read(table: Table) -> list[CatalogRow | RowRefusal]:
    read: list[CatalogRow | RowRefusal] = []
    first_lines: dict[str, int] = {}
    for line, cells in table.rows():
        row = read_row(line, dict(zip(table.header, map(str, cells), strict=False)))
        if isinstance(row, CatalogRow) and first_lines.setdefault(row.code, line) != line:
            row = row.refuse("course_code", row.code, "repeated")
        read.append(row)
    return read


def _sound_rows(read: Iterable[CatalogRow | RowRefusal], known: _Known, refusals: list[RowRefusal]) -> list[CatalogRow]:
    """Leave out rows that refer to what is not there, and then those that needed a row left out."""
    rows = []
    for row in read:
        refusal = row if isinstance(row, RowRefusal) else _unknown_word(row, known)
        if refusal:
            refusals.append(refusal)
        elif isinstance(row, CatalogRow):
            rows.append(row)
    while unsound := _unsound(rows, known):
        refusals.extend(unsound.values())
        rows = [row for row in rows if row.code not in unsound]
    refusals.sort(key=lambda refusal: refusal.line)
    return rows


def _unknown_word(row: CatalogRow, known: _Known) -> RowRefusal | None:
    if row.values["tier_level"] not in known.tiers:
        return row.refuse("tier", row.cells["tier"], "unknown_tier")
    for column, fault, words in (
        ("target_roles", "unknown_role", known.roles),
        ("i_care", "unknown_competency", known.competencies),
    ):
        for code in _listed(row, COLUMNS[column][0]):
            if code not in words:
                return row.refuse(column, code, fault)
    return None


def _listed(row: CatalogRow, name: str) -> tuple[str, ...]:
    found = row.values.get(name) or ()
    return found if isinstance(found, tuple) else ()


def _unsound(rows: list[CatalogRow], known: _Known) -> dict[str, RowRefusal]:
    """Return the refusals of rows whose prerequisites are missing, or lead back to themselves."""
    requires = {code: {needed.code for needed in course.prerequisites} for code, course in known.courses.items()}
    for row in rows:
        if "prerequisites" in row.values:
            requires[row.code] = set(_listed(row, "prerequisites"))
        requires.setdefault(row.code, set())
    missing = {
        row.code: row.refuse("prerequisites", code, "unknown_prerequisite")
        for row in rows
        for code in _listed(row, "prerequisites")
        if code not in requires
    }
    if missing:
        return missing
    circular = prerequisite_cycles(requires)
    return {
        row.code: row.refuse("prerequisites", row.cells.get("prerequisites", ""), "circular_prerequisite")
        for row in rows
        if row.code in circular
    }


def _apply(
    session: Session, row: CatalogRow, known: _Known, outcome: CatalogOutcome, at: datetime, as_of: date
) -> None:
    course = known.courses.get(row.code)
    own = {name: value for name, value in row.values.items() if name not in PASS_FIELDS + LIST_FIELDS}
    passing = {name: row.values[name] for name in PASS_FIELDS if name in row.values}
    if course is None:
        own = {**NEW_COURSE, "title_en": row.values["title_ko"], **own}
        course = known.courses[row.code] = Course(code=row.code, **own)
        course.versions = [_version(PassRules(**passing), 1, None, at)]  # type: ignore[arg-type]
        session.add(course)
        outcome.added.append(row.code)
        return
    for name, value in own.items():
        if getattr(course, name) != value:
            _note_change(outcome, row.code, name, getattr(course, name), value)
            setattr(course, name, value)
    _renew(course, passing, outcome, at, as_of)


def _renew(course: Course, passing: Mapping[str, Any], outcome: CatalogOutcome, at: datetime, as_of: date) -> None:
    """Add a version when what passing means has changed; enrollments keep the one they began with."""
    latest = course.versions[-1]
    before = PassRules(**{name: getattr(latest, name) for name in PASS_FIELDS})
    after = PassRules(**{**asdict(before), **passing})
    if after != before:
        for name in PASS_FIELDS:
            if getattr(before, name) != getattr(after, name):
                _note_change(outcome, course.code, name, getattr(before, name), getattr(after, name))
        course.versions.append(_version(after, latest.number + 1, as_of, at))
        outcome.new_versions.append(course.code)


def _version(rules: PassRules, number: int, effective_on: date | None, at: datetime) -> CourseVersion:
    return CourseVersion(number=number, effective_on=effective_on, recorded_at=at, **asdict(rules))


def _connect(row: CatalogRow, known: _Known, outcome: CatalogOutcome) -> None:
    """Set whom the course is for, what it teaches and what it needs, once every course of the file is there."""
    course = known.courses[row.code]
    sources: tuple[Mapping[str, Any], ...] = (known.roles, known.competencies, known.courses)
    for name, source in zip(LIST_FIELDS, sources, strict=True):
        if name not in row.values:
            continue
        before = {one.code for one in getattr(course, name)}
        after = _listed(row, name)
        if before != set(after):
            if row.code not in outcome.added:
                _note_change(outcome, row.code, name, ";".join(sorted(before)), ";".join(sorted(after)))
            setattr(course, name, [source[code] for code in after])


def _note_change(outcome: CatalogOutcome, code: str, name: str, before: object, after: object) -> None:
    outcome.changed.setdefault(code, {})[name] = ["" if value is None else str(value) for value in (before, after)]


def _note(session: Session, actor: Actor, outcome: CatalogOutcome) -> None:
    detail: dict[str, object] = {"counts": outcome.counts, "added": outcome.added, "changed": outcome.changed}
    audit.record(session, actor, "courses.import", "course", "catalog", detail=detail)

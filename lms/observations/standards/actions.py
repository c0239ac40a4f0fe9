"""Writing the standard: a change makes a new version and leaves all before it as they are; reading is acknowledged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.imports.files import Table
from lms.imports.models import ImportRun
from lms.imports.rules import RowRefusal
from lms.observations.models import Behavior, ItemSet, ItemSetItem, Standard, StandardItem, StandardReading
from lms.observations.rules_standards import MYSTERY, SERVICE
from lms.observations.standards.queries import list_rows, list_versions
from lms.observations.standards.rules import ASKED, NEEDED, SORTED, TWIN, StandardReader, StandardRow, asked, sorting
from lms.people.models import JobRole
from lms.shared.errors import DomainError

NAMES = {SERVICE: ("서비스 스탠더드", "Service standard"), MYSTERY: ("미스터리 방문 항목", "Items of mystery visits")}


@dataclass(frozen=True, slots=True)
class TakenStandard:
    """What became of a file: rows read, the new version if it made one, behaviors sorted anew, rows refused.

    `items` are the codes of those added, dropped and changed by the new version.
    """

    rows: int
    version: ItemSet | None
    resorted: int
    refusals: Sequence[RowRefusal]
    items: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Return the figures by kind of change."""
        made = {"new_versions": int(self.version is not None), "resorted": self.resorted}
        return {"rows": self.rows, **made, "refused": len(self.refusals)}


def import_standard(
    session: Session, actor: Actor, table: Table, *, code: str = SERVICE, run: ImportRun | None = None
) -> TakenStandard:
    """Take a file as a whole standard from its last effective day on; one refused row keeps all of it out.

    Items of `MYSTERY` ask for the behavior of the check item that `checklist_twin` names, which also sorts them.
    Without one of its rows a version would ask less than it should. The same file twice changes nothing, nor does one
    that says what an earlier version said.

    Raises:
        FileError: columns are missing.
        DomainError: it would hold from before the latest version ("before_last_version").
    """
    table.require(*NEEDED, *([TWIN] if code == MYSTERY else []))
    known = _Known(session, code)
    read = StandardReader(table.header, known.courses, known.roles, known.twins).read(list(table.rows()))
    number = len(read.rows)
    if read.refused or read.effective_from is None:
        return TakenStandard(number + len(read.refused), None, 0, read.refused)
    versions = list_versions(session, code)
    wanted = read.effective_from, list(map(asked, read.rows))
    same = [one for one in versions if wanted == (one.effective_from, list(map(asked, list_rows(session, one))))]
    if same and same[0] is not versions[0]:
        return TakenStandard(number, None, 0, [])
    items, resorted = _sorted_items(session, actor, read.rows, known)
    if same:
        return TakenStandard(number, None, resorted, [])
    latest = next(iter(versions), None)
    differing = _differences(list_rows(session, latest) if latest else [], read.rows)
    version = _add_version(session, actor, code, read.rows, items, read.effective_from, latest, run)
    return TakenStandard(number, version, resorted, [], differing)


class _Known:
    """What rows of a standard may refer to, by code; `twins` only where its items have no behavior of their own."""

    def __init__(self, session: Session, code: str = SERVICE) -> None:
        self.standard, self.twins = code, _twins(session) if code == MYSTERY else None
        self.courses: Mapping[str, Course] = {one.code: one for one in session.scalars(select(Course))}
        self.roles: Mapping[str, JobRole] = {one.code: one for one in session.scalars(select(JobRole))}


def _twins(session: Session) -> Mapping[str, Behavior]:
    latest = next(iter(list_versions(session)), None)
    return {entry.item.code: entry.item.behavior for entry in latest.items} if latest else {}


def change_item(
    session: Session, actor: Actor, row: StandardRow, *, effective_from: date, based_on: str | None
) -> ItemSet | None:
    """Ask an item in these words from a day on, or a new one at the end; return the version made, if one was.

    Raises:
        DomainError: somebody changed the standard meanwhile ("changed_meanwhile"), or the day lies before the latest
            version's ("before_last_version").
    """
    latest = next(iter(list_versions(session)), None)
    rows = list_rows(session, latest) if latest else []
    changed = [row if one.code == row.code else one for one in rows]
    if row.code not in {one.code for one in rows}:
        changed.append(row)
    return _change(session, actor, rows, changed, effective_from, latest, based_on)


def drop_item(
    session: Session, actor: Actor, code: str, *, effective_from: date, based_on: str | None
) -> ItemSet | None:
    """Ask an item no more from a day on; return the version made, None where it is not asked anyway.

    Raises:
        DomainError: as `change_item`, or nothing would be left ("last_item").
    """
    latest = next(iter(list_versions(session)), None)
    rows = list_rows(session, latest) if latest else []
    kept = [one for one in rows if one.code != code]
    if not kept:
        raise DomainError("last_item")
    return _change(session, actor, rows, kept, effective_from, latest, based_on)


def _change(
    session: Session,
    actor: Actor,
    rows: Sequence[StandardRow],
    wanted: Sequence[StandardRow],
    effective_from: date,
    latest: ItemSet | None,
    based_on: str | None,
) -> ItemSet | None:
    if wanted == rows:
        return None
    if latest is not None and latest.public_id != based_on:
        raise DomainError("changed_meanwhile")
    items, _ = _sorted_items(session, actor, wanted, _Known(session))
    if list(map(asked, wanted)) == list(map(asked, rows)):
        return None
    return _add_version(session, actor, SERVICE, wanted, items, effective_from, latest)


def _sorted_items(
    session: Session, actor: Actor, rows: Sequence[StandardRow], known: _Known
) -> tuple[dict[str, StandardItem], int]:
    """Return the items by code with their behaviors sorted as the rows say, and how many were sorted otherwise."""
    items = _items(session, actor, rows, known)
    return items, _sort(session, actor, rows, items, known) if known.twins is None else 0


def _add_version(
    session: Session,
    actor: Actor,
    code: str,
    rows: Sequence[StandardRow],
    items: Mapping[str, StandardItem],
    effective_from: date,
    latest: ItemSet | None,
    run: ImportRun | None = None,
) -> ItemSet:
    if latest and latest.effective_from and effective_from < latest.effective_from:
        raise DomainError("before_last_version", effective_from=latest.effective_from)
    standard = _standard(session, actor, code)
    version = ItemSet(
        standard_id=standard.id,
        number=latest.number + 1 if latest else 1,
        effective_from=effective_from,
        import_id=run.id if run else None,
        recorded_at=actor.at,
        items=[_entry(items[row.code], row, place) for place, row in enumerate(rows, start=1)],
    )
    differing = _differences(list_rows(session, latest) if latest else [], rows)
    session.add(version)
    session.flush()
    detail = {"number": version.number, "effective_from": str(version.effective_from), **differing}
    audit.record(session, actor, "standards.add_version", "standard", standard.public_id, detail=detail)
    return version


def _differences(before: Sequence[StandardRow], rows: Sequence[StandardRow]) -> dict[str, list[str]]:
    """Return the codes of the items that a version adds, drops and asks in other words."""
    earlier, now = {one.code: asked(one) for one in before}, {one.code for one in rows}
    return {
        "added": sorted(now - earlier.keys()),
        "dropped": sorted(earlier.keys() - now),
        "changed": sorted(row.code for row in rows if row.code in earlier and asked(row) != earlier[row.code]),
    }


def _standard(session: Session, actor: Actor, code: str) -> Standard:
    standard = session.scalars(select(Standard).where(Standard.code == code)).one_or_none()
    if standard is None:
        name_ko, name_en = NAMES[code]
        standard = Standard(code=code, recorded_at=actor.at, name_ko=name_ko, name_en=name_en)
        session.add(standard)
        session.flush()
    return standard


def _items(
    session: Session, actor: Actor, rows: Sequence[StandardRow], known: _Known
) -> dict[str, StandardItem]:  # fmt: skip
    """Return the items by code. One that is known keeps its behavior; a new one gets its twin's, or one of its own."""
    standard = _standard(session, actor, known.standard)
    items = {
        item.code: item for item in session.scalars(select(StandardItem).where(StandardItem.standard_id == standard.id))
    }
    for row in rows:
        if row.code not in items:
            own = Behavior(name_ko=row.text_ko, name_en=row.text_en, recorded_at=actor.at)
            behavior = known.twins[row.twin] if known.twins is not None else own
            items[row.code] = StandardItem(standard_id=standard.id, behavior=behavior, code=row.code)
            session.add(items[row.code])
        elif known.twins is not None:
            _link(session, actor, items[row.code], known.twins[row.twin])
    session.flush()
    return items


def _link(session: Session, actor: Actor, item: StandardItem, behavior: Behavior) -> None:
    """Let an item ask for another behavior from now on, also in what was seen before: it was linked wrongly."""
    if item.behavior_id != behavior.id:
        told: dict[str, object] = {"item": item.code, "before": item.behavior.public_id, "after": behavior.public_id}
        audit.record(session, actor, "standards.link", "behavior", behavior.public_id, detail=told)
        item.behavior = behavior


def _sort(
    session: Session, actor: Actor, rows: Sequence[StandardRow], items: Mapping[str, StandardItem], known: _Known
) -> int:  # fmt: skip
    """Sort the rows' behaviors; return how many were sorted otherwise before."""
    resorted = 0
    for row in rows:
        behavior = items[row.code].behavior
        before = {name: getattr(behavior, name) for name in SORTED[:3]}
        before |= {name: frozenset(one.code for one in getattr(behavior, name)) for name in SORTED[3:]}
        after = sorting(row)
        if before == after:
            continue
        for name in SORTED[:3]:
            setattr(behavior, name, after[name])
        behavior.courses = [known.courses[code] for code in sorted(row.courses)]
        behavior.roles = [known.roles[code] for code in sorted(row.roles)]
        if behavior.recorded_at != actor.at:
            resorted += 1
            told: dict[str, object] = {"before": _told(before), "after": _told(after)}
            audit.record(session, actor, "standards.sort", "behavior", behavior.public_id, detail=told)
    session.flush()
    return resorted


def _told(values: Mapping[str, object]) -> dict[str, object]:
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}


def _entry(item: StandardItem, row: StandardRow, place: int) -> ItemSetItem:
    return ItemSetItem(item_id=item.id, place=place, **{name: getattr(row, name) for name in ASKED})


def acknowledge(session: Session, actor: Actor, version: ItemSet) -> bool:
    """Note that the actor read a version; return False where they said so before."""
    person_id = actor.person_id
    if person_id is None:
        raise DomainError("nobody_reads")
    if session.get(StandardReading, (version.id, person_id)):
        return False
    session.add(StandardReading(item_set_id=version.id, person_id=person_id, read_at=actor.at))
    session.flush()
    audit.record(
        session, actor, "standards.read", "standard", version.public_id, subject_ids=[person_id],
        detail={"number": version.number},
    )  # fmt: skip
    return True

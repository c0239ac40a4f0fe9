"""Taking the four files of a real history in: centers, items, visits and findings, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.imports import storage
from lms.imports.actions import finish, start_run
from lms.imports.files import open_table
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, Outcome
from lms.observations.history.actions import Progress, import_observations
from lms.observations.history.actions_items import TakenItems, take_items
from lms.observations.history.rules import ITEM_COLUMNS, read_items
from lms.people.centers.actions import import_centers
from lms.people.centers.rows import read_centers
from lms.people.rules import whole_network


@dataclass(frozen=True, slots=True)
class Files:
    """Where the four files lie."""

    centers: Path
    items: Path
    visits: Path
    findings: Path


def take_files(
    session: Session, actor: Actor, files: Files, *, standard_code: str, on: date, progress: Progress | None = None
) -> Mapping[str, Outcome]:
    """Take the files in, and return what became of each, by the name of its option.

    An items file with a row that cannot be taken stops everything, with no outcome of visits: an item that is not
    known would be missing in the count of every visit.

    Raises:
        FileError: a file cannot be read, or columns are missing.
    """
    outcomes = {"centers": _take_centers(session, actor, files.centers, on)}
    outcomes["items"], items = _take_items(session, actor, files.items, standard_code)
    if items is None:
        return outcomes
    run, cited = (_start(session, actor, path) for path in (files.visits, files.findings))
    with open_table(files.visits, files.visits.name) as visits, open_table(files.findings, files.findings.name) as rest:
        taken = import_observations(
            session, visits, rest,
            items=items, run=run, scope=whole_network(on), until=on, actor=actor, progress=progress,
        )  # fmt: skip
    outcomes |= {field.name: getattr(taken, field.name) for field in fields(taken)}
    finish(session, actor, run, taken.visits)
    finish(session, actor, cited, taken.findings)
    return outcomes


def _start(session: Session, actor: Actor, path: Path, kind: ImportKind = ImportKind.OBSERVATIONS) -> ImportRun:
    return start_run(session, actor, kind=kind, file_name=path.name, sha256=storage.digest_of(path))


def _take_centers(session: Session, actor: Actor, path: Path, on: date) -> Outcome:
    with open_table(path, path.name) as table:
        rows, refused = read_centers(table)
    counts = import_centers(session, actor, rows, on=on)
    changed = any(counts.values())
    outcome = Outcome(counts={"rows": len(rows) + len(refused), **counts, "refused": len(refused)}, refusals=refused)
    if changed or refused:
        finish(session, actor, _start(session, actor, path, ImportKind.CENTERS), outcome)
    return outcome


def _take_items(session: Session, actor: Actor, path: Path, standard_code: str) -> tuple[Outcome, TakenItems | None]:
    with open_table(path, path.name) as table:
        table.require(*ITEM_COLUMNS, ("text_ko", "text"))
        rows, refused = read_items(table.header, list(table.rows()))
    counts = {"rows": len(rows) + len(refused), "refused": len(refused)}
    if refused or not rows:
        return Outcome(counts=counts, refusals=refused, stop="items_refused"), None
    run = _start(session, actor, path)
    taken = take_items(session, actor, rows, standard_code=standard_code, run=run)
    outcome = Outcome(counts={**counts, "added": len(rows) if taken.is_new else 0})
    finish(session, actor, run, outcome)
    return outcome, taken

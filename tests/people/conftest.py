"""A small network, and rosters as a person writes them."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from lms.people.models import Duty, Leave, OrgPlacement, Person, Posting, StaffNumber
from lms.shared.db import Base
from tests.support.network import Cast, small_cast

HEADER = ("staff_no", "name", "center_code", "role_code", "hired_on", "left_on")
# Everyone of the small cast, as a roster says it.
EVERYONE = (
    ("00101", "김하나", "C101", "SA", "2018-01-01", ""),
    ("00102", "이두리", "C101", "MT", "2018-01-01", ""),
    ("00103", "박세나", "C101", "RC", "2018-01-01", ""),
    ("00201", "김하나", "C201", "SA", "2018-01-01", ""),
    ("00901", "정나라", "HQ", "AM", "2018-01-01", ""),
    ("00902", "강다솜", "HQ", "RG", "2018-01-01", ""),
    ("00903", "한마루", "HQ", "TR", "2018-01-01", ""),
    ("00904", "윤바다", "HQ", "VW", "2018-01-01", ""),
)
SURROGATES = {"id", "recorded_at", "import_id", "superseded_by_import_id", "public_id"}


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the small cast, committed."""
    cast = small_cast(session)
    session.commit()
    return cast


@dataclass
class Roster:
    """Writes roster files and hands them in at the command line."""

    runner: FlaskCliRunner
    folder: Path

    def file(
        self,
        rows: Sequence[Sequence[str]],
        header: Sequence[str] = HEADER,
        encoding: str = "utf-8",
        name: str = "roster.csv",
    ) -> Path:
        """Write a CSV file."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
        path = self.folder / name
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    def hand_in(self, rows: Sequence[Sequence[str]] | Path, *options: str, **writing: Any) -> Result:
        """Import rows, or a file."""
        path = rows if isinstance(rows, Path) else self.file(rows, **writing)
        return self.runner.invoke(args=["roster", "import", str(path), "--effective", "2019-07-01", *options])

    def apply(self, rows: Sequence[Sequence[str]] | Path, *options: str, **writing: Any) -> str:
        """Import rows that are taken, and return the import's id."""
        result = self.hand_in(rows, *options, **writing)
        assert result.exit_code == 0, result.output
        found = re.search(r"flask roster undo (\w+)", result.output)
        assert found, result.output
        return found[1]

    def undo(self, import_id: str) -> Result:
        """Undo an import."""
        return self.runner.invoke(args=["roster", "undo", import_id])


@pytest.fixture
def roster(runner: FlaskCliRunner, tmp_path: Path) -> Roster:
    """Give the roster's command line."""
    return Roster(runner, tmp_path)


def current_facts(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything known now about people, without ids that a copy cannot keep."""
    session.rollback()
    return {
        model.__name__: _rows(session, model) for model in (Person, StaffNumber, Posting, Leave, Duty, OrgPlacement)
    }


def _rows(session: Session, model: type[Base]) -> list[tuple[Any, ...]]:
    columns = [column for column in inspect(model).columns if column.key not in SURROGATES]
    wanted = select(*columns)
    if hasattr(model, "superseded_at"):
        wanted = wanted.where(model.superseded_at.is_(None))
    return sorted((tuple(row) for row in session.execute(wanted)), key=repr)


Facts = Callable[[Session], dict[str, list[tuple[Any, ...]]]]

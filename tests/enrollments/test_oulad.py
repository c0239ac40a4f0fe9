"""The real history imports as it is, by commands, into an empty migrated database."""

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.enrollments.models import Enrollment

DATES = ("due_on", "completed_on", "score", "voided_on")


def counted(file: Path) -> Counter[str]:
    """Count rows, filled cells and the sum of scores in plain Python."""
    found: Counter[str] = Counter()
    with gzip.open(file, "rt") as lines:
        for row in csv.DictReader(lines):
            found["rows"] += 1
            found.update(name for name in DATES if row[name])
            found["points"] += int(row["score"] or 0)
    return found


@pytest.mark.backend("sqlite")  # the size is the point; the statements are tested on both in test_history
def test_four_files_in_order_give_every_row_and_again_change_nothing(
    runner: FlaskCliRunner, session: Session, shared_dir: Path
):
    folder = shared_dir / "data" / "oulad"
    steps = [
        ("centers", "centers.csv"),
        ("courses", "courses.csv"),
        ("roster", "roster.csv"),
        ("history", "history.csv.gz"),
    ]
    for command, name in steps:
        done = runner.invoke(args=[command, "import", str(folder / name)])
        assert done.exit_code == 0, done.output
    assert "323,925 rows, 323,925 added, 0 changed, 0 unchanged, 0 repeated" in done.output
    again = runner.invoke(args=["history", "import", str(folder / "history.csv.gz")])
    assert "323,925 rows, 0 added, 0 changed, 323,925 unchanged, 0 repeated" in again.output
    columns = [getattr(Enrollment, name) for name in DATES]
    row = session.execute(
        select(func.count(), *(func.count(column) for column in columns), func.sum(Enrollment.score))
    ).one()
    expected = counted(folder / "history.csv.gz")
    assert tuple(row) == tuple(expected[name] for name in ("rows", *DATES, "points"))
    assert session.scalar(select(func.max(Enrollment.cycle))) == 1
    assert runner.invoke(args=["enrollments", "refresh"]).output == "0 due dates moved\n"

"""A real roster of 28,785 people: in, twice, and out again."""

import csv
import re
import time
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.people.models import Person, Posting, StaffNumber

PEOPLE = 28_785
LEAST_A_SECOND = 3_000


@pytest.fixture
def oulad(shared_dir: Path, runner: FlaskCliRunner) -> Path:
    """Give the folder of the real history, with its centers in the database."""
    folder = shared_dir / "data" / "oulad"
    result = runner.invoke(args=["centers", "import", str(folder / "centers.csv")])
    assert result.exit_code == 0, result.output
    assert "13 centers added" in result.output
    return folder


def test_a_real_roster_comes_in_fast_and_goes_out_again(oulad: Path, runner: FlaskCliRunner, session: Session):
    path = oulad / "roster.csv"
    started = time.process_time()  # of this process: how busy the machine is does not count
    result = runner.invoke(args=["roster", "import", str(path)])
    seconds = time.process_time() - started
    assert result.exit_code == 0, result.output
    assert f"{PEOPLE:,} join" in result.output
    assert PEOPLE / seconds > LEAST_A_SECOND, f"{PEOPLE / seconds:.0f} people/s"
    _check_against(path, session)

    assert "nothing to change" in runner.invoke(args=["roster", "import", str(path)]).output

    found = re.search(r"flask roster undo (\w+)", result.output)
    assert found
    undone = runner.invoke(args=["roster", "undo", found[1]])
    assert undone.exit_code == 0, undone.output
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Person)) == 0
    assert session.scalar(select(func.count()).select_from(Posting)) == 0


def _check_against(path: Path, session: Session) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        expected = {
            (
                row["staff_no"],
                row["name"],
                row["center_code"],
                row["role_code"],
                row["hired_on"],
                row["left_on"] or "None",
            )
            for row in csv.DictReader(file)
        }
    wanted = select(Posting, Person).join(Person, Person.id == Posting.person_id)
    found = {
        (person.staff_no, person.name, post.center.code, post.role.code, str(post.starts_on), str(post.ends_on))
        for post, person in session.execute(wanted)
    }
    assert found == expected
    assert session.scalar(select(func.count()).select_from(StaffNumber)) == PEOPLE

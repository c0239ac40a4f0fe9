"""The real history, taken in by the commands an operator uses, gives the expected figures exactly."""

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from flask.testing import FlaskCliRunner

EXPECTED_DAY = "2014-01-29"
# Days that no expected file covers: before, between, at a due date, after everything.
OTHER_DAYS = ("2013-01-15", "2013-10-20", "2014-03-31", "2015-06-30")
Row = dict[str, str]


def rows_of(text: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text)))


def recounted(folder: Path, day: str) -> tuple[dict[str, list[int]], dict[str, list[int]], dict[str, str]]:
    """Count the file itself, by person and by course; ISO days compare as texts. Also where each person works."""
    with (folder / "roster.csv").open(encoding="utf-8-sig") as lines:
        employed = {row["staff_no"]: row["center_code"] for row in csv.DictReader(lines) if row["hired_on"] <= day}
    by_person: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    by_course: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    with gzip.open(folder / "history.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            due, done = row["due_on"], row["completed_on"]
            gone = row["voided_on"] and row["voided_on"] <= day
            if not due or due > day or row["assigned_on"] > day or gone or row["staff_no"] not in employed:
                continue
            counts = (1, int(bool(done) and done <= day), int(bool(done) and done <= day and done <= due))
            for sums in (by_person[row["staff_no"]], by_course[row["course_code"]]):
                sums[:] = map(sum, zip(sums, counts, strict=True))
    return by_person, by_course, employed


def test_rates_and_shortfalls_equal_expected_and_a_recount_of_other_days(runner: FlaskCliRunner, shared_dir: Path):
    folder = shared_dir / "data" / "oulad"
    for command, name in (("centers", "centers"), ("courses", "courses"), ("roster", "roster")):
        run(runner, command, "import", str(folder / f"{name}.csv"))
    run(runner, "history", "import", str(folder / "history.csv.gz"))
    compare_with_expected(runner, folder / "expected")
    for day in OTHER_DAYS:
        compare_with_recount(runner, folder, day)
    assert run(runner, "completion", "verify", "--as-of", EXPECTED_DAY).endswith("\n0 differences\n")


def run(runner: FlaskCliRunner, *arguments: str) -> str:
    done = runner.invoke(args=arguments)
    assert done.exit_code == 0, done.output
    return done.output


def asked(runner: FlaskCliRunner, day: str, *arguments: str) -> list[Row]:
    return rows_of(run(runner, *arguments, "--as-of", day, "--format", "csv"))


def columns(rows: Iterable[Row], like: Iterable[Row]) -> list[Row]:
    names = list(next(iter(like)))
    return [{name: row[name] for name in names} for row in rows]


def compare_with_expected(runner: FlaskCliRunner, folder: Path) -> None:
    for arguments, name in (
        (("rates", "--by", "center"), "rate_by_center"),
        (("rates", "--by", "course"), "rate_by_course"),
        (("shortfall", "--below", "80"), "shortfall"),
    ):
        expected = rows_of((folder / f"{name}_{EXPECTED_DAY}.csv").read_text())
        assert columns(asked(runner, EXPECTED_DAY, *arguments), expected) == expected, name
    assert len(expected) == 2375
    (totals,) = rows_of((folder / "totals.csv").read_text())
    (whole,) = asked(runner, EXPECTED_DAY, "rates", "--by", "network")
    assert {name: whole[name] for name in totals if name in whole} == {
        name: value for name, value in totals.items() if name in whole
    }
    people = asked(runner, EXPECTED_DAY, "rates", "--by", "person")
    exactly = [row for row in people if 100 * int(row["done"]) == 80 * int(row["due"])]
    assert len(exactly) == int(totals["people_at_exactly_80"])
    assert not {row["person_code"] for row in exactly} & {row["staff_no"] for row in expected}


def compare_with_recount(runner: FlaskCliRunner, folder: Path, day: str) -> None:
    by_person, by_course, works_at = recounted(folder, day)
    people = asked(runner, day, "rates", "--by", "person")
    assert {row["person_code"]: [int(row[name]) for name in ("due", "done", "on_time")] for row in people} == by_person
    courses = asked(runner, day, "rates", "--by", "course")
    assert {row["course_code"]: [int(row[name]) for name in ("due", "done", "on_time")] for row in courses} == by_course
    below = {person for person, (due, done, _) in by_person.items() if 100 * done < 80 * due}
    listed = asked(runner, day, "shortfall", "--below", "80")
    assert {row["staff_no"] for row in listed} == below
    assert all(row["center_code"] == works_at[row["staff_no"]] for row in listed)
    assert date.fromisoformat(day) < date(2013, 2, 1) or len(by_person) > 1000

"""Rates on other bases: what each counts, on the command line, on the page and in the file."""

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy.orm import Session

from lms.completion.rules import Tally
from lms.completion.rules_bases import USUAL, Attribution, Basis, Measure, Period, Sums
from lms.people.models import Person
from tests.support.network import Cast, Network

MAY, JUNE = date(2019, 5, 15), date(2019, 6, 15)
DAY = date(2019, 6, 30)


def test_each_basis_has_its_part_and_whole():
    sums = Sums(
        due=10, done=7, on_time=5, people=4, people_done=1, courses=9, courses_done=6, weight=1500, weight_done=900,
        weight_squares=250_000,
    )  # fmt: skip
    shares = {basis: sums.share(basis) for basis in Basis}
    assert {basis: (share.done, share.due) for basis, share in shares.items()} == {
        Basis.COMPLETION: (7, 10), Basis.ON_TIME: (5, 10), Basis.LATE: (2, 10), Basis.HEADCOUNT: (1, 4),
        Basis.COURSE: (6, 9), Basis.WEIGHTED: (900, 1500), Basis.ASSIGNED: (7, 10),
    }  # fmt: skip
    assert shares[Basis.WEIGHTED].percent_text == "60.0"
    assert shares[Basis.COMPLETION] == Tally(10, 7, 5)
    # Trials are people; unequal weights may leave fewer: 1500² ÷ 250,000 = 9 enrollments, of 4 people.
    assert sums.n_eff() == 9
    assert (sums.trials(Basis.WEIGHTED), sums._replace(people=40).trials(Basis.WEIGHTED)) == (4, 9)
    assert Sums().share(Basis.HEADCOUNT).percent_text is None
    assert Sums().n_eff() == 0


def test_what_is_assigned_has_no_center_of_its_due_date():
    assert USUAL.is_usual
    assert not Measure(period=Period(MAY, JUNE)).is_usual
    impossible = [
        (basis, attribution)
        for basis in Basis
        for attribution in Attribution
        if not Measure(basis=basis, attribution=attribution).is_possible
    ]
    assert impossible == [(Basis.ASSIGNED, Attribution.DUE_DATE)]


@pytest.fixture
def moved(cast: Cast, session: Session) -> Person:
    """Give someone who missed a course at Gangnam in May, moved next door on 1 June, and was late there once."""
    net = Network(session)
    person = net.person("00777", "이전출", at=cast.center, until=date(2019, 6, 1))
    net.posting(person, at=cast.next_door, since=date(2019, 6, 1))
    for course, due_on, done_on in (("T-1", MAY, None), ("T-2", MAY, MAY), ("T-3", JUNE, DAY)):
        net.enroll(person, net.course(course), due_on=due_on, completed_on=done_on)
    session.commit()
    return person


@pytest.fixture
def rows(runner: FlaskCliRunner, moved: Person) -> Callable[..., dict[str, tuple[str, str, str]]]:
    """Give `rows(options)`: part, whole and rate by code, of these courses alone."""

    def ask(*options: str) -> dict[str, tuple[str, str, str]]:
        courses = [text for code in ("T-1", "T-2", "T-3") for text in ("--course", code)]
        done = runner.invoke(args=["rates", "--as-of", str(DAY), "--format", "csv", *courses, *options])
        assert done.exit_code == 0, done.output
        return {
            row["center_code"]: (row["part"], row["whole"], row["rate"])
            for row in csv.DictReader(io.StringIO(done.output))
        }

    return ask


def test_the_command_line_counts_at_the_center_of_the_day_or_of_the_due_date(rows: Callable, cast: Cast):
    here, there = cast.center.code, cast.next_door.code
    assert rows("--basis", "headcount") == {there: ("0", "1", "0.0")}
    assert rows("--basis", "headcount", "--attribution", "due-date") == {
        here: ("0", "1", "0.0"),
        there: ("1", "1", "100.0"),
    }
    assert rows("--attribution", "due-date") == {here: ("1", "2", "50.0"), there: ("1", "1", "100.0")}
    assert rows("--from", "2019-06-01") == {there: ("1", "1", "100.0")}
    assert rows("--from", "2019-05-01", "--to", "2019-05-31", "--basis", "on-time") == {there: ("1", "2", "50.0")}
    assert rows("--basis", "late") == {there: ("1", "3", "33.3")}
    assert rows("--basis", "weighted") == {there: ("2.0", "3.0", "66.6")}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--to", "2019-06-30"], "--to needs --from"),
        (["--from", "2019-07-01", "--to", "2019-06-30"], "--from is after --to"),
        (["--basis", "assigned", "--attribution", "due-date"], "no center of the due date"),
        (["--basis", "average"], "Invalid value"),
    ],
)
def test_the_command_line_names_a_rate_that_does_not_exist(runner: FlaskCliRunner, options: list[str], complaint: str):
    done = runner.invoke(args=["rates", *options])
    assert done.exit_code == 2
    assert complaint in done.output

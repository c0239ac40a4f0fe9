"""Rates on other bases: what each counts, on the command line, on the page and in the file."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy.orm import Session

from lms.completion.rules import Tally
from lms.completion.rules_bases import USUAL, Attribution, Basis, Measure, Period, Sums
from lms.people.models import Person
from tests.support.network import Cast, Network
from tests.support.sign_in import csrf_token, sign_in

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


def figures(page: str, *, of: str) -> list[str]:
    """Return the cells of a group's row, from the page's table."""
    rows = page.split('id="rates"')[1].split("</table>", maxsplit=1)[0].split("<tr>")
    row = next(row for row in rows if of in row)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]


def test_the_page_counts_on_the_basis_asked_for_and_names_it(look: Callable, cast: Cast, moved: Person):
    path = f"/rates/{cast.area.public_id}?as_of={DAY}&course=T-1&course=T-2&course=T-3"
    page = look(cast.training_admin, f"{path}&basis=headcount&attribution=due-date")
    assert [figures(page, of=code.public_id)[2:] for code in (cast.center, cast.next_door)] == [["0", "1"], ["1", "1"]]
    assert "인원 기준 · 기한일 소속 센터" in page
    assert "basis=weighted" in page, "every other basis is a step away"
    assert f"/rates/{cast.center.public_id}?" in page
    assert "attribution=due-date" in page.split('id="rates"')[1], "the way down keeps the basis"
    over_may = look(cast.training_admin, f"{path}&basis=on-time&due_from=2019-05-01&due_to=2019-05-31")
    assert figures(over_may, of=cast.next_door.public_id)[2:4] == ["1", "2"]
    assert "2019-05-01 – 2019-05-31" in over_may


def test_who_moved_on_is_counted_at_the_former_center_and_not_named_there(look: Callable, cast: Cast, moved: Person):
    page = look(cast.coordinator, f"/rates/{cast.center.public_id}?as_of={DAY}&attribution=due-date")
    assert moved.name not in page
    assert "1명은 지금 다른 곳에서 근무" in page


@pytest.mark.parametrize(
    "query",
    [
        "basis=average",
        "attribution=due-date&basis=assigned",
        "due_to=2019-05-31",
        "due_from=2019-06-01&due_to=2019-05-31",
    ],
)
def test_an_address_that_means_no_rate_says_so(client: FlaskClient, cast: Cast, query: str):
    sign_in(client, cast.training_admin)
    answer = client.get(f"/rates?{query}")
    assert answer.status_code == 400
    assert "error" in answer.get_data(as_text=True)


def test_page_file_and_command_line_hold_the_same_rates(
    look: Callable, client: FlaskClient, runner: FlaskCliRunner, cast: Cast, moved: Person
):
    asked = {"as_of": str(DAY), "basis": "weighted", "attribution": "due-date", "due_from": "2019-05-01"}
    page = look(cast.training_admin, f"/rates/{cast.area.public_id}?{urlencode(asked)}")
    sent = {"csrf_token": csrf_token(client, "/me"), "reason": "5월 결산 준비", "format": "csv", **asked}
    file = client.post("/reports/rates", data={**sent, "unit": cast.area.public_id}).get_data().decode("utf-8-sig")
    command = ["rates", "--as-of", str(DAY), "--basis", "weighted", "--attribution", "due-date", "--from", "2019-05-01"]
    printed = csv.DictReader(io.StringIO(runner.invoke(args=[*command, "--unit", "A1", "--format", "csv"]).output))
    rows = list(csv.reader(io.StringIO(file)))[1:]
    assert {row[0]: tuple(map(float, row[6:9])) for row in rows} == {
        row["center_code"]: (float(row["part"]), float(row["whole"]), float(row["rate"])) for row in printed
    }
    assert [row[0] for row in rows] == [cast.center.code, cast.next_door.code]
    assert rows[0][2:6] == ["가중 기준", "기한일 소속 센터", "2019-05-01", "2019-06-30"]
    for row, center in zip(rows, (cast.center, cast.next_door), strict=True):
        assert figures(page, of=center.public_id)[2:4] == [text.removesuffix(".0") for text in row[6:8]]


def test_the_head_count_stands_beside_the_rate_and_a_center_shows_its_trend(look: Callable, cast: Cast, moved: Person):
    rates = look(cast.coordinator, f"/rates/{cast.center.public_id}?as_of={DAY}")
    assert "모두 이수한 인원" in rates
    assert "건수 기준 · 기준일 소속 센터" in rates
    assert f'href="/center/{cast.center.public_id}"' in rates
    center = look(cast.coordinator, f"/center/{cast.center.public_id}")
    assert "모두 이수한 인원" in center
    assert 'id="trend-title"' in center
    assert f"/rates/{cast.center.public_id}?as_of=" in center.split('id="trend-title"')[1]

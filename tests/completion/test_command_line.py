"""An operator prints rates and shortfalls, and scripts read them."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.enrollments.models import Enrollment
from lms.people.models import Person
from tests.completion import oracle
from tests.completion.oracle import Center, Cycle, Interval, Posting, World
from tests.completion.worlds import LONG_AGO, load

DAY = "2019-06-30"
DUE = date(2019, 6, 1)


def employed(staff_no: str, center: str, role: str, *cycles: Cycle) -> oracle.Person:
    return oracle.Person(staff_no, [Posting(center, role, Interval(LONG_AGO))], [], list(cycles))


def cycle(course: str, number: int = 1, done: date | None = None) -> Cycle:
    return Cycle(course, number, assigned=date(2019, 5, 1), due=DUE, done=done)


@pytest.fixture
def network(session: Session) -> None:
    """Two centers; of the front line 000001 has 1 of 2 done and 000002 everything; 000003 works in the back office."""
    world = World(
        {code: Center(code, areas=[("A1", Interval(LONG_AGO))]) for code in ("C1", "C2")},
        {"A1": [("R1", Interval(LONG_AGO))]},
        {"K1": 0, "K2": 1},
        [
            employed("000001", "C1", "SA", cycle("K1", done=DUE), cycle("K2")),
            employed("000002", "C2", "SA", cycle("K1", 1), cycle("K1", 2, done=date(2019, 6, 2))),
            employed("000003", "C2", "BP", cycle("K2")),
        ],
    )
    load(session, world)
    session.execute(update(Person).where(Person.staff_no == "000001").values(name="=김하나"))
    session.commit()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_rates_by_center_as_a_table(runner: FlaskCliRunner, network):
    done = runner.invoke(args=["rates", "--as-of", DAY])
    assert done.exit_code == 0, done.output
    head, first, second = done.output.splitlines()
    assert head.split() == [
        "center_code", "name_ko", "name_en", "due", "done", "on_time", "missing", "rate", "people_judged",
        "people_short",
    ]  # fmt: skip
    assert first.split() == ["C1", "C1", "센터", "C1", "2", "1", "1", "1", "50.0", "1", "1"]
    assert second.split() == ["C2", "C2", "센터", "C2", "2", "1", "0", "1", "50.0", "2", "1"]


@pytest.mark.parametrize(
    ("by", "codes"),
    [
        ("network", ["NETWORK"]), ("region", ["R1"]), ("area", ["A1"]), ("center", ["C1", "C2"]),
        ("role", ["BP", "SA"]), ("tier", ["0", "1"]), ("course", ["K1", "K2"]),
        ("person", ["000001", "000002", "000003"]),
    ],
)  # fmt: skip
def test_every_level_adds_up_to_the_same_in_csv_and_json(runner: FlaskCliRunner, network, by, codes):
    asked = ["rates", "--as-of", DAY, "--by", by, "--format"]
    rows = rows_of(runner.invoke(args=[*asked, "csv"]).output)
    assert [row[f"{by}_code"] for row in rows] == codes
    assert [sum(int(row[name]) for row in rows) for name in ("due", "done", "on_time")] == [4, 2, 1]
    objects = json.loads(runner.invoke(args=[*asked, "json"]).output)
    assert [(one[f"{by}_code"], one["due"], one["rate"]) for one in objects] == [
        (row[f"{by}_code"], int(row["due"]), float(row["rate"])) for row in rows
    ]


def test_rates_are_narrowed_by_every_filter(runner: FlaskCliRunner, network):
    def due(*options: str) -> int:
        output = runner.invoke(args=["rates", "--as-of", DAY, "--by", "network", "--format", "csv", *options]).output
        return sum(int(row["due"]) for row in rows_of(output))

    assert due("--unit", "C1") == due("--unit", "CENTER:C1") == 2
    assert due("--unit", "R1") == due("--unit", "A1") == due("--unit", "NETWORK") == 4
    assert due("--role", "SA") == due("--frontline") == 3
    assert due("--role", "SA", "--role", "BP") == due("--everyone") == 4
    assert due("--tier", "1") == due("--course", "K2") == 2


def test_all_adds_groups_with_nothing_due_as_not_applicable(runner: FlaskCliRunner, network):
    asked = ["rates", "--as-of", "2019-05-15", "--by", "center", "--format", "csv"]
    assert rows_of(runner.invoke(args=asked).output) == []
    rows = rows_of(runner.invoke(args=[*asked, "--all"]).output)
    assert [(row["center_code"], row["due"], row["rate"]) for row in rows] == [
        ("C1", "0", ""), ("C2", "0", ""), ("HQ", "0", ""),
    ]  # fmt: skip


def test_shortfall_lists_the_front_line_unless_everyone_is_asked_for(runner: FlaskCliRunner, network):
    rows = rows_of(runner.invoke(args=["shortfall", "--as-of", DAY]).output)
    assert [(row["staff_no"], row["center_code"], row["due"], row["done"]) for row in rows] == [
        ("000001", "C1", "2", "1")
    ]
    assert rows[0]["severity"] == "MISSING"
    assert rows[0]["missing_courses"] == "K2"
    everyone = rows_of(runner.invoke(args=["shortfall", "--as-of", DAY, "--everyone"]).output)
    assert [row["staff_no"] for row in everyone] == ["000001", "000003"]
    here = rows_of(runner.invoke(args=["shortfall", "--as-of", DAY, "--everyone", "--center", "C2"]).output)
    assert [row["staff_no"] for row in here] == ["000003"]


def test_below_lists_by_rate_alone(runner: FlaskCliRunner, network):
    def listed(below: str) -> list[str]:
        output = runner.invoke(args=["shortfall", "--as-of", DAY, "--below", below, "--everyone"]).output
        return [row["staff_no"] for row in rows_of(output)]

    assert listed("50") == ["000003"], "exactly 50 % is not below 50"
    assert listed("51") == ["000001", "000003"]
    assert listed("0") == []


def test_files_are_utf_8_without_a_mark_and_never_run_as_formulas(runner: FlaskCliRunner, network, tmp_path: Path):
    file = tmp_path / "미달.csv"
    assert runner.invoke(args=["shortfall", "--as-of", DAY, "-o", str(file)]).output == ""
    content = file.read_bytes()
    assert content.startswith(b"staff_no,")
    assert b"\r" not in content
    assert rows_of(content.decode())[0]["name"] == "'=김하나"


def test_a_workbook_has_a_cover_and_text_staff_numbers(runner: FlaskCliRunner, network, tmp_path: Path):
    file = tmp_path / "short.xlsx"
    done = runner.invoke(args=["shortfall", "--as-of", DAY, "--below", "80", "--format", "xlsx", "-o", str(file)])
    assert done.exit_code == 0, done.output
    book = CalamineWorkbook.from_path(str(file))
    cover = {row[0]: row[1] for row in book.get_sheet_by_name("Cover").to_python() if row[0]}
    assert (cover["as of"], cover["below"], cover["people"], cover["reason"]) == (DAY, "80", "1", "command line")
    assert book.get_sheet_by_name("Shortfalls").to_python()[1][0] == "000001"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["rates", "--as-of", "30.6.2019"], "is not a date"),
        (["rates", "--as-of", "2019-02-30"], "is not a date"),
        (["rates", "--by", "planet"], "planet"),
        (["rates", "--unit", "C9"], "there is no 'C9'"),
        (["rates", "--role", "XX"], "there is no 'XX'"),
        (["rates", "--tier", "7"], "there is no '7'"),
        (["rates", "--course", "K9"], "there is no 'K9'"),
        (["shortfall", "--below", "101"], "0<=x<=100"),
        (["shortfall", "--below", "-1"], "0<=x<=100"),
        (["shortfall", "--below", "most"], "most"),
        (["shortfall", "--center", "C9"], "there is no 'C9'"),
        (["shortfall", "--center", "A1"], "there is no 'A1'"),
        (["shortfall", "--format", "xlsx"], "-o"),
        (["shortfall", "-o", "/nowhere/at/all.csv"], "/nowhere/at/all.csv"),
        (["completion", "verify", "--as-of", "today"], "is not a date"),
    ],
)
def test_bad_arguments_are_named_and_end_the_command(runner: FlaskCliRunner, network, arguments, complaint):
    done = runner.invoke(args=arguments)
    assert done.exit_code != 0
    assert complaint in done.output
    assert "Traceback" not in done.output


def test_every_list_of_people_is_in_the_audit_trail(runner: FlaskCliRunner, session: Session, network):
    runner.invoke(args=["rates", "--as-of", DAY, "--by", "center"])
    session.rollback()
    assert session.scalars(select(AuditEvent)).all() == []
    runner.invoke(args=["rates", "--as-of", DAY, "--by", "person"])
    runner.invoke(args=["shortfall", "--as-of", DAY, "--center", "C1"])
    session.rollback()
    rates, shortfall = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    assert (rates.object_type, rates.subject_count, rates.reason) == ("rates", 3, "command line")
    assert rates.actor.startswith("cli:")
    ids = list(session.scalars(select(Person.id).where(Person.staff_no == "000001")))
    assert (shortfall.object_type, shortfall.subject_ids, shortfall.subject_count) == ("shortfalls", ids, 1)
    assert shortfall.detail["center_codes"] == ["C1"]


def test_verify_finds_nothing_where_all_is_well(runner: FlaskCliRunner, network):
    done = runner.invoke(args=["completion", "verify", "--as-of", DAY])
    assert done.exit_code == 0, done.output
    assert "2 rate by center compared" in done.output
    assert done.output.endswith("0 differences\n")


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        (update(Enrollment).where(Enrollment.cycle == 1).values(has_later_cycle=False), "later-cycle mark"),
        (update(Enrollment).where(Enrollment.cycle == 2).values(due_on=date(2019, 6, 3)), "due date"),
    ],
)
def test_verify_finds_a_planted_difference(runner: FlaskCliRunner, session: Session, network, planted, complaint):
    session.execute(planted)
    session.commit()
    done = runner.invoke(args=["completion", "verify", "--as-of", DAY])
    assert done.exit_code == 1
    assert complaint in done.output
    assert "\n0 differences" not in done.output

"""What training adds up to is the same on the page, in both files, and from the command line; a reason comes first."""

import csv
import html
import io
import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent, AuditSubject
from tests.support.sign_in import csrf_token, sign_in

PAGE, FILE, PEOPLE = "/field-checks/transfer", "/reports/transfer", "/reports/transfer/people"
REASON = "for the meeting of the month"
LAYOUTS = [
    ({"show": "WHERE", "by": "UNIT"}, "unit"),
    ({"show": "WHERE", "by": "ROLE"}, "role"),
    ({"show": "WHERE", "by": "COURSE"}, "course"),
    ({"show": "STEPS"}, "month"),
    ({"show": "WHERE", "by": "MONTH"}, "month"),
    ({"show": "LASTS", "topic": "DIMENSION"}, "dimension"),
    ({"show": "LASTS", "topic": "STAGE"}, "stage"),
    ({"show": "LASTS", "topic": "BEHAVIOR"}, "behavior"),
]
ROW = re.compile(r"<tr>\s*<th scope=\"row\"[^>]*>(.*?)</tr>", re.DOTALL)
SHARE = re.compile(r"(\d+\.\d)%</span> <small>([\d,]+)건 중 ([\d,]+)건 · (\d+\.\d)–(\d+\.\d)%")


@pytest.fixture
def client(client: FlaskClient, followed: SimpleNamespace) -> FlaskClient:
    """Give a browser of the administrator."""
    sign_in(client, followed.cast.training_admin)
    return client


def ask(client: FlaskClient, shape: str, address: str = FILE, **more: str) -> Any:
    """Ask for a file with a reason."""
    sent = {"csrf_token": csrf_token(client, "/me"), "reason": REASON, "format": shape, **more}
    return client.post(address, data=sent)


def cells(client: FlaskClient, shape: str, address: str = FILE, **more: str) -> list[list[str]]:
    """Return the rows of a downloaded file with its head, as texts; rates as percent with a tenth."""
    answer = ask(client, shape, address, **more)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    if shape == "csv":
        return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))
    head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data())).get_sheet_by_index(1).to_python()
    return [
        [str(one) for one in head],
        *([_text(str(name), one) for name, one in zip(head, row, strict=True)] for row in rows),
    ]


def _text(head: str, cell: Any) -> str:
    if isinstance(cell, float):
        return f"{100 * cell:.1f}" if head.endswith("(%)") else f"{cell:.0f}"
    return str(cell)


@pytest.mark.parametrize(("layout", "by"), LAYOUTS)
def test_page_files_and_command_give_the_same_rows(
    client: FlaskClient, runner: FlaskCliRunner, layout: dict[str, str], by: str
):
    head, *rows = cells(client, "csv", **layout)
    assert rows
    assert [head, *rows] == cells(client, "xlsx", **layout)
    done = runner.invoke(args=["checks", "lasts", "--by", by, "--format", "csv"])
    assert done.exit_code == 0, done.output
    told = list(csv.reader(io.StringIO(done.stdout)))[1:]
    assert [[code, ko, *rest] for code, ko, _en, *rest in told] == rows
    assert shown(client, **layout) <= figures(rows, by)
    assert {row[1] for row in rows if row[1]} <= set(names(client, **layout))


def shown(client: FlaskClient, **layout: str) -> set[tuple[str, ...]]:
    """Return every share that stands on the page with its counts and interval."""
    layout = {"show": "WHERE", "by": "MONTH"} if layout["show"] == "STEPS" else layout
    page = client.get(PAGE, query_string=layout).text.partition('id="half-life"')[0]
    found = {(rate, done, due, low, high) for rate, due, done, low, high in SHARE.findall(page)}
    assert found
    return found


def names(client: FlaskClient, **layout: str) -> list[str]:
    """Return the names of the rows on the page."""
    layout = {"show": "WHERE", "by": "MONTH"} if layout["show"] == "STEPS" else layout
    page = client.get(PAGE, query_string=layout).text
    heads = [re.sub(r"<small>.*?</small>|<[^>]+>", "", row.partition("</th>")[0]) for row in ROW.findall(page)]
    return [html.unescape(head).strip() for head in heads]


def figures(rows: list[list[str]], by: str) -> set[tuple[str, ...]]:
    """Return every share in a file's rows with its counts and interval."""
    steps = ((4, 3, 5), (9, 8, 10), (13, 9, 14), (19, 18, 20)) if by in {"unit", "role", "course", "month"} else None
    if steps is None:
        return {(row[4], row[3], row[2], row[5], row[6]) for row in rows} | {
            (row[9], row[8], row[7], row[10], row[11]) for row in rows
        }
    return {(row[rate], row[done], row[due], row[rate + 1], row[rate + 2]) for row in rows for done, due, rate in steps}


@pytest.mark.parametrize("address", [FILE, PEOPLE])
def test_a_reason_comes_first(client: FlaskClient, session: Session, address: str):
    refused = ask(client, "csv", address, reason="x", show="WHERE", by="ROLE", step="PASSED")
    assert refused.status_code == 400
    assert 'name="by" value="ROLE"' in refused.text
    session.rollback()
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "download")).all() == []


def test_the_cover_says_what_it_is_and_who_took_it(client: FlaskClient, session: Session, followed: SimpleNamespace):
    answer = ask(client, "xlsx", role="SA", months="6", show="LASTS", as_of="2026-11-30")
    cover = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data())).get_sheet_by_index(0).to_python()
    told = " ".join(str(cell) for row in cover for cell in row)
    for text in ("2026-11-30", "2026-05-31", "6개월", REASON, followed.cast.training_admin.name, "Wilson"):
        assert text in told
    session.rollback()
    kept = session.scalars(select(AuditEvent).where(AuditEvent.action == "download")).one()
    assert (kept.object_type, kept.reason, kept.detail["rows"]) == ("lasting", REASON, "DIMENSION")


def test_the_people_behind_a_step_leave_with_their_names_and_a_record(
    client: FlaskClient, session: Session, followed: SimpleNamespace
):
    sign_in(client, followed.cast.coordinator)
    wish = {"step": "CHECKED", "took": "no"}
    head, *rows = cells(client, "csv", PEOPLE, **wish)
    assert [row[0] for row in rows] == [followed.people[2].staff_no]
    assert len(head) == len(rows[0])
    session.rollback()
    kept = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "transfer")).one()
    assert session.scalars(select(AuditSubject.person_id).where(AuditSubject.event_id == kept.id)).all() == [
        followed.people[2].id
    ]


def test_nobody_takes_away_more_than_they_may_name_or_see(
    client: FlaskClient, session: Session, followed: SimpleNamespace
):
    sign_in(client, followed.cast.area_manager)  # the reason of a download is its purpose
    named = cells(client, "csv", PEOPLE, unit=followed.cast.area.public_id)[1:]
    assert {row[0] for row in named} <= {one.staff_no for one in followed.people} | {followed.cast.employee.staff_no}
    sign_in(client, followed.cast.executive)
    assert ask(client, "csv", PEOPLE).status_code in {403, 404}
    far = ask(client, "csv", unit=followed.cast.far_away.public_id, show="WHERE", by="COURSE")
    assert len(far.text.strip().splitlines()) == 1  # one person: too few to show


def test_a_unit_out_of_scope_and_an_unknown_format_are_refused(client: FlaskClient, followed: SimpleNamespace):
    sign_in(client, followed.cast.coordinator)
    for address in (FILE, PEOPLE):
        other = ask(client, "csv", address, unit=followed.cast.far_away.public_id)
        missing = ask(client, "csv", address, unit="nosuchunit")
        assert other.status_code == missing.status_code == 400
        assert followed.cast.namesake.staff_no not in other.text
        assert ask(client, "pdf", address).status_code == 400


@pytest.mark.parametrize("wrong", [["--unit", "X"], ["--role", "X"], ["--course", "X"], ["--by", "x"]])
def test_a_wrong_option_of_the_command_is_named(runner: FlaskCliRunner, followed: SimpleNamespace, wrong: list[str]):
    done = runner.invoke(args=["checks", "lasts", *wrong])
    assert done.exit_code == 2
    assert wrong[0] in done.output


def test_the_command_takes_a_unit_and_a_period(runner: FlaskCliRunner, followed: SimpleNamespace):
    far = ["--unit", followed.cast.far_away.code]
    done = runner.invoke(args=["checks", "lasts", *far, "--by", "course", "--format", "json"])
    rows = json.loads(done.stdout)
    assert [(row["code"], row["due"], row["checked"], row["passed"]) for row in rows] == [("GREET-01", 1, 1, 0)]
    early = runner.invoke(args=["checks", "lasts", *far, "--as-of", "2019-01-01", "--format", "json"])
    assert json.loads(early.stdout) == []

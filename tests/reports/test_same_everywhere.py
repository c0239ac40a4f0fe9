"""One question has one answer: on the page, in both files, from the command line, and in the frozen month."""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.completion.months.models import MonthClose
from lms.completion.months.rules_snapshot import unpack
from lms.people.models import OrgUnit, Person
from lms.people.rules import DutyKind, UnitKind
from tests.completion.oracle import Interval
from tests.completion.test_month_close import CLOSED, END, actor, change_the_past, close
from tests.completion.worlds import LONG_AGO, draw_world, load
from tests.support.network import Network
from tests.support.sign_in import csrf_token, sign_in

THEN = f"{CLOSED:%Y-%m-%dT%H:%M}Z"
ROW = re.compile(r'<th scope="row">(.*?)</tr>', re.DOTALL)
COUNTS = re.compile(r"([\d,]+)건 중 ([\d,]+)건")
Rates = dict[str, tuple[int, int]]  # due and done of each center with something due
People = dict[str, tuple[int, int]]  # the same of each person who falls short


@pytest.fixture
def month(session: Session) -> MonthClose:
    """Load a random network, close May, and have May change three times after that."""
    chance = Random("everywhere")
    world = draw_world(chance, 90)
    for center in world.centers.values():  # a page lists centers below their area
        center.areas = center.areas or [("A1", Interval(LONG_AGO))]
    load(session, world)
    first = close(session)
    session.commit()
    for hours in range(1, 4):
        change_the_past(session, chance, actor(hours))
        session.commit()
    return first


@pytest.fixture
def client(client: FlaskClient, month: MonthClose, session: Session) -> FlaskClient:
    """Give a browser of the administrator, who opened the names of everyone."""
    net = Network(session)
    admin = net.person("admin", "한마루", at=net.there_is(UnitKind.CENTER), role="TR")
    net.duty(admin, DutyKind.TRAINING_ADMIN, net.there_is(UnitKind.NETWORK))
    session.commit()
    sign_in(client, admin)
    network = net.there_is(UnitKind.NETWORK).public_id
    sent = {"csrf_token": csrf_token(client, "/me"), "reason": "monthly report", "next": "/me"}
    assert client.post(f"/units/{network}/purpose", data=sent).status_code == 303
    return client


class Asking:
    """Asks the same of the product in every way there is; `known` is empty for what is known now."""

    def __init__(self, client: FlaskClient, runner: FlaskCliRunner, session: Session, known: str) -> None:
        self.client, self.runner, self.session, self.known = client, runner, session, known
        session.rollback()
        self.areas = list(session.scalars(select(OrgUnit).where(OrgUnit.kind == UnitKind.AREA)))

    def page(self, address: str, **more: Any) -> list[tuple[str, tuple[int, int]]]:
        """Return the plain text of each row's head, with due and done."""
        asked = {"as_of": str(END), "people": "everyone", **({"known_at": self.known} if self.known else {}), **more}
        answer = self.client.get(address, query_string=asked)
        assert answer.status_code == 200
        found = []
        for row in ROW.findall(answer.get_data(as_text=True)):
            if counts := COUNTS.search(row):
                due, done = (int(number.replace(",", "")) for number in counts.groups())
                found.append((re.sub(r"<[^>]+>|\s+", " ", row.partition("</th>")[0]), (due, done)))
        return found

    def file(self, kind: str, shape: str, **more: Any) -> list[list[Any]]:
        """Return the rows of a downloaded file, without its head."""
        sent = {
            "csrf_token": csrf_token(self.client, "/me"), "reason": "monthly report", "format": shape,
            "as_of": str(END), "people": "everyone", **({"known_at": self.known} if self.known else {}), **more,
        }  # fmt: skip
        answer: TestResponse = self.client.post(f"/reports/{kind}", data=sent)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        if shape == "csv":
            return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))[1:]
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data()))
        return book.get_sheet_by_index(1).to_python()[1:]

    def command(self, *words: str) -> list[dict[str, Any]]:
        known = ["--known-at", self.known] if self.known else []
        done = self.runner.invoke(args=[*words, "--as-of", str(END), *known, "--format", "json"])
        assert done.exit_code == 0, done.output
        return list(json.loads(done.stdout))

    def rates(self) -> Iterator[Rates]:
        """Yield due and done of every center: page, CSV, workbook, command."""
        shown = [line for area in self.areas for line in self.page(f"/rates/{area.public_id}")]
        yield {head.split()[0]: counts for head, counts in shown if counts[0]}
        for shape in ("csv", "xlsx"):
            rows = [row for area in self.areas for row in self.file("rates", shape, unit=area.public_id)]
            yield {row[0]: (int(row[2]), int(row[3])) for row in rows}
        yield {row["center_code"]: (row["due"], row["done"]) for row in self.command("rates")}

    def shortfalls(self) -> Iterator[People]:
        """Yield due and done of everyone who falls short: pages, CSV, workbook, command."""
        shown = []
        while lines := self.page("/shortfalls", page=len(shown) // 50 + 1):
            shown += lines
            if len(lines) < 50:
                break
        yield {head.split("·")[0].split()[-1]: counts for head, counts in shown}
        for shape in ("csv", "xlsx"):
            yield {row[0]: (int(row[7]), int(row[8])) for row in self.file("shortfalls", shape)}
        rows = self.command("shortfall", "--everyone")
        yield {row["staff_no"]: (row["due"], row["done"]) for row in rows}


def frozen(session: Session, of: MonthClose) -> tuple[Rates, People]:
    """Add up the rows of a frozen month by center and by person."""
    units = dict(session.execute(select(OrgUnit.public_id, OrgUnit.code)).all())
    people = dict(session.execute(select(Person.public_id, Person.staff_no)).all())
    sums: tuple[dict[str, list[int]], ...] = (defaultdict(lambda: [0, 0]), defaultdict(lambda: [0, 0]))
    for row in unpack(of.snapshot):
        for group, key in zip(sums, (units[row.center], people[row.person]), strict=True):
            group[key][0] += 1
            group[key][1] += bool(row.completed_on)
    rates, persons = ({key: (due, done) for key, (due, done) in group.items()} for group in sums)
    return rates, persons


def test_page_files_command_and_frozen_month_give_one_answer_now_and_as_known_at_the_close(
    client: FlaskClient, runner: FlaskCliRunner, session: Session, month: MonthClose
):
    rates, people = frozen(session, month)
    then, now = (Asking(client, runner, session, known) for known in (THEN, ""))
    assert list(then.rates()) == [rates] * 4
    shortfalls = list(then.shortfalls())
    assert all(found == shortfalls[0] for found in shortfalls)
    assert shortfalls[0].items() <= people.items()
    assert {key for key, (due, done) in people.items() if 100 * done < 80 * due} <= shortfalls[0].keys()
    shown = json.loads(runner.invoke(args=["months", "show", "2019-05", "--format", "json"]).stdout)
    assert {row["center_code"]: (row["due"], row["done"]) for row in shown} == rates
    rates_now, short_now = list(now.rates()), list(now.shortfalls())
    assert rates_now == rates_now[:1] * 4
    assert short_now == short_now[:1] * 4
    assert rates_now[0] != rates, "late facts have moved the month"
    assert short_now[0] != shortfalls[0]
    assert min(map(len, (rates, short_now[0]))) >= 3

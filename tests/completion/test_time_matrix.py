"""What day it is does not depend on where the server stands: 4 zones × 12 awkward instants, on both databases."""

import csv
import io
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import time_machine
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy.orm import Session

from tests.support.network import Network, small_cast
from tests.support.sign_in import sign_in

ZONES = ("UTC", "America/New_York", "Europe/London", "Pacific/Kiritimati")
A_MOMENT = timedelta(microseconds=1)
KOREA = timedelta(hours=9)  # without daylight saving
INSTANTS = tuple(
    datetime.fromisoformat(text).astimezone(UTC)
    for text in (
        "2019-06-30T23:59:59+09:00",  # the last second of a month
        "2019-07-01T00:00:00+09:00",
        "2019-07-31T23:59:59.999999+00:00",
        "2019-08-01T00:00:00+00:00",  # midnight in Greenwich
        "2019-12-31T23:59:59+09:00",
        "2020-01-01T00:00:00+09:00",
        "2020-02-29T00:00:00+09:00",
        "2020-02-29T23:59:59.999999+09:00",
        "2019-03-10T02:30:00-05:00",  # a time that New York leaves out
        "2019-11-03T01:30:00-05:00",  # and one that it has twice
        "2019-03-31T01:30:00+00:00",  # the same in London
        "2019-10-27T01:30:00+01:00",
    )
)
AROUND = (-1, 0, 1, 7, 8)


@contextmanager
def server_in(zone: str, moment: datetime) -> Iterator[None]:
    """Let the machine stand in a zone at an instant."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        # A moment in UTC: time-machine would take over the zone of any other.
        with time_machine.travel(moment, tick=False):
            assert time.localtime().tm_zone != "KST"
            yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def expected(day: date, due: date, done: date | None) -> str:
    """Return how something due and maybe done stands on a day in Korea."""
    if done is not None and done <= day:
        return "DONE" if done <= due else "DONE_LATE"
    if due < day:
        return "OVERDUE"
    return "DUE_SOON" if due - day <= timedelta(days=7) else "NOT_DUE"


def test_due_states_today_and_the_month_are_those_of_korea_wherever_the_server_stands(
    session: Session,
    client: FlaskClient,
    runner: FlaskCliRunner,
    backend: str,
    record_property: Callable[[str, object], None],
):
    cast, net = small_cast(session), Network(session)
    ladder = {f"{days:+}": net.course(f"DUE{days:+}") for days in AROUND}
    just_done, late = net.course("DONE"), net.course("LATE")
    standing: dict[datetime, tuple[str, date, dict[str, tuple[date, date | None]]]] = {}
    for place, moment in enumerate(INSTANTS):
        day = (moment + KOREA).date()
        person = net.person(f"8{place:04}", "홍길동", at=cast.center)
        lines = {f"DUE{days:+}": (day + timedelta(days=days), None) for days in AROUND}
        # Recorded at this very moment: on the due day it is in time, a moment after midnight it is late.
        lines |= {"DONE": (day, day), "LATE": (day - timedelta(days=1), day)}
        for code, (due, done) in lines.items():
            course = just_done if code == "DONE" else late if code == "LATE" else ladder[code[3:]]
            net.enroll(person, course, due_on=due, completed_on=done)
        standing[moment] = person.staff_no, day, lines
    session.commit()

    def printed(*words: str) -> list[dict[str, Any]]:
        done = runner.invoke(args=[*words, "--format", "csv"])
        assert done.exit_code == 0, done.output
        return list(csv.DictReader(io.StringIO(done.stdout)))

    checks = 0
    for zone in ZONES:
        for moment, (staff_no, day, lines) in standing.items():
            with server_in(zone, moment):
                states = {row["course_code"]: row["state"] for row in printed("explain", "--person", staff_no)}
                assert states == {code: expected(day, *line) for code, line in lines.items()}, (zone, moment)
                overdue = {row["staff_no"]: row["overdue"] for row in printed("shortfall", "--everyone")}
                assert overdue[staff_no] == "1", "what is due today is still in time"
                sign_in(client, cast.coordinator)
                page = client.get("/shortfalls").get_data(as_text=True)
                assert f'value="{day}"' in page, (zone, moment)
                months = json.loads(runner.invoke(args=["months", "list", "--format", "json"]).stdout)
                running = [month["month"] for month in months if month["state"] == "RUNNING"]
                assert running == [f"{day:%Y-%m}"], (zone, moment)
                refused = runner.invoke(args=["months", "close", f"{day:%Y-%m}"])
                assert "not over yet" in refused.output, (zone, moment)
                checks += len(states) + 4
    record_property(f"time matrix checks on {backend}", checks)

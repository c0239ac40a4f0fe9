"""The day on which something was seen: the one the form says, within the window and not to come."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.field_checks.rules import observed_fault
from tests.field_checks.checking import TODAY
from tests.field_checks.test_form import Phone, page, seen

OPENS, CLOSES = date(2019, 7, 7), date(2019, 7, 28)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "on", "fault"),
    [
        (OPENS, OPENS, None),
        (OPENS - DAY, OPENS, "observed_early"),
        (OPENS + DAY, OPENS, "observed_future"),
        (CLOSES, CLOSES + 3 * DAY, None),
        (CLOSES + DAY, CLOSES + 3 * DAY, "observed_late"),
    ],
)
def test_which_day_something_can_have_been_seen_on(day: date, on: date, fault: str | None):
    assert observed_fault(day, opens_on=OPENS, closes_on=CLOSES, on=on) == fault


def send(phone: Phone, **more: object) -> Any:
    return phone.post("submit", {"key": str(uuid.uuid4()), "answers": phone.fill(), "photos": [], **more})


def test_a_form_that_arrives_later_keeps_its_day(session: Session, made: Any, client: FlaskClient):
    day = TODAY - 3 * DAY
    assert send(Phone(client, made.check, made.cast.coordinator), observed_on=f"{day}").status_code == 200
    assert [one.observed_on for one in seen(session)] == [day]


@pytest.mark.parametrize("said", [f"{TODAY + DAY}", f"{TODAY - 7 * DAY}", "2019-02-30", "20190203", 5, "tomorrow"])
def test_another_day_is_refused(session: Session, made: Any, client: FlaskClient, said: object):
    assert send(Phone(client, made.check, made.cast.coordinator), observed_on=said).status_code == 422
    assert not seen(session)


def test_what_arrives_after_the_window_was_seen_in_it(session: Session, made: Any, client: FlaskClient):
    made.check.state, made.check.closes_on = "DRAFT", TODAY - 2 * DAY
    session.commit()
    phone = Phone(client, made.check, made.cast.coordinator)
    assert send(phone, observed_on=f"{TODAY}").status_code == 422
    assert send(phone).status_code == 200
    assert [one.observed_on for one in seen(session)] == [TODAY - 2 * DAY]


def test_the_page_offers_today_and_takes_another_day(session: Session, made: Any, client: FlaskClient):
    phone = Phone(client, made.check, made.cast.coordinator)
    assert f'value="{TODAY}"' in client.get(f"{phone.at}/form").text
    said = {"answer-FC-1": "YES", "answer-FC-2": "YES", "answer-FC-3": "4"}
    assert page(phone, **said, observed_on="not a day").status_code == 422
    refused = page(phone, **said, observed_on=f"{TODAY + DAY}")
    assert refused.status_code == 422
    assert f'value="{TODAY + DAY}"' in refused.text
    assert page(phone, **said, observed_on=f"{TODAY - DAY}").status_code == 303
    assert [one.observed_on for one in seen(session)] == [TODAY - DAY]

"""A round on a phone: from its page to the form, without a connection for a while, until it is done."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.observations.models import Observation
from tests.field_checks.checking import TODAY
from tests.field_checks.phones import Phone, fill, status


def test_a_round_is_done_on_a_phone_and_keeps_its_day(
    browser: Browser, app: Flask, live_server: str, tmp_path: Path, session: Session, there: Any
):
    there.round.opens_on = there.check.opens_on = TODAY - timedelta(days=5)
    session.commit()
    phone = Phone(browser, app, live_server, tmp_path / "phone")
    day = f"{TODAY - timedelta(days=2)}"
    with phone.on() as page:
        phone.sign_in(page, there.cast.coordinator)
        page.goto(f"{live_server}/monitoring")
        page.locator("#rounds a").first.click()
        page.locator("tbody a", has_text="김하나").click()
        expect(page.locator("[data-keeps]")).to_be_visible(timeout=30_000)
        page.context.set_offline(True)
        expect(page.locator("[data-observed]")).to_have_value(f"{TODAY}")
        page.locator("[data-observed]").fill(day)
        fill(page)
        status(page, re.compile("^보낼 것 3건"))
        page.reload()
        expect(page.locator("[data-observed]")).to_have_value(day)
        page.locator("#field-check .button-row .button-primary").click()
        page.context.set_offline(False)
        status(page, re.compile("^모두 보냄"))
        page.goto(f"{live_server}/monitoring/rounds/{there.round.public_id}")
        expect(page.locator("tbody")).to_contain_text("2/3")
    session.rollback()
    (seen,) = session.scalars(select(Observation))
    assert (seen.occasion, seen.observer_kind, f"{seen.observed_on}") == ("SELF_MONITORING", "SELF", day)

"""The training administrator hands the standard in on the imports page: looked at first, whole or not at all."""

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.imports import kinds
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind
from lms.observations.models import ItemSet
from tests.observations.standards import BOARD, GREET, HEADER, LISTEN, ROWS, add_courses, take
from tests.support.network import Cast, small_cast
from tests.support.sign_in import csrf_token, sign_in


@pytest.fixture
def cast(session: Session) -> Cast:
    made = small_cast(session)
    add_courses(session)
    session.commit()
    return made


@pytest.fixture
def admin(client: FlaskClient, cast: Cast) -> FlaskClient:
    sign_in(client, cast.training_admin)
    return client


def hand_in(client: FlaskClient, *rows: str, slug: str = "standard", header: str = HEADER) -> str:
    """Hand a file in, and return the address of what became of it."""
    body = io.BytesIO("\n".join([header, *rows, ""]).encode())
    sent = {"csrf_token": csrf_token(client, f"/imports/new/{slug}"), "file": (body, "standard.csv")}
    answer = client.post(f"/imports/new/{slug}", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def apply(client: FlaskClient, address: str) -> str:
    """Agree to what a file would do, and return the page."""
    sent = {"csrf_token": csrf_token(client, "/me")}
    assert client.post(f"{address}/apply", data=sent).status_code == 303
    return client.get(address).text


def versions(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(ItemSet)) or 0


def counts(session: Session) -> dict[str, int]:
    session.rollback()
    found = dict(session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(1)).one().counts)
    return {name: number for name, number in found.items() if number}


def test_a_standard_is_looked_at_then_applied(admin: FlaskClient, session: Session):
    address = hand_in(admin, *ROWS)
    assert counts(session) == {"rows": 3, "new_versions": 1, "added": 3}
    assert versions(session) == 0
    session.rollback()
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "standards.add_version")).all() == []
    assert "반영" in apply(admin, address)
    assert versions(session) == 1
    other = LISTEN.replace("끝까지", "다").replace("2019-01-01", "2019-03-01")
    address = hand_in(admin, GREET.replace("2019-01-01,", "2018-01-01,"), other)
    assert counts(session) == {"rows": 2, "new_versions": 1, "changed": 1, "dropped": 1}
    apply(admin, address)
    assert versions(session) == 2
    apply(admin, hand_in(admin, GREET.replace("2019-01-01,", "2018-01-01,"), other))
    assert counts(session) == {"rows": 2}
    assert versions(session) == 2


def test_a_refused_row_is_named_and_keeps_all_of_it_out(admin: FlaskClient, session: Session):
    address = hand_in(admin, GREET, BOARD.replace("ON,D01", "ON,D99"))
    shown = admin.get(address).text
    assert "D99" in shown
    assert "/apply" not in shown
    apply(admin, address)
    assert versions(session) == 0


def test_a_file_that_begins_before_the_last_version_is_refused_in_words(admin: FlaskClient, session: Session):
    apply(admin, hand_in(admin, *ROWS))
    address = hand_in(admin, GREET.replace("2019-01-01", "2018-06-01"))
    assert "2019-01-01" in admin.get(address).text
    assert "/apply" not in admin.get(address).text
    assert versions(session) == 1


def test_page_and_command_take_the_same_file_for_the_same(
    admin: FlaskClient, runner: FlaskCliRunner, session: Session, tmp_path: Path
):
    done = take(runner, tmp_path, *ROWS)
    assert done.exit_code == 0
    apply(admin, hand_in(admin, *ROWS))
    assert counts(session) == {"rows": 3}
    assert versions(session) == 1
    kinds_of_runs = set(session.scalars(select(ImportRun.kind)))
    assert kinds_of_runs == {ImportKind.STANDARD}


def test_mystery_items_are_linked_to_the_check_items_they_name(admin: FlaskClient, session: Session):
    apply(admin, hand_in(admin, *ROWS))
    header = "item_code,stage,text_ko,channel,points,checklist_twin,effective_from"
    mystery = {"slug": "mystery_items", "header": header}
    refused = hand_in(admin, "MS-1,BEFORE,인사를 받았다,VISIT,3,NOBODY,2019-01-01", **mystery)
    assert "NOBODY" in admin.get(refused).text
    apply(admin, hand_in(admin, "MS-1,BEFORE,인사를 받았다,VISIT,3,GREET,2019-01-01", **mystery))
    assert counts(session) == {"rows": 1, "new_versions": 1, "added": 1}
    assert versions(session) == 2


@pytest.mark.parametrize("code", [ImportKind.STANDARD, ImportKind.MYSTERY_ITEMS])
def test_the_template_can_be_downloaded_and_has_the_columns_that_are_read(
    app: Flask, admin: FlaskClient, session: Session, code: ImportKind
):
    kind = kinds.find(code)
    assert kind is not None
    slug = code.lower()
    csv = admin.get(f"/imports/templates/{slug}.csv").get_data().decode("utf-8-sig")
    header, *rows = csv.strip().splitlines()
    address = hand_in(admin, *rows, slug=slug, header=header)
    found = set(re.findall(r"FC-\d+", admin.get(address).text))
    assert counts(session)["rows"] == len(rows)
    # Nothing but what is not there yet stands in the way: the check item that a mystery item names.
    assert found == ({"FC-001"} if code is ImportKind.MYSTERY_ITEMS else set())


def test_nobody_but_the_training_administrator_hands_a_standard_in(client: FlaskClient, cast: Cast):
    for person in (cast.coordinator, cast.executive):
        sign_in(client, person)
        assert client.get("/imports/new/standard").status_code in {403, 404}

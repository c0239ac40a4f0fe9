"""Handing in a roster on the page: check, look, apply, undo; and what is refused comes back as a file."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.imports.files import open_table
from lms.imports.models import ImportRun
from lms.imports.rules import ImportKind, ImportState
from lms.people.models import Person, Posting
from lms.shared.clock import utcnow
from tests.support.network import Cast, small_cast
from tests.support.sign_in import csrf_token, sign_in

HEADER = "staff_no,name,center_code,role_code\n"
EVERYONE = (
    "00101,김하나,C101,SA\n00102,이두리,C101,MT\n00103,박세나,C101,RC\n00201,김하나,C201,SA\n"
    "00901,정나라,HQ,AM\n00902,강다솜,HQ,RG\n00903,한마루,HQ,TR\n00904,윤바다,HQ,VW\n"
)
JOINER = "00104,<script>alert(1)</script>,C102,SA\n"
HandIn = Callable[..., TestResponse]


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the small cast, committed."""
    cast = small_cast(session)
    session.commit()
    return cast


@pytest.fixture
def admin(client: FlaskClient, cast: Cast) -> FlaskClient:
    """Give the training administrator's browser, in English."""
    sign_in(client, cast.training_admin)
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def hand_in(admin: FlaskClient) -> HandIn:
    """Give a function that hands in a roster on the page."""

    def send(text: str | bytes, name: str = "명부 7월.csv", **fields: Any) -> TestResponse:
        content = text if isinstance(text, bytes) else text.encode("cp949")
        sent = {
            "csrf_token": csrf_token(admin, "/imports/new/roster"),
            "effective_on": "2019-07-01",
            "file": (io.BytesIO(content), name),
        }
        return admin.post("/imports/new/roster", data=sent | fields, content_type="multipart/form-data")

    return send


def press(client: FlaskClient, address: str, button: str, **fields: str) -> TestResponse:
    """Press a button of the import's page."""
    return client.post(f"{address}/{button}", data={"csrf_token": csrf_token(client, address)} | fields)


def page(client: FlaskClient, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def the_run(session: Session) -> ImportRun:
    session.rollback()
    return session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(1)).one()


def test_a_file_is_checked_shown_applied_and_undone(admin: FlaskClient, hand_in: HandIn, session: Session, app: Flask):
    sent = hand_in(HEADER + EVERYONE + JOINER)
    assert sent.status_code == 303
    shown = page(admin, sent.location)
    assert "Ready to apply" in shown
    assert "명부 7월.csv" in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert session.scalar(select(func.count()).select_from(Person)) == 8, "nothing has changed yet"

    assert press(admin, sent.location, "apply").status_code == 303
    assert "Applied" in page(admin, sent.location)
    session.rollback()
    assert session.scalars(select(Person.name).where(Person.staff_no == "00104")).one() == "<script>alert(1)</script>"
    assert not list((app.config["SETTINGS"].data_dir / "imports").iterdir()), "an applied file is not kept"

    press(admin, sent.location, "undo")
    undone = page(admin, sent.location)
    assert "The import was undone." in undone
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Person)) == 8
    assert "명부 7월.csv" in page(admin, "/imports/")


def test_who_said_yes_is_on_the_trail(admin: FlaskClient, hand_in: HandIn, session: Session, cast: Cast):
    press(admin, hand_in(HEADER + EVERYONE + JOINER).location, "apply")
    session.rollback()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "roster.apply")).one()
    assert event.actor_id == cast.training_admin.id


def test_pressing_apply_twice_applies_once(admin: FlaskClient, hand_in: HandIn, session: Session):
    address = hand_in(HEADER + EVERYONE + JOINER).location
    token = {"csrf_token": csrf_token(admin, address)}
    for _ in range(2):
        assert admin.post(f"{address}/apply", data=token).status_code == 303
    session.rollback()
    assert session.scalar(select(func.count()).where(AuditEvent.action == "roster.apply")) == 1


def test_a_large_change_waits_for_an_explicit_yes(admin: FlaskClient, hand_in: HandIn, session: Session):
    address = hand_in(HEADER + EVERYONE.replace("00201,김하나,C201,SA\n", "")).location
    assert "Stopped: unusually large change" in page(admin, address)
    press(admin, address, "apply")
    assert "If the file is right, confirm that and apply it." in page(admin, address)
    assert the_run(session).state == ImportState.STOPPED
    press(admin, address, "apply", allow_large="1")
    assert the_run(session).state == ImportState.APPLIED


def test_data_that_changed_after_the_check_are_shown_again(admin: FlaskClient, hand_in: HandIn, session: Session):
    address = hand_in(HEADER + EVERYONE + JOINER).location
    press(admin, hand_in(HEADER + JOINER, partial="y").location, "apply")
    press(admin, address, "apply")
    shown = page(admin, address)
    assert "The data changed after this file was checked, so nothing was applied." in shown
    assert "Ready to apply" in shown


def test_refused_rows_are_shown_and_downloaded_with_their_cells(admin: FlaskClient, hand_in: HandIn, session: Session):
    address = hand_in(HEADER + EVERYONE + "00300,=1+1,C999,SA\n").location
    shown = page(admin, address)
    assert "No such center" in shown
    assert "import the centers file first or correct the code" in shown
    asked = press(admin, address, "refused", format="csv")
    assert asked.status_code == 400
    assert "Enter the reason." in asked.get_data(as_text=True)
    file = press(admin, address, "refused", format="csv", reason="고쳐서 다시 제출")
    text = file.get_data().decode("utf-8-sig")
    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert (row["Line"], row["Column"], row["Value"], row["staff_no"]) == ("10", "center_code", "C999", "00300")
    assert row["name"] == "'=1+1", "no spreadsheet may run it"
    session.rollback()
    assert session.scalars(select(AuditEvent.reason).where(AuditEvent.action == "download")).one() == "고쳐서 다시 제출"
    assert press(admin, address, "refused", format="xlsx", reason="고침").get_data().startswith(b"PK")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"staff_no,name\n1,a\n", "Columns are missing: center_code, role_code"),
        (b"\xff\xfea\x00", "saved as UTF-16"),
        (b"PK\x03\x04nothing", "The workbook is damaged or protected."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(admin: FlaskClient, hand_in: HandIn, content: bytes, sentence: str):
    shown = page(admin, hand_in(content).location)
    assert "Not taken" in shown
    assert sentence in shown


def test_nothing_chosen_is_said_beside_the_field(admin: FlaskClient):
    sent = {"csrf_token": csrf_token(admin, "/imports/new/roster"), "effective_on": "yesterday"}
    answer = admin.post("/imports/new/roster", data=sent)
    assert answer.status_code == 422
    assert "Choose a file." in answer.get_data(as_text=True)


def test_the_same_file_twice_says_that_nothing_changes(admin: FlaskClient, hand_in: HandIn):
    assert "Everything in this file is recorded already." in page(admin, hand_in(HEADER + EVERYONE).location)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("slug", ["roster", "centers"])
def test_templates_read_back_as_they_are_meant(admin: FlaskClient, tmp_path: Any, suffix: str, slug: str):
    answer = admin.get(f"/imports/templates/{slug}.{suffix}")
    path = tmp_path / f"template.{suffix}"
    path.write_bytes(answer.get_data())
    with open_table(path, path.name) as table:
        assert "name" in table.header or "name_ko" in table.header
        rows = [cells for _, cells in table.rows()]
    assert rows[0][0] in {"00001234", "C0001"}


def test_centers_are_handed_in_on_the_page_too(admin: FlaskClient, session: Session):
    sent = {
        "csrf_token": csrf_token(admin, "/imports/new/centers"),
        "file": (io.BytesIO("center_code,name,region\nC900,새 센터,새 권역\n".encode()), "centers.csv"),
    }
    address = admin.post("/imports/new/centers", data=sent, content_type="multipart/form-data").location
    assert "New centers" in page(admin, address)
    press(admin, address, "apply")
    assert the_run(session).counts["centers_added"] == 1
    assert "cannot be undone" in admin.get(
        press(admin, address, "undo").location
    ).get_data(as_text=True)  # fmt: skip


@pytest.mark.parametrize("kind", ImportKind)
def test_the_list_names_what_came_in_also_by_a_command(admin: FlaskClient, session: Session, kind: ImportKind):
    session.rollback()  # begins anew after what signing in wrote
    file = {"file_name": "rows.csv", "sha256": "0" * 64}
    session.add(ImportRun(kind=kind, state=ImportState.APPLIED, requested_by="-", recorded_at=utcnow(), **file))
    session.commit()
    listed = page(admin, "/imports/")
    assert "rows.csv" in listed
    assert f">{kind}<" not in listed


def test_nobody_but_the_training_administrator_comes_in(client: FlaskClient, cast: Cast):
    sign_in(client, cast.area_manager)
    assert client.get("/imports/").status_code == 403
    assert client.get("/imports/new/roster").status_code == 403


def test_an_unknown_import_is_not_found(admin: FlaskClient):
    assert admin.get("/imports/nothing").status_code == 404
    assert admin.get("/imports/new/nothing").status_code == 404
    assert admin.get("/imports/templates/roster.exe").status_code == 404


def test_who_reads_a_preview_is_on_the_trail(admin: FlaskClient, hand_in: HandIn, session: Session):
    page(admin, hand_in(HEADER + EVERYONE + JOINER).location)
    session.rollback()
    assert session.scalar(select(func.count()).where(AuditEvent.action == "view", AuditEvent.object_type == "import"))


def test_an_undo_that_is_refused_changes_nothing(admin: FlaskClient, hand_in: HandIn, session: Session, cast: Cast):
    address = hand_in(HEADER + "00102,이두리,C102,MT\n", partial="y").location
    press(admin, address, "apply", allow_large="1")
    press(admin, hand_in(HEADER + "00102,이두리,C201,MT\n", partial="y").location, "apply", allow_large="1")
    session.rollback()
    before = session.scalar(select(func.count()).select_from(Posting))
    press(admin, address, "undo")
    assert "Undo the later import first." in page(admin, address)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Posting)) == before

"""Everything that leaves as a file, in every form and for everyone who may take it: no hidden word, no cell that a
spreadsheet would work out, a name that no system trips over.
"""

import csv
import io
import zipfile
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse

from lms.accounts.access import ENDPOINTS
from tests.accounts.cells import deed_of, may_open, rules
from tests.accounts.deeds import FILES
from tests.accounts.samples import addresses
from tests.accounts.watching import leaks, loose_file, loose_headers
from tests.accounts.world import World
from tests.support.sign_in import sign_in

TAKERS = ("coordinator", "area_manager", "region_manager", "training_admin", "executive", "auditor")
WORKED_OUT = ("=", "+", "-", "@", "\t", "\r")
NUMBER = "0123456789.,%"


def wishes(app: Flask, world: World, kind: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield endpoint, address and form of every file that a kind of person may take."""
    for rule in rules(app):
        if rule.endpoint in FILES and may_open(world, kind, ENDPOINTS[rule.endpoint]):
            for where, address, is_reached in addresses(rule, world, kind):
                for form in FILES[rule.endpoint] if is_reached and where != "missing" else ():
                    yield rule.endpoint, address, deed_of(rule).form(world) | form
                    if rule.endpoint == "reports.download_rates" and kind != "auditor":
                        at_home = {"unit": world.cast.center.public_id}  # there it lists people, where names open
                        yield rule.endpoint, address, deed_of(rule).form(world) | form | at_home


def worked_out(answer: TestResponse) -> list[str]:
    """Return the cells that a spreadsheet would take for formulas, and what a paper would do when it is opened."""
    body = answer.get_data()
    if body.startswith(b"%PDF"):
        root = PdfReader(io.BytesIO(body)).root_object
        return [name for name in ("/OpenAction", "/AA", "/JavaScript") if name in {*root, *root.get("/Names", {})}]
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
        return [sheet[:80] for sheet in sheets if "<f>" in sheet or "<hyperlink" in sheet]
    rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    return [cell for row in rows for cell in row if cell.startswith(WORKED_OUT) and cell.strip("+-" + NUMBER)]


@pytest.mark.parametrize("kind", TAKERS)
@pytest.mark.backend("sqlite")  # what a file holds is tested on both databases beside it
def test_files_hold_what_may_leave_and_nothing_that_runs(app: Flask, world: World, kind: str, record_property):
    app.config["WTF_CSRF_ENABLED"] = False
    client = FlaskClient(app, app.response_class)
    sign_in(client, world.marks[kind].id)
    wrong, taken = [], 0
    for endpoint, address, form in list(wishes(app, world, kind)):
        with client.post(address, data=form) as answer:
            if answer.status_code == 303 and "/purpose" in answer.headers["Location"]:
                continue  # someone's own paper: whose it is stays hidden until a purpose was stated
            assert answer.status_code == 200, f"{address} {form}: {answer.status_code}"
            taken += 1
            faults = leaks(world, kind, answer, endpoint=endpoint, reason_given=True)
            faults += loose_file(answer, endpoint) + loose_headers(answer, endpoint)
            faults += [f"holds {cell!r}" for cell in worked_out(answer)]
        wrong += [f"{address} {form}: {fault}" for fault in faults]
    record_property("files taken", taken)
    assert taken
    assert not wrong, "\n".join(wrong)

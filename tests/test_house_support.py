"""The tests' own tools catch what they are there to catch."""

import socket

import pytest
from flask import Flask
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.benchmarks.report import Report
from tests.support.browser import accessibility_faults
from tests.support.client import CheckedClient, shape_of
from tests.support.databases import Databases
from tests.support.html import HtmlError, check_html
from tests.support.statements import counted_statements

PAGE = '<!doctype html><html lang="ko"><head><title>t</title></head><body><main><h1>t</h1>{}</main></body></html>'


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<p><div></div></p>", "unexpected-end-tag"),
        ("<b><i></b></i>", "adoption-agency"),
        ('<p id="a"></p><p id="a"></p>', "repeated ids"),
        ('<label for="nobody">x</label>', "points at no id"),
        ("<table><tr><p>x</p></tr></table>", "voodoo"),
    ],
)
def test_a_page_with_a_fault_is_refused(body, complaint):
    with pytest.raises(HtmlError, match=complaint):
        check_html(PAGE.format(body), "/somewhere")


def test_a_clean_page_and_a_table_row_pass():
    assert check_html(PAGE.format('<label for="a">x</label><input id="a">')).find(".//input") is not None
    assert check_html("<tr><td>1</td></tr>").find(".//td").text == "1"


def test_each_test_has_a_database_of_its_own(session: Session, databases: Databases, backend: str):
    session.execute(text("CREATE TABLE mine (id integer)"))
    session.commit()
    with databases.clone(backend) as url:
        assert url != session.get_bind().engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("time", ["first", "second"])
def test_nothing_is_left_of_the_test_before(session: Session, time):
    session.execute(text("CREATE TABLE left_behind (id integer)"))
    session.commit()


def test_statements_are_counted_without_the_transaction(session: Session):
    with counted_statements() as seen:
        session.execute(text("SELECT 1"))
        session.execute(text("SELECT 2"))
        session.rollback()
    assert seen.texts == ["SELECT 1", "SELECT 2"]


def test_answers_of_the_client_are_checked():
    app = Flask("broken")
    app.test_client_class = CheckedClient
    app.add_url_rule("/broken", view_func=lambda: "<!doctype html><title>t</title><p><div></p>")
    with pytest.raises(HtmlError, match="/broken"):
        app.test_client().get("/broken")


@pytest.mark.parametrize(
    "fault",
    ['<p id="a">x</p>', '<a aria-describedby="b">x</a>', "<p><div></div></p>", "<table><p>x</p></table>", "<!--->x"],
)
def test_an_answer_like_one_that_was_read_is_checked_for_what_is_new_in_it(fault):
    app = Flask("broken")
    app.test_client_class = CheckedClient
    sound = '<p id="a">one</p><a href="/1">x</a>'
    answers = {"/1": sound, "/2": sound.replace("one", "two").replace("/1", "/2"), "/3": sound + fault}
    app.add_url_rule("/<int:which>", view_func=lambda which: PAGE.format(answers[f"/{which}"]))
    client = app.test_client()
    assert [client.get(address).status_code for address in ("/1", "/2")] == [200, 200]
    assert shape_of(PAGE.format(answers["/1"])) == shape_of(PAGE.format(answers["/2"]))
    with pytest.raises(HtmlError, match="/3"):
        client.get("/3")


def test_pages_that_log_errors_fail(new_page):
    with pytest.raises(AssertionError, match="console error: no"), new_page() as page:
        page.set_content("<script>console.error('no')</script>")


def test_pages_that_call_out_fail(new_page):
    with pytest.raises(AssertionError, match="called out"), new_page() as page:
        page.set_content('<img src="https://example.org/x.png" alt="">')


def test_inaccessible_pages_are_found(page):
    page.set_content(PAGE.format('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'))
    assert any(fault.startswith("image-alt") for fault in accessibility_faults(page))


def test_the_network_is_closed():
    with pytest.raises((SocketConnectBlockedError, UserWarning), match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_a_report_tells_which_goals_were_missed():
    report = Report()
    report.figure("ratio", 2.4, "×", "<= 2.5")
    report.figure("rows", 19_000, "rows/s", ">= 20,000")
    report.figure("plain", 1.0, "s")
    assert [figure.name for figure in report.missed()] == ["rows"]

"""The frame of a page, and the pages that say what went wrong."""

from types import SimpleNamespace

import pytest
from flask import Flask

from app import create_app
from tests.support import ROOT
from tests.support.databases import settings_for
from tests.support.html import check_html

ERRORS = sorted(path.stem for path in (ROOT / "templates" / "errors").glob("*.html"))


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Give an application that never asks its database."""
    return create_app(settings_for("sqlite:///:memory:", tmp_path_factory.mktemp("layout")))


def page(application: Flask, places: int, cookies: str = "language=en") -> str:
    """Return a signed-in page with so many places in the navigation, the last of them the present one."""
    labels = [f"Place {number}" for number in range(1, places + 1)]
    navigation = [
        SimpleNamespace(href="/", label=label, icon="list", count=None, active=label == labels[-1]) for label in labels
    ]
    source = '{% extends "layout/base.html" %}{% block title %}Rates{% endblock %}'
    with application.test_request_context("/rates?as_of=2019-06-30", headers={"Cookie": cookies}):
        drawn = application.jinja_env.from_string(source).render(
            navigation=navigation, viewer_name="Han Jiwoo", viewer_scope="Area manager"
        )
    check_html(drawn)
    return drawn


def bottom_bar(drawn: str) -> tuple[int, int]:
    """Return how many places stand in the bar of a phone, and how many are folded behind its last one."""
    bar, _, folded = drawn.split('<nav class="bottom-bar"')[1].partition("more-panel")
    return bar.count('class="destination'), folded.count('class="destination')


@pytest.mark.parametrize(("places", "in_bar", "folded"), [(1, 1, 0), (4, 4, 0), (5, 4, 2), (9, 4, 6)])
def test_a_phone_has_at_most_four_places_in_reach(application: Flask, places: int, in_bar: int, folded: int):
    assert bottom_bar(page(application, places)) == (in_bar, folded)


def test_the_fold_shows_that_the_present_page_is_in_it(application: Flask):
    assert "destination-here" in page(application, 6)


def test_a_page_names_itself_its_reader_and_its_language(application: Flask):
    drawn = page(application, 2)
    assert '<html lang="en">' in drawn
    assert "<title>Rates · Completion Tracker</title>" in drawn
    assert "<h1>Rates</h1>" in drawn
    assert "Han Jiwoo" in drawn
    assert 'href="#main"' in drawn
    assert 'name="next" value="/rates?as_of=2019-06-30"' in drawn


def test_korean_is_the_language_of_the_house(application: Flask):
    assert '<html lang="ko">' in page(application, 1, cookies="")


@pytest.mark.parametrize(
    ("chosen", "attribute"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("auto", "")]
)
def test_the_chosen_theme_is_on_the_page_before_any_script(application: Flask, chosen: str, attribute: str):
    assert f'<html lang="en"{attribute}>' in page(application, 1, f"language=en; theme={chosen}")


def error_page(application: Flask, name: str, address: str = "/", **values: str | None) -> str:
    with application.test_request_context(address):
        return application.jinja_env.get_template(f"errors/{name}.html").render({"way_back": None} | values)


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_page_is_sound_and_knows_nobody(application: Flask, name: str):
    drawn = error_page(application, name)
    check_html(drawn)
    assert "<form" not in drawn
    assert "csrf_token" not in drawn


def test_missing_and_out_of_scope_are_the_same_bytes(application: Flask):
    assert error_page(application, "404", "/people/abc?x=1") == error_page(application, "404", "/centers/zzz")


def test_a_form_sent_too_late_leads_back_to_its_page(application: Flask):
    assert 'href="/imports"' in error_page(application, "csrf", way_back="/imports")

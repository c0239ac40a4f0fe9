"""The macros pages are made of: each says what it should, in sound HTML."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app import create_app
from tests.support.databases import settings_for
from tests.support.html import check_html

Render = Callable[..., str]
SYMBOL = re.compile(r'icons\.svg[^"]*#([\w-]+)"')


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Give an application that never asks its database."""
    return create_app(settings_for("sqlite:///:memory:", tmp_path_factory.mktemp("components")))


@pytest.fixture
def render(application: Flask) -> Iterator[Render]:
    """Give `render("status", "{{ status('DONE') }}")`: what a component's macros draw for an English reader."""

    def draw(component: str, body: str, at: str = "/list", **values: Any) -> str:
        with application.test_request_context(at, headers={"Cookie": "language=en"}):
            module = application.jinja_env.get_template(f"components/{component}.html").module
            macros = {name: macro for name, macro in vars(module).items() if not name.startswith("_")}
            drawn = application.jinja_env.from_string(body).render(macros | values)
        check_html(drawn)
        return drawn

    return draw


@pytest.mark.parametrize(
    ("code", "days", "word"),
    [
        ("DONE", None, "Completed"),
        ("DONE_LATE", None, "Completed late"),
        ("DUE_SOON", None, "Due soon"),
        ("DUE_SOON", 0, "Due today"),
        ("DUE_SOON", 1, "Due in 1 day"),
        ("DUE_SOON", 3, "Due in 3 days"),
        ("OVERDUE", None, "Overdue"),
        ("OVERDUE", 1, "1 day overdue"),
        ("OVERDUE", 12, "12 days overdue"),
        ("NOT_DUE", None, "Not due yet"),
        ("ON_HOLD", None, "On hold"),
        ("EXEMPT", None, "Exempt"),
        ("VOID", None, "Withdrawn"),
        ("EXPIRED", None, "Expired"),
        ("NOT_APPLICABLE", None, "Not required"),
    ],
)
def test_a_status_is_icon_word_and_color(render: Render, code: str, days: int | None, word: str):
    drawn = render("status", "{{ status(code, days) }}", code=code, days=days)
    assert f">{word}</span>" in drawn
    assert SYMBOL.search(drawn)
    assert "tone-" in drawn


def test_statuses_differ_without_color(render: Render):
    codes = [
        "DONE",
        "DONE_LATE",
        "DUE_SOON",
        "OVERDUE",
        "NOT_DUE",
        "ON_HOLD",
        "EXEMPT",
        "VOID",
        "EXPIRED",
        "NOT_APPLICABLE",
    ]
    symbols = {SYMBOL.findall(render("status", "{{ status(code) }}", code=code))[0] for code in codes}
    assert len(symbols) == len(codes)


def test_an_unknown_code_is_shown_as_it_is(render: Render):
    assert "SOMETHING" in render("status", "{{ status('SOMETHING') }}")
    assert "SOMETHING" in render("status", "{{ severity('SOMETHING') }}")


@pytest.mark.parametrize(
    ("code", "word"), [("REMIND", "Remind"), ("MISSING", "Not completed"), ("LONG_MISSING", "Long overdue")]
)
def test_severity(render: Render, code: str, word: str):
    assert word in render("status", "{{ severity(code) }}", code=code)


def test_a_rate_shows_number_bar_target_and_verdict(render: Render):
    drawn = render("rate", "{{ rate(1087, 1204, '90.2%', target=95, meets=False, show_counts=True) }}")
    assert "90.2%" in drawn
    assert 'width="90%"' in drawn
    assert 'x1="95%"' in drawn
    assert "below the target of 95%" in drawn
    assert "1,087 of 1,204" in drawn


def test_a_rate_of_nothing_due_is_not_applicable(render: Render):
    drawn = render("rate", "{{ rate(0, 0, None, target=95, meets=None) }}")
    assert "Not applicable" in drawn
    assert "<svg" not in drawn


def test_a_rate_of_zero_is_a_number(render: Render):
    drawn = render("rate", "{{ rate(0, 8, '0.0%', 80, False) }}")
    assert "0.0%" in drawn
    assert "bar-fill" not in drawn


SORTED = "<table><thead><tr>{{ sort_header('Rate', 'rate', sort, first=first) }}</tr></thead></table>"


@pytest.mark.parametrize(
    ("sort", "first", "then", "said"),
    [
        ("name", "asc", "sort=rate", None),
        ("name", "desc", "sort=-rate", None),
        ("rate", "asc", "sort=-rate", "ascending"),
        ("-rate", "asc", "sort=rate", "descending"),
        ("-rate", "desc", "sort=rate", "descending"),
    ],
)
def test_a_column_head_sorts_and_turns_round(render: Render, sort: str, first: str, then: str, said: str | None):
    drawn = render("table", SORTED, sort=sort, first=first)
    assert f'href="?{then}"' in drawn
    assert (f'aria-sort="{said}"' in drawn) if said else ("aria-sort" not in drawn)


def test_sorting_keeps_the_filters_and_returns_to_the_first_page(render: Render):
    drawn = render("table", SORTED, "/list?center=C1&sort=name&page=3&role=A&role=B", sort="name", first="asc")
    assert 'href="?center=C1&amp;role=A&amp;role=B&amp;sort=rate"' in drawn


def test_an_address_survives_hostile_names_in_the_query(render: Render):
    drawn = render("table", SORTED, "/list?_scheme=javascript&_external=1&q=%22%3E%3Cb%3E", sort="name", first="asc")
    assert 'href="?_scheme=javascript&amp;_external=1&amp;q=%22%3E%3Cb%3E&amp;sort=rate"' in drawn


def test_each_filter_in_force_can_be_removed_alone(render: Render):
    active = [("Center", "Seocho <1>", "center"), ("Rate below", "80%", "below")]
    drawn = render("filters", "{{ chips(active) }}", "/list?center=C1&below=80&page=2&sort=-rate", active=active)
    assert 'href="?below=80&amp;sort=-rate"' in drawn
    assert 'href="?center=C1&amp;sort=-rate"' in drawn
    assert "Seocho &lt;1&gt;" in drawn
    assert "Clear all" in drawn


def test_no_filter_in_force_draws_no_chips(render: Render):
    assert not render("filters", "{{ chips([]) }}").strip()


def test_the_filter_bar_keeps_what_was_chosen(render: Render):
    body = """{% call filter_bar() %}{{ filter_search("q", "Name", "Kim") }}
      {{ filter_select("center", "Center", [("1", "Seocho"), ("2", "Bangbae")], 2) }}
      {{ filter_date(value="2019-06-30") }}{{ filter_number("below", "Below", 0) }}{% endcall %}"""
    drawn = render("filters", body, "/list?sort=-rate&page=4")
    assert '<option value="2" selected>Bangbae</option>' in drawn
    assert 'value="Kim"' in drawn
    assert 'value="2019-06-30"' in drawn
    assert 'value="0"' in drawn
    assert '<input type="hidden" name="sort" value="-rate">' in drawn
    assert 'name="page"' not in drawn


@pytest.mark.parametrize(("number", "text"), [(0, "0 people"), (1, "1 person"), (2375, "2,375 people")])
def test_the_count_is_always_said(render: Render, number: int, text: str):
    assert text in render("filters", "{{ count_line(number) }}", number=number)


def test_paging_leads_to_both_sides(render: Render):
    drawn = render("paging", "{{ paging(2, 48, 50) }}", "/list?page=2&center=C1")
    assert "Page 2 of 48" in drawn
    assert 'rel="prev" href="?center=C1"' in drawn
    assert 'rel="next" href="?center=C1&amp;page=3"' in drawn
    assert 'href="?center=C1&amp;per_page=100"' in drawn


def test_paging_ends_where_the_list_ends(render: Render):
    assert 'rel="next"' not in render("paging", "{{ paging(48, 48) }}")
    assert 'rel="prev"' not in render("paging", "{{ paging(1, 48) }}")
    assert not render("paging", "{{ paging(1, 1, 50) }}").strip()


class ImportForm(FlaskForm):
    name = StringField("Name", validators=[InputRequired("Enter a name.")], description="As in the roster")
    note = StringField("Note")
    mode = RadioField(
        "Mode",
        choices=[SelectChoice("full", "Full"), SelectChoice("part", "Part")],
        validators=[InputRequired("Choose one.")],
    )
    sure = BooleanField("I am sure")


def test_a_field_says_what_is_wrong_and_the_summary_leads_there(render: Render, application: Flask):
    with application.test_request_context("/", method="POST"):
        form = ImportForm(MultiDict(), meta={"csrf": False})
        assert not form.validate()
    fields = render("forms", "{% for one in form %}{{ field(one) }}{% endfor %}", form=form)
    assert 'aria-describedby="name-hint name-error"' in fields
    assert 'aria-invalid="true"' in fields
    assert '<p class="field-error" id="name-error">' in fields
    assert fields.count("(optional)") == 1
    summary = render("errors", "{{ form_errors(form) }}", form=form)
    assert '<a href="#name">Name: Enter a name.</a>' in summary
    assert 'id="mode"' in fields
    assert '<a href="#mode">' in summary


def test_a_form_without_errors_has_no_summary(render: Render):
    assert not render("errors", "{{ error_summary([]) }}").strip()


def test_a_download_asks_for_its_reason_and_carries_the_filters(render: Render):
    filters = {"center": "C1", "role": ["A", "B"], "below": 0, "q": "", "tier": None}
    drawn = render("download", "{{ download_form('/file', filters=filters, number=2375) }}", filters=filters)
    assert 'name="csrf_token"' in drawn
    assert 'name="reason"' in drawn
    assert "required" in drawn
    assert [drawn.count(f'name="{name}"') for name in filters] == [1, 2, 1, 0, 0]
    assert "2,375 people" in drawn
    assert 'name="format" value="xlsx"' in drawn


def test_a_refused_reason_leaves_the_panel_open_with_what_was_typed(render: Render):
    drawn = render("download", "{{ download_form('/file', reason='<x>', error='Enter a reason.') }}")
    assert '<details class="popover" open>' in drawn
    assert "&lt;x&gt;</textarea>" in drawn
    assert "Enter a reason." in drawn


def test_the_basis_names_date_unit_and_counts(render: Render):
    body = "{% call basis('2019-06-30', 1087, 1204, scope='Gangnam') %}<p>Why</p>{% endcall %}"
    drawn = render("help", body)
    for words in ("Gangnam", "As of 2019-06-30", "by enrollment", "1,087 of 1,204 due are completed", "<p>Why</p>"):
        assert words in drawn


def test_progress_asks_again_only_while_it_runs(render: Render):
    running = render("progress", "{{ progress('Reading', 5, 10, poll_url='/jobs/1') }}")
    assert 'data-poll="/jobs/1"' in running
    assert 'width="50%"' in running
    assert "data-poll" not in render("progress", "{{ progress('Done', 10, 10) }}")


def test_steps_name_the_present_one(render: Render):
    assert '<li aria-current="step">' in render("progress", "{{ steps(['Choose', 'Preview', 'Apply'], 2) }}")


def test_the_other_pieces_draw_sound_html(render: Render):
    assert "tone-overdue" in render(
        "stat", "{% call stats() %}{{ stat('Missing', '12', 'items', 'of 40', 'overdue', '/m') }}{% endcall %}"
    )
    assert "<dd>0012</dd>" in render("stat", "{{ facts([('Number', '0012')]) }}")
    assert "No imports" in render("empty", "{{ empty('No imports', 'Upload one.', ('Upload', '/up')) }}")
    assert 'href="/up"' in render("nav", "{{ breadcrumbs([('Network', '/up')]) }}")
    assert 'aria-current="page"' in render("nav", "{{ tabs([('A', '/a', True, 1200), ('B', '/b', False)], 'View') }}")
    assert "1,200" in render("nav", "{{ tabs([('A', '/a', True, 1200)], 'View') }}")
    assert "notice-warning" in render("errors", "{{ notice('Careful', 'warning') }}")
    assert 'name="reason"' in render("download", "{{ purpose_form('/open', 'Names', 'For today') }}")
    assert "button-danger" in render("forms", "{{ button('Undo', 'danger') }}{{ button_link('Back', '/b') }}")

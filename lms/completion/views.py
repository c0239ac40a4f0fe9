"""Pages about rates, shortfalls and people. Each reads the address, asks once, and shows the answer."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from flask import Blueprint, current_app, render_template, request

from lms.completion import pages, pages_rows, wording, wording_bases
from lms.completion.center.views import add_pages
from lms.completion.explain import views as explain_pages
from lms.completion.forms import (
    DEFAULT_SORT,
    MEASURE_PARAMETERS,
    BreakdownForm,
    CourseForm,
    MeasureForm,
    ShortfallForm,
)
from lms.completion.known import views as known_pages
from lms.completion.learning import wording as learning_words
from lms.completion.learning.queries import read_learning
from lms.completion.learning.rules import by_when
from lms.completion.pages_bases import MeasuredPage, measured_page
from lms.completion.pages_rates import RatePage, SpreadPage, rate_page, spread_page
from lms.completion.parameters import Asked, F, read_parameters
from lms.completion.queries_enrollments import find_standing
from lms.completion.queries_places import list_postings
from lms.completion.records import wording as records_words
from lms.completion.records.queries import read_records
from lms.completion.rules import DEFAULT_TARGET, Dimension
from lms.completion.rules_bases import word_of
from lms.completion.targets.rules import DEFAULTS, Measure
from lms.enrollments.rules import GRACE_DAYS
from lms.learning.certificates.queries import certificates_of
from lms.learning.player import wording as study_words
from lms.learning.player.queries import list_begun
from lms.learning.recall.queries import list_due
from lms.learning.signals import wording as signal_words
from lms.learning.signals.queries import evidence_levels
from lms.people.merging.addresses import follows_merges
from lms.people.queries import find_posting, find_unit_to_open, get_person_by_public_id, get_viewer
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.web.access_log import note_access
from lms.web.dates import requested_day, today
from lms.web.numbers import page_number

blueprint = Blueprint("completion", __name__)
add_pages(blueprint)
explain_pages.add_pages(blueprint)
known_pages.add_pages(blueprint)
Answer = str | tuple[str, int]
T = TypeVar("T")
# What a link to another unit keeps.
CARRIED = ("as_of", "known_at", "compare", "role", "tier", "course", "people", *MEASURE_PARAMETERS)


@blueprint.get("/rates")
def rates() -> Answer:
    return _rates(None)


@blueprint.get("/rates/<unit_id>")
def unit_rates(unit_id: str) -> Answer:
    return _rates(unit_id)


def _rates(unit_id: str | None) -> Answer:
    asked = _read(MeasureForm, unit=unit_id)
    unit = asked.unit or asked.units.home
    is_usual = not asked.is_valid or asked.form.measure(asked.as_of).is_usual
    read: Callable[..., RatePage | MeasuredPage] = rate_page if is_usual else measured_page
    page = _asking(asked, read, unit)
    if page and page.by is Dimension.PERSON and page.rows:
        note_access("view", "rates", unit.public_id, subject_count=len(page.rows), detail=_detail(asked))
    template = "completion/rates.html" if is_usual else "completion/measured.html"
    return _shown(template, asked, unit=unit, page=page, bases=wording_bases, word_of=word_of)


@blueprint.get("/rates/<unit_id>/spread")
def spread(unit_id: str) -> Answer:
    asked = _read(BreakdownForm, unit=unit_id)
    unit = asked.unit or asked.units.home
    page = _asking(asked, spread_page, unit)
    return _shown("completion/spread.html", asked, unit=unit, page=page)


@blueprint.get("/shortfalls")
def shortfalls() -> Answer:
    asked = _read(ShortfallForm)
    page = _asking(asked, pages.shortfall_page, page_number())
    if page and page.people:
        note_access(
            "view",
            "shortfalls",
            asked.unit.public_id if asked.unit else "",
            subject_ids=[line.person_id for line in page.people.rows],
            detail=_detail(asked),
        )
    return _shown("completion/shortfalls.html", asked, page=page, rows=pages_rows, default_sort=DEFAULT_SORT)


@blueprint.get("/courses/<public_id>/enrollments")
def course_enrollments(public_id: str) -> Answer:
    asked = _read(CourseForm)
    course, page = asked.get_course(public_id), None
    if asked.is_valid and asked.names_are_open(db.session()):
        page = _asking(asked, pages.course_page, course.code, page_number())
        number = len(page.rows) if page else 0
        note_access("view", "course_enrollments", public_id, subject_count=number, detail=_detail(asked))
    return _shown("completion/course_enrollments.html", asked, course=course, page=page, rows=pages_rows)


@blueprint.get("/people/<public_id>")
@follows_merges
def person(public_id: str) -> Answer:
    session, scope, as_of = db.session(), current_scope(), requested_day()
    found = get_person_by_public_id(session, scope=scope, public_id=public_id)
    unit = find_unit_to_open(session, scope=scope, person=found)
    if unit is not None:
        return render_template("completion/names_closed.html", unit=unit)
    page = read_learning(session, scope=scope, person_id=found.id, as_of=as_of)
    lines = page.learning.lines
    if found.id != scope.person_id:
        note_access("view", "person", public_id, subject_ids=[found.id], detail={"as_of": as_of.isoformat()})
    return render_template(
        "completion/person.html",
        person=found,
        as_of=as_of,
        today=today(),
        page=page,
        lines=lines,
        tally=pages.tally_of(lines),
        target=DEFAULT_TARGET,
        words=learning_words,
        begun=list_begun(session, found.id, as_of),
        study_words=study_words,
        standing=wording.STANDINGS[find_standing(session, person_id=found.id, as_of=as_of)],
        posting=find_posting(session, scope=scope, person_id=found.id, on=as_of),
        postings=list_postings(session, scope=scope, person_id=found.id),
        wording=wording,
    )


@blueprint.get("/me")
def own() -> Answer:
    session, scope, day = db.session(), current_scope(), today()
    person_id = scope.person_id or 0
    page = read_learning(session, scope=scope, person_id=person_id, as_of=day)
    return render_template(
        "completion/own.html",
        page=page,
        learning=page.learning,
        locks=page.learning.locks,
        groups=by_when(page.learning.lines),
        learned=page.learned,
        begun=list_begun(session, person_id, day),
        recalled=len(list_due(session, person_id=person_id, on=day, secret=current_app.config["SECRET_KEY"])),
        study_words=study_words,
        tally=pages.tally_of(page.learning.lines),
        grace_days=GRACE_DAYS,
        as_of=day,
        words=learning_words,
        wording=wording,
    )


@blueprint.get("/me/records")
def own_records() -> Answer:
    return _records(get_viewer(db.session(), scope=current_scope()), today())


@blueprint.get("/people/<public_id>/records")
@follows_merges
def person_records(public_id: str) -> Answer:
    session, scope, day = db.session(), current_scope(), today()
    found = get_person_by_public_id(session, scope=scope, public_id=public_id)
    unit = find_unit_to_open(session, scope=scope, person=found)
    if unit is not None:
        return render_template("completion/names_closed.html", unit=unit)
    if found.id != scope.person_id:
        note_access("view", "records", public_id, subject_ids=[found.id])
    return _records(found, day)


def _records(person: Any, day: date) -> str:
    session, scope = db.session(), current_scope()
    return render_template(
        "completion/own_records.html",
        person=person,
        is_own=person.id == scope.person_id,
        records=read_records(session, scope=scope, person_id=person.id, as_of=day),
        posting=find_posting(session, scope=scope, person_id=person.id, on=day),
        certificates=certificates_of(session, person_id=person.id),
        evidence=evidence_levels(session, person_id=person.id),
        levels=signal_words.LEVELS,
        as_of=day,
        words=records_words,
        wording=wording,
    )


def _read(kind: type[F], *, unit: str | None = None) -> Asked[F]:
    return read_parameters(db.session(), kind, request.args, scope=current_scope(), today=today(), unit=unit)


def _asking(asked: Asked[Any], read: Callable[..., T], *arguments: Any) -> T | None:
    """Read a page, as known then where the address asks for it; None when its parameters mean nothing."""
    if not asked.is_valid:
        return None
    with asked.reading(db.session()) as session:
        return read(session, asked, *arguments)


def _shown(template: str, asked: Asked[Any], **values: object) -> Answer:
    """Render a page of figures; parameters that mean nothing are named above it and answered with 400."""
    page = render_template(
        template,
        asked=asked,
        chips=pages.chips(asked, today=today()) if asked.is_valid else [],
        options=pages.options(asked),
        carried={name: text for name, text in asked.parameters.items() if name in CARRIED},
        may_name=asked.may_name,
        wording=wording,
        unit_target=_target_of(values.get("page")),
        person_target=DEFAULT_TARGET,
        small_sample=pages.SMALL_SAMPLE,
        **values,
    )
    return page if asked.is_valid else (page, 400)


def _target_of(page: object) -> int:
    """Return what the unit of a page is held against; pages without a unit's rate show the default."""
    if isinstance(page, RatePage):
        return page.total.target
    return page.target if isinstance(page, SpreadPage) else DEFAULTS[Measure.CENTER]


def _detail(asked: Asked[Any]) -> dict[str, object]:
    return {**asked.parameters, "as_of": asked.as_of.isoformat()}

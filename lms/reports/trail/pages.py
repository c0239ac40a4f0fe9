"""What the auditor's pages show, read in one place. Days are the organization's; the trail keeps UTC."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.audit import queries_reviews
from lms.audit.models import AuditReview
from lms.audit.queries import Line, count_lines, get_line, is_about, list_subject_ids
from lms.audit.queries_reviews import Figures, Judged, figures_of
from lms.audit.rules_reviews import (
    ReviewState,
    Unsignable,
    months_between,
    next_month,
    refusal_to_sign,
    review_due_on,
    review_state,
)
from lms.people.rules import DutyKind, Scope, masked_name
from lms.reports.trail import queries
from lms.reports.trail.forms import REASON_GIVEN, REASON_MISSING, TrailForm
from lms.reports.trail.parameters import Search, moment
from lms.reports.trail.sets import can_be_found, find_again
from lms.reports.trail.wording import action_text, detail_text, is_change, object_text, value_text
from lms.shared.clock import local_date
from lms.shared.errors import NotFoundError
from lms.shared.paging import Page, offset_of

PEOPLE_SHOWN = 100
Chip = tuple[str, str, str]


def count_sets(session: Session, asked: Search) -> int:
    """Count the lines of the search that keep a query instead of a list: anyone may be among those meant."""
    return count_lines(session, where=replace(asked.where, subject_id=None, unlisted=True))


def chips(form: TrailForm) -> list[Chip]:
    """Return the filters in force: label, words, and the parameter that removing it takes out."""
    reasons = {REASON_GIVEN: _("given"), REASON_MISSING: _("not given")}
    worded: dict[str, Callable[[str], str]] = {
        "action": action_text,
        "object": object_text,
        "stated": lambda code: reasons.get(code, code),
        "sets": lambda _code: _("kept as a query"),
    }
    return [
        (str(field.label.text), worded.get(field.name, str)(str(field.data)), field.name)
        for field in form
        if field.data and not field.errors
    ]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a line is about: the full staff number, which identifies them, and the name but for its middle."""

    staff_no: str
    name: str


@dataclass(frozen=True, slots=True)
class LinePage:
    """One line with whom it is about. `found` is how many its query finds now; None when it was not asked."""

    line: Line
    subjects: Page[Subject]
    can_be_found: bool
    found: int | None = None
    asked_for: str = ""
    is_among: bool | None = None
    subject_ids: Sequence[int] = ()


def line_page(
    session: Session, *, public_id: str, again: bool, staff_no: str, number: int, timezone: str
) -> LinePage:  # fmt: skip
    """Read one line and a page of its people.

    `again` asks a kept query once more; `staff_no` asks whether that person is among those meant.

    Raises:
        NotFoundError: there is no such line.
    """
    line = get_line(session, public_id=public_id)
    found = find_again(session, line, timezone=timezone) if again and not line.is_listed else None
    ids = list(found.ids) if found else list_subject_ids(session, event_ids=[line.id]).get(line.id, [])
    start = offset_of(number, PEOPLE_SHOWN)
    shown = queries.list_named(session, person_ids=ids)[start : start + PEOPLE_SHOWN]
    wanted = queries.find_subject(session, staff_no=staff_no) if staff_no else None
    among = None
    if staff_no and (line.is_listed or found):
        among = wanted is not None and (wanted in ids or is_about(session, event_id=line.id, person_id=wanted))
    return LinePage(
        line,
        Page(
            [Subject(one.staff_no or f"#{one.person_id}", masked_name(one.name)) for one in shown],
            number, len(ids), PEOPLE_SHOWN,
        ),
        can_be_found=not line.is_listed and can_be_found(line),
        found=found.count if found else None,
        asked_for=staff_no,
        is_among=among,
        subject_ids=[one.person_id for one in shown],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the trail and where its review stands."""

    month: date
    state: ReviewState
    due_on: date
    review: AuditReview | None


def list_months(session: Session, *, today: date, timezone: str) -> list[Month]:
    """List every month from the first line of the trail or the first review until now, the latest first."""
    reviews = queries_reviews.list_reviews(session)
    begins = queries_reviews.find_first_moment(session)
    first = min([today, *reviews, *([local_date(begins, timezone)] if begins else [])])
    return [
        Month(month, review_state(month, is_signed=month in reviews, today=today), review_due_on(month), review)
        for month in months_between(first, today)
        for review in [reviews.get(month)]
    ]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A month with its figures: as they stand now, or as they were signed. `refusal`: why this viewer may not sign."""

    month: Month
    figures: Figures
    flagged: Sequence[Judged]
    refusal: Unsignable | None
    first: date
    last: date


def review_page(session: Session, *, month: date, scope: Scope, today: date, timezone: str) -> ReviewPage:
    """Read the review of a month.

    Raises:
        NotFoundError: the trail does not know that month.
    """
    known = next((one for one in list_months(session, today=today, timezone=timezone) if one.month == month), None)
    if known is None:
        raise NotFoundError
    since, until = moment(month, timezone), moment(next_month(month), timezone)
    downloads = queries_reviews.list_downloads(session, since=since, until=until, zone=ZoneInfo(timezone))
    review = known.review
    figures = (
        figures_of(review.figures)
        if review
        else queries_reviews.load_figures(session, since=since, until=until, downloads=downloads)
    )
    person_id = scope.person_id or 0
    taken = queries_reviews.count_downloads_by(session, actor_id=person_id, since=since, until=until)
    refusal = refusal_to_sign(
        known.state,
        is_auditor=DutyKind.AUDITOR in scope.duties,
        operational_duties=queries.list_operational_duties(session, person_id=person_id, since=month, until=today),
        downloads=taken,
    )
    last = next_month(month) - timedelta(days=1)
    return ReviewPage(known, figures, [one for one in downloads if one.flags], refusal, month, last)


def detail_rows(line: Line) -> list[tuple[str, str]]:
    """Return what a line keeps beside its columns, as names and texts."""
    changes = is_change(line)
    return [
        (detail_text(name, of_change=changes), _as_text(name, value, changes)) for name, value in line.detail.items()
    ]


def _as_text(name: str, value: Any, changes: bool) -> str:
    if isinstance(value, list):
        return ", ".join(_as_text(name, one, changes) for one in value)
    if isinstance(value, dict):
        return ", ".join(
            f"{detail_text(key, of_change=changes)}: {_as_text(key, one, changes)}" for key, one in value.items()
        )
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return value_text(name, str(value)) if changes else str(value)

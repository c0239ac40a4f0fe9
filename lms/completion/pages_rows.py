"""Rows of long lists in words. Fifty people ask for the same few names and addresses again and again: each once."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from flask import url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from lms.completion.queries_enrollments import EnrollmentRow
from lms.completion.queries_labels import Label
from lms.completion.rules import Judgment, Severity, ShortfallLine
from lms.completion.wording import percent
from lms.web.locale import localized

# Stands where a public id goes; a path holds it as it is.
SOMEBODY = "*"
REASONS_SHOWN = 3


class ShortfallRow(NamedTuple):
    """Someone who falls short. `share` in whole percent draws the bar; `overdue` and `more` may be empty."""

    address: str
    name: str
    staff_no: str
    role: str
    center: str
    area: str
    rate: str
    share: int
    is_below: bool
    counts: str
    missing: int
    severity: Severity | None
    overdue: str
    reasons: list[tuple[str, str]]
    more: str


class CourseRow(NamedTuple):
    """Someone on a course, and how their enrollment stands."""

    address: str
    name: str
    staff_no: str
    center: str
    role: str
    due_on: date | None
    judgment: Judgment
    completed_on: date | None


class _Names(dict[tuple[str, str], str]):
    """Names in the reader's language, each found once."""

    def __missing__(self, key: tuple[str, str]) -> str:
        self[key] = found = localized({"name_ko": key[0], "name_en": key[1]})
        return found

    def of(self, label: Label) -> str:
        return self[label.name_ko, label.name_en]


# Numbers in the words of a language, which are the same on every page.
@lru_cache(maxsize=4096)
def _overdue(_language: str, days: int) -> str:
    return str(ngettext("%(num)s day overdue", "%(num)s days overdue", days))


@lru_cache(maxsize=512)
def _more(_language: str, number: int) -> str:
    return str(ngettext("%(num)s more", "%(num)s more", number)) if number > 0 else ""


def shortfall_rows(lines: Iterable[ShortfallLine], *, as_of: date | None, target: int) -> Iterator[ShortfallRow]:
    """Yield people who fall short as their list shows them; `as_of` is the day that links ask for."""
    names, language, today = _Names(), str(get_locale()), str(_("Due today"))
    counts = str(_("%(done)s of %(due)s", done="{0:,}", due="{1:,}"))
    before, after = _way_to_person(as_of)
    for line in lines:
        tally, courses = line.tally, line.missing_courses
        yield ShortfallRow(
            before + line.public_id + after, line.name, line.staff_no,
            names[line.role_title_ko, line.role_title_en],
            names[line.center_name_ko, line.center_name_en],
            names[line.area_name_ko, line.area_name_en],
            percent(tally) or "", 100 * tally.done // tally.due, tally.is_below(target),
            counts.format(tally.done, tally.due),
            tally.missing, line.severity, _overdue(language, line.days_overdue) if line.severity else "",
            [
                (names[one.title_ko, one.title_en], f"D+{one.days_overdue}" if one.days_overdue else today)
                for one in courses[:REASONS_SHOWN]
            ],
            _more(language, len(courses) - REASONS_SHOWN),
        )  # fmt: skip


def course_rows(rows: Iterable[EnrollmentRow], *, as_of: date | None) -> Iterator[CourseRow]:
    """Yield the people of a course as their list shows them; `as_of` is the day that links ask for."""
    names, (before, after) = _Names(), _way_to_person(as_of)
    for row in rows:
        yield CourseRow(
            before + row.person_public_id + after, row.name, row.staff_no, names.of(row.place.center),
            names.of(row.role), row.due_on, row.judgment, row.completed_on if row.judgment.done else None,
        )  # fmt: skip


def _way_to_person(as_of: date | None) -> tuple[str, str]:
    """Return what stands before and after the public id in a person's address."""
    before, _somebody, after = url_for("completion.person", public_id=SOMEBODY, as_of=as_of).partition(SOMEBODY)
    return before, after

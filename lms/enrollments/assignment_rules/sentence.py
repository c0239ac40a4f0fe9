"""A rule as one sentence, in the reader's language: whom, what, when, by when, how often again, how long it holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flask_babel import gettext
from flask_babel import ngettext as plural

from lms.enrollments.assignment_rules.rules_occasions import BY_CALENDAR
from lms.enrollments.assignment_rules.rules_terms import (
    BY_ACTION,
    Audience,
    Due,
    DueKind,
    Renewal,
    RenewalBasis,
    RenewalKind,
    RuleTerms,
    Trigger,
    yearly_from,
)
from lms.enrollments.assignment_rules.wording import MONTHS_SHORT, NEWLY, WHEN
from lms.people.centers.wording import NETWORK_TYPES
from lms.people.duties.wording import TITLES
from lms.people.rules import DutyKind, NetworkType


def _(text: str, **values: object) -> str:
    return str(gettext(text, **values))


def ngettext(one: str, many: str, number: int) -> str:
    """Return one of two texts by a number, in the reader's language."""
    return str(plural(one, many, number))


@dataclass(frozen=True, slots=True)
class Names:
    """What a sentence calls things, in the reader's language: courses, units, job roles and tiers by their keys.

    What has no name here is called by its key, so that a sentence never hides what it cannot name.
    """

    courses: Mapping[int, str] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[int, str] = field(default_factory=dict)


def sentence(terms: RuleTerms, names: Names, most: int | None = None) -> str:
    """Return the whole rule as one sentence; with `most`, longer lists are cut there and say how many more follow."""
    values = {
        "since": _("From %(date)s, ", date=terms.valid_from),
        "until": _(", until %(date)s", date=terms.valid_to - timedelta(days=1)) if terms.valid_to else "",
        "who": who(terms.audience, names, most),
        "courses": _courses(terms.course_ids, names, most),
        "when": _when(terms),
        "due": due(terms.due),
        "again": "" if terms.trigger in BY_CALENDAR | BY_ACTION else again(terms.renewal),
    }
    if values["again"]:
        return _("%(since)s%(who)s take %(courses)s %(when)s%(due)s, and again %(again)s%(until)s.", **values)
    return _("%(since)s%(who)s take %(courses)s %(when)s%(due)s%(until)s.", **values)


def who(audience: Audience, names: Names, most: int | None = None) -> str:
    """Return whom a rule reaches, in words."""
    people = _jobs(audience, names, most)
    if audience.unit_ids or audience.network_types:
        people = _("%(people)s at %(places)s", people=people, places=_places(audience, names, most))
    limits = list(_limits(audience, names))
    if not limits:
        return people
    narrowed = _joined(limits, None, _("%(first)s and who %(last)s"))
    return _("%(people)s who %(limits)s", people=people, limits=narrowed)


def _jobs(audience: Audience, names: Names, most: int | None) -> str:
    jobs = [names.roles.get(code, code) for code in audience.role_codes]
    duties = [str(TITLES[DutyKind(kind)]) for kind in audience.duties]
    if jobs or duties:
        some = _any(_short([*jobs, *duties], most, _("%(number)s other jobs")))
        return _("all employees working as %(jobs)s", jobs=some)
    return _("all employees")


def _places(audience: Audience, names: Names, most: int | None) -> str:
    kinds = [str(NETWORK_TYPES[NetworkType(kind)]) for kind in audience.network_types]
    units = [names.units.get(unit_id, str(unit_id)) for unit_id in audience.unit_ids]
    if kinds and units:
        return _("%(kinds)s centers in %(units)s", kinds=_any(kinds, most), units=_any(units, most))
    return _("%(kinds)s centers", kinds=_any(kinds, most)) if kinds else _any(units, most)


def _limits(audience: Audience, names: Names) -> Iterable[str]:
    since, until = audience.tenure_from_days, audience.tenure_to_days
    if since is not None:
        yield ngettext("have worked here for %(num)s day or more", "have worked here for %(num)s days or more", since)
    if until is not None:
        yield ngettext("have worked here less than %(num)s day", "have worked here less than %(num)s days", until)
    if audience.tiers_reached:
        tiers = [names.tiers.get(level, str(level)) for level in audience.tiers_reached]
        yield _("have reached %(tiers)s", tiers=_all(tiers))
    if audience.completed_course_ids:
        courses = [names.courses.get(key, str(key)) for key in audience.completed_course_ids]
        yield _("have completed %(courses)s", courses=_all(courses))


def _courses(course_ids: Sequence[int], names: Names, most: int | None) -> str:
    found = [_("“%(course)s”", course=names.courses.get(course_id, str(course_id))) for course_id in course_ids]
    if len(found) == 1:
        return _("the course %(course)s", course=found[0])
    return _("the courses %(courses)s in this order", courses=_all(found, most))


def _when(terms: RuleTerms) -> str:
    if terms.trigger == Trigger.FIXED:
        return _("on %(date)s", date=terms.fixed_on)
    if terms.trigger == Trigger.ANNUAL:
        first = yearly_from(terms)
        return _("every year on %(day)s", day=_day_of_year(first.month, first.day))
    if not terms.includes_present and terms.trigger in NEWLY:
        return str(NEWLY[terms.trigger])
    return str(WHEN[terms.trigger])


def due(rule: Due) -> str:
    """Return by when, as it follows the occasion; "" when it is never due."""
    if rule.kind == DueKind.FIXED:
        return _(", by %(date)s", date=rule.on)
    if rule.kind == DueKind.MONTH_END:
        return _(", by the end of that month")
    if rule.days is None:
        return ""
    return ngettext(", within %(num)s day", ", within %(num)s days", rule.days)


def again(renewal: Renewal) -> str:
    """Return how often it comes again, and how an earlier completion counts; "" when it does not."""
    if renewal.kind == RenewalKind.CALENDAR:
        return _("every year by %(day)s", day=_day_of_year(renewal.month or 1, renewal.day or 1))
    if renewal.kind != RenewalKind.MONTHS:
        return ""
    return _every(renewal) + _window(renewal)


def _every(renewal: Renewal) -> str:
    months = renewal.months or 0
    if renewal.basis == RenewalBasis.PREVIOUS_EXPIRY:
        return ngettext(
            "every %(num)s month from the previous expiry", "every %(num)s months from the previous expiry", months
        )
    return ngettext("%(num)s month after completing it", "%(num)s months after completing it", months)


def _window(renewal: Renewal) -> str:
    if not renewal.window_days:
        return ""
    return ngettext(", from %(num)s day before that", ", from %(num)s days before that", renewal.window_days)


def _day_of_year(month: int, day: int) -> str:
    return _("%(month)s %(day)s", month=MONTHS_SHORT[month - 1], day=day)


def _any(texts: Sequence[str], most: int | None = None) -> str:
    """Return texts as a choice: A, B or C."""
    return _joined(texts, most, _("%(first)s or %(last)s"))


def _all(texts: Sequence[str], most: int | None = None) -> str:
    """Return texts as a list: A, B and C."""
    return _joined(texts, most, _("%(first)s and %(last)s"))


def _joined(texts: Sequence[str], most: int | None, pattern: str) -> str:
    texts = _short(texts, most, _("%(number)s more"))
    if len(texts) < 2:
        return "".join(texts)
    return pattern % {"first": ", ".join(texts[:-1]), "last": texts[-1]}


def _short(texts: Sequence[str], most: int | None, more: str) -> Sequence[str]:
    if most is None or len(texts) <= most:
        return texts
    return [*texts[:most], more % {"number": len(texts) - most}]

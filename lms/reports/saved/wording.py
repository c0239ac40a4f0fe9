"""Saved views in words."""

from flask_babel import lazy_gettext as _l

PAGES = {
    "completion.rates": _l("Rates"),
    "completion.unit_rates": _l("Rates"),
    "completion.spread": _l("Rates"),
    "completion.shortfalls": _l("Shortfall list"),
    "completion.course_enrollments": _l("People on a course"),
    "completion.center": _l("My center"),
    "completion.center_of": _l("My center"),
    "completion.board": _l("My center"),
    "search.people": _l("People"),
    "completion.roster": _l("Who is counted"),
    "flags.list_flags": _l("Center flags"),
    "courses.catalog": _l("Courses"),
    "duties.vacancies": _l("Vacancies"),
    "centers.units": _l("Centers"),
}

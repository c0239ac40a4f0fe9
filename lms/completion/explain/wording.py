"""Reasons in words: why someone on the roster is in the rate or not."""

from flask_babel import lazy_gettext as _l

from lms.completion.explain.rules import GONE_DAYS, Why

REASONS = {
    Why.INCLUDED: _l("In the rate"),
    Why.CLOSED: _l("Center closed"),
    Why.ON_LEAVE: _l("On leave"),
    Why.EXEMPT: _l("Exempt"),
    Why.NEW: _l("Newly hired"),
    Why.MOVED_IN: _l("Just moved here or changed jobs"),
    Why.FILTERED: _l("Outside the filter"),
    Why.NO_RULE: _l("Nothing assigned"),
    Why.DUE_MOVED: _l("Due date moved"),
    Why.NOTHING_DUE: _l("Nothing due yet"),
    Why.MOVED_OUT: _l("Moved away"),
    Why.LEFT: _l("Left the company"),
}
EXPLAINED = {
    Why.INCLUDED: _l("At work, with at least one required course that has fallen due."),
    Why.CLOSED: _l("The center is closed on this day."),
    Why.ON_LEAVE: _l("Away on this day; due dates move with the leave."),
    Why.EXEMPT: _l("Need not take what would be due."),
    Why.NEW: _l("Hired in the last 14 days, with nothing due yet."),
    Why.MOVED_IN: _l("Here or in this job for less than 14 days, with nothing due yet."),
    Why.FILTERED: _l("Another job role, or nothing due among the courses chosen."),
    Why.NO_RULE: _l("No required course is assigned: no rule covers them."),
    Why.DUE_MOVED: _l("What would be due was moved by leave, grace, an extension or an outage."),
    Why.NOTHING_DUE: _l("Courses are assigned, none has fallen due."),
    Why.MOVED_OUT: _l("Worked here in the last %(days)s days, now elsewhere.", days=GONE_DAYS),
    Why.LEFT: _l("Worked here in the last %(days)s days, now not employed.", days=GONE_DAYS),
}
# What the day beside a person means.
DAYS = {
    Why.ON_LEAVE: _l("back on %(date)s"),
    Why.NEW: _l("since %(date)s"),
    Why.MOVED_IN: _l("since %(date)s"),
    Why.DUE_MOVED: _l("next due on %(date)s"),
    Why.NOTHING_DUE: _l("next due on %(date)s"),
    Why.MOVED_OUT: _l("from %(date)s on"),
    Why.LEFT: _l("from %(date)s on"),
}
SYMBOLS = {
    Why.INCLUDED: ("done", "check"),
    Why.ON_LEAVE: ("hold", "clock"),
    Why.EXEMPT: ("exempt", "minus"),
    Why.NO_RULE: ("soon", "alert"),
}

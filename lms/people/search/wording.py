"""Standings in words, with the tone of their mark."""

from typing import Any

from flask_babel import lazy_gettext as _l

from lms.people.search.rules import Standing

STANDINGS: dict[Standing, tuple[Any, str]] = {
    Standing.AT_WORK: (_l("At work"), "done"),
    Standing.ON_LEAVE: (_l("On leave"), "hold"),
    Standing.TO_COME: (_l("Starts later"), "accent"),
    Standing.LEFT: (_l("Has left"), "void"),
}

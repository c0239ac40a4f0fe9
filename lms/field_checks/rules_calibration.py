"""Calibration: observers judge the same as the reference, and show it again every half year (domain §2.6)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

LEAST_AGREEMENT = 90
VALID_MONTHS = 6


class Calibration(NamedTuple):
    """How far an observer agreed with the reference on a day, in whole percent, and the first day it is out."""

    on: date
    agreement: int
    valid_until: date


def valid_until(on: date) -> date:
    """Return the first day on which a calibration of a day is out: half a year later, at most the month's last day."""
    months = on.month - 1 + VALID_MONTHS
    year, month = on.year + months // 12, months % 12 + 1
    for day in range(on.day, on.day - 4, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def calibration_fault(calibrations: Iterable[Calibration], on: date) -> str | None:
    """Return why an observer cannot submit on a day: "uncalibrated", "disagrees" or "expired"; None when they can.

    The latest counts: who no longer agrees is not saved by having agreed before.
    """
    known = [one for one in calibrations if one.on <= on]
    if not known:
        return "uncalibrated"
    latest = max(known)
    if latest.agreement < LEAST_AGREEMENT:
        return "disagrees"
    return None if on < latest.valid_until else "expired"

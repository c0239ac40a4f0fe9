"""Calibration: the latest counts, and it expires."""

from datetime import date

import pytest

from lms.field_checks.rules_calibration import Calibration, calibration_fault, valid_until

DAY = date(2019, 3, 1)


def made(on=DAY, agreement=95):
    return Calibration(on, agreement, valid_until(on))


@pytest.mark.parametrize(
    ("on", "until"),
    [
        (date(2019, 3, 1), date(2019, 9, 1)),
        (date(2019, 8, 31), date(2020, 2, 29)),
        (date(2018, 8, 31), date(2019, 2, 28)),
        (date(2019, 7, 15), date(2020, 1, 15)),
        (date(2019, 12, 31), date(2020, 6, 30)),
    ],
)
def test_a_calibration_holds_for_half_a_year(on, until):
    assert valid_until(on) == until


def test_an_observer_submits_until_the_day_it_runs_out():
    assert calibration_fault([made()], date(2019, 8, 31)) is None
    assert calibration_fault([made()], date(2019, 9, 1)) == "expired"


def test_who_was_never_calibrated_or_only_later_does_not():
    assert calibration_fault([], DAY) == "uncalibrated"
    assert calibration_fault([made(date(2019, 3, 2))], DAY) == "uncalibrated"


def test_the_latest_calibration_counts_and_not_the_best():
    later = made(date(2019, 5, 1), 89)
    assert calibration_fault([later, made(agreement=100)], date(2019, 5, 2)) == "disagrees"
    assert calibration_fault([made(agreement=60), made(date(2019, 5, 1), 90)], date(2019, 5, 2)) is None

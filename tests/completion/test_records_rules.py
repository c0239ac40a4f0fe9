"""How a completion came to be recorded, and what was changed: told from the versions of an enrollment."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lms.completion.records.rules import HeldOffice, How, Version, WhyVoid, changes, how, office_on, told_by, why_void
from lms.enrollments.rules import Cause
from lms.people.rules import DutyKind

START = datetime(2019, 6, 1, tzinfo=UTC)
DAY = date(2019, 6, 30)


def version(number: int, gave_way_to: Cause | None = None, done: date | None = None, **columns: object) -> Version:
    recorded_at = START + timedelta(days=number)
    kept = {"score": None, "voided_on": None, "import_id": None} | columns
    return Version(recorded_at, gave_way_to, done, **kept)  # type: ignore[arg-type]


def test_what_came_with_its_row_was_studied_or_imported():
    assert how([version(1, done=DAY)]) is How.STUDIED
    assert how([version(1, done=DAY, import_id=7)]) is How.IMPORTED
    assert how([version(1)]) is None


def test_what_came_later_says_how():
    imported_open = version(1, Cause.COMPLETED, import_id=7)
    assert how([imported_open, version(2, done=DAY, import_id=7)]) is How.STUDIED
    assert how([imported_open, version(2, done=DAY, recorded_by_id=3, evidence_kind="OTHER")]) is How.BY_HAND
    assert how([version(1, Cause.IMPORTED), version(2, done=DAY, import_id=8)]) is How.IMPORTED


def test_a_moved_due_date_in_between_changes_nothing_of_it():
    told = [version(1, Cause.COMPLETED), version(2, Cause.DUE_MOVED, done=DAY), version(3, done=DAY)]
    assert how(told) is How.STUDIED
    assert told_by(told) == 1
    assert changes(told) == []


def test_a_correction_names_what_was_there_before():
    first = version(2, Cause.CORRECTED, done=DAY)
    second = version(3, Cause.CORRECTED, done=DAY - timedelta(days=3), recorded_by_id=3, reason="wrong day")
    back = version(4, recorded_by_id=4, reason="not attended")
    assert how([version(1, Cause.COMPLETED), first, second]) is How.CORRECTED
    found = changes([version(1, Cause.COMPLETED), first, second, back])
    assert [(one.before, one.after) for one in found] == [(second, back), (first, second)]


def test_why_something_was_withdrawn():
    assert why_void([version(1)]) is None
    assert why_void([version(1, voided_on=DAY)]) is WhyVoid.RULE
    assert why_void([version(1, voided_on=DAY, import_id=7)]) is WhyVoid.IMPORTED
    assert why_void([version(1, Cause.VOIDED, import_id=7), version(2, voided_on=DAY, import_id=7)]) is WhyVoid.BY_HAND
    assert why_void([version(1, Cause.IMPORTED), version(2, voided_on=DAY)]) is WhyVoid.IMPORTED


def test_the_duty_is_the_one_held_on_that_day():
    held = [
        HeldOffice(DutyKind.DEPUTY_COORDINATOR, date(2019, 1, 1), date(2019, 3, 1)),
        HeldOffice(DutyKind.COORDINATOR, date(2019, 3, 1), None),
    ]
    assert office_on(held, date(2018, 12, 31)) is None
    assert office_on(held, date(2019, 2, 28)) is DutyKind.DEPUTY_COORDINATOR
    assert office_on(held, date(2019, 3, 1)) is DutyKind.COORDINATOR


@st.composite
def histories(draw: st.DrawFn) -> list[Version]:
    days = st.none() | st.sampled_from([DAY, DAY - timedelta(days=1)])
    scores = st.none() | st.sampled_from([Decimal(70), Decimal(80)])
    rows = draw(st.lists(st.tuples(st.sampled_from(list(Cause)), days, scores), min_size=1, max_size=6))
    told = [version(place, cause, day, score=score) for place, (cause, day, score) in enumerate(rows)]
    return [*told[:-1], told[-1]._replace(gave_way_to=None)]


@given(histories())
def test_every_change_of_a_completion_is_told_once_and_the_last_one_stands(told: list[Version]):
    changed = [
        after
        for before, after in pairwise(told)
        if before.completed_on and (before.completed_on, before.score) != (after.completed_on, after.score)
    ]
    assert [one.after for one in changes(told)] == changed[::-1]
    assert (how(told) is None) == (told[-1].completed_on is None)
    standing = told[told_by(told)]
    assert (standing.completed_on, standing.score) == (told[-1].completed_on, told[-1].score)

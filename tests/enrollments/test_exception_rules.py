"""Extensions and outages: which due date stands, and what moved it."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.enrollments.dues.rules import Circumstances, Down, Move, Mover, put_off
from lms.enrollments.rules import Away

ASSIGNED, DUE = date(2019, 5, 1), date(2019, 6, 10)
EARLY, LATE = datetime(2019, 5, 1, tzinfo=UTC), datetime(2019, 7, 1, tzinfo=UTC)
THREE_DAYS = Down(date(2019, 6, 9), date(2019, 6, 12))

days = st.dates(date(2019, 5, 1), date(2019, 8, 1))
outages = st.builds(lambda on, length: Down(on, on + timedelta(days=length)), days, st.integers(1, 9))


def known(*, aways=(), outages=(), granted=None) -> Circumstances:
    return Circumstances([(one, EARLY) for one in aways], [], [(one, EARLY) for one in outages], granted or {})


def test_what_falls_due_in_an_outage_is_due_as_many_days_later():
    assert put_off(DUE, outages=[THREE_DAYS]) == date(2019, 6, 13)
    assert put_off(date(2019, 6, 8), outages=[THREE_DAYS]) == date(2019, 6, 8)
    assert put_off(date(2019, 6, 12), outages=[THREE_DAYS]) == date(2019, 6, 12), "the first day after is in time"
    again = Down(date(2019, 6, 13), date(2019, 6, 14))
    assert put_off(DUE, outages=[again, THREE_DAYS]) == date(2019, 6, 14), "in the order they happened"


def test_an_extension_is_no_earlier_than_anything_else_and_of_one_enrollment_only():
    until = date(2019, 6, 30)
    assert known(granted={7: until}).due(DUE, ASSIGNED, of=7) == until
    assert known(granted={7: until}).due(DUE, ASSIGNED, of=8) == DUE
    assert known(granted={7: until}).due(None, ASSIGNED, of=7) is None
    away = Away(date(2019, 6, 1), date(2019, 7, 1))
    assert known(aways=[away], granted={7: until}).due(DUE, ASSIGNED, of=7) == date(2019, 7, 15)


def test_an_imported_due_date_counts_with_the_outages_known_when_it_was_stated():
    one = known(outages=[THREE_DAYS])
    assert one.due(DUE, ASSIGNED, LATE) == DUE
    assert one.due(DUE, ASSIGNED, EARLY - timedelta(days=1)) == date(2019, 6, 13)


def test_the_person_reads_what_moved_the_date():
    until = date(2019, 6, 30)
    assert known(granted={7: until}).move(DUE, ASSIGNED, until, of=7) == Move(Mover.EXTENSION, until)
    assert known(outages=[THREE_DAYS]).move(DUE, ASSIGNED, date(2019, 6, 13)) == Move(Mover.OUTAGE, date(2019, 6, 12))
    away = Away(date(2019, 6, 1), date(2019, 7, 1))
    with_all = known(aways=[away], outages=[THREE_DAYS], granted={7: until})
    assert with_all.move(DUE, ASSIGNED, date(2019, 7, 15), of=7) == Move(Mover.LEAVE, date(2019, 7, 1))


@given(days, st.none() | days, st.lists(outages, max_size=3))
def test_exceptions_never_bring_a_due_date_forward(due: date, granted: date | None, down: list[Down]):
    after = put_off(due, granted, down)
    assert after >= max(due, granted or due)
    assert after == put_off(due, granted, reversed(down)) or len({one.starts_on for one in down}) < len(down)
    assert put_off(due) == due

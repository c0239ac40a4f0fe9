"""What counts, what is done, who falls short: decided without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.completion.rules import (
    EnrollmentFacts,
    EnrollmentState,
    Severity,
    Standing,
    Tally,
    WhyNot,
    days_overdue,
    expiry,
    falls_short,
    judge,
    severity_of,
    total,
)

DAY = date(2019, 6, 30)
COUNTS = st.integers(0, 5000)
DAYS = st.integers(-60, 60).map(lambda days: DAY + timedelta(days=days))


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    due = draw(COUNTS)
    done = draw(st.integers(0, due))
    return Tally(due, done, draw(st.integers(0, done)))


@st.composite
def facts(draw: st.DrawFn) -> EnrollmentFacts:
    return EnrollmentFacts(
        draw(st.booleans()),
        draw(DAYS),
        draw(st.none() | DAYS),
        draw(st.none() | DAYS),
        draw(st.none() | DAYS),
        draw(st.booleans()),
        draw(st.sampled_from([0, 1, 12])),
    )


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def line(**changes: object) -> EnrollmentFacts:
    """Return a required enrollment assigned a month ago and due in ten days, with changes."""
    return EnrollmentFacts(True, on(-30), on(10), None, None)._replace(**changes)  # type: ignore[arg-type]


@given(tallies())
def test_the_rate_shown_is_floored_to_a_tenth(tally: Tally):
    if tally.due == 0:
        assert tally.percent_tenths is None
        assert tally.percent_text is None
    else:
        assert tally.percent_tenths is not None
        assert tally.percent_tenths * tally.due <= 1000 * tally.done < (tally.percent_tenths + 1) * tally.due


@pytest.mark.parametrize(
    ("done", "due", "shown"),
    [(7996, 10_000, "79.9"), (0, 3, "0.0"), (3, 3, "100.0"), (2, 3, "66.6"), (899, 1000, "89.9")],
)
def test_79_96_percent_is_shown_as_79_9(done, due, shown):
    assert Tally(due, done, 0).percent_text == shown


@given(tallies(), st.integers(0, 100))
def test_below_target_is_decided_in_integers_and_exactly_at_target_is_not_below(tally: Tally, target: int):
    assert tally.is_below(target) == (tally.due > 0 and tally.done / tally.due < target / 100 - 1e-12)
    assert not Tally(100, target, 0).is_below(target)


def test_79_96_percent_is_below_80_and_nothing_due_is_not():
    assert Tally(10_000, 7_996, 0).is_below(80)
    assert not Tally(5, 4, 0).is_below(80)
    assert not Tally(0, 0, 0).is_below(100)


@given(st.lists(tallies()))
def test_tallies_are_added_part_by_part(many: list[Tally]):
    whole = total(many)
    assert whole.due == sum(tally.due for tally in many)
    assert whole.missing + whole.late + whole.on_time == whole.due


@given(facts(), st.sampled_from(Standing), DAYS)
def test_what_counts_is_due_assigned_required_in_force_and_of_an_active_person(one, standing, day):
    judgment = judge(one, standing, day)
    assert judgment.counted == (
        one.required
        and one.due_on is not None
        and one.due_on <= day
        and one.assigned_on <= day
        and (one.voided_on is None or one.voided_on > day)
        and not one.superseded
        and standing is Standing.ACTIVE
    )
    assert judgment.counted == (judgment.why_not is None)


@given(facts(), st.sampled_from(Standing), DAYS)
def test_facts_after_the_day_change_nothing(one, standing, day):
    later = day + timedelta(days=1)
    hidden = one._replace(
        completed_on=None if one.completed_on and one.completed_on > day else one.completed_on,
        voided_on=None if one.voided_on and one.voided_on > day else one.voided_on,
    )
    assert judge(one, standing, day) == judge(hidden, standing, day)
    if one.completed_on is None and one.voided_on is None:
        assert judge(one._replace(completed_on=later, voided_on=later), standing, day) == judge(one, standing, day)


@given(facts(), DAYS)
def test_overdue_is_a_counted_open_line_whose_day_has_passed(one, day):
    judgment = judge(one, Standing.ACTIVE, day)
    if judgment.state is EnrollmentState.OVERDUE:
        assert judgment.counted
        assert not judgment.done
        assert judgment.days == (day - one.due_on).days > 0
    elif judgment.counted and not judgment.done:
        assert one.due_on == day, "the due day itself is still in time"


@pytest.mark.parametrize(
    ("one", "standing", "state", "days", "why_not"),
    [
        (line(), Standing.ACTIVE, EnrollmentState.NOT_DUE, 10, WhyNot.NOT_DUE),
        (line(due_on=on(7)), Standing.ACTIVE, EnrollmentState.DUE_SOON, 7, WhyNot.NOT_DUE),
        (line(due_on=on(0)), Standing.ACTIVE, EnrollmentState.DUE_SOON, 0, None),
        (line(due_on=on(-1)), Standing.ACTIVE, EnrollmentState.OVERDUE, 1, None),
        (line(due_on=on(-1)), Standing.ON_LEAVE, EnrollmentState.ON_HOLD, None, WhyNot.ON_LEAVE),
        (line(due_on=on(-1)), Standing.CENTER_CLOSED, EnrollmentState.NOT_APPLICABLE, None, WhyNot.CENTER_CLOSED),
        (line(due_on=on(-1)), Standing.NOT_EMPLOYED, EnrollmentState.NOT_APPLICABLE, None, WhyNot.NOT_EMPLOYED),
        (
            line(due_on=on(-1), superseded=True), Standing.ACTIVE, EnrollmentState.NOT_APPLICABLE, None,
            WhyNot.SUPERSEDED,
        ),
        (line(due_on=on(-1), exempt=True), Standing.ACTIVE, EnrollmentState.EXEMPT, None, WhyNot.EXEMPT),
        (line(exempt=True, superseded=True), Standing.ACTIVE, EnrollmentState.EXEMPT, None, WhyNot.EXEMPT),
        (line(completed_on=on(-9), exempt=True), Standing.ACTIVE, EnrollmentState.DONE, None, WhyNot.EXEMPT),
        (line(required=False), Standing.ACTIVE, EnrollmentState.NOT_DUE, 10, WhyNot.OPTIONAL),
        (line(due_on=on(-1), required=False), Standing.ACTIVE, EnrollmentState.NOT_APPLICABLE, None, WhyNot.OPTIONAL),
        (line(due_on=None), Standing.ACTIVE, EnrollmentState.NOT_DUE, None, WhyNot.NO_DUE_DATE),
        (line(assigned_on=on(1)), Standing.ACTIVE, EnrollmentState.NOT_DUE, None, WhyNot.NOT_ASSIGNED),
        (line(due_on=on(-5), completed_on=on(-5)), Standing.ACTIVE, EnrollmentState.DONE, None, None),
        (line(due_on=on(-5), completed_on=on(-4)), Standing.ACTIVE, EnrollmentState.DONE_LATE, None, None),
        (line(completed_on=on(-40)), Standing.ACTIVE, EnrollmentState.DONE, None, WhyNot.NOT_DUE),
        (
            line(due_on=on(-5), completed_on=on(-9), voided_on=on(0)), Standing.ACTIVE, EnrollmentState.VOID, None,
            WhyNot.VOID,
        ),
        (line(due_on=on(-5), voided_on=on(1)), Standing.ACTIVE, EnrollmentState.OVERDUE, 5, None),
    ],
)  # fmt: skip
def test_how_a_line_stands_and_why_it_counts_or_not(one, standing, state, days, why_not):
    judgment = judge(one, standing, DAY)
    assert (judgment.state, judgment.days, judgment.why_not) == (state, days, why_not)


def test_an_expired_completion_says_so_and_stays_done():
    old = line(completed_on=date(2018, 6, 30), due_on=date(2018, 7, 1), validity_months=12)
    assert judge(old, Standing.ACTIVE, DAY).state is EnrollmentState.EXPIRED
    assert judge(old, Standing.ACTIVE, DAY).done
    assert judge(old, Standing.ACTIVE, on(-1)).state is EnrollmentState.DONE
    assert judge(old._replace(validity_months=0), Standing.ACTIVE, DAY).state is EnrollmentState.DONE


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2018, 8, 31), 6, date(2019, 2, 28)),
        (date(2019, 8, 31), 6, date(2020, 2, 29)),
        (date(2019, 1, 31), 1, date(2019, 2, 28)),
        (date(2019, 3, 31), 1, date(2019, 4, 30)),
        (date(2019, 12, 15), 12, date(2020, 12, 15)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
    ],
)
def test_months_end_where_the_month_ends(start, months, end):
    assert expiry(start, months) == end


def test_validity_zero_never_expires():
    assert expiry(DAY, 0) is None
    assert expiry(None, 12) is None


@pytest.mark.parametrize(
    ("days", "severity"),
    [
        (0, None), (1, Severity.REMIND), (7, Severity.REMIND), (8, Severity.MISSING), (30, Severity.MISSING),
        (31, Severity.LONG_MISSING), (400, Severity.LONG_MISSING),
    ],
)  # fmt: skip
def test_severity_goes_by_the_oldest_overdue_day(days, severity):
    assert severity_of(days) is severity
    assert days_overdue(on(-days), DAY) == days


def test_a_person_falls_short_by_rate_or_by_something_overdue():
    assert falls_short(Tally(10, 7, 7), 0)
    assert not falls_short(Tally(10, 8, 8), 0), "exactly at target is not short"
    assert falls_short(Tally(10, 9, 9), 1)
    assert not falls_short(Tally(0, 0, 0), 0)


def test_below_a_number_goes_by_rate_alone():
    assert not falls_short(Tally(10, 9, 9), 1, below=80)
    assert falls_short(Tally(10, 9, 9), 0, below=95)
    assert not falls_short(Tally(10, 0, 0), 3, below=0)

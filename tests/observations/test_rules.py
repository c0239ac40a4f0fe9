"""When an item is met, and what visits add up to."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.observations.rules import Answer, ObserverKind, ResponseType, is_met
from lms.observations.rules_reports import Rebound, mean
from lms.observations.rules_scores import DayScore, Score, Sums, added, by_month, rolling, total

SCORES = st.builds(
    lambda visits, possible, share: Score(visits, possible * share // 100, possible),
    st.integers(0, 50),
    st.integers(0, 5_000),
    st.integers(0, 100),
)


@pytest.mark.parametrize(
    ("answer", "response_type", "value", "expected"),
    [
        (Answer.YES, ResponseType.YN, None, True),
        (Answer.NO, ResponseType.YN, None, False),
        (Answer.VALUE, ResponseType.SCALE4, 2, False),
        (Answer.VALUE, ResponseType.SCALE4, 3, True),
        (Answer.VALUE, ResponseType.SCORE, 79, False),
        (Answer.VALUE, ResponseType.SCORE, 80, True),
    ],
)
def test_an_item_is_met_or_not(answer: Answer, response_type: ResponseType, value: int | None, expected: bool):
    assert is_met(answer, response_type, value) is expected


@pytest.mark.parametrize("answer", [Answer.NOT_APPLICABLE, Answer.NOT_OBSERVED])
@pytest.mark.parametrize("response_type", ResponseType)
def test_what_did_not_apply_or_was_not_observed_counts_neither_way(answer: Answer, response_type: ResponseType):
    assert is_met(answer, response_type) is None


@pytest.mark.parametrize(
    ("answer", "response_type", "value"),
    [
        (Answer.YES, ResponseType.SCALE4, None),
        (Answer.VALUE, ResponseType.YN, 1),
        (Answer.VALUE, ResponseType.SCORE, None),
        (Answer.NO, ResponseType.YN, 0),
    ],
)
def test_an_answer_that_does_not_fit_its_item_is_refused(
    answer: Answer, response_type: ResponseType, value: int | None
):
    with pytest.raises(ValueError, match="no answer"):
        is_met(answer, response_type, value)


def test_only_who_stands_outside_the_center_is_independent():
    independent = {kind for kind in ObserverKind if kind.is_independent}
    assert independent == {ObserverKind.AREA, ObserverKind.SHOPPER, ObserverKind.INSPECTOR}


def test_a_score_is_cut_off_never_rounded_up():
    assert Score(3, 7_996, 10_000).text == "79.9"
    assert Score(1, 100, 100).text == "100.0"
    assert Score(0, 0, 0).text is None
    assert [Score(visits, 1, 1).is_few for visits in (2, 3)] == [True, False]


@given(st.lists(SCORES, max_size=12), st.sampled_from([3, 6]))
def test_rolling_scores_are_those_of_the_visits_right_before(scores: list[Score], width: int):
    found = rolling(scores, width)
    assert len(found) == len(scores)
    for place, score in enumerate(found):
        expected = None if place + 1 < width else added(scores[place + 1 - width : place + 1])
        assert score == expected


@given(st.lists(st.tuples(st.dates(date(2018, 1, 1), date(2023, 12, 31)), SCORES), max_size=30), st.integers(1, 30))
def test_months_hold_every_visit_of_theirs_and_leave_none_out_between(days: list[tuple[date, Score]], months: int):
    ordered = [DayScore(*one) for one in sorted(days)]
    found = by_month(ordered, months)
    assert bool(found) is bool(days)
    for one, other in pairwise(found):
        assert (other.day.year * 12 + other.day.month) - (one.day.year * 12 + one.day.month) == 1
    for month in found:
        of_month = [one.score for one in ordered if one.day.replace(day=1) == month.day]
        assert month.score == added(of_month)
    if days and len(found) < months:
        assert found[0].day == ordered[0].day.replace(day=1)


def test_sums_of_areas_are_sums_of_everything():
    one = Sums(3, 2, date(2019, 1, 5), 2, 150, 200, 250, 280)
    other = Sums(1, 1, date(2019, 3, 1), 1, 90, 100, 95, 96)
    assert total([one, other]) == Sums(4, 3, date(2019, 3, 1), 3, 240, 300, 345, 376)
    assert total([]) == Sums(0, 0, None, 0, 0, 0, 0, 0)
    assert total([one]).score == Score(2, 150, 200)
    assert total([one]).items == Score(3, 250, 280)


def test_means_are_rounded_half_up_to_four_digits():
    assert str(mean(2_209, 32)) == "69.0313"  # 69.03125
    assert mean(1, 0) is None
    assert Rebound(0, 0, 0).mean is None
    assert str(Rebound(703, 48_705, 56_215).next_mean) == "79.9644"

"""Whom a round falls on, what is asked, and how rounds and campaigns stand."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.field_checks.monitoring.rules import (
    MOST_ITEMS,
    RoundState,
    Tally,
    added,
    choose_form,
    count_checks,
    draw_people,
    forms_of,
    frame_of_month,
    number_wanted,
    quarter_of,
    round_state,
)
from lms.field_checks.monitoring.rules_campaigns import CampaignState, campaign_fault, campaign_state
from lms.field_checks.rules import CheckKind, observer_fault, observer_kind
from lms.observations.rules import ObserverKind
from lms.observations.rules_standards import CheckItem
from lms.people.rules import DutyKind, Scope

MONTH = date(2019, 7, 1)
QUARTER = (MONTH, date(2019, 8, 1), date(2019, 9, 1))


def item(number: int, *, is_critical: bool = False) -> CheckItem:
    return CheckItem(
        item_id=number, item_set_id=1, code=f"FC-{number}", text_ko="", text_en="", stage=None, dimension_code=None,
        i_care="", is_critical=is_critical, response_type="YN", weight=1, method="", evidence_ko="", na_allowed=False,
    )  # fmt: skip


def test_a_month_is_looked_at_from_the_seventh_to_the_twenty_eighth():
    frame = frame_of_month(date(2019, 2, 17))
    assert frame == (frame_of_month(date(2019, 2, 28)))
    assert (frame.month, frame.opens_on, frame.closes_on) == (date(2019, 2, 1), date(2019, 2, 7), date(2019, 2, 28))
    assert frame.may_draw(date(2019, 2, 21))
    assert not frame.may_draw(date(2019, 2, 22))


@pytest.mark.parametrize(("month", "first"), [(1, 1), (3, 1), (4, 4), (9, 7), (12, 10)])
def test_a_quarter_begins_in_january_april_july_or_october(month: int, first: int):
    assert quarter_of(date(2019, month, 1)) == date(2019, first, 1)


@pytest.mark.parametrize(
    ("people", "unseen", "month", "number"),
    [
        (0, 0, 7, 0),
        (2, 2, 7, 2),
        (3, 0, 9, 3),
        (9, 9, 7, 3),
        (10, 10, 7, 4),
        (10, 6, 8, 3),
        (10, 7, 8, 4),
        (10, 9, 9, 9),
    ],
)
def test_each_month_takes_its_share_of_who_is_left(people: int, unseen: int, month: int, number: int):
    assert number_wanted(people, unseen, date(2019, month, 1)) == number


@given(st.sets(st.integers(1, 10_000), max_size=40))
def test_everyone_is_drawn_once_a_quarter_and_three_a_month_or_all(people: set[int]):
    seen: set[int] = set()
    for month in QUARTER:
        number = number_wanted(len(people), len(people - seen), month)
        drawn = draw_people(people, seen=seen, there=(), number=number, seed=f"{month}")
        assert len(set(drawn)) == len(drawn) == number >= min(3, len(people))
        seen |= set(drawn)
    assert seen == people


@given(st.sets(st.integers(1, 500), min_size=1, max_size=30), st.sets(st.integers(1, 500)), st.integers(0, 40))
def test_a_draw_is_the_same_whatever_the_order_and_is_made_up_for_once(people: set[int], seen: set[int], number: int):
    drawn = draw_people(sorted(people), seen=seen, there=(), number=number, seed="s")
    assert draw_people(sorted(people, reverse=True), seen=seen, there=(), number=number, seed="s") == drawn
    assert draw_people(people, seen=seen, there=drawn, number=len(drawn), seed="s") == []
    unseen = people - seen
    assert set(drawn) <= unseen or unseen <= set(drawn)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_forms_are_short_hold_every_critical_item_and_together_ask_everything(critical: list[bool]):
    items = [item(number, is_critical=one) for number, one in enumerate(critical)]
    forms = forms_of(items)
    assert {one.item_id for form in forms for one in form} == set(range(len(items)))
    assert all(0 < len(form) <= MOST_ITEMS for form in forms)
    assert all([one.item_id for one in form] == sorted(one.item_id for one in form) for form in forms)
    if 0 < sum(critical) < MOST_ITEMS:
        assert all({one for one in items if one.is_critical} <= set(form) for form in forms)


def test_what_was_least_observed_is_asked_and_all_of_it_takes_turns():
    forms = forms_of([item(0, is_critical=True), *(item(number) for number in range(1, 30))])
    times: Counter[int] = Counter({one.item_id: 2 for one in forms[0]})
    asked = []
    for _ in forms:
        form = choose_form(forms, times, seed="2019-07-01")
        times.update(one.item_id for one in form)
        asked.append(form)
    assert {id(form) for form in asked[:-1]} == {id(form) for form in forms[1:]}
    assert choose_form(forms[:1], {}, seed="s") == forms[0]


@pytest.mark.parametrize(
    ("tally", "day", "state"),
    [
        (Tally(planned=3), 6, RoundState.COMING),
        (Tally(planned=3), 7, RoundState.OPEN),
        (Tally(planned=1, done=2), 28, RoundState.OPEN),
        (Tally(done=3), 10, RoundState.COMPLETE),
        (Tally(done=2, void=1), 29, RoundState.COMPLETE),
        (Tally(done=2, missed=1), 29, RoundState.MISSED),
        (Tally(planned=1, done=2), 29, RoundState.MISSED),
        (Tally(void=2), 10, RoundState.VOID),
        (Tally(), 10, RoundState.VOID),
    ],
)
def test_how_a_round_stands_is_told_by_its_checks(tally: Tally, day: int, state: RoundState):
    frame = frame_of_month(MONTH)
    on = MONTH.replace(day=day)
    assert round_state(tally, opens_on=frame.opens_on, closes_on=frame.closes_on, on=on) == state


def test_checks_add_up_and_who_left_is_wanted_no_more():
    tally = count_checks({"PLANNED": 2, "DRAFT": 1, "SUBMITTED": 1, "CLOSED": 2, "MISSED": 1, "VOID": 4})
    assert (tally, tally.wanted) == (Tally(3, 3, 1, 4), 7)
    assert added([tally, Tally(done=1)]) == Tally(3, 4, 1, 4)
    assert added([]) == Tally()


def test_only_the_center_itself_looks_at_itself_and_nobody_at_themselves():
    coordinator = Scope(person_id=1, on=MONTH, center_ids=frozenset({5}), own_center_ids=frozenset({5}))
    area_manager = Scope(
        person_id=2, on=MONTH, center_ids=frozenset({5}), duties=frozenset({DutyKind.AREA_MANAGER})
    )  # fmt: skip
    assert observer_kind(coordinator, 5, CheckKind.MONITORING) is ObserverKind.SELF
    assert not ObserverKind.SELF.is_independent
    assert observer_kind(area_manager, 5) is ObserverKind.AREA
    asked = {"center_id": 5, "kind": CheckKind.MONITORING}
    assert observer_fault(area_manager, subject_id=1, **asked) == "not_in_charge"
    assert observer_fault(coordinator, subject_id=1, **asked) == "oneself"
    assert observer_fault(coordinator, subject_id=2, **asked) is None


@pytest.mark.parametrize(
    ("days", "is_published", "is_cancelled", "state"),
    [
        ((-1, 1), False, False, CampaignState.DRAFT),
        ((1, 9), True, False, CampaignState.COMING),
        ((0, 0), True, False, CampaignState.RUNNING),
        ((-9, -1), True, False, CampaignState.OVER),
        ((-1, 1), True, True, CampaignState.CANCELLED),
    ],
)
def test_how_a_campaign_stands(days: tuple[int, int], is_published: bool, is_cancelled: bool, state: CampaignState):
    starts_on, ends_on = (MONTH + timedelta(days=day) for day in days)
    told = {"is_published": is_published, "is_cancelled": is_cancelled, "on": MONTH}
    assert campaign_state(starts_on=starts_on, ends_on=ends_on, **told) == state


@pytest.mark.parametrize(
    ("days", "items", "fault"),
    [((0, 9), 5, None), ((-9, 0), 20, None), ((3, 2), 5, "ends_first"), ((-9, -1), 5, "is_over"), ((0, 9), 0, "items"),
     ((0, 9), 21, "items")],
)  # fmt: skip
def test_what_is_wrong_with_a_campaign(days: tuple[int, int], items: int, fault: str | None):
    starts_on, ends_on = (MONTH + timedelta(days=day) for day in days)
    assert campaign_fault(starts_on=starts_on, ends_on=ends_on, items=items, on=MONTH) == fault

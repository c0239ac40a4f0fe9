"""When checks are made, by whom, and what becomes of them."""

from datetime import date

import pytest

from lms.field_checks.rules import (
    CheckKind,
    CheckState,
    Step,
    Terms,
    after,
    answering_fault,
    last_day,
    observer_fault,
    observer_kind,
    second_fault,
    state_on,
    text_fault,
)
from lms.observations.rules import ObserverKind
from lms.people.rules import DutyKind, Scope

DAY = date(2019, 6, 1)
MINA, JUN, SORA = 1, 2, 3
CENTER, ELSEWHERE = 10, 11


def in_charge(person_id=MINA):
    centers = frozenset({CENTER})
    return Scope(person_id=person_id, on=DAY, center_ids=centers, own_center_ids=centers)


def area_manager(person_id=SORA, duty=DutyKind.AREA_MANAGER):
    return Scope(person_id=person_id, on=DAY, center_ids=frozenset({CENTER}), duties=frozenset({duty}))


def test_a_check_is_made_two_to_four_weeks_after_and_a_recheck_after_ninety_days_for_as_long():
    terms = Terms()
    assert terms.window(DAY) == (date(2019, 6, 15), date(2019, 6, 29))
    assert terms.window(DAY, CheckKind.RECHECK) == (date(2019, 8, 30), date(2019, 9, 13))


def test_a_course_may_have_days_of_its_own():
    assert Terms(7, 21, 60).window(DAY) == (date(2019, 6, 8), date(2019, 6, 22))


@pytest.mark.parametrize(
    ("state", "step", "then"),
    [
        ("PLANNED", "ANSWER", "DRAFT"),
        ("DRAFT", "ANSWER", "DRAFT"),
        ("PLANNED", "SUBMIT", "SUBMITTED"),
        ("DRAFT", "SUBMIT", "SUBMITTED"),
        ("SUBMITTED", "ACKNOWLEDGE", "ACKNOWLEDGED"),
        ("SUBMITTED", "DISPUTE", "DISPUTED"),
        ("ACKNOWLEDGED", "DISPUTE", "DISPUTED"),
        ("ACKNOWLEDGED", "CLOSE", "CLOSED"),
        ("DISPUTED", "CLOSE", "CLOSED"),
        ("SUBMITTED", "CLOSE", "CLOSED"),
        ("PLANNED", "MISS", "MISSED"),
        ("DRAFT", "MISS", "MISSED"),
        ("PLANNED", "VOID", "VOID"),
        ("DRAFT", "VOID", "VOID"),
    ],
)
def test_a_check_goes_its_way(state, step, then):
    assert after(CheckState(state), Step(step)) == then


def test_no_other_step_can_be_taken():
    allowed = [(state, step) for state in CheckState for step in Step if after(state, step)]
    assert len(allowed) == 14
    ended = {CheckState.CLOSED, CheckState.MISSED, CheckState.VOID}
    assert not [state for state, _ in allowed if state in ended]
    assert after(CheckState.DISPUTED, Step.ACKNOWLEDGE) is None


def test_an_open_check_is_coming_open_or_late():
    days = (date(2019, 6, 15), date(2019, 6, 29))
    said = [state_on(CheckState.PLANNED, *days, date(2019, 6, day)) for day in (14, 15, 29, 30)]
    assert said == ["COMING", "OPEN", "OPEN", "LATE"]
    assert state_on(CheckState.MISSED, *days, DAY) == "MISSED"


def test_a_form_that_was_begun_may_come_a_week_later():
    assert last_day(CheckState.PLANNED, DAY) == DAY
    assert last_day(CheckState.DRAFT, DAY) == date(2019, 6, 8)


def test_nobody_checks_themselves():
    assert observer_fault(in_charge(MINA), center_id=CENTER, subject_id=MINA) == "oneself"
    assert observer_fault(in_charge(MINA), center_id=CENTER, subject_id=JUN) is None


def test_those_in_charge_of_the_center_and_its_area_manager_observe_and_nobody_else():
    assert observer_kind(in_charge(), CENTER) is ObserverKind.COORDINATOR
    assert observer_kind(in_charge(), ELSEWHERE) is None
    assert observer_kind(area_manager(), CENTER) is ObserverKind.AREA
    assert observer_kind(area_manager(), ELSEWHERE) is None
    assert observer_kind(area_manager(duty=DutyKind.REGION_MANAGER), CENTER) is None
    assert observer_fault(Scope(person_id=JUN, on=DAY), center_id=CENTER, subject_id=MINA) == "not_in_charge"


def test_the_command_line_observes_nobody():
    everyone = Scope(person_id=None, on=DAY, network=True, own_center_ids=frozenset({CENTER}))
    assert observer_fault(everyone, center_id=CENTER, subject_id=MINA) == "oneself"


def test_the_second_pair_of_eyes_is_neither_the_first_nor_the_subject():
    there = {"center_id": CENTER, "subject_id": JUN, "observer_id": MINA}
    assert second_fault(in_charge(MINA), **there) == "observer"
    assert second_fault(in_charge(JUN), **there) == "oneself"
    assert second_fault(in_charge(SORA), **there) is None
    assert second_fault(area_manager(), **there) is None


def test_a_dispute_is_answered_by_somebody_other_than_the_observers_and_the_subject():
    observers = frozenset({MINA, SORA})
    assert answering_fault(MINA, subject_id=JUN, observer_ids=observers) == "observer"
    assert answering_fault(SORA, subject_id=JUN, observer_ids=observers) == "observer"
    assert answering_fault(JUN, subject_id=JUN, observer_ids=observers) == "oneself"
    assert answering_fault(None, subject_id=JUN, observer_ids=observers) == "oneself"
    assert answering_fault(4, subject_id=JUN, observer_ids=observers) is None


@pytest.mark.parametrize(("text", "fault"), [("", True), ("  \n", True), ("seen", False), ("가" * 301, True)])
def test_a_text_says_something_and_not_too_much(text, fault):
    assert text_fault(text) is fault

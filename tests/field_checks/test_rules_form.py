"""What the form of a check asks, and which answers it takes."""

from dataclasses import replace

import pytest

from lms.field_checks.rules_form import (
    Counts,
    Fault,
    Given,
    answer_fault,
    count,
    form_fault,
    items_asked,
    met_by,
    needs_second,
)
from lms.observations.rules import Answer
from lms.observations.rules_standards import CheckItem

GREETING = CheckItem(
    item_id=1, item_set_id=1, code="FC-1", text_ko="인사", text_en="Greets", stage=None, dimension_code=None,
    i_care="C", is_critical=False, response_type="YN", weight=1, method="관찰", evidence_ko="", na_allowed=True,
)  # fmt: skip
SAFETY = replace(GREETING, item_id=2, code="FC-2", is_critical=True, na_allowed=False)
SCALE = replace(GREETING, item_id=3, code="FC-3", response_type="SCALE4")
SCORE = replace(GREETING, item_id=4, code="FC-4", response_type="SCORE")
FORM = [GREETING, SAFETY, SCALE]


def given(**answers: tuple):
    codes = {"greeting": "FC-1", "safety": "FC-2", "scale": "FC-3"}
    return {codes[name]: Given(codes[name], *said) for name, said in answers.items()}


def test_a_check_asks_everything():
    assert items_asked(FORM) == FORM


def test_a_recheck_asks_what_failed_and_what_is_critical():
    assert items_asked(FORM, {3}) == [SAFETY, SCALE]
    assert items_asked(FORM, set()) == [SAFETY]


def test_a_recheck_of_a_check_without_any_such_item_asks_everything_again():
    assert items_asked([GREETING, SCALE], set()) == [GREETING, SCALE]


@pytest.mark.parametrize(
    ("item", "said", "fault"),
    [
        (GREETING, (Answer.YES,), None),
        (GREETING, (Answer.NO, None, "walked past"), None),
        (GREETING, (Answer.NO,), "note"),
        (GREETING, (Answer.NO, None, "  "), "note"),
        (GREETING, (Answer.YES, None, "x" * 301), "note_long"),
        (GREETING, (Answer.VALUE, 3), "answer"),
        (GREETING, (Answer.YES, 3), "answer"),
        (GREETING, (Answer.NOT_APPLICABLE,), None),
        (SAFETY, (Answer.NOT_APPLICABLE,), "not_applicable"),
        (SAFETY, (Answer.NOT_OBSERVED,), None),
        (SCALE, (Answer.VALUE, 3), None),
        (SCALE, (Answer.VALUE, 2), "note"),
        (SCALE, (Answer.VALUE, 2, "hesitant"), None),
        (SCALE, (Answer.VALUE, 5), "value"),
        (SCALE, (Answer.VALUE, 0), "value"),
        (SCALE, (Answer.VALUE, None), "answer"),
        (SCALE, (Answer.YES,), "answer"),
        (SCORE, (Answer.VALUE, 80), None),
        (SCORE, (Answer.VALUE, 101), "value"),
    ],
)
def test_an_answer_fits_its_item_and_says_what_failed(item, said, fault):
    assert answer_fault(item, Given(item.code, *said)) == fault


def test_an_empty_form_is_refused():
    assert form_fault(FORM, {}) == Fault("empty")
    nothing = given(greeting=(Answer.NOT_APPLICABLE,), safety=(Answer.NOT_OBSERVED,), scale=(Answer.NOT_OBSERVED,))
    assert form_fault(FORM, nothing) == Fault("empty")


def test_every_item_is_answered_soundly():
    assert form_fault(FORM, given(greeting=(Answer.YES,), scale=(Answer.VALUE, 4))) == Fault("unanswered", "FC-2")
    unsaid = given(greeting=(Answer.YES,), safety=(Answer.NO,), scale=(Answer.VALUE, 4))
    assert form_fault(FORM, unsaid) == Fault("note", "FC-2")
    sound = given(greeting=(Answer.YES,), safety=(Answer.NO, None, "no"), scale=(Answer.NOT_OBSERVED,))
    assert form_fault(FORM, sound) is None


def test_what_was_not_observed_is_in_neither_numerator_nor_denominator():
    said = given(greeting=(Answer.YES,), safety=(Answer.NOT_OBSERVED,), scale=(Answer.VALUE, 2, "weak"))
    met = met_by(FORM, said)
    assert met == {"FC-1": True, "FC-2": None, "FC-3": False}
    assert count(met) == Counts(2, 1)


def test_a_second_pair_of_eyes_looks_where_a_critical_item_failed():
    assert needs_second(FORM, {"FC-1": True, "FC-2": False, "FC-3": True})
    assert not needs_second(FORM, {"FC-1": False, "FC-2": True, "FC-3": False})
    assert not needs_second(FORM, {"FC-1": False, "FC-2": None, "FC-3": False})

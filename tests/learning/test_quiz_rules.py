"""How answers count, when an attempt may begin, and what figures tell: by hand, and for any order of anything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.quizzes.importing_rules import content_of_lines, lines_of
from lms.learning.quizzes.rules import (
    BLANK,
    Content,
    Kind,
    chosen,
    content_fault,
    digest,
    is_answered,
    is_right,
    parts_of,
    plain,
    score_of,
)
from lms.learning.quizzes.rules_analysis import Sight, analyze
from lms.learning.quizzes.rules_attempts import (
    GRACE,
    Draw,
    Release,
    Terms,
    Try,
    deadline_of,
    is_late,
    shows_answers,
    standing,
    terms_fault,
)
from tests.learning.quizzing import QUESTIONS, wrong

NOON = datetime(2019, 7, 1, 3, 0, tzinfo=UTC)
CHOSEN = [one for one in QUESTIONS if one.kind is not Kind.SHORT_TEXT]
any_places = st.lists(st.integers(-1, 5), max_size=6).map(tuple)


@pytest.mark.parametrize("content", QUESTIONS, ids=lambda one: one.kind)
def test_all_of_a_question_counts_or_nothing_of_it(content: Content):
    right = "  ZQ Accepted " if content.kind is Kind.SHORT_TEXT else content.correct
    assert content_fault(content) is None
    assert is_right(content, right)
    assert not is_right(content, "x" if content.kind is Kind.SHORT_TEXT else wrong(content))
    for nothing in (None, (), "", "  ", (BLANK,)):
        assert not is_answered(nothing)
        assert not is_right(content, nothing)


@given(st.sampled_from(CHOSEN), any_places)
def test_only_the_right_places_count_whatever_is_sent(content: Content, places: tuple[int, ...]):
    same = sorted(places) == sorted(content.correct) if content.kind is Kind.MULTIPLE else places == content.correct
    assert is_right(content, places) == same


@given(st.sampled_from(CHOSEN), st.randoms())
def test_the_order_in_which_options_are_shown_changes_no_result(content: Content, chance):
    places = list(range(parts_of(content)))
    chance.shuffle(places)
    shown = [[f"n{at}", place] for at, place in enumerate(places)]
    names = {place: name for name, place in shown}
    for answer in (content.correct, wrong(content)):
        picked = [names[place] for place in answer]
        if content.kind is Kind.MULTIPLE:
            chance.shuffle(picked)
        assert is_right(content, chosen(shown, picked, content.kind)) == (answer == content.correct)


@given(st.lists(st.booleans(), max_size=50), st.randoms())
def test_a_score_is_a_floored_share_in_any_order(marks: list[bool], chance):
    score = score_of(marks)
    assert 0 <= score <= 100
    assert (score == 100) == (bool(marks) and all(marks))
    if marks:
        assert score * len(marks) <= 100 * sum(marks) < (score + 1) * len(marks)
        assert score_of([*marks, True]) >= score, "one more right answer never lowers it"
    mixed = list(marks)
    chance.shuffle(mixed)
    assert score_of(mixed) == score


@given(st.text(alphabet=st.characters(codec="cp949"), max_size=30))
def test_spaces_case_and_form_of_a_short_text_do_not_matter(text: str):
    assert plain(plain(text)) == plain(text) == plain(f" {text}\n")
    assert plain("복 창") == plain("복창") == plain("복\u200a창 ")


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["a", "b"], Kind.SINGLE), (["x"], Kind.SINGLE), (["a", "a"], Kind.MULTIPLE), (["a", ""], Kind.MULTIPLE),
        (["a"], Kind.ORDERING), (["a", "b", "x"], Kind.ORDERING), (["a", "b", "c", "a"], Kind.MATCHING),
        (["0"], Kind.TRUE_FALSE), ([""], Kind.SINGLE),
    ],
)  # fmt: skip
def test_what_was_not_offered_is_refused(names: list[str], kind: Kind):
    with pytest.raises(ValueError):  # noqa: PT011
        chosen([["a", 0], ["b", 1], ["c", 2]], names, kind)


def test_a_place_may_be_left_blank_and_then_does_not_count():
    options = [["a", 1], ["b", 0], ["c", 2]]
    assert chosen(options, ["b", "", "c"], Kind.ORDERING) == (0, BLANK, 2)
    assert chosen(options, ["", "", ""], Kind.ORDERING) is None
    assert chosen(options, [], Kind.MULTIPLE) is None
    assert not is_answered((0, 0, 2))


@pytest.mark.parametrize("content", QUESTIONS, ids=lambda one: one.kind)
def test_a_question_comes_back_from_its_lines_as_it_was(content: Content):
    texts = {"text_ko": content.text_ko, "text_en": content.text_en, "explanation_ko": content.explanation_ko}
    again = content_of_lines(content.kind, lines_of(content), **texts)
    assert again == content
    assert digest(again, "p") == digest(content, "p") != digest(content, "q")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"text_ko": " "}, ("text_ko", "empty")),
        ({"text_en": "x" * 2001}, ("text_en", "long_text")),
        ({"options": ("하나",), "correct": (0,)}, ("options", "few_options")),
        ({"options": tuple(map(str, range(13)))}, ("options", "many_options")),
        ({"options": ("하나", "하 나")}, ("options", "same_options")),
        ({"options": ("하나", " ")}, ("options", "empty")),
        ({"options": ("하나", "x" * 301)}, ("options", "long_option")),
        ({"correct": ()}, ("correct", "correct")),
        ({"correct": (9,)}, ("correct", "correct")),
        ({"correct": (0, 1)}, ("correct", "one_correct")),
        ({"kind": Kind.MATCHING, "lefts": ("a",)}, ("lefts", "pairs")),
        ({"kind": Kind.MATCHING, "lefts": ("a=1", "b", "c", "d")}, ("lefts", "equals")),
        ({"kind": Kind.SHORT_TEXT, "accepted": (" ",)}, ("accepted", "empty")),
    ],
)
def test_what_is_wrong_with_a_question_is_told_by_field(changed: dict, fault: tuple[str, str]):
    assert content_fault(replace(QUESTIONS[0], **changed)) == fault


def tries(*scores: int | None, passing: int = 50) -> list[Try]:
    made = []
    for number, score in enumerate(scores):
        start = NOON + timedelta(minutes=10 * number)
        ended = None if score is None else start + timedelta(minutes=5)
        made.append(Try(start, ended, score, score is not None and score >= passing))
    return made


def test_attempts_end_by_number_by_passing_and_by_waiting():
    terms = Terms(max_attempts=3, wait_minutes=30)
    soon, later = NOON + timedelta(minutes=34), NOON + timedelta(minutes=35)
    assert standing(terms, [], enough=50, at=NOON).code is None
    assert standing(terms, tries(40), enough=50, at=soon).code == "waiting"
    assert standing(terms, tries(40), enough=50, at=soon).opens_at == later
    assert standing(terms, tries(40), enough=50, at=later).code is None
    assert standing(terms, tries(40, 40, 49), enough=50, at=later).code == "no_attempts"
    assert standing(terms, tries(40, 50), enough=50, at=later).code == "passed"
    # Passed, but the course asks for more: it may be taken again.
    far = NOON + timedelta(days=1)
    assert standing(terms, tries(50), enough=80, at=far).code is None
    assert standing(terms, tries(40, None), enough=50, at=far).left == 1


def test_answers_show_as_the_policy_says():
    at = NOON + timedelta(days=1)
    failed, passed = tries(40), tries(40, 60)
    limited = Terms(max_attempts=2)
    free = Terms()
    for release, terms, made, shown in (
        (Release.NEVER, limited, passed, False), (Release.EACH, limited, failed, True),
        (Release.PASSED, limited, failed, False), (Release.PASSED, limited, passed, True),
        (Release.LAST, limited, failed, False), (Release.LAST, limited, tries(40, 40), True),
        (Release.LAST, free, failed, False), (Release.LAST, free, passed, True),
    ):  # fmt: skip
        assert shows_answers(release, standing(terms, made, enough=50, at=at)) is shown, (release, made)


def test_a_deadline_has_thirty_seconds_of_grace_and_no_more():
    ends = deadline_of(Terms(limit_minutes=10), NOON, 5)
    assert ends == NOON + timedelta(minutes=15)
    assert not is_late(ends, ends + GRACE)
    assert is_late(ends, ends + GRACE + timedelta(microseconds=1))
    assert deadline_of(Terms(), NOON, 5) is None
    assert not is_late(None, NOON + timedelta(days=999))


def test_terms_that_cannot_be_kept_are_refused():
    sound = Terms(draws=(Draw("p", 2),))
    assert terms_fault(sound, {"p": 2}) is None
    for terms, code in (
        (Terms(), "draws"), (replace(sound, draws=(Draw("p", 0),)), "draws"),
        (replace(sound, draws=(Draw("p", 1), Draw("p", 1))), "draws"),
        (replace(sound, draws=(Draw("p", 51),)), "many_drawn"),
        (replace(sound, draws=(Draw("q", 1),)), "few_questions"),
        (replace(sound, pass_score=101), "pass_score"), (replace(sound, max_attempts=0), "max_attempts"),
        (replace(sound, wait_minutes=-1), "wait_minutes"), (replace(sound, limit_minutes=0), "limit_minutes"),
    ):  # fmt: skip
        assert terms_fault(terms, {"p": 2}) == code


def test_figures_of_a_question_and_what_to_look_at():
    sharp = [Sight(True, 90, 10)] * 12 + [Sight(False, 10, 30)] * 12
    found = analyze(sharp)
    assert (found.number, found.difficulty, found.discrimination, found.flags) == (24, 50, 1.0, ())
    assert found.seconds == 20
    assert analyze([Sight(not one.right, one.rest, 1) for one in sharp]).flags == ("flat",)
    assert analyze([Sight(True, 50, 1)] * 20).flags == ("easy",), "all alike: no discrimination to tell"
    assert analyze([Sight(True, 50, 1)] * 19).flags == ()
    assert analyze([Sight(False, rest, 1) for rest in range(20)]).flags == ("hard",)
    assert analyze([]).difficulty is None
    # By hand: right with rests 100, 50 and wrong with 50, 0 is a correlation of 0.7071.
    assert (
        analyze([Sight(True, 100, 1), Sight(True, 50, 1), Sight(False, 50, 1), Sight(False, 0, 1)]).discrimination
        == 0.71
    )

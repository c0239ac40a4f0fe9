"""What publishing compares and checks, which language a page is read in, and how modules change places."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lms.learning.content.rules import Difference, ModuleKind, Part, body_in, difference, faults, moved

PAGE = Part(key="a", title_ko="쪽", title_en="Page", kind=ModuleKind.PAGE, required=True, chapter=1, minutes=5)


def test_parts_are_compared_by_their_keys():
    changed, gone, new = replace(PAGE, key="b", title_ko="둘"), replace(PAGE, key="c"), replace(PAGE, key="d")
    found = difference([PAGE, replace(PAGE, key="b"), gone], [changed, new, PAGE])
    assert found == Difference(added=(new,), changed=(changed,), removed=(gone,), kept=1)


def test_what_is_to_be_taken_again_is_one_removed_and_one_added():
    again = replace(PAGE, key="z")
    assert difference([PAGE], [again]) == Difference((again,), (), (PAGE,), 0)


def test_a_score_needs_a_required_quiz():
    quiz = replace(PAGE, key="q", kind=ModuleKind.QUIZ)
    assert faults([PAGE, quiz], chapters=1, pass_score=60) == []
    codes = [fault.code for fault in faults([PAGE, replace(quiz, required=False)], chapters=1, pass_score=60)]
    assert codes == ["no_quiz_for_score"]


def test_an_empty_chapter_is_told_by_its_number():
    assert [(one.code, one.detail) for one in faults([PAGE], chapters=2, pass_score=0)] == [("empty_chapter", "2")]


def test_a_page_is_read_in_ones_own_language_if_it_is_written():
    assert body_in({"ko": "글", "en": "Text"}, "en") == ("en", "Text")
    assert body_in({"ko": "글", "en": ""}, "en") == ("ko", "글")
    assert body_in({"ko": "", "en": ""}, "en") == ("en", "")


@given(st.lists(st.text(max_size=3), unique=True, min_size=1), st.data())
def test_moving_changes_two_neighbors_at_most_and_back_again_nothing(keys, data):
    key, up = data.draw(st.sampled_from(keys)), data.draw(st.booleans())
    after = moved(keys, key, up=up)
    assert sorted(after) == sorted(keys)
    assert after == keys or moved(after, key, up=not up) == keys
    assert sum(one != two for one, two in zip(keys, after, strict=True)) in {0, 2}

"""How names are spelled for search, decided without a database."""

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lms.people.search.rules import (
    INITIALS,
    JOINED,
    Standing,
    Stay,
    initial_of,
    search_text_of,
    stay_to_show,
    terms_of,
)

SYLLABLES = st.text(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")), min_size=1, max_size=5)
NAMES = st.text(min_size=1, max_size=12).filter(lambda text: text.strip())
DAY = date(2019, 6, 30)


def is_found(typed: str, name: str, numbers: tuple[str, ...] = ()) -> bool:
    """Tell whether the database's LIKE would find it: `_` is any letter, `%` any letters, a backslash escapes."""
    text = search_text_of(name, numbers)
    return all(
        term.plain in text if term.pattern is None else re.fullmatch(like(term.pattern), text, re.DOTALL)
        for term in terms_of(typed)
    )


def like(pattern: str) -> str:
    wild = {"%": ".*", "_": "."}
    tokens = re.findall(r"\\(.)|(.)", pattern, re.DOTALL)
    return "".join(re.escape(escaped) if escaped else wild.get(one, re.escape(one)) for escaped, one in tokens)


@pytest.mark.parametrize(
    "typed",
    ["김하나", "김", "하나", "나", "ㄱㅎㄴ", "ㅎㄴ", "ㄱ", "김ㅎㄴ", "ㄱ하나", "김ㅎ나", "ㄱ ㄴ", "0010", "00101"],
)
def test_syllables_initials_and_both_mixed_find_a_name(typed: str):
    assert is_found(typed, "김하나", ("00101",))


@pytest.mark.parametrize("typed", ["하김", "ㄴㅎ", "김나", "ㄱㅎㄴㄷ", "ㄱㄴ", "강", "201", "김하나 201"])
def test_what_is_not_in_the_name_does_not(typed: str):
    assert not is_found(typed, "김하나", ("00101",))


@pytest.mark.parametrize(("typed", "name"), [("ㄳㄹ", "김사라"), ("ㅄ", "박수"), ("ㄶ", "나현"), ("ㄱㅅㄹ", "김사라")])
def test_consonants_that_the_keyboard_joined_are_two(typed: str, name: str):
    assert is_found(typed, name)


def test_a_double_consonant_is_one():
    assert is_found("ㄲ", "남꽃님")
    assert not is_found("ㄱ", "남꽃님")


def test_names_of_other_letters_are_found_whatever_the_case():
    assert is_found("smith", "Jane Smith")
    assert is_found("e S", "Jane Smith")
    assert is_found("JANE", "Jane Smith")


def test_a_name_from_a_system_that_takes_syllables_apart_is_the_same_name():
    apart = unicodedata.normalize("NFD", "김하나")
    assert search_text_of(apart, []) == search_text_of("김하나", [])
    assert is_found(apart, "김하나")


@pytest.mark.parametrize("typed", ["%", "_", "\\", "%%", "김%"])
def test_signs_of_patterns_are_letters(typed: str):
    assert not is_found(typed, "김하나")
    assert is_found(typed, f"{typed}하나")


@given(SYLLABLES)
def test_initials_are_those_of_the_unicode_standard(name: str):
    for letter in name:
        first = unicodedata.normalize("NFD", letter)[0]
        assert INITIALS.index(initial_of(letter)) == ord(first) - 0x1100


@given(SYLLABLES, st.data())
def test_every_part_of_a_name_finds_it_with_any_letter_as_initial(name: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    part = "".join(initial_of(letter) if data.draw(st.booleans()) else letter for letter in name[start:end])
    assert is_found(part, name)


@given(NAMES)
@example("ㄺ")  # a joined consonant that a name holds by itself
def test_any_name_at_all_is_found_by_itself(name: str):
    assert is_found(name, name)


def test_joined_consonants_are_single_ones_once_apart():
    assert all(letter in INITIALS for pair in JOINED.values() for letter in pair)


def stay(number: int, since: date, until: date | None = None, is_primary: bool = True) -> Stay:
    return Stay(number, since, until, is_primary)


@pytest.mark.parametrize(
    ("stays", "shown", "standing"),
    [
        ([], None, Standing.LEFT),
        ([stay(1, date(2018, 1, 1))], 1, Standing.AT_WORK),
        ([stay(1, date(2018, 1, 1), DAY)], 1, Standing.LEFT),
        ([stay(1, date(2018, 1, 1), DAY), stay(2, DAY)], 2, Standing.AT_WORK),
        ([stay(1, date(2018, 1, 1)), stay(2, date(2018, 1, 1), None, True)], 1, Standing.AT_WORK),
        ([stay(1, date(2018, 1, 1), None, False), stay(2, date(2018, 6, 1))], 2, Standing.AT_WORK),
        ([stay(1, date(2018, 1, 1), date(2019, 1, 1)), stay(2, date(2019, 7, 1))], 2, Standing.TO_COME),
        ([stay(1, date(2017, 1, 1), date(2018, 1, 1)), stay(2, date(2018, 1, 1), DAY)], 2, Standing.LEFT),
    ],
)
def test_which_posting_stands_for_a_person(stays: list[Stay], shown: int | None, standing: Standing):
    found, where = stay_to_show(stays, DAY)
    assert (found and found.id, where) == (shown, standing)

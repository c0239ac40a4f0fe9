"""How names are spelled for search, so that one pattern finds syllables, initials and both mixed.

Each letter of a name is written as two: a Hangul syllable as its first consonant and itself ("김하나" becomes
"ㄱ김ㅎ하ㄴ나"), anything else twice. A typed syllable looks for both, a typed consonant for itself and any letter:
"김ㅎㄴ" looks for "ㄱ김ㅎ_ㄴ_". No table of syllables is needed: Unicode orders them by first consonant, 588 each.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
FIRST_SYLLABLE, LAST_SYLLABLE = "가", "힣"
SYLLABLES_PER_INITIAL = 588
# Keyboards join two consonants typed without a vowel where a syllable could end so.
JOINED = {
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
LONGEST_TEXT = 600
MOST_TERMS = 4
LONGEST_TERM = 40
ESCAPE = "\\"


class Term(NamedTuple):
    """One word of what was typed: as it is, and as a LIKE pattern (escaped by `ESCAPE`) on a spelled name.

    `pattern` is None for digits, which stand in staff numbers; `may_be_center` tells that a center can be called so.
    """

    plain: str
    pattern: str | None
    may_be_center: bool


def search_text_of(name: str, staff_numbers: Iterable[str]) -> str:
    """Return what search looks through: every staff number, and the name spelled for syllables and initials."""
    letters = _separated("".join(_plain(name).split()))
    spelled = "".join(initial_of(letter) + letter for letter in letters)
    return " ".join([*(number.casefold() for number in staff_numbers), spelled])[:LONGEST_TEXT]


def initial_of(letter: str) -> str:
    """Return the first consonant of a Hangul syllable; any other letter itself."""
    if FIRST_SYLLABLE <= letter <= LAST_SYLLABLE:
        return INITIALS[(ord(letter) - ord(FIRST_SYLLABLE)) // SYLLABLES_PER_INITIAL]
    return letter


def terms_of(typed: str) -> list[Term]:
    """Return the words that were typed; all of them must be found. Beyond four they are left out."""
    return [_term(word[:LONGEST_TERM]) for word in _plain(typed).split()[:MOST_TERMS]]


def _term(word: str) -> Term:
    separated = _separated(word)
    pattern = "".join(_pattern_of(letter) for letter in separated)
    is_number = word.isdigit()
    return Term(word, None if is_number else f"%{pattern}%", any(letter not in INITIALS for letter in separated))


class Standing(StrEnum):
    """Where someone stands on a day."""

    AT_WORK = "AT_WORK"
    ON_LEAVE = "ON_LEAVE"
    TO_COME = "TO_COME"
    LEFT = "LEFT"


class Stay(NamedTuple):
    """A posting, from–to, with what the list says of it. `id` orders postings of the same day."""

    id: int
    starts_on: date
    ends_on: date | None
    is_primary: bool


def stay_to_show(stays: Iterable[Stay], on: date) -> tuple[Stay | None, Standing]:
    """Return which posting to show for a day, and where that leaves the person but for leave.

    The one in force (the primary one before others), else the next to come, else the last there was.
    """
    known = sorted(stays, key=lambda stay: (stay.starts_on, stay.id))
    there = [stay for stay in known if stay.starts_on <= on and (stay.ends_on is None or on < stay.ends_on)]
    if there:
        return next((stay for stay in there if stay.is_primary), there[0]), Standing.AT_WORK
    if coming := [stay for stay in known if stay.starts_on > on]:
        return coming[0], Standing.TO_COME
    return (known[-1] if known else None), Standing.LEFT


def _pattern_of(letter: str) -> str:
    if letter in INITIALS:
        return f"{letter}_"
    return "".join(_literal(one) for one in initial_of(letter) + letter)


def _separated(letters: str) -> str:
    """Return letters with joined consonants apart, in a name as in what is typed: both must spell alike."""
    return "".join(JOINED.get(letter, letter) for letter in letters)


def _literal(letter: str) -> str:
    return f"{ESCAPE}{letter}" if letter in f"%_{ESCAPE}" else letter


def _plain(text: str) -> str:
    """Return composed small letters: some systems hand names over as separate consonants and vowels."""
    return unicodedata.normalize("NFC", text).casefold()

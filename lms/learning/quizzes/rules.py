"""Questions and how answers to them count: all of a question or nothing of it, in whole numbers.

There is no partial credit: a question asks about one thing that someone does rightly or not, and a score that can be
counted by hand ("4 of 5") is one that nobody disputes.
"""

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import NamedTuple

LONGEST_TEXT = 2000
LONGEST_OPTION = 300
LONGEST_POOL = 60
LONGEST_ANSWER = 200
MOST_OPTIONS = 12

# In an ordering or a matching that is not complete yet: nothing was chosen here.
BLANK = -1
# What was answered: places in the options in the order they were given, a text, or nothing.
Answer = tuple[int, ...] | str | None


class Kind(StrEnum):
    """How a question is answered."""

    SINGLE = "SINGLE"
    MULTIPLE = "MULTIPLE"
    TRUE_FALSE = "TRUE_FALSE"
    ORDERING = "ORDERING"
    MATCHING = "MATCHING"
    SHORT_TEXT = "SHORT_TEXT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A question as it is written.

    `options` are what one chooses from: of an ordering in the right order, of a matching what belongs to `lefts` in
    theirs, none of a statement to judge. `correct` are places in them (of a statement 0 for true and 1 for false).
    `accepted` are the short texts that count.
    """

    kind: Kind
    text_ko: str
    text_en: str = ""
    explanation_ko: str = ""
    explanation_en: str = ""
    options: tuple[str, ...] = ()
    lefts: tuple[str, ...] = ()
    correct: tuple[int, ...] = ()
    accepted: tuple[str, ...] = ()


class Fault(NamedTuple):
    """What is wrong with a question, and in which field."""

    field: str
    code: str


def content_fault(content: Content) -> Fault | None:
    """Tell the first thing wrong with a question; None of a sound one."""
    if not content.text_ko.strip():
        return Fault("text_ko", "empty")
    for field in ("text_ko", "text_en", "explanation_ko", "explanation_en"):
        if len(getattr(content, field)) > LONGEST_TEXT:
            return Fault(field, "long_text")
    if content.kind is Kind.SHORT_TEXT:
        return _accepted_fault(content.accepted)
    return _options_fault(content) or _correct_fault(content)


def _accepted_fault(accepted: Sequence[str]) -> Fault | None:
    if not accepted or not all(plain(one) for one in accepted):
        return Fault("accepted", "empty")
    if len(accepted) > MOST_OPTIONS:
        return Fault("accepted", "many_options")
    return Fault("accepted", "long_option") if any(len(one) > LONGEST_ANSWER for one in accepted) else None


def _options_fault(content: Content) -> Fault | None:
    if content.kind is Kind.TRUE_FALSE:
        return None
    fewest = 3 if content.kind is Kind.ORDERING else 2
    if not fewest <= len(content.options) <= MOST_OPTIONS:
        return Fault("options", "few_options" if len(content.options) < fewest else "many_options")
    for field, texts in (("options", content.options), ("lefts", content.lefts)):
        if not all(text.strip() for text in texts):
            return Fault(field, "empty")
        if any(len(text) > LONGEST_OPTION for text in texts):
            return Fault(field, "long_option")
        if len({plain(text) for text in texts}) < len(texts):
            return Fault(field, "same_options")
    if content.kind is Kind.MATCHING and len(content.lefts) != len(content.options):
        return Fault("lefts", "pairs")
    if any("=" in left for left in content.lefts):
        return Fault("lefts", "equals")
    return None


def _correct_fault(content: Content) -> Fault | None:
    if content.kind in {Kind.ORDERING, Kind.MATCHING}:
        return None if content.correct == tuple(range(len(content.options))) else Fault("correct", "correct")
    there = 2 if content.kind is Kind.TRUE_FALSE else len(content.options)
    is_known = all(0 <= place < there for place in content.correct) and len(set(content.correct)) == len(
        content.correct
    )
    if not content.correct or not is_known:
        return Fault("correct", "correct")
    if content.kind is not Kind.MULTIPLE and len(content.correct) != 1:
        return Fault("correct", "one_correct")
    return None


def plain(text: str) -> str:
    """Return a text as short answers are compared: without spaces, of one case, characters in one form."""
    bare = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return unicodedata.normalize("NFKC", bare)  # without spaces, letters may join that stood apart


def digest(content: Content, pool: str) -> str:
    """Return what tells whether two questions are the same word by word."""
    written = json.dumps({"pool": pool, **asdict(content)}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def chosen(options: Sequence[Sequence[object]], names: Sequence[str], kind: Kind) -> Answer:
    """Return the places that the names shown to someone stand for; "" is a place left blank.

    Raises:
        ValueError: a name was not offered, or there are more or fewer than the kind takes.
    """
    places = {str(name): place for name, place in options}
    if kind in {Kind.ORDERING, Kind.MATCHING}:
        if len(names) != len(options):
            raise ValueError("not one for each place")
        found = tuple(int(str(places[name])) if name in places else _blank(name) for name in names)
        return found if set(found) != {BLANK} else None
    if any(name not in places for name in names) or len(set(names)) < len(names):
        raise ValueError("not offered")
    if kind is not Kind.MULTIPLE and len(names) > 1:
        raise ValueError("more than one")
    return tuple(sorted(int(str(places[name])) for name in names)) or None


def _blank(name: str) -> int:
    if name:
        raise ValueError("not offered")
    return BLANK


def parts_of(content: Content) -> int:
    """Return how many things a question offers to choose from."""
    return 2 if content.kind is Kind.TRUE_FALSE else len(content.options)


def is_answered(answer: Answer) -> bool:
    """Tell whether there is a whole answer, with no blank left and nothing said twice; a text of spaces is none."""
    if answer is None or isinstance(answer, str):
        return bool(plain(answer or ""))
    return bool(answer) and BLANK not in answer and len(set(answer)) == len(answer)


def is_right(content: Content, answer: Answer) -> bool:
    """Tell whether an answer counts; of an ordering and a matching every place must be right."""
    if not is_answered(answer):
        return False
    if content.kind is Kind.SHORT_TEXT:
        return isinstance(answer, str) and plain(answer) in {plain(one) for one in content.accepted}
    if isinstance(answer, str) or answer is None:
        return False
    if content.kind is Kind.MULTIPLE:
        return set(answer) == set(content.correct)
    return tuple(answer) == content.correct


def score_of(marks: Sequence[bool]) -> int:
    """Return whole points of 100 for the questions of an attempt, floored; none of none."""
    return 100 * sum(marks) // len(marks) if marks else 0

"""Moodle's XML of questions (docs.moodle.org/en/Moodle_XML_format), read without what XML can do to a reader."""

import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from lms.learning.quizzes.actions_questions import Draft, Refusal
from lms.learning.quizzes.importing_rules import UnreadableError, one_line, plain_text
from lms.learning.quizzes.rules import Content, Kind
from lms.shared.errors import DomainError

HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
QUESTION = re.compile(rb"<question[\s>]")


def read_moodle(data: bytes, pool: str) -> tuple[list[Draft], list[Refusal]]:
    """Return the questions of a file, and those that cannot be taken in.

    Raises:
        DomainError: it is no XML, or holds what reading safely forbids ("unreadable").
    """
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise DomainError("unreadable") from error
    drafts, refused = list[Draft](), list[Refusal]()
    for line, question in zip_longest(_lines(data), root.iter("question"), fillvalue=None):
        if question is None:
            break
        if question.get("type") == "category":
            pool = _text(question, "category").rsplit("/", 1)[-1].strip() or pool
            continue
        try:
            drafts.append(Draft(line or 0, pool, _question(question)))
        except UnreadableError as error:
            refused.append(Refusal(line or 0, error.field, error.code))
    return drafts, refused


def _lines(data: bytes) -> Iterator[int]:
    """Yield the line of each question; the parser does not tell."""
    bare = HIDDEN.sub(lambda found: b"\n" * found[0].count(b"\n"), data)
    at, line = 0, 1
    for found in QUESTION.finditer(bare):
        line += bare.count(b"\n", at, found.start())
        at = found.start()
        yield line


def _question(question: Any) -> Content:
    kind = question.get("type", "")
    make = MAKERS.get(kind)
    if make is None:
        raise UnreadableError("kind", "kind_unknown")
    texts: dict[str, Any] = {
        "text_ko": _text(question, "questiontext"),
        "explanation_ko": _text(question, "generalfeedback"),
    }
    return make(question, texts)


def _text(element: Any, name: str) -> str:
    """Return the text below a child, without markup."""
    child = element.find(name)
    return "" if child is None else _own_text(child)


def _own_text(element: Any) -> str:
    inner = element.find("text")
    return plain_text((inner.text if inner is not None else element.text) or "")


def _option(element: Any) -> str:
    inner = element.find("text")
    return one_line((inner.text if inner is not None else element.text) or "")


def _fraction(answer: Any) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        raise UnreadableError("answers", "fraction") from None


def _choice(question: Any, texts: dict[str, Any]) -> Content:
    answers = question.findall("answer")
    single = (question.findtext("single") or "true").strip().lower() in {"true", "1"}
    return Content(
        kind=Kind.SINGLE if single else Kind.MULTIPLE,
        options=tuple(_option(answer) for answer in answers),
        correct=tuple(place for place, answer in enumerate(answers) if _fraction(answer) > 0),
        **texts,
    )


def _judged(question: Any, texts: dict[str, Any]) -> Content:
    right = [_own_text(answer).lower() for answer in question.findall("answer") if _fraction(answer) > 0]
    if right not in (["true"], ["false"]):
        raise UnreadableError("answers", "judged")
    return Content(kind=Kind.TRUE_FALSE, correct=(0 if right == ["true"] else 1,), **texts)


def _short(question: Any, texts: dict[str, Any]) -> Content:
    accepted = tuple(_option(answer) for answer in question.findall("answer") if _fraction(answer) > 0)
    if any("*" in text for text in accepted):
        raise UnreadableError("answers", "wildcard")
    return Content(kind=Kind.SHORT_TEXT, accepted=accepted, **texts)


def _matching(question: Any, texts: dict[str, Any]) -> Content:
    pairs = [(_option(pair), " ".join(_text(pair, "answer").split())) for pair in question.findall("subquestion")]
    return Content(
        kind=Kind.MATCHING,
        lefts=tuple(left for left, _ in pairs),
        options=tuple(right for _, right in pairs),
        correct=tuple(range(len(pairs))),
        **texts,
    )


def _ordering(question: Any, texts: dict[str, Any]) -> Content:
    steps = tuple(_option(answer) for answer in question.findall("answer"))
    return Content(kind=Kind.ORDERING, options=steps, correct=tuple(range(len(steps))), **texts)


MAKERS: dict[str, Callable[[Any, dict[str, Any]], Content]] = {
    "multichoice": _choice,
    "truefalse": _judged,
    "shortanswer": _short,
    "matching": _matching,
    "ordering": _ordering,
}

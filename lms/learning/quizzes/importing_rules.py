"""Answers as authors write them, a line for each: in the form, in a table, and read from other systems' files."""

import html
import re
from collections.abc import Sequence
from typing import Any

import nh3

from lms.learning.quizzes.rules import Content, Kind

TRUE_WORDS = frozenset({"o", "t", "true", "참", "예", "맞음", "○"})
FALSE_WORDS = frozenset({"x", "f", "false", "거짓", "아니오", "틀림", "×"})
LINE_ENDS = re.compile(r"</(?:p|div|li)>|<br\s*/?>", re.IGNORECASE)


class UnreadableError(ValueError):
    """A question that cannot be read: in which field, and why."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(field, code)
        self.field = field
        self.code = code


def content_of_lines(kind: Kind, lines: Sequence[str], **texts: Any) -> Content:
    """Return the question that some lines of answers make.

    A star marks right options. Steps stand in the right order, pairs as "left = right", a statement is O or X.

    Raises:
        UnreadableError: a pair has no "=", or a statement is neither true nor false.
    """
    given = [line.strip() for line in lines if line.strip()]
    if kind is Kind.TRUE_FALSE:
        return Content(kind=kind, correct=(_judged(given),), **texts)
    if kind is Kind.SHORT_TEXT:
        return Content(kind=kind, accepted=tuple(given), **texts)
    if kind is Kind.MATCHING:
        pairs = [_pair(line) for line in given]
        rights = tuple(right for _, right in pairs)
        lefts = tuple(left for left, _ in pairs)
        return Content(kind=kind, lefts=lefts, options=rights, correct=tuple(range(len(rights))), **texts)
    if kind is Kind.ORDERING:
        return Content(kind=kind, options=tuple(given), correct=tuple(range(len(given))), **texts)
    right = tuple(place for place, line in enumerate(given) if line.startswith("*"))
    options = tuple(line[1:].strip() if line.startswith("*") else line.removeprefix("\\") for line in given)
    return Content(kind=kind, options=options, correct=right, **texts)


def lines_of(content: Content) -> list[str]:
    """Return the lines that make a question again."""
    if content.kind is Kind.TRUE_FALSE:
        return ["O" if content.correct == (0,) else "X"]
    if content.kind is Kind.SHORT_TEXT:
        return list(content.accepted)
    if content.kind is Kind.MATCHING:
        return [f"{left} = {right}" for left, right in zip(content.lefts, content.options, strict=True)]
    if content.kind is Kind.ORDERING:
        return list(content.options)
    return [_marked(option, place in content.correct) for place, option in enumerate(content.options)]


def _marked(option: str, is_right: bool) -> str:
    if is_right:
        return f"*{option}"
    return f"\\{option}" if option.startswith(("*", "\\")) else option


def _judged(given: Sequence[str]) -> int:
    word = given[0].casefold() if len(given) == 1 else ""
    if word in TRUE_WORDS:
        return 0
    if word in FALSE_WORDS:
        return 1
    raise UnreadableError("answers", "judged")


def _pair(line: str) -> tuple[str, str]:
    left, sign, right = line.partition("=")
    if not sign:
        raise UnreadableError("answers", "pair")
    return left.strip(), right.strip()


def plain_text(markup: str) -> str:
    """Return the text of HTML, a line for each paragraph; what stands in scripts and styles is none."""
    bare = nh3.clean(LINE_ENDS.sub("\n", markup), tags=set())
    return html.unescape(bare).replace("\0", "").strip()


def one_line(markup: str) -> str:
    """Return the text of HTML in one line, as options are written."""
    return " ".join(plain_text(markup).split())

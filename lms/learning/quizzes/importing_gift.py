"""GIFT, the plain text of questions that Moodle reads and writes (docs.moodle.org/en/GIFT_format).

Read here and by no library: the one on PyPI (pygiftparser) stands still since years, knows no escapes within pairs, and
brings two more for the HTML that it writes.
"""

import re
from collections.abc import Iterator
from typing import Any

from lms.learning.quizzes.actions_questions import Draft, Refusal
from lms.learning.quizzes.importing_rules import UnreadableError, plain_text
from lms.learning.quizzes.rules import Content, Kind

# An escaped character stands aside as one of a private plane while signs are looked for.
ESCAPED = re.compile(r"\\([~=#{}:\\])")
ASIDE = 0xF0000
CATEGORY = re.compile(r"\$CATEGORY:\s*(.+)", re.IGNORECASE)
TITLE = re.compile(r"^\s*::.*?::", re.DOTALL)
FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]")
WEIGHT = re.compile(r"^%(-?\d+(?:\.\d+)?)%")
CHOICE = re.compile(r"([=~])([^=~]*)")
JUDGED = {"T": 0, "TRUE": 0, "F": 1, "FALSE": 1}


def read_gift(text: str, pool: str) -> tuple[list[Draft], list[Refusal]]:
    """Return the questions of a GIFT text, and those that cannot be taken in."""
    drafts, refused = list[Draft](), list[Refusal]()
    for line, block in _blocks(text):
        if found := CATEGORY.match(block):
            pool = found[1].strip().rsplit("/", 1)[-1] or pool
            continue
        try:
            drafts.append(Draft(line, pool, _question(ESCAPED.sub(_set_aside, block))))
        except UnreadableError as error:
            refused.append(Refusal(line, error.field, error.code))
    return drafts, refused


def _set_aside(found: re.Match[str]) -> str:
    return chr(ASIDE + ord(found[1]))


def _clean(text: str) -> str:
    """Return a text without markup, with what stood aside put back."""
    text = FORMAT.sub("", text)
    back = "".join(chr(ord(sign) - ASIDE) if ASIDE <= ord(sign) < ASIDE + 128 else sign for sign in text)
    return plain_text(back.replace("\\n", "\n"))


def _option(text: str) -> str:
    return " ".join(_clean(text).split())


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of each block; blank lines part them, comments are left out."""
    lines: list[str] = []
    first = 1
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.strip().startswith("//"):
            continue
        if line.strip() and not (is_category := bool(CATEGORY.match(line))):
            first = first if lines else number
            lines.append(line)
            continue
        if lines:
            yield first, "\n".join(lines)
            lines = []
        if line.strip() and is_category:
            yield number, line


def _question(block: str) -> Content:
    block = TITLE.sub("", block)
    before, opening, rest = block.partition("{")
    inside, closing, after = rest.partition("}")
    if not opening or not closing:
        raise UnreadableError("answers", "no_answers")
    text = _clean(f"{before.rstrip()} ____ {after.strip()}" if after.strip() else before)
    inside, _, general = inside.partition("####")
    return _with_answers(inside.strip(), text_ko=text, explanation_ko=_clean(general))


def _with_answers(inside: str, **texts: Any) -> Content:
    judged, _, feedback = inside.partition("#")
    if judged.strip().upper() in JUDGED:
        said = {} if texts["explanation_ko"] else {"explanation_ko": _clean(feedback.replace("#", " "))}
        return Content(kind=Kind.TRUE_FALSE, correct=(JUDGED[judged.strip().upper()],), **(texts | said))
    if not inside or inside.startswith("#"):
        raise UnreadableError("kind", "kind_unknown")
    choices = [(sign, said.partition("#")[0].strip()) for sign, said in CHOICE.findall(inside)]
    if not choices:
        raise UnreadableError("answers", "no_answers")
    if all(sign == "=" for sign, _ in choices):
        if any("->" in said for _, said in choices):
            return _matching([said for _, said in choices], texts)
        return Content(
            kind=Kind.SHORT_TEXT, accepted=tuple(_option(WEIGHT.sub("", said)) for _, said in choices), **texts
        )
    return _choice(choices, texts)


def _matching(pairs: list[str], texts: dict[str, Any]) -> Content:
    if any("->" not in pair for pair in pairs):
        raise UnreadableError("answers", "pair")
    split = [pair.split("->", 1) for pair in pairs]
    return Content(
        kind=Kind.MATCHING,
        lefts=tuple(_option(left) for left, _ in split),
        options=tuple(_option(right) for _, right in split),
        correct=tuple(range(len(split))),
        **texts,
    )


def _choice(choices: list[tuple[str, str]], texts: dict[str, Any]) -> Content:
    right = tuple(place for place, (sign, said) in enumerate(choices) if sign == "=" or _weight(said) > 0)
    weighted = any(WEIGHT.match(said) for _, said in choices)
    return Content(
        kind=Kind.MULTIPLE if weighted else Kind.SINGLE,
        options=tuple(_option(WEIGHT.sub("", said)) for _, said in choices),
        correct=right,
        **texts,
    )


def _weight(said: str) -> float:
    found = WEIGHT.match(said)
    return float(found[1]) if found else 0.0

"""What quiz pages show of a question; what is right stands in `Solved` alone, which only a release makes."""

from dataclasses import dataclass

from flask_babel import gettext as _

from lms.learning.quizzes.queries import content_of
from lms.learning.quizzes.rules import BLANK, Answer, Content, Kind, is_answered
from lms.learning.quizzes.wording import JUDGED, TASKS
from lms.web.locale import localized


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its name in this attempt, its text, whether it is chosen."""

    name: str
    text: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A place of an ordering, or the left of a matching, with what is chosen for it."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an attempt as its learner sees it."""

    number: int
    kind: str
    task: str
    text: str
    choices: tuple[Choice, ...]
    rows: tuple[Row, ...]
    written: str


@dataclass(frozen=True, slots=True)
class Solved:
    """A question that was asked, with what was answered, what is right, and why."""

    number: int
    text: str
    is_right: bool
    answered: str
    right: str
    explanation: str


def asked(item: object) -> Asked:
    """Return a question of an attempt without what is right."""
    return asked_of(item.question, item.options, answer_of(item), number=item.position)  # type: ignore[attr-defined]


def asked_of(question: object, options: list[list[object]], answer: Answer, *, number: int) -> Asked:
    """Return a question as it is asked under these names of its options."""
    content = content_of(question)  # type: ignore[arg-type]
    texts = _option_texts(content)
    given = answer if isinstance(answer, tuple) else ()
    named = [(str(name), int(str(place))) for name, place in options]
    return Asked(
        number=number,
        kind=content.kind,
        task=str(TASKS[content.kind]),
        text=localized(question, "text"),
        choices=tuple(Choice(name, texts[place], place in given) for name, place in named),
        rows=tuple(
            Row(label, tuple(Choice(name, texts[place], given[at : at + 1] == (place,)) for name, place in named))
            for at, label in enumerate(_row_labels(content))
        ),
        written=answer if isinstance(answer, str) else "",
    )


def solved(item: object) -> Solved:
    """Return a question of an ended attempt with what is right: only where answers are released."""
    return solved_of(
        item.question,  # type: ignore[attr-defined]
        answer_of(item),
        is_right=bool(item.is_right),  # type: ignore[attr-defined]
        number=item.position,  # type: ignore[attr-defined]
    )


def solved_of(question: object, answer: Answer, *, is_right: bool, number: int) -> Solved:
    """Return a question with an answer to it and what is right."""
    content = content_of(question)  # type: ignore[arg-type]
    right = " · ".join(content.accepted) if content.kind is Kind.SHORT_TEXT else _said(content, content.correct)
    return Solved(
        number=number,
        text=localized(question, "text"),
        is_right=is_right,
        answered=answer if isinstance(answer, str) else _said(content, answer or ()),
        right=right,
        explanation=localized(question, "explanation"),
    )


def answer_of(item: object) -> Answer:
    """Return what was saved as the answer to a question."""
    saved = item.answer  # type: ignore[attr-defined]
    return tuple(saved) if isinstance(saved, list) else saved


def states(attempt: object) -> list[tuple[int, bool]]:
    """Return for each question of an attempt its number and whether it is answered."""
    return [(item.position, is_answered(answer_of(item))) for item in attempt.items]  # type: ignore[attr-defined]


def _option_texts(content: Content) -> list[str]:
    return [str(word) for word in JUDGED] if content.kind is Kind.TRUE_FALSE else list(content.options)


def _row_labels(content: Content) -> list[str]:
    if content.kind is Kind.ORDERING:
        return [_("Place %(number)d", number=at) for at in range(1, len(content.options) + 1)]
    return list(content.lefts)


def _said(content: Content, places: tuple[int, ...]) -> str:
    texts = _option_texts(content)
    said = [texts[place] if place != BLANK else "–" for place in places]
    if content.kind is Kind.MATCHING:
        said = [f"{left} – {right}" for left, right in zip(content.lefts, said, strict=False)]
    return (" → " if content.kind is Kind.ORDERING else " · ").join(said)

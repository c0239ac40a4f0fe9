"""Questions of the lessons that ship with the demo, and what their quizzes ask."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.demo.lessons import LessonQuestion
from lms.learning.content.models import Edition, Module
from lms.learning.quizzes.actions_questions import Draft, set_terms, take_in
from lms.learning.quizzes.rules import Content, Kind
from lms.learning.quizzes.rules_attempts import Draw, Release, Terms


def write_questions(
    session: Session,
    actor: Actor,
    edition: Edition,
    module: Module,
    questions: Sequence[LessonQuestion],
    *,
    draw: int,
    max_attempts: int | None = None,
) -> None:
    """Put a lesson's questions into a pool named after its quiz, and say that the quiz draws from it.

    Call it while the edition is a draft.

    Raises:
        ValueError: a question is not sound.
    """
    drafts = [Draft(number, module.title_ko[:60], content_of(one)) for number, one in enumerate(questions, start=1)]
    outcome = take_in(session, actor, course=edition.course, drafts=drafts)
    if outcome.refused:
        raise ValueError(f"{edition.course.code}: {outcome.refused[0]}")
    terms = Terms(draws=(Draw(module.title_ko[:60], draw),), max_attempts=max_attempts, release=Release.PASSED)
    set_terms(session, actor, module=module, terms=terms)


def content_of(question: LessonQuestion) -> Content:
    """Return a lesson's question as the product keeps it."""
    kind = Kind(question.kind.upper())
    options, correct = tuple(question.options), tuple(question.correct)
    if kind is Kind.TRUE_FALSE:
        correct = (0 if question.truth else 1,)
    if kind is Kind.ORDERING:
        options = tuple(question.items)
    if kind is Kind.MATCHING:
        options = tuple(right for _, right in question.pairs)
    if kind in {Kind.ORDERING, Kind.MATCHING}:
        correct = tuple(range(len(options)))
    return Content(
        kind=kind,
        text_ko=question.text_ko,
        explanation_ko=question.explanation_ko,
        options=options,
        lefts=tuple(left for left, _ in question.pairs),
        correct=correct,
        accepted=tuple(question.accepted),
    )

"""What keeps a draft with quizzes from being published."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from lms.learning.content.models import Edition
from lms.learning.content.queries import parts_of
from lms.learning.content.rules import Fault, ModuleKind
from lms.learning.quizzes.queries import find_quiz, pool_sizes, terms_of
from lms.learning.quizzes.rules_attempts import terms_fault


def faults_of_quizzes(session: Session, draft: Edition) -> Iterable[Fault]:
    """Return each quiz of a draft that draws no questions yet, or more than its pools have."""
    quizzes = [part for part in parts_of(draft) if part.kind is ModuleKind.QUIZ]
    sizes = pool_sizes(session, course_id=draft.course_id) if quizzes else {}
    for part in quizzes:
        terms = terms_of(find_quiz(session, edition=draft, module_key=part.key))
        if terms_fault(terms, sizes):
            yield Fault("no_questions", part)

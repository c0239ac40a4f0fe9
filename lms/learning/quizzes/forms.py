"""Shapes of what authors and those who grant time send."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, NumberRange, Optional

from lms.learning.quizzes.actions_time import LONGEST_REASON
from lms.learning.quizzes.importing_rules import content_of_lines, lines_of
from lms.learning.quizzes.rules import LONGEST_POOL, LONGEST_TEXT, Content, Kind
from lms.learning.quizzes.rules_attempts import (
    LONGEST_EXTRA,
    LONGEST_LIMIT,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    MOST_DRAWN,
    Draw,
    Release,
    Terms,
)
from lms.learning.quizzes.wording import KINDS, RELEASES
from lms.web.forms import Form, at_most, required, text_of

LONGEST_KEY = 40
FIELD_OF_DRAW = "draw:"
TEXTS = ("text_ko", "text_en", "explanation_ko", "explanation_en")


class QuestionForm(Form):
    """A question as an author writes it."""

    kind = SelectField(
        _l("Kind"),
        choices=[SelectChoice(kind.value, text) for kind, text in KINDS.items()],  # type: ignore[attr-defined]
        validators=[required()],
    )
    pool = StringField(_l("Pool"), validators=[required(), at_most(LONGEST_POOL)])
    text_ko = TextAreaField(_l("Question in Korean"), validators=[required(), at_most(LONGEST_TEXT)])
    answers = TextAreaField(_l("Answers"), validators=[required(), at_most(5000)])
    explanation_ko = TextAreaField(_l("Explanation in Korean"), validators=[Optional(), at_most(LONGEST_TEXT)])
    text_en = TextAreaField(_l("Question in English"), validators=[Optional(), at_most(LONGEST_TEXT)])
    explanation_en = TextAreaField(_l("Explanation in English"), validators=[Optional(), at_most(LONGEST_TEXT)])

    def content(self) -> Content:
        """Return the question, of a form that is sound.

        Raises:
            UnreadableError: as `content_of_lines`.
        """
        texts = {name: text_of(self[name]).replace("\r\n", "\n") for name in TEXTS}
        return content_of_lines(Kind(self.kind.data), text_of(self.answers).splitlines(), **texts)

    def show(self, content: Content, pool: str) -> None:
        """Fill the form with a question."""
        self.kind.data, self.pool.data = content.kind.value, pool
        self.answers.data = "\n".join(lines_of(content))
        for name in TEXTS:
            self[name].data = getattr(content, name)


class ImportForm(Form):
    """A file of questions, and the pool of those that name none."""

    file = FileField(_l("File"), [FileRequired(_l("Choose a file."))])
    pool = StringField(_l("Pool of questions that name none"), validators=[required(), at_most(LONGEST_POOL)])


def _between(low: int, high: int) -> NumberRange:
    return NumberRange(low, high, _l("Enter a number from %(min)d to %(max)d."))


class TermsForm(Form):
    """What a quiz asks, but for the pools that it draws from."""

    pass_score = IntegerField(_l("Pass mark"), [Optional(), _between(0, 100)])
    max_attempts = IntegerField(_l("Attempts"), [Optional(), _between(1, MOST_ATTEMPTS)])
    wait_minutes = IntegerField(_l("Minutes between attempts"), [Optional(), _between(0, LONGEST_WAIT)])
    limit_minutes = IntegerField(_l("Time limit in minutes"), [Optional(), _between(1, LONGEST_LIMIT)])
    release = RadioField(
        _l("Right answers and explanations are shown"),
        choices=[SelectChoice(release.value, text) for release, text in RELEASES.items()],  # type: ignore[attr-defined]
        validators=[required(_l("Choose one."))],
    )
    shuffles = BooleanField(_l("Questions and answers stand in another order each time"))

    def terms(self, sent: Mapping[str, str]) -> Terms:
        """Return the terms, of a form that is sound; `sent` holds how many of each pool are drawn."""
        return Terms(
            draws=draws_of(sent),
            pass_score=self.pass_score.data,
            max_attempts=self.max_attempts.data,
            wait_minutes=self.wait_minutes.data or 0,
            limit_minutes=self.limit_minutes.data,
            release=Release(self.release.data),
            shuffles=bool(self.shuffles.data),
        )

    def show(self, terms: Terms) -> None:
        """Fill the form with terms."""
        for name in ("pass_score", "max_attempts", "wait_minutes", "limit_minutes", "shuffles"):
            self[name].data = getattr(terms, name)
        self.release.data = terms.release.value


def draws_of(sent: Mapping[str, str]) -> tuple[Draw, ...]:
    """Return how many questions of which pools a form asks for; what is no number is none."""
    found = [(name.removeprefix(FIELD_OF_DRAW), text) for name, text in sent.items() if name.startswith(FIELD_OF_DRAW)]
    numbers = [(pool, int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0) for pool, text in found]
    return tuple(Draw(pool, min(number, MOST_DRAWN + 1)) for pool, number in numbers if number)


class GrantForm(Form):
    """More minutes for one of someone's quizzes, and why."""

    quiz = RadioField(_l("Quiz"), choices=[], validators=[required(_l("Choose one."))])
    minutes = IntegerField(_l("More minutes"), [InputRequired(_l("Enter this.")), _between(1, LONGEST_EXTRA)])
    reason = TextAreaField(_l("Reason"), validators=[required(), at_most(LONGEST_REASON)])
    request_key = HiddenField()

    @property
    def key(self) -> str:
        """Return what names this form among all that were ever sent."""
        return text_of(self.request_key)[:LONGEST_KEY]

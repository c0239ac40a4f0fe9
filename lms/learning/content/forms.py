"""The forms of authors: outline and criteria, a module of each kind, pictures, and publishing."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp, ValidationError

from lms.learning.content.rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_URL,
    MOST_CHAPTERS,
    MOST_MINUTES,
    Keeps,
    ModuleKind,
)
from lms.learning.content.wording import KEEPS
from lms.web.forms import Form, at_most, required, text_of

LONGEST_SUMMARY = 2000
MOST_SECONDS = 6 * 60 * 60
SEPARATOR = "|"


def _number(label: Any, least: int, most: int, *, is_optional: bool = False, **options: Any) -> IntegerField:
    message = _l("Enter a number from %(min)s to %(max)s.")
    first = Optional() if is_optional else InputRequired(_l("Enter this."))
    return IntegerField(label, [first, NumberRange(least, most, message)], **options)


class OutlineForm(Form):
    """What a course is about, its chapters, and what completing it means."""

    summary_ko = TextAreaField(_l("Summary in Korean"), [Optional(), at_most(LONGEST_SUMMARY)])
    summary_en = TextAreaField(_l("Summary in English"), [Optional(), at_most(LONGEST_SUMMARY)])
    chapters = TextAreaField(
        _l("Chapters"),
        [Optional(), at_most(MOST_CHAPTERS * LONGEST_TITLE)],
        description=_l("One on each line, Korean | English."),
    )
    pass_progress_pct = _number(_l("Progress in required modules (percent)"), 0, 100)
    pass_score = _number(_l("Score in the quizzes"), 0, 100, description=_l("Of 100; 0: taking them is enough."))
    min_minutes = _number(_l("Least study time in minutes"), 1, MOST_MINUTES, is_optional=True)
    max_chapters_per_day = _number(_l("Chapters a day at most"), 1, MOST_CHAPTERS, is_optional=True)
    asks_survey = BooleanField(_l("Ask three questions afterwards"))
    asks_recall = BooleanField(_l("Ask two questions again after 7, 30 and 90 days"))

    def validate_chapters(self, field: TextAreaField) -> None:
        """Refuse more chapters than a course may have, and titles that are too long."""
        found = read_chapters(text_of(field))
        if len(found) > MOST_CHAPTERS or any(len(text) > LONGEST_TITLE for one in found for text in one.values()):
            raise ValidationError(_l("These are too many chapters, or too long titles."))

    def wish(self) -> dict[str, Any]:
        """Return the columns of an edition, of a form that is sound."""
        own = {name: self[name].data for name in self._fields if name not in {"chapters", "csrf_token"}}
        own |= {name: own[name] or "" for name in ("summary_ko", "summary_en")}
        return own | {"chapters": read_chapters(text_of(self.chapters))}


def read_chapters(text: str) -> list[dict[str, str]]:
    """Return the chapters written one on each line; a missing English title is the Korean one."""
    lines = [line.split(SEPARATOR, 1) for line in text.splitlines() if line.strip()]
    return [{"ko": line[0].strip(), "en": (line[1] if len(line) > 1 else line[0]).strip()} for line in lines]


def write_chapters(chapters: list[dict[str, str]]) -> str:
    """Return chapters as `read_chapters` reads them."""
    return "\n".join(f"{one['ko']} {SEPARATOR} {one['en']}" for one in chapters)


class ModuleForm(Form):
    """What every module has. Quizzes and sessions have no more: questions are written on their own page."""

    title_ko = StringField(_l("Title in Korean"), [required(), at_most(LONGEST_TITLE)])
    title_en = StringField(_l("Title in English"), [required(), at_most(LONGEST_TITLE)])
    chapter = SelectField(_l("Chapter"), coerce=int)
    minutes = _number(_l("Minutes it takes"), 1, MOST_MINUTES, default=5)
    required = BooleanField(_l("Required"), default=True)
    summary_ko = TextAreaField(_l("Summary in Korean"), [Optional(), at_most(LONGEST_SUMMARY)])
    summary_en = TextAreaField(_l("Summary in English"), [Optional(), at_most(LONGEST_SUMMARY)])
    is_new_part = BooleanField(
        _l("Changed: to be taken again"),
        description=_l("What people did in this module no longer counts in the new version."),
    )

    def offer(self, chapters: list[str]) -> None:
        """Offer the chapters of the edition."""
        self.chapter.choices = list(enumerate(chapters, start=1))

    def wish(self) -> dict[str, Any]:
        """Return the columns of a module that are no files, of a form that is sound."""
        fields = (field for field in self if not isinstance(field, FileField))
        own = {field.name: field.data for field in fields if field.name not in {"is_new_part", "csrf_token"}}
        return {name: "" if value is None and name != "seconds" else value for name, value in own.items()}

    @property
    def file_fields(self) -> list[FileField]:
        """Return the fields that take files."""
        return [field for field in self if isinstance(field, FileField)]


class PageForm(ModuleForm):
    """A page of Markdown."""

    body_ko = TextAreaField(
        _l("Text in Korean"),
        [Optional(), at_most(LONGEST_TEXT)],
        description=_l("Markdown: ## heading, **strong**, - list, ![what it shows](picture.svg)"),
    )
    body_en = TextAreaField(_l("Text in English"), [Optional(), at_most(LONGEST_TEXT)])


class VideoForm(ModuleForm):
    """A video with its captions and poster."""

    file = FileField(_l("Video"), description=_l("WebM or MP4"))
    seconds = _number(_l("Length in seconds"), 1, MOST_SECONDS, is_optional=True)
    captions = FileField(_l("Captions"), description=_l("WebVTT; who cannot hear reads these."))
    poster = FileField(_l("Picture shown before it plays"), description=_l("PNG, JPEG, WebP or SVG"))


class DocumentForm(ModuleForm):
    """A PDF."""

    file = FileField(_l("Document"), description=_l("PDF"))


class LinkForm(ModuleForm):
    """An address elsewhere, and what is acknowledged of it."""

    url = StringField(
        _l("Address"),
        [required(), at_most(LONGEST_URL), Regexp(r"https?://[^\s]+\Z", message=_l("Begin with https://"))],
    )
    body_ko = TextAreaField(_l("What is acknowledged, in Korean"), [Optional(), at_most(LONGEST_SUMMARY)])
    body_en = TextAreaField(_l("What is acknowledged, in English"), [Optional(), at_most(LONGEST_SUMMARY)])


FORMS: dict[ModuleKind, type[ModuleForm]] = {
    ModuleKind.PAGE: PageForm,
    ModuleKind.VIDEO: VideoForm,
    ModuleKind.DOCUMENT: DocumentForm,
    ModuleKind.LINK: LinkForm,
}


class PictureForm(Form):
    """A picture that pages show by its name."""

    file = FileField(
        _l("Picture"), [FileRequired(_l("Choose a file."))], description=_l("PNG, JPEG, WebP or SVG; its name stays.")
    )


class PublishForm(Form):
    """From when a draft is a version, and what that asks of people."""

    effective_on = DateField(_l("Takes effect on"), [InputRequired(_l("Enter this."))])
    keeps = RadioField(
        _l("People on earlier versions"),
        [required(_l("Choose one."))],
        choices=[SelectChoice(value, text) for value, text in KEEPS.items()],
    )
    due_on = DateField(_l("New part due on"), [Optional()], description=_l("When the new part is required."))

    @property
    def day(self) -> date:
        """Return when it takes effect, of a form that is sound."""
        found: date | None = self.effective_on.data
        if found is None:
            raise ValueError("the form has not been validated")
        return found

    @property
    def mode(self) -> Keeps:
        """Return what publishing asks of people, of a form that is sound."""
        return Keeps(self.keeps.data)

"""Words of content: kinds of modules, what publishing asks of people, and why something is refused."""

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.learning.content.rules import Fault, Keeps, ModuleKind
from lms.shared.errors import DomainError
from lms.web.locale import localized

KINDS: dict[ModuleKind, LazyString] = {
    ModuleKind.PAGE: _l("Reading page"),
    ModuleKind.VIDEO: _l("Video"),
    ModuleKind.DOCUMENT: _l("Document"),
    ModuleKind.QUIZ: _l("Quiz"),
    ModuleKind.LINK: _l("Link"),
    ModuleKind.SESSION: _l("In-person session"),
}
KEEPS: dict[Keeps, LazyString] = {
    Keeps.KEEP: _l("Keep everyone where they are. Only those assigned from that day on take the new version."),
    Keeps.TOP_UP: _l(
        "Require the new part. Open assignments move to the new version; who completed is asked for what is new by a "
        "date, and what they did counts."
    ),
    Keeps.RETAKE: _l("Require a retake. Everyone takes all of the new version, as the assignment rules say."),
}
FAULTS: dict[str, LazyString] = {
    "no_module": _l("There is no module yet."),
    "nothing_required": _l("No module is required: nobody could complete the course."),
    "lacks_body": _l("The page has no text."),
    "lacks_file": _l("The file is missing."),
    "lacks_seconds": _l("The length of the video is missing."),
    "lacks_url": _l("The address of the link is missing."),
    "no_such_chapter": _l("It is in a chapter that is not there."),
    "no_quiz_for_score": _l("A score is asked for, but there is no required quiz."),
    "no_questions": _l("The quiz draws no questions yet, or more than there are."),
    "empty_chapter": _l("Chapter %(detail)s has no module."),
    "unknown_picture": _l("A page shows the picture %(detail)s, which is not among the files."),
}
REFUSALS: dict[str, LazyString] = {
    "file_kind": _l(
        "%(name)s is no file that courses can hold. Bring PNG, JPEG, WebP or SVG pictures, WebM or MP4 videos, WebVTT "
        "captions or PDF documents."
    ),
    "file_broken": _l("%(name)s is damaged or incomplete. Save it again from the program it was made with."),
    "file_pixels": _l("%(name)s has more than 50 million pixels. Make the picture smaller."),
    "file_active": _l(
        "%(name)s holds what could run or load something (%(what)s). Save it without scripts, links and embedded files."
    ),
    "file_locked": _l("%(name)s is protected by a password. Save it without protection."),
    "file_unfit": _l("%(name)s is of another kind than asked for here."),
    "published": _l("This edition is published and does not change any more. Begin a new draft."),
    "unfinished": _l("The draft is not finished yet: see what is still missing."),
    "effective_past": _l("Enter today or a later day."),
    "before_last_version": _l("The version before it takes effect later than that. Enter a later day."),
    "due_missing": _l("Enter the day by which the new part is to be taken."),
    "due_early": _l("Enter a due date on or after the day it takes effect."),
}


def refusal(error: DomainError) -> str:
    """Say why something was refused, and what to do.

    Raises:
        DomainError: the same again, when it is none that authors cause.
    """
    if error.code not in REFUSALS:
        raise error
    return str(REFUSALS[error.code]) % {"what": "", **error.values}


def fault(found: Fault) -> str:
    """Say what keeps a draft from being published."""
    text = str(FAULTS.get(found.code, found.code)) % {"detail": found.detail}
    return f"{localized(found.part, 'title')}: {text}" if found.part else text


def chapter_title(chapters: list[dict[str, str]], number: int) -> str:
    """Return the title of a chapter, counted from 1."""
    if 0 < number <= len(chapters):
        chapter = chapters[number - 1]
        return localized({"name_ko": chapter.get("ko", ""), "name_en": chapter.get("en", "")})
    return str(_("Chapter %(number)s", number=number))

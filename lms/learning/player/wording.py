"""A learner's course in words: what each module is and asks for, where it stands, what is missing."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.enrollments.models import Enrollment
from lms.learning.content.models import Module
from lms.learning.content.rules import ModuleKind
from lms.learning.player.queries import Study
from lms.learning.player.rules import Deed, Standing
from lms.learning.progress.rules import Missing, MissingKind, Outlook, StudyState
from lms.web.locale import localized

# Word and symbol of each kind of module.
KINDS = {
    ModuleKind.PAGE: (_l("Reading"), "book"),
    ModuleKind.VIDEO: (_l("Video"), "play"),
    ModuleKind.DOCUMENT: (_l("Document"), "file"),
    ModuleKind.QUIZ: (_l("Quiz"), "list"),
    ModuleKind.LINK: (_l("Link"), "globe"),
    ModuleKind.SESSION: (_l("Session"), "people"),
}
# Word, tone and symbol.
STANDINGS = {
    Standing.DONE: (_l("Done"), "done", "check"),
    Standing.BEGUN: (_l("Begun"), "accent", "clock"),
    Standing.OPEN: (_l("Not begun"), "neutral", "circle"),
    Standing.TOMORROW: (_l("Opens tomorrow"), "hold", "lock"),
    Standing.LOCKED: (_l("Locked"), "hold", "lock"),
}
STATES = {
    StudyState.ASSIGNED: (_l("Not begun"), "neutral", "circle"),
    StudyState.IN_PROGRESS: (_l("Learning"), "accent", "clock"),
    StudyState.EXAM_READY: (_l("Test to take"), "soon", "list"),
    StudyState.EXAM_FAILED: (_l("Test not passed"), "overdue", "alert"),
    StudyState.FAILED: (_l("Not passed"), "overdue", "alert"),
    StudyState.COMPLETED: (_l("Completed"), "done", "check"),
}
DEEDS = {
    Deed.START: _l("Start learning"),
    Deed.GO_ON: _l("Continue learning"),
    Deed.TAKE_TEST: _l("Take the test"),
    Deed.LOOK_AGAIN: _l("Look again"),
}
REFUSALS = {
    "chapters": _l("You have begun as many chapters as one day allows. The next one opens tomorrow."),
    "locked": _l("This course opens after another one."),
}


def asks_for(module: Module, study: Study | None = None) -> str:
    """Say in a few words what completes a module."""
    kind = ModuleKind(module.kind)
    if kind is ModuleKind.PAGE and study is not None:
        return _page_rule(module, study)
    score = module.edition.pass_score
    texts = {
        ModuleKind.PAGE: _("Done when read to the end"),
        ModuleKind.VIDEO: _("Done when watched to the end"),
        ModuleKind.DOCUMENT: _("Done when every page was shown"),
        ModuleKind.QUIZ: _("Passed with %(score)s points or more", score=score) if score else _("Done when taken"),
        ModuleKind.LINK: _("Done when you confirm that you read it"),
        ModuleKind.SESSION: _("Done when a coordinator records that you attended"),
    }
    return str(texts[kind])


def _page_rule(module: Module, study: Study) -> str:
    step = study.facts.step(module.public_id)
    seconds = step.least_seconds if step else 0
    if not seconds:
        return str(_("Done when read to the end"))
    if seconds < 60:
        return str(_("Done when read to the end, after %(num)s seconds at least", num=seconds))
    return str(
        ngettext(
            "Done when read to the end, after %(num)s minute at least",
            "Done when read to the end, after %(num)s minutes at least",
            -(-seconds // 60),
        )
    )


def missing(one: Missing, study: Study) -> str:
    """Say one thing that is missing for the completion."""
    module = study.module(one.module_key)
    title = localized(module, "title") if module else ""
    texts = {
        MissingKind.MODULE: _("“%(title)s” to the end (%(have)s%% so far)", title=title, have=one.have)
        if one.have
        else _("“%(title)s”", title=title),
        MissingKind.PROGRESS: _("Progress of %(needed)s%% (%(have)s%% so far)", needed=one.needed, have=one.have),
        MissingKind.QUIZ: _("Pass the test “%(title)s”", title=title),
        MissingKind.SCORE: _("%(needed)s points on average (%(have)s so far)", needed=one.needed, have=one.have),
        MissingKind.TIME: _("%(needed)s minutes of study (%(have)s so far)", needed=one.needed, have=one.have),
    }
    return str(texts[one.kind])


def facts(study: Study, outlook: Outlook) -> str:
    """Say how much is left, by when, and whether it must be done."""
    enrollment = study.enrollment
    parts = (
        ngettext("about %(num)s minute left", "about %(num)s minutes left", outlook.minutes_left)
        if outlook.minutes_left
        else "",
        _("completed on %(date)s", date=enrollment.completed_on) if enrollment.completed_on else _due(enrollment),
        "" if enrollment.required else _("optional"),
    )
    return " · ".join(str(part) for part in parts if part)


def completed(study: Study) -> str:
    """Say when the course was completed, as the certificate says it."""
    return str(_("You completed this course on %(date)s.", date=study.enrollment.completed_on))


def _due(enrollment: Enrollment) -> str:
    return str(_("due %(date)s", date=enrollment.due_on) if enrollment.due_on else _("No due date"))


def cycle(enrollment: Enrollment) -> str:
    """Say of a former time in a course when it was assigned and how it ended."""
    ended = (
        _("completed on %(date)s", date=enrollment.completed_on)
        if enrollment.completed_on
        else _("withdrawn on %(date)s", date=enrollment.voided_on)
        if enrollment.voided_on
        else _("not completed")
    )
    return str(
        _(
            "Cycle %(number)s: assigned on %(date)s, %(ended)s",
            number=enrollment.cycle,
            date=enrollment.assigned_on,
            ended=ended,
        )
    )


def chapter(edition: object, number: int) -> str:
    """Name a chapter: its number with its title, where it has one."""
    titles = getattr(edition, "chapters", [])
    told = titles[number - 1] if 0 < number <= len(titles) else {}
    title = localized({"name_ko": told.get("ko", ""), "name_en": told.get("en", "")}) if told else ""
    name = _("Chapter %(number)s", number=number)
    return f"{name} · {title}" if title else str(name)

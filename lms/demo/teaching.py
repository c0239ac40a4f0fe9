"""What the demo's courses teach: its lessons as published editions of the courses' versions."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.models import Course, CourseVersion
from lms.demo.lessons import Lesson, LessonModule, LessonQuestion, lesson_folders, read_lesson
from lms.learning.content.actions import CARRIED, CRITERIA, file_name, store_file
from lms.learning.content.models import ContentFile, Edition, EditionFile, Module
from lms.learning.content.rules import ModuleKind
from lms.learning.quizzes.actions_questions import Draft, set_terms, take_in
from lms.learning.quizzes.rules import LONGEST_POOL, Content, Kind
from lms.learning.quizzes.rules_attempts import Draw, Release, Terms


def write_questions(session: Session, actor: Actor, course: Course, module: Module, lesson: LessonModule) -> None:
    """Write the questions of a quiz into a pool of its own, and what the quiz asks."""
    pool = module.title_ko[:LONGEST_POOL]
    drafts = [Draft(line, pool, content_of(one)) for line, one in enumerate(lesson.questions, start=1)]
    refused = take_in(session, actor, course=course, drafts=drafts).refused
    if refused:
        raise ValueError(f"{course.code}: question {refused[0].line}, {refused[0].field}: {refused[0].code}")
    drawn = min(lesson.draw or len(drafts), len(drafts))
    set_terms(session, actor, module=module, terms=Terms(draws=(Draw(pool, drawn),), release=Release.PASSED))


def content_of(one: LessonQuestion) -> Content:
    """Return a question of a lesson as quizzes keep it."""
    kind = Kind(one.kind.upper())
    options, lefts, correct = one.options, tuple[str, ...](), one.correct
    if kind is Kind.TRUE_FALSE:
        correct = (0 if one.truth else 1,)
    elif kind is Kind.ORDERING:
        options = one.items
    elif kind is Kind.MATCHING:
        lefts, options = tuple(left for left, _ in one.pairs), tuple(right for _, right in one.pairs)
    if kind in {Kind.ORDERING, Kind.MATCHING}:
        correct = tuple(range(len(options)))  # they are written as they belong
    return Content(
        kind=kind,
        text_ko=one.text_ko,
        explanation_ko=one.explanation_ko,
        options=options,
        lefts=lefts,
        correct=correct,
        accepted=one.accepted,
    )


def write_lessons(session: Session, actor: Actor, folder: Path) -> int:
    """Publish every lesson as the content of each version of its course; return how many modules were written."""
    courses = {course.code: course for course in session.scalars(select(Course))}
    written = 0
    for place in lesson_folders():
        lesson = read_lesson(place)
        if (course := courses.get(lesson.code)) is None:
            continue
        teacher = _Teacher(session, actor, course, lesson, folder)
        former: Edition | None = None
        for version in course.versions:
            former = teacher.publish(version, former)
            written += len(former.modules)
    return written


class _Teacher:
    """Writes one lesson; its files are kept once for all versions."""

    def __init__(self, session: Session, actor: Actor, course: Course, lesson: Lesson, folder: Path) -> None:
        self.session, self.actor, self.course, self.lesson = session, actor, course, lesson
        paths = {path for one in lesson.modules if one.kind != "quiz" for path in one.files() if path.suffix != ".md"}
        self.files = {path: self._kept(path, folder) for path in sorted(paths)}

    def _kept(self, path: Path, folder: Path) -> ContentFile:
        return store_file(self.session, self.actor, self.course, name=path.name, data=path, folder=folder)

    def publish(self, version: CourseVersion, former: Edition | None) -> Edition:
        """Write the lesson as the content of a version; what an earlier one has goes on with its keys."""
        lesson = self.lesson
        names = zip(lesson.chapters_ko, lesson.chapters_en, strict=True)
        edition = Edition(
            course_id=self.course.id,
            summary_ko=lesson.summary_ko,
            summary_en=lesson.summary_en,
            chapters=[{"ko": korean, "en": english} for korean, english in names],
            # What must not be forgotten is asked about again.
            asks_recall=self.course.is_critical,
            recorded_at=self.actor.at,
            **{name: getattr(version, name) for name in CRITERIA},
        )
        self.session.add(edition)
        self.session.flush()
        if former is None:
            pairs = [(self._module(edition, place, one), one) for place, one in enumerate(lesson.modules, start=1)]
        else:
            pairs = [(_again(edition, one), two) for one, two in zip(former.modules, lesson.modules, strict=True)]
        self._write(edition, pairs)
        # Nobody is to be moved to it: they are of the version already.
        edition.course_version, edition.published_at, edition.moved_at = version, self.actor.at, self.actor.at
        self.session.flush()
        return edition

    def _write(self, edition: Edition, pairs: list[tuple[Module, LessonModule]]) -> None:
        self.session.add_all(module for module, _ in pairs)
        shown = {path for _, one in pairs for path in one.pictures}
        self.session.add_all(
            EditionFile(edition_id=edition.id, name=file_name(path.name), file=self.files[path]) for path in shown
        )
        self.session.flush()
        for module, one in pairs:
            if one.questions:
                write_questions(self.session, self.actor, self.course, module, one)

    def _module(self, edition: Edition, place: int, lesson: LessonModule) -> Module:
        is_page = lesson.kind == "page" and lesson.file is not None
        own: dict[str, Any] = {"body_ko": lesson.file.read_text(encoding="utf-8")} if is_page and lesson.file else {}
        for name in ("file", "captions", "poster"):
            path = getattr(lesson, name)
            own |= {name: self.files[path]} if path in self.files else {}
        pages = own["file"].measures.get("pages") if "file" in own else None
        return Module(
            edition=edition,
            position=place,
            kind=ModuleKind(lesson.kind.upper()),
            chapter=lesson.chapter,
            title_ko=lesson.title_ko,
            title_en=lesson.title_en,
            minutes=lesson.minutes,
            required=lesson.required,
            summary_ko=lesson.summary_ko or "",
            summary_en=lesson.summary_en or "",
            url=lesson.address,
            seconds=lesson.seconds,
            pages=pages,
            **own,
        )


def _again(edition: Edition, former: Module) -> Module:
    return Module(edition=edition, **{name: getattr(former, name) for name in CARRIED})

"""What the demo's courses teach: its lessons as published editions of the courses' versions."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.models import Course, CourseVersion
from lms.demo.lessons import Lesson, LessonModule, lesson_folders, read_lesson
from lms.demo.quizzing import write_questions
from lms.learning.content.actions import CARRIED, CRITERIA, file_name, store_file
from lms.learning.content.models import ContentFile, Edition, EditionFile, Module
from lms.learning.content.rules import ModuleKind


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
                draw = min(one.draw or len(one.questions), len(one.questions))
                write_questions(self.session, self.actor, edition, module, one.questions, draw=draw)

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

"""Reading editions, their modules and files."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.courses.models import CourseVersion
from lms.enrollments.models import Enrollment
from lms.learning.content.models import ContentFile, Edition, EditionFile, Module
from lms.learning.content.rules import NEEDS, ModuleKind, Part
from lms.shared.errors import NotFoundError

# A page of an edition shows all its modules with their files: one statement for each kind, however many.
WHOLE = (
    joinedload(Edition.course_version),
    selectinload(Edition.modules).options(
        joinedload(Module.file), joinedload(Module.captions), joinedload(Module.poster)
    ),
    selectinload(Edition.files).joinedload(EditionFile.file),
)


def edition_of(session: Session, version_id: int) -> Edition | None:
    """Return the content of a course version with its modules and files, or None."""
    return _one(session, Edition.course_version_id == version_id)


def draft_of(session: Session, course_id: int) -> Edition | None:
    """Return the edition of a course that is being written, or None."""
    return _one(session, Edition.course_id == course_id, Edition.course_version_id.is_(None))


def get_draft(session: Session, course_id: int) -> Edition:
    """Return the edition of a course that is being written.

    Raises:
        NotFoundError: none is.
    """
    if (draft := draft_of(session, course_id)) is None:
        raise NotFoundError
    return draft


def newest_edition(session: Session, course_id: int) -> Edition | None:
    """Return the content of the course's last version that has any, or None."""
    last = (
        select(Edition.id)
        .join(CourseVersion, CourseVersion.id == Edition.course_version_id)
        .where(Edition.course_id == course_id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )
    return _one(session, Edition.id == last.scalar_subquery())


def list_editions(session: Session, course_id: int) -> Sequence[Edition]:
    """Return the published editions of a course, the last one first."""
    found = (
        select(Edition)
        .join(CourseVersion, CourseVersion.id == Edition.course_version_id)
        .where(Edition.course_id == course_id)
        .order_by(CourseVersion.number.desc())
        .options(joinedload(Edition.course_version), selectinload(Edition.modules))
    )
    return session.scalars(found).all()


def list_waiting_editions(session: Session, *, today: date) -> Sequence[Edition]:
    """Return the published editions in force to which nobody was moved yet."""
    found = (
        select(Edition)
        .join(CourseVersion, CourseVersion.id == Edition.course_version_id)
        .where(Edition.moved_at.is_(None), CourseVersion.effective_on <= today)
        .order_by(Edition.id)
    )
    return session.scalars(found).all()


def get_module(session: Session, edition_id: int, public_id: str) -> Module:
    """Return a module of an edition.

    Raises:
        NotFoundError: there is none.
    """
    found = select(Module).where(Module.edition_id == edition_id, Module.public_id == public_id)
    if (module := session.scalar(found)) is None:
        raise NotFoundError
    return module


def get_module_of_course(session: Session, course_id: int, public_id: str) -> Module:
    """Return a module of any edition of a course, with its edition whole: what an author looks at.

    Raises:
        NotFoundError: there is none.
    """
    found = select(Module).join(Edition, Edition.id == Module.edition_id)
    found = found.where(Edition.course_id == course_id, Module.public_id == public_id)
    if (module := session.scalar(found.options(joinedload(Module.edition).options(*WHOLE)))) is None:
        raise NotFoundError
    return module


def get_file(session: Session, *, public_id: str, person_id: int | None, is_author: bool) -> ContentFile:
    """Return a file for an author, or for someone who is or was enrolled in its course.

    Raises:
        NotFoundError: there is none, or they are not.
    """
    found = select(ContentFile).where(ContentFile.public_id == public_id)
    if not is_author:
        enrolled = select(Enrollment.id).where(
            Enrollment.person_id == person_id, Enrollment.course_id == ContentFile.course_id
        )
        found = found.where(enrolled.exists())
    if (file := session.scalar(found)) is None:
        raise NotFoundError
    return file


def parts_of(edition: Edition | None) -> list[Part]:
    """Return the modules of an edition as rules compare and check them."""
    return [_part(module) for module in edition.modules] if edition else []


def _part(module: Module) -> Part:
    kind = ModuleKind(module.kind)
    lacks = tuple(name for name in NEEDS.get(kind, ()) if not getattr(module, name))
    if kind is ModuleKind.PAGE and not (module.body_ko or module.body_en):
        lacks = ("body",)
    files = (module.file, module.captions, module.poster)
    texts = (module.summary_ko, module.summary_en, module.body_ko, module.body_en, module.url, module.seconds)
    return Part(
        key=module.key,
        title_ko=module.title_ko,
        title_en=module.title_en,
        kind=kind,
        required=module.required,
        chapter=module.chapter,
        minutes=module.minutes,
        lacks=lacks,
        said=(*texts, *(file and file.sha256 for file in files)),
    )


def _one(session: Session, *conditions: ColumnElement[bool]) -> Edition | None:
    return session.scalar(select(Edition).where(*conditions).options(*WHOLE))

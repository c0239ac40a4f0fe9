"""Writing a draft: begun from the newest edition, its outline, its modules in their order, its files."""

from collections.abc import Collection
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.learning.content import storage
from lms.learning.content.actions_publishing import publish
from lms.learning.content.models import ContentFile, Edition, EditionFile, Module
from lms.learning.content.queries import draft_of, newest_edition
from lms.learning.content.rules import ModuleKind, moved
from lms.learning.content.rules_files import EVERY_TYPE, LONGEST_NAME, PICTURES
from lms.learning.content.screening import screen
from lms.shared.errors import DomainError
from lms.shared.ids import new_public_id

OUTLINE = ("summary_ko", "summary_en", "chapters", "min_minutes", "asks_survey", "asks_recall")
CRITERIA = ("pass_progress_pct", "pass_score", "max_chapters_per_day")
# What a module carries over into a later edition.
CARRIED = (
    "key", "position", "chapter", "kind", "required", "title_ko", "title_en", "summary_ko", "summary_en", "minutes",
    "body_ko", "body_en", "url", "seconds", "pages", "file_id", "captions_id", "poster_id",
)  # fmt: skip

__all__ = [
    "add_module",
    "change_module",
    "change_outline",
    "discard_draft",
    "move_module",
    "publish",
    "remove_module",
    "remove_picture",
    "start_draft",
    "store_file",
    "store_picture",
]


def start_draft(session: Session, actor: Actor, course: Course, *, is_empty: bool = False) -> Edition:
    """Begin the next edition of a course, as a copy of the newest one unless it is to be empty; return the one begun.

    Modules keep their keys, so that what people did in them goes on counting.
    """
    if (waiting := draft_of(session, course.id)) is not None:
        return waiting
    former = None if is_empty else newest_edition(session, course.id)
    draft = Edition(course_id=course.id, recorded_at=actor.at)
    for name in CRITERIA:
        setattr(draft, name, getattr(former or course.versions[-1], name))
    if former:
        for name in OUTLINE:
            setattr(draft, name, getattr(former, name))
    session.add(draft)
    session.flush()
    if former:
        _carry_over(session, former, draft)
    session.refresh(draft)
    _note(session, actor, "content.start_draft", draft, copied_from=former and former.public_id)
    return draft


def _carry_over(session: Session, former: Edition, draft: Edition) -> None:
    session.add_all(
        Module(edition_id=draft.id, **{name: getattr(one, name) for name in CARRIED}) for one in former.modules
    )
    session.add_all(EditionFile(edition_id=draft.id, name=one.name, file_id=one.file_id) for one in former.files)
    session.flush()


def discard_draft(session: Session, actor: Actor, draft: Edition) -> None:
    """Drop a draft with its modules; the files that were brought for it stay.

    Raises:
        DomainError: it is published ("published").
    """
    _check_draft(draft)
    _note(session, actor, "content.discard_draft", draft, modules=[module.title_ko for module in draft.modules])
    for row in (*draft.modules, *draft.files):
        session.delete(row)
    session.flush()
    session.expire(draft)
    session.delete(draft)
    session.flush()


def change_outline(session: Session, actor: Actor, draft: Edition, **wish: Any) -> bool:
    """Say what a draft is about, its chapters and its criteria; tell whether anything changed.

    Raises:
        DomainError: it is published ("published").
    """
    _check_draft(draft)
    before = {name: getattr(draft, name) for name in wish}
    if before == wish:
        return False
    for name, value in wish.items():
        setattr(draft, name, value)
    session.flush()
    _note(session, actor, "content.change_outline", draft, before=before, after=wish)
    return True


def add_module(
    session: Session, actor: Actor, edition: Edition, *, kind: ModuleKind, title_ko: str, title_en: str, **rest: Any
) -> Module:
    """Add a module at the end of a draft; `rest` are further columns of `Module`.

    Raises:
        DomainError: the edition is published ("published").
    """
    _check_draft(edition)
    position = max((one.position for one in edition.modules), default=0) + 1
    module = Module(edition=edition, position=position, kind=kind, title_ko=title_ko, title_en=title_en, **rest)
    session.add(module)
    session.flush()
    _note(session, actor, "content.add_module", edition, module=module.public_id, kind=kind, title=title_ko)
    return module


def change_module(session: Session, actor: Actor, module: Module, *, is_new_part: bool = False, **wish: Any) -> bool:
    """Write a module of a draft; tell whether anything changed. A new part is to be taken again: it gets a new key.

    Raises:
        DomainError: the edition is published ("published").
    """
    _check_draft(module.edition)
    changed = [name for name, value in wish.items() if getattr(module, name) != value]
    for name in changed:
        setattr(module, name, wish[name])
    if is_new_part:
        module.key = new_public_id()
    if not changed and not is_new_part:
        return False
    session.flush()
    told: dict[str, object] = {"module": module.public_id, "changed": changed, "new_part": is_new_part}
    _note(session, actor, "content.change_module", module.edition, **told)
    return True


def remove_module(session: Session, actor: Actor, module: Module) -> None:
    """Take a module out of a draft.

    Raises:
        DomainError: the edition is published ("published").
    """
    edition = module.edition
    _check_draft(edition)
    edition.modules.remove(module)
    session.delete(module)
    session.flush()
    _note(session, actor, "content.remove_module", edition, module=module.public_id, title=module.title_ko)


def move_module(session: Session, actor: Actor, module: Module, *, up: bool) -> bool:
    """Move a module of a draft a place up or down; tell whether it could.

    Raises:
        DomainError: the edition is published ("published").
    """
    edition = module.edition
    _check_draft(edition)
    before = [one.public_id for one in edition.modules]
    order = moved(before, module.public_id, up=up)
    if order == before:
        return False
    for one in edition.modules:
        one.position = order.index(one.public_id) + 1
    session.flush()
    session.expire(edition, ["modules"])
    _note(session, actor, "content.move_module", edition, module=module.public_id, up=up)
    return True


def store_file(
    session: Session,
    actor: Actor,
    course: Course,
    *,
    name: str,
    data: bytes | Path,
    folder: Path,
    only: Collection[str] = EVERY_TYPE,
) -> ContentFile:
    """Look into a file and keep it in a folder for a course; the same file under the same name is kept once.

    Raises:
        DomainError: it is none that courses may hold (`screening.screen`), or not `only` what is wanted here
            ("file_unfit").
    """
    name = file_name(name)
    kept = screen(name, data.read_bytes() if isinstance(data, Path) else data)
    if kept.media_type not in only:
        raise DomainError("file_unfit", name=name)
    sha256 = storage.keep(folder, kept.data)
    if (before := _find_file(session, course, name, sha256)) is not None:
        return before
    file = ContentFile(
        course_id=course.id,
        name=name,
        media_type=kept.media_type,
        sha256=sha256,
        size=len(kept.data),
        measures=kept.measures,
        uploaded_by_id=actor.person_id,
        recorded_at=actor.at,
    )
    session.add(file)
    session.flush()
    detail: dict[str, object] = {"course": course.code, "name": name, "sha256": sha256, "type": kept.media_type}
    audit.record(session, actor, "content.store_file", "content_file", file.public_id, detail=detail)
    return file


def _find_file(session: Session, course: Course, name: str, sha256: str) -> ContentFile | None:
    same = (ContentFile.course_id == course.id, ContentFile.sha256 == sha256, ContentFile.name == name)
    return session.scalar(select(ContentFile).where(*same).limit(1))


def store_picture(
    session: Session, actor: Actor, draft: Edition, *, name: str, data: bytes | Path, folder: Path
) -> ContentFile:
    """Keep a picture that pages of a draft may show by its name; one of the same name gives way.

    Raises:
        DomainError: it is no picture that courses may hold, or the edition is published ("published").
    """
    _check_draft(draft)
    file = store_file(session, actor, draft.course, name=name, data=data, folder=folder, only=PICTURES)
    shown = next((one for one in draft.files if one.name == file.name), None)
    if shown is None:
        draft.files.append(EditionFile(name=file.name, file=file))
    else:
        shown.file = file
    session.flush()
    _note(session, actor, "content.show_picture", draft, name=file.name, file=file.public_id)
    return file


def remove_picture(session: Session, actor: Actor, draft: Edition, *, name: str) -> bool:
    """Let the pages of a draft show a picture no more; tell whether they could.

    Raises:
        DomainError: the edition is published ("published").
    """
    _check_draft(draft)
    shown = next((one for one in draft.files if one.name == name), None)
    if shown is None:
        return False
    session.delete(shown)
    session.flush()
    session.expire(draft, ["files"])
    _note(session, actor, "content.hide_picture", draft, name=name)
    return True


def file_name(name: str) -> str:
    """Return the name under which a file is kept: its last part, of letters, digits, dots and hyphens."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(sign if sign.isalnum() or sign in "._" else "-" for sign in last).strip("-.")
    return plain[-LONGEST_NAME:] or "file"


def _check_draft(edition: Edition) -> None:
    if edition.course_version_id is not None:
        raise DomainError("published")


def _note(session: Session, actor: Actor, action: str, edition: Edition, **detail: object) -> None:
    told = {name: value for name, value in detail.items() if value is not None}
    audit.record(session, actor, action, "edition", edition.public_id, detail=told)
    session.flush()

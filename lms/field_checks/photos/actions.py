"""Keeping photos of a check, and letting go of those that were not submitted with it."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.field_checks.actions_form import check_observer, step_on
from lms.field_checks.models import FieldCheck
from lms.field_checks.photos.models import FieldCheckPhoto
from lms.field_checks.photos.queries import find_kept, find_photo, find_same, list_keys
from lms.field_checks.photos.rules import GRACE, MOST_OF_A_CHECK
from lms.field_checks.queries_form import list_items
from lms.field_checks.rules import Step
from lms.learning.content.rules_files import Screened
from lms.learning.content.storage import drop, keep, list_older
from lms.people.rules import Scope
from lms.shared.errors import DomainError


def add_photo(
    session: Session, actor: Actor, check: FieldCheck, *, scope: Scope, key: str, item: str, data: bytes,
    shown: Screened, folder: Path,
) -> FieldCheckPhoto:  # fmt: skip
    """Keep a photo of an item as it came, and the copy that is shown. The same key with the same again does nothing.

    Raises:
        DomainError: the key was used for something else ("key_taken"), the check cannot be answered now, or has
            as many photos as it may ("photo_count"); the form does not ask the item ("item").
        NotFoundError: the viewer does not observe here.
    """
    session.refresh(check, with_for_update=True)
    sha256 = hashlib.sha256(data).hexdigest()
    if before := find_photo(session, check, key):
        if (before.sha256, before.item.code, before.taken_by_id) != (sha256, item, actor.person_id):
            raise DomainError("key_taken")
        return before
    check_observer(check, scope)
    check.state = step_on(check, Step.ANSWER, scope.on)
    item_id = next((one.item_id for one in list_items(session, check) if one.code == item), None)
    if item_id is None:
        raise DomainError("item", item=item)
    if len(list_keys(session, check)) >= MOST_OF_A_CHECK:
        raise DomainError("photo_count", item=item)
    shown_sha256 = hashlib.sha256(shown.data).hexdigest()
    same = find_same(session, sha256=sha256, shown_sha256=shown_sha256)
    photo = FieldCheckPhoto(
        check_id=check.id, item_id=item_id, key=key, media_type=shown.media_type, sha256=keep(folder, data),
        shown_sha256=keep(folder, shown.data), size=len(data), same_as_id=same and (same.same_as_id or same.id),
        taken_by_id=actor.person_id, recorded_at=actor.at,
    )  # fmt: skip
    session.add(photo)
    session.flush()
    detail: dict[str, object] = {"item": item, "photo": photo.public_id, "sha256": sha256, "repeated": same is not None}
    _note(session, actor, check, "field_checks.add_photo", detail)
    return photo


def settle_photos(session: Session, actor: Actor, check: FieldCheck, keys: Collection[str]) -> None:
    """Let go of the photos of a check that came but were not submitted with it."""
    left = select(FieldCheckPhoto).where(FieldCheckPhoto.check_id == check.id, FieldCheckPhoto.key.not_in(keys))
    gone = session.scalars(left).all()
    for photo in gone:
        session.delete(photo)
    session.flush()
    if gone:
        told: dict[str, object] = {"photos": [photo.sha256 for photo in gone]}
        _note(session, actor, check, "field_checks.drop_photos", told)


def drop_unused(session: Session, folder: Path, *, now: datetime) -> int:
    """Delete what no photo refers to since the grace began: photos dropped from a form; return how many files."""
    since = (now - GRACE).timestamp()
    gone = 0
    for paths in list_older(folder, than=since):
        kept = find_kept(session, [path.name for path in paths])
        gone += sum(drop(path, unless_since=since) for path in paths if path.name not in kept)
    return gone


def _note(session: Session, actor: Actor, check: FieldCheck, action: str, detail: dict[str, object]) -> None:
    audit.record(session, actor, action, "field_check", check.public_id, subject_ids=[check.person_id], detail=detail)

"""The player: one module on a page, and what its forms tell where there is no script."""

import hashlib
import secrets
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.learning.content.queries import get_module
from lms.learning.content.rendering import render_page
from lms.learning.content.rules import ModuleKind, body_in
from lms.learning.player import wording
from lms.learning.player.queries import Study, read_own_study
from lms.learning.player.rules import Standing, beats, neighbors, standing_of
from lms.learning.progress.actions_posts import take_post
from lms.learning.progress.queries import get_record
from lms.learning.progress.rules import Post, PostKind, StudyState
from lms.people.viewer import current_person_id
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor
from lms.web.dates import today

blueprint = Blueprint("player", __name__, url_prefix="/study/<record_id>/<module_id>")
# What a form may tell, by the kind of module it stands on.
TOLD = {ModuleKind.PAGE: PostKind.READ, ModuleKind.LINK: PostKind.ACKNOWLEDGE}


@blueprint.get("")
def module(record_id: str, module_id: str) -> str | Response:
    study, shown = _read(record_id, module_id)
    step = study.facts.step(module_id)
    if step is None:  # not met: `_read` found the module in this edition
        raise NotFoundError
    standing = standing_of(study.facts, step, today(), is_locked=bool(study.locking))
    if standing in {Standing.TOMORROW, Standing.LOCKED}:
        flash(str(wording.REFUSALS["locked" if study.locking else "chapters"]), "warning")
        return redirect(url_for("learner.course", course_id=study.course.public_id), 303)
    if step.kind is ModuleKind.QUIZ:
        return redirect(f"{url_for('player.module', record_id=record_id, module_id=module_id)}/quiz", 303)
    before, after = neighbors(study.facts.modules, step)
    state = study.facts.states.get(step.key)
    return render_template(
        "learning/player.html",
        study=study,
        outlook=study.outlook,
        module=shown,
        state=state,
        standing=standing,
        before=before and study.module(before.key),
        after=after and study.module(after.key),
        place=study.facts.modules.index(step) + 1,
        opened_at=actor().at.isoformat(),
        request_key=str(uuid.uuid4()),
        **content_of(shown),
        words=wording,
    )


def content_of(shown: Any) -> dict[str, object]:
    """Return what a module shows: its text in the reader's language, with the addresses of its pictures."""
    language, text = body_in({"ko": shown.body_ko, "en": shown.body_en}, str(get_locale()))
    files = {one.name: url_for("content.file", file_id=one.file.public_id) for one in shown.edition.files}
    body = render_page(text, files) if text else Markup()
    return {"body": body, "body_language": language}


@blueprint.post("")
def tell(record_id: str, module_id: str) -> Response:
    """Take by a form what a player tells by posts: a page was read, a link was opened and confirmed."""
    session, person_id = db.session(), current_person_id()
    record = get_record(session, person_id=person_id, public_id=record_id, locked=True)
    study, shown = _read(record_id, module_id)
    kind = TOLD.get(ModuleKind(shown.kind))
    if kind is None:
        raise NotFoundError
    try:
        answers = [take_post(session, actor(), record, post, today=today()) for post in _posts(module_id, kind)]
    except DomainError as error:
        flash(str(wording.REFUSALS.get(error.code, _("This could not be saved."))), "warning")
        return redirect(url_for("learner.course", course_id=study.course.public_id), 303)
    answer = answers[-1]
    if answer.state is StudyState.COMPLETED:
        return redirect(url_for("learner.course", course_id=study.course.public_id), 303)
    if not answer.module_done:
        flash(str(_("Saved. It is done after a little more time on this page; then press the button again.")), "info")
    return redirect(url_for("player.module", record_id=record_id, module_id=module_id), 303)


def _posts(module_id: str, kind: PostKind) -> Iterator[Post]:
    """Yield what a player would have told since the page was opened: that it was, that someone stayed, and the end."""
    key, at = request.form.get("key", "")[:36] or secrets.token_hex(16), actor().at
    opened_at = _instant(request.form.get("opened_at", "")) or at
    yield _post(f"{key}.o", module_id, PostKind.OPEN, opened_at)
    for number, moment in enumerate(beats(opened_at, at)):
        yield _post(f"{key}.{number}", module_id, PostKind.BEAT, moment, seconds=30)
    data = {"percent": 100, "position": {}} if kind is PostKind.READ else {}
    yield _post(key, module_id, kind, at, **data)


def _post(key: str, module_id: str, kind: PostKind, said_at: datetime, **data: Any) -> Post:
    # The form sent twice is answered alike, however much later: only the key tells it.
    sha256 = hashlib.sha256(f"{key} {module_id} {kind}".encode()).hexdigest()
    return Post(key, module_id, kind, sha256, said_at, "a form", data)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _read(record_id: str, module_id: str) -> tuple[Study, Any]:
    session = db.session()
    study = read_own_study(session, person_id=current_person_id(), record_id=record_id, today=today())
    return study, get_module(session, study.edition.id, module_id)

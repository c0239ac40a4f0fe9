"""Photos as the form sends them, and as they are shown to whoever may see the check."""

from pathlib import Path
from typing import Any

from flask import Blueprint, abort, current_app, jsonify, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from lms.field_checks.photos import actions, queries, wording
from lms.field_checks.photos.rules import FOLDER, LARGEST
from lms.field_checks.photos.screening import screen_photo
from lms.field_checks.queries import get_check
from lms.field_checks.wire import KEY
from lms.learning.content.storage import path_of
from lms.people.rules import names_open
from lms.people.viewer import current_scope
from lms.shared.db import db
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor, note_access
from lms.web.headers import seal

blueprint = Blueprint("check_photos", __name__, url_prefix="/field-checks/<check_id>/photos")
CONFLICTS = frozenset({"key_taken", "state"})


@blueprint.post("")
def add(check_id: str) -> ResponseReturnValue:
    key, item = request.form.get("key", ""), request.form.get("item", "")
    file = request.files.get("file")
    try:
        if file is None or not KEY.fullmatch(key):
            raise DomainError("fields")
        data = file.stream.read(LARGEST + 1)
        # Looked into before the transaction begins: SQLite has one writer, and a large photo takes a while.
        shown = screen_photo(item, data)
        photo = actions.add_photo(
            db.session(), actor(), _check(check_id), scope=current_scope(), key=key, item=item, data=data, shown=shown,
            folder=_folder(),
        )  # fmt: skip
    except NotFoundError:
        raise
    except DomainError as error:
        return _refuse(error, item)
    return {"key": key, "sha256": photo.sha256}


@blueprint.get("/<photo_id>")
def show(check_id: str, photo_id: str) -> Response:
    check = _check(check_id, is_own_open=True)
    photo = queries.get_photo(db.session(), check, photo_id)
    path = path_of(_folder(), photo.shown_sha256)
    if not path.is_file():
        current_app.logger.error("the bytes of photo %s are gone: %s", photo_id, path)
        abort(404)
    note_access("view", "field_check_photo", photo_id, subject_ids=[check.person_id])
    answer = send_file(path, mimetype=photo.media_type, etag=photo.shown_sha256, last_modified=photo.recorded_at)
    answer.headers.pop("Content-Disposition", None)
    # Phones are shared: what shows people and places stays in no browser.
    return seal(answer, is_kept=False)


def _check(check_id: str, *, is_own_open: bool = False) -> Any:
    """Return a check whose names the viewer may see; one's own where `is_own_open`."""
    scope = current_scope()
    check = get_check(db.session(), scope=scope, public_id=check_id)
    if not names_open(scope, {check.center_id}) and not (is_own_open and check.person_id == scope.person_id):
        raise NotFoundError
    return check


def _folder() -> Path:
    return Path(current_app.config["SETTINGS"].data_dir) / FOLDER


def _refuse(error: DomainError, item: str) -> Response:
    answer = jsonify(error=wording.words(error), code=error.code, field=item)
    answer.status_code = 409 if error.code in CONFLICTS else 422
    return answer

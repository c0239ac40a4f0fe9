"""What a player posts and asks by itself, in JSON: nothing is answered with success before it is on disk."""

from functools import partial
from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from lms.learning.progress import queries
from lms.learning.progress.actions_posts import Kept, answer_as_known, answer_at_once, answer_post
from lms.learning.progress.queries import Known
from lms.learning.progress.queries_memory import RecentRecords
from lms.learning.progress.rules import Answer, Missing, Post, PostKind, outlook
from lms.learning.progress.wire import LARGEST_BODY, read_post, shown
from lms.people.viewer import current_person_id
from lms.shared.db import db, glance, writes_at_once
from lms.shared.errors import DomainError, NotFoundError
from lms.web.access_log import actor
from lms.web.confirming import confirm, confirmed, presumed_session
from lms.web.dates import today, wall_clock
from lms.web.presence import somebody_is_there
from lms.web.programs import refuse
from lms.web.together import write_together
from lms.web.transactions import connection_of

RECENT = "recent study records"
blueprint = Blueprint("progress", __name__)


@blueprint.post("/study/<record_id>/posts")
def post(record_id: str) -> ResponseReturnValue:
    try:
        told = read_post(_body())
        answer = _keep(told, record_id)
    except NotFoundError:
        raise
    except DomainError as error:
        return refuse(error.code, 409 if error.code == "key_taken" else 422)
    if told.kind is not PostKind.BEAT:  # a page that lies open beats by itself
        somebody_is_there()
    return shown(answer) | {"saved": wall_clock(answer.saved_at)}


def _keep(told: Post, record_id: str) -> Answer:
    """Return what a post is answered, once it is on disk."""
    recent, person_id = _recent_records(), current_person_id()
    asked: dict[str, Any] = {"actor": actor(), "post": told, "person_id": person_id, "today": today()}
    known = recent.find(person_id, record_id)
    kept = _keep_as_known(known, asked) if known else None
    if kept is None:
        confirm()
        kept = _keep_as_read(asked | {"public_id": record_id})
    recent.keep(person_id, record_id, kept.known)
    return kept.answer


def _keep_as_known(known: Known, asked: dict[str, Any]) -> Kept | None:
    """Keep a post where its record stands as it did lately and the session is open."""
    presumed = presumed_session()
    asked = asked | {"known": known}
    if presumed:
        asked |= {"only_if": presumed.holds, "values": presumed.values}
    if writes_at_once(db.engine):
        with glance(db.engine) as connection:
            kept = answer_as_known(connection, **asked)
    else:
        kept = write_together(lambda session: answer_as_known(connection_of(session), **asked))
    if kept:
        confirmed()
    return kept


def _keep_as_read(asked: dict[str, Any]) -> Kept:
    if writes_at_once(db.engine):
        with glance(db.engine) as connection:
            if kept := answer_at_once(connection, **asked):
                return kept
    return write_together(partial(answer_post, **asked))


def _recent_records() -> RecentRecords:
    found: RecentRecords = current_app.extensions.setdefault(RECENT, RecentRecords())
    return found


def _body() -> bytes:
    """Return what was sent: one byte more than a post may have is enough to refuse it."""
    if not request.is_json:
        raise DomainError("json")
    return request.stream.read(LARGEST_BODY + 1)


@blueprint.get("/study/<record_id>/state")
def state(record_id: str) -> ResponseReturnValue:
    session = db.session()
    record = queries.get_record(session, person_id=current_person_id(), public_id=record_id)
    facts = queries.study_facts(session, record, today())
    found = outlook(facts)
    public_ids = {step.key: step.public_id for step in facts.modules}
    modules: dict[str, Any] = {
        public_ids[key]: {"percent": one.percent, "done": one.done, "position": one.position}
        for key, one in facts.states.items()
        if key in public_ids
    }
    return {
        "csrf": generate_csrf(),
        "saved": wall_clock(record.last_at),
        "last": public_ids.get(record.last_key or ""),
        "modules": modules,
        "course": {
            "percent": found.percent,
            "state": found.state,
            "score": found.score,
            "minutes_left": found.minutes_left,
            "missing": [_missing(one, public_ids) for one in found.missing],
        },
    }


def _missing(one: Missing, public_ids: dict[str, str]) -> dict[str, Any]:
    module = public_ids.get(one.module_key or "")
    return {"kind": one.kind, "module": module, "have": one.have, "needed": one.needed}

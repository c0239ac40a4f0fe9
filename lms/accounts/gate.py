"""Before every request: who is it, and may they open this? Flask-Login carries the answer to the views."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts import actions, presuming, queries
from lms.accounts.access import (
    ASKED_BY_PAGES,
    BEFORE_CHANGE,
    CONFIRMED_BY_WRITING,
    ENDPOINTS,
    WITHOUT_SCOPE,
    Policy,
    is_open,
)
from lms.accounts.queries import OpenSession
from lms.accounts.rules import SessionTimes, offices_of
from lms.people.queries import list_posts, scope_of_posts
from lms.people.viewer import set_viewer
from lms.shared.clock import utcnow
from lms.shared.db import db, glance
from lms.web.addresses import way_back
from lms.web.confirming import Presumed, presume, refusal_unless_confirmed
from lms.web.dates import today
from lms.web.presence import is_somebody_there
from lms.web.programs import signed_out, wants_json
from lms.web.transactions import SAFE_METHODS, short_transaction

LABEL_LENGTH = 120
login_manager = LoginManager()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, as Flask-Login wants to know it. `token` is what the browser holds."""

    token: str
    session_id: int
    person_id: int
    staff_no: str
    name: str
    must_change_password: bool = False
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """Return what Flask-Login puts into the browser's session: the token, which changes at every sign-in."""
        return self.token


@dataclass(frozen=True, slots=True)
class SessionClock:
    """When the present session ends unless it is used, and when it ends in any case."""

    idle_ends_at: datetime
    ends_at: datetime

    def seconds_left(self, now: datetime) -> tuple[int, int]:
        """Return how many whole seconds are left until either end."""
        return tuple(max(0, int((end - now).total_seconds())) for end in (self.idle_ends_at, self.ends_at))  # type: ignore[return-value]


def init_app(app: Flask) -> None:
    """Find out who asks, before anything else happens to a request."""
    # A phone changes its address with every cell; the token alone is the proof.
    login_manager.session_protection = None
    login_manager.init_app(app, add_context_processor=False)
    login_manager.user_loader(load_signed_in)

    @app.before_request
    def identify() -> None:
        if request.endpoint != "static":
            _ = current_user.is_authenticated  # loads; language and theme of error pages depend on it

    @app.after_request
    def keep_alive(response: Response) -> BaseResponse:
        if refusal := refusal_unless_confirmed():
            return refusal
        if is_somebody_there():  # the request's own transaction has ended
            _touch(*g.session_used)
        return response


def guard(app: Flask) -> None:
    """Let a request through only where `ENDPOINTS` opens the door; call it after the CSRF check is in place."""
    app.before_request(enforce)


def load_signed_in(token: str) -> SignedIn | None:
    """Return the person behind a session token, when the session lives and they work here today."""
    now, digest = utcnow(), actions.digest(token)
    if request.endpoint in CONFIRMED_BY_WRITING:
        return _presume(token, digest, now) or _ask(token, digest, now)
    return _ask(token, digest, now)


def _presume(token: str, digest: str, now: datetime) -> SignedIn | None:
    """Return the person behind a session that was open a moment ago; what is written or `confirming` asks further."""
    idle = _idle()
    found = presuming.recall(digest, now, idle)
    if found is None:
        return None
    values = {"of_token": digest, "session_at": now, "rests_since": now - idle, "session_on": today()}

    def refusal() -> BaseResponse | None:
        login_manager._update_request_context_with_user(_ask(token, digest, utcnow()))
        if not current_user.is_authenticated:
            del g.person_id, g.person_label
        return enforce()

    presume(Presumed(queries.IS_OPEN, values, refusal))
    return _let_pass(token, found, now)


def _ask(token: str, digest: str, now: datetime) -> SignedIn | None:
    # A connection of its own, given back at once: the request's transaction has not begun and must not begin here.
    with glance(db.engine) as connection:
        found = queries.find_open_session(connection, token_sha256=digest, on=today())
    end = found.times.end(now, _idle()) if found else None
    if found is None or not found.is_employed or end is not None:
        g.session_ended = end or "ENDED"
        return None
    if request.endpoint in CONFIRMED_BY_WRITING and not found.must_change_password:
        presuming.remember(digest, found)
    return _let_pass(token, found, now)


def _idle() -> timedelta:
    return timedelta(minutes=current_app.config["SETTINGS"].session_idle_minutes)


def _let_pass(token: str, found: OpenSession, now: datetime) -> SignedIn:
    idle = _idle()
    g.session_used = (found.session_id, found.times, now)
    used_at = found.times.last_seen_at if request.endpoint in ASKED_BY_PAGES else _touch(*g.session_used)
    g.session_clock = SessionClock(used_at + idle, found.times.expires_at)
    g.account_language, g.account_theme = found.language, found.theme
    person = SignedIn(token, found.session_id, found.person_id, found.staff_no, found.name, found.must_change_password)
    return recognize(person)


def _touch(session_id: int, times: SessionTimes, now: datetime) -> datetime:
    """Write that the session is in use; return when it was last used as written."""
    if not times.is_due_for_touch(now):
        return times.last_seen_at
    with short_transaction() as session:
        actions.touch_session(session, session_id=session_id, now=now)
    return now


def recognize(person: SignedIn) -> SignedIn:
    """Let the audit trail name this person as the one who acts in this request."""
    g.person_id, g.person_label = person.person_id, f"{person.name} ({person.staff_no})"[:LABEL_LENGTH]
    return person


def enforce() -> BaseResponse | None:
    """Stop whoever may not open this endpoint: 303 to sign-in, 401, or 403."""
    if request.endpoint is None:
        return None  # no such page: the answer is on its way
    policy = ENDPOINTS.get(request.endpoint)
    if policy is None:
        raise LookupError(f"{request.endpoint} is not declared in lms/accounts/access.py")
    if policy is Policy.PUBLIC:
        return None
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if current_user.must_change_password and request.endpoint not in BEFORE_CHANGE:
        return signed_out() if wants_json() else redirect(url_for("accounts.change_password", next=_wanted()), 303)
    if request.endpoint in WITHOUT_SCOPE:
        return None
    person_id, on, names = current_user.person_id, today(), current_app.config["SETTINGS"].names
    with glance(db.engine) as connection, Session(connection) as session:
        posts = list_posts(session, person_id=person_id, on=on)
        scope = scope_of_posts(session, posts, person_id, on=on, names=names)
    g.viewer_offices = offices_of(posts)
    set_viewer(scope, label=g.person_label)
    if not is_open(policy, signed_in=True, duties=scope.duties):
        abort(403)
    return None


def ask_to_sign_in() -> BaseResponse:
    """Send a reader to the sign-in page and back afterwards; tell a program that it must sign in."""
    accepted = request.accept_mimetypes
    if wants_json():
        return signed_out()
    if accepted and not accepted.accept_html:
        return Response("Sign in first.\n", 401, {"WWW-Authenticate": "Cookie"}, mimetype="text/plain")
    return redirect(url_for("accounts.sign_in", next=_wanted()), 303)


def _wanted() -> str:
    return request.full_path.rstrip("?") if request.method in SAFE_METHODS else way_back() or "/"

"""What a browser holds, signed by us: its session, and the token of its forms. A signature is verified once, not at
each of the posts that a player makes every few seconds.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from itsdangerous import BadSignature, URLSafeTimedSerializer

from lms.shared.clock import utcnow
from lms.web.input_guard import FORMS

MOST_REMEMBERED = 4096
HEADER = "X-CSRFToken"
SECOND = timedelta(seconds=1)


class SessionCookies(SecureCookieSessionInterface):
    """Sessions in signed cookies, as Flask has them; how old one may be is asked each time."""

    def __init__(self, app: Flask) -> None:
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            raise RuntimeError("sessions need a secret key")
        self._serializer: URLSafeTimedSerializer = serializer
        self._read = lru_cache(maxsize=MOST_REMEMBERED)(self._verified)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return what a request's cookie says; a session of its own, empty where that is nothing of ours."""
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return self.session_class()
        try:
            said, signed_at = self._read(cookie)
            # What can be changed in place, such as messages that wait for the next page, is read anew.
            if any(isinstance(value, list | dict | tuple) for value in said.values()):
                said, signed_at = self._verified(cookie)
        except BadSignature:
            return self.session_class()
        is_young = 0 <= (utcnow() - signed_at) // SECOND <= app.permanent_session_lifetime // SECOND
        return self.session_class(said if is_young else None)

    def _verified(self, cookie: str) -> tuple[dict[str, Any], datetime]:
        said: tuple[dict[str, Any], datetime] = self._serializer.loads(cookie, return_timestamp=True)
        return said


class TokenCheck(CSRFProtect):  # type: ignore[misc]  # Flask-WTF has no types
    """Flask-WTF's check. A token has no time limit: what a program sent rightly is right again in the same session."""

    def __init__(self) -> None:
        super().__init__()
        self._right: set[tuple[str, str]] = set()

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a request that may change something, unless it carries the token of its session."""
        sent = None if request.mimetype in FORMS else request.headers.get(HEADER)
        pair = (session.get("csrf_token", ""), sent or "")
        g.csrf_valid = pair in self._right
        if g.csrf_valid:
            return
        super().protect(apply_exemptions)
        if sent and g.csrf_valid:
            if len(self._right) >= MOST_REMEMBERED:
                self._right.clear()
            self._right.add(pair)

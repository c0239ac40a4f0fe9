"""What is looked at in every single answer of the access matrix, whoever asked for what."""

import io
import re
import zipfile
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from tests.accounts.deeds import FILES
from tests.accounts.world import World

POLICY = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"}
# A file that people brought may do nothing at all.
SEALED = {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "sandbox"}
KEPT = {"static", "web.styles", "content.file"}  # whose address never names anything else
BROUGHT = {"content.file", "check_photos.show"}
COOKIE = {"HttpOnly", "Path=/", "SameSite=Lax"}
FILE_NAME = re.compile(r"attachment; filename=\"[\w.-]+\"; filename\*=UTF-8''[\w.%~-]+", re.ASCII)


def text_of(answer: TestResponse) -> str:
    """Return all that an answer says: its headers, and its body, a workbook's parts unpacked."""
    body = answer.get_data()
    parts = [body]
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            parts = [book.read(name) for name in book.namelist()]
    said = [part.decode("utf-8", "replace") for part in parts]
    return "\n".join([*said, *(f"{name}: {value}" for name, value in answer.headers)])


def leaks(
    world: World, kind: str, answer: TestResponse, *, endpoint: str = "", reason_given: bool = False
) -> list[str]:
    """Return the hidden words that an answer gives away. A file asked for with a reason may name those in reach."""
    text = text_of(answer)
    is_file = reason_given and endpoint in FILES
    is_trail = endpoint.startswith("trail.")  # whom a line is about is what an auditor reads there
    return [
        f"shows {canary.word}, which is {canary.what}"
        for canary in world.canaries(kind)
        if canary.word in text and not (canary.closed and is_file) and not (canary.in_trail and is_trail)
    ]


def loose_headers(answer: TestResponse, endpoint: str | None) -> list[str]:
    """Return which protections an answer lacks."""
    headers = answer.headers
    directives = set(headers.get("Content-Security-Policy", "").split("; "))
    is_sealed = endpoint in BROUGHT and answer.status_code == 200 and answer.request.method != "OPTIONS"
    faults = [f"lacks {one}" for one in sorted((SEALED if is_sealed else POLICY) - directives)]
    faults += ["allows what is unsafe"] * ("unsafe" in headers.get("Content-Security-Policy", ""))
    wanted = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
    faults += [f"has no {name}: {value}" for name, value in wanted.items() if headers.get(name) != value]
    if endpoint not in KEPT or answer.status_code >= 400:
        faults += ["may be stored"] * (headers.get("Cache-Control") != "no-store")
    for cookie in headers.getlist("Set-Cookie"):
        faults += [f"sets a cookie without {one}" for one in sorted(COOKIE - set(cookie.split("; ")))]
    return faults


def loose_file(answer: TestResponse, endpoint: str | None) -> list[str]:
    """Return what is wrong with an answer that is a file: unknown to the register, or named unsafely."""
    named = answer.headers.get("Content-Disposition")
    if named is None or endpoint == "static":
        return []
    faults = ["is a file unknown to FILES in tests/accounts/deeds.py"] * (endpoint not in FILES)
    return faults + [f"is named {named}"] * (FILE_NAME.fullmatch(named) is None)


class Trail:
    """Reads what the audit trail gained since it was last asked."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.seen = 0
        self.start()

    def start(self) -> None:
        """Count from what stands there now."""
        self.session.rollback()
        self.seen = self.session.scalar(select(func.max(AuditEvent.id))) or 0

    def new(self) -> list[AuditEvent]:
        """Return the lines written since the last call."""
        self.session.rollback()
        found = list(self.session.scalars(select(AuditEvent).where(AuditEvent.id > self.seen).order_by(AuditEvent.id)))
        self.seen = max([self.seen, *(event.id for event in found)])
        return found


def shown_people(world: World, kind: str, answer: TestResponse) -> Iterator[tuple[str, int]]:
    """Yield who besides the viewer stands in an answer, with their database ids; its own address tells nothing."""
    text = text_of(answer).replace(answer.request.path, "")
    for part, marks in world.marks.items():
        if part != kind and any(mark in text for mark in marks.texts):
            yield part, marks.id


def unwritten(world: World, kind: str, answer: TestResponse, lines: list[AuditEvent]) -> list[str]:
    """Return whose data an answer shows without a line in the trail that names them, or how to find them again."""
    shown = dict(shown_people(world, kind, answer)) if answer.status_code < 400 else {}
    if not shown:
        return []
    own = [line for line in lines if kind == "anonymous" or line.actor_id == world.marks[kind].id]
    named = {one for line in own for one in line.subject_ids or ()}
    if any(line.subject_count >= len(shown) and line.detail and not line.subject_ids for line in own):
        return []
    missed = sorted(part for part, person_id in shown.items() if person_id not in named)
    return [f"shows {', '.join(missed)} without a line in the trail"] * bool(missed)

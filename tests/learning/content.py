"""Content for tests: files of each kind, and a course with a published edition."""

import io
from pathlib import Path
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.models import Course, CourseVersion
from lms.learning.content import actions
from lms.learning.content.models import Edition
from lms.learning.content.rules import Keeps, ModuleKind
from lms.shared.clock import local_date, utcnow

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>t</title><rect width="9" height="9"/></svg>'
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\n\xec\x95\x88\xeb\x85\x95\xed\x95\x98\xec\x8b\xad\xeb\x8b\x88\xea\xb9\x8c\n"
UNKNOWN_SIZE = b"\x01" + b"\xff" * 7
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x18\x53\x80\x67" + UNKNOWN_SIZE + b"\0" * 200
MP4 = b"".join(
    (len(body) + 8).to_bytes(4, "big") + name + body
    for name, body in ((b"ftyp", b"isom\0\0\2\0isom"), (b"moov", b"\0" * 40), (b"mdat", b"\0" * 90))
)


def author(session: Session | None = None, person_id: int | None = None) -> Actor:
    """Return who writes in tests."""
    return Actor(person_id=person_id, label="a test", origin="127.0.0.1", at=utcnow())


def picture(kind: str = "PNG", size: tuple[int, int] = (12, 8), mode: str = "RGB", **options: Any) -> bytes:
    """Return a small picture."""
    written = io.BytesIO()
    Image.new(mode, size, 128).save(written, kind, **options)
    return written.getvalue()


def document(pages: int = 2) -> bytes:
    """Return a PDF of empty pages."""
    writer, written = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(200, 100)
    writer.write(written)
    return written.getvalue()


def add_page(session: Session, draft: Edition, title: str = "쪽", **rest: Any) -> Any:
    """Add a page with some text to a draft."""
    rest = {"body_ko": "## 제목\n\n글"} | rest
    return actions.add_module(
        session, author(), draft, kind=ModuleKind.PAGE, title_ko=title, title_en=f"{title} (en)", **rest
    )


def published(session: Session, course: Course, *, keeps: Keeps = Keeps.KEEP) -> CourseVersion:
    """Publish an edition of one page as a further version of a course, and bring people to it."""
    today = local_date(utcnow(), "Asia/Seoul")
    draft = actions.start_draft(session, author(), course)
    if not draft.modules:
        add_page(session, draft)
    version = actions.publish(session, author(), draft, effective_on=today, keeps=keeps, today=today)
    draft.moved_at = utcnow()
    session.flush()
    session.refresh(course)
    return version


def keep(session: Session, course: Course, name: str, data: bytes, folder: Path) -> Any:
    """Keep a file for a course."""
    return actions.store_file(session, author(), course, name=name, data=data, folder=folder)

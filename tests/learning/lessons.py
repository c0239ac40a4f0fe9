"""A short course with every kind of module to look at, its files made on the spot: for tests of the player."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.learning.content.actions import store_file
from lms.learning.content.models import ContentFile, Edition, Module
from lms.learning.content.rules import ModuleKind
from lms.shared.clock import utcnow

SECONDS = 6
FRAMES_A_SECOND = 5
PAGES = 2
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:05.000\n안녕하십니까. 무엇을 도와드릴까요?\n"
TEXT = "## 약속\n\n" + 12 * ("고객의 말씀을 끝까지 듣고 되묻습니다. 되물은 뒤에 답합니다. " * 8 + "\n\n")
LINK = "https://example.com/service"


def film(seconds: int = SECONDS) -> bytes:
    """Return a WebM video of some seconds, which brightens as it goes."""
    written = io.BytesIO()
    with av.open(written, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=FRAMES_A_SECOND)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        stream.time_base = Fraction(1, FRAMES_A_SECOND)
        for number in range(seconds * FRAMES_A_SECOND):
            picture = av.VideoFrame(160, 90, "yuv420p")
            for plane, shade in zip(picture.planes, (16 + 4 * number, 128, 128), strict=True):
                plane.update(bytes([shade]) * plane.buffer_size)
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return written.getvalue()


def paper(pages: int = PAGES) -> bytes:
    """Return a PDF of some pages, each with its number."""
    writer = PdfWriter()
    kind = {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")}
    font = DictionaryObject(kind | {NameObject("/BaseFont"): NameObject("/Helvetica")})
    for number in range(1, pages + 1):
        page = writer.add_blank_page(420, 595)
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 32 Tf 60 480 Td (Service promise {number}) Tj ET".encode())
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = writer._add_object(content)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


class Lesson:
    """Writes an edition of a course's first version, module by module, and publishes it; the caller commits."""

    def __init__(self, session: Session, course: Course, folder: Path, **columns: Any) -> None:
        self.session, self.course, self.folder = session, course, folder
        self.actor = Actor(person_id=None, label="a test", origin="127.0.0.1", at=utcnow())
        self.edition = Edition(course_id=course.id, recorded_at=utcnow(), chapters=[], **columns)
        session.add(self.edition)
        session.flush()
        self.modules: list[Module] = []

    def add(self, kind: ModuleKind, title: str, **columns: Any) -> Module:
        """Add a module at the end; one minute long, so that a page counts as read after a quarter of that."""
        titles = {"title_ko": title, "title_en": title, "minutes": 1}
        module = Module(edition_id=self.edition.id, position=len(self.modules) + 1, kind=kind, **(titles | columns))
        self.session.add(module)
        self.session.flush()
        self.modules.append(module)
        return module

    def file(self, name: str, data: bytes) -> ContentFile:
        """Keep a file of the course."""
        return store_file(self.session, self.actor, self.course, name=name, data=data, folder=self.folder)

    def page(self, title: str = "서비스 약속", text: str = TEXT, **columns: Any) -> Module:
        """Add a page."""
        return self.add(ModuleKind.PAGE, title, body_ko=text, **columns)

    def video(self, title: str = "첫 인사", **columns: Any) -> Module:
        """Add a video with captions."""
        film_file, captions = self.file("film.webm", film()), self.file("film.vtt", CAPTIONS.encode())
        files = {"file_id": film_file.id, "captions_id": captions.id}
        return self.add(ModuleKind.VIDEO, title, seconds=SECONDS, **files, **columns)

    def document(self, title: str = "안내서", **columns: Any) -> Module:
        """Add a document."""
        return self.add(ModuleKind.DOCUMENT, title, file_id=self.file("paper.pdf", paper()).id, pages=PAGES, **columns)

    def link(self, title: str = "본사 안내", **columns: Any) -> Module:
        """Add a link."""
        return self.add(ModuleKind.LINK, title, url=LINK, body_ko="읽고 확인합니다.", **columns)

    def publish(self) -> Edition:
        """Make it the content of the course's first version."""
        self.edition.course_version_id = self.course.versions[0].id
        self.edition.published_at = utcnow()
        self.session.flush()
        self.session.refresh(self.edition)
        return self.edition

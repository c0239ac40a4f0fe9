"""Files that authors bring: what is kept, what is cleaned, and 200 that are refused."""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.learning.content import actions, storage, wording
from lms.learning.content.models import ContentFile
from lms.learning.content.rules_files import MOST_PIXELS, PDF, PICTURES
from lms.learning.content.screening import screen
from lms.shared.errors import DomainError
from tests.learning.content import MP4, SVG, UNKNOWN_SIZE, VTT, WEBM, author, document, keep, picture
from tests.support.network import small_cast

REFUSED = {"file_kind", "file_broken", "file_pixels", "file_active", "file_locked"}
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def drawings() -> Iterator[str]:
    """Yield drawings of which every one would run, load or embed something."""
    for element in (
        "script", "foreignObject", "iframe", "object", "embed", "audio", "video", "image", "a", "animate", "set",
        "animateTransform", "animateMotion", "discard", "handler", "listener", "switch", "view", "cursor", "feImage",
        "html", "link", "meta", "base", "form", "input", "math", "template", "SCRIPT", "solidcolor", "unknown", "tref",
    ):  # fmt: skip
        yield DRAWING.format(f"<{element}/>")
        yield DRAWING.format(f"<g><defs><{element}>alert(1)</{element}></defs></g>")
    for event in (
        "onload", "onclick", "onerror", "onbegin", "onend", "onrepeat", "onfocus", "onfocusin", "onmouseover", "ONLOAD",
        "onactivate", "onzoom", "onscroll", "onunload", "onwheel", "onkeydown", "onpointerdown", "ontouchstart",
    ):  # fmt: skip
        yield DRAWING.format(f'<rect {event}="alert(1)"/>')
    for address in (
        "http://evil.example/x.svg#a", "//evil.example/x", "javascript:alert(1)", " JaVaScRiPt:alert(1)", "x.svg#a",
        "data:image/svg+xml;base64,PHN2Zz4=", "/sign-out", "file:///etc/passwd", "jav&#x09;ascript:alert(1)", "",
    ):  # fmt: skip
        yield DRAWING.format(f'<use href="{address}"/>')
        yield DRAWING.format(f'<use xlink:href="{address}"/>')
        yield DRAWING.format(f'<linearGradient href="{address}"/>')
    for paint in (
        "url(http://evil.example/x#a)", "url('//evil.example')", "URL( https://evil.example )", "url(data:x)",
        r"u\72l(http://evil.example)", "url(/**/http://evil.example)", "image-set('http://evil.example' 1x)",
        "expression(alert(1))", "url(javascript:alert(1))", "url(x.png)",
    ):  # fmt: skip
        yield DRAWING.format(f'<rect fill="{paint}"/>')
        yield DRAWING.format(f'<rect style="fill:{paint}"/>')
        yield DRAWING.format(f"<style>rect {{ fill: {paint} }}</style>")
    yield DRAWING.format("<style>@import 'http://evil.example/a.css';</style>")
    yield DRAWING.format('<g xmlns:h="http://www.w3.org/1999/xhtml"><h:script>alert(1)</h:script></g>')
    yield DRAWING.format('<rect xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load"/>')
    yield DRAWING.format('<rect xml:base="http://evil.example/"/>')
    yield "<svg><script>alert(1)</script></svg>"
    yield '<svg xmlns="http://www.w3.org/1999/xhtml"><script/></svg>'
    yield '<!DOCTYPE svg SYSTEM "http://evil.example/x.dtd"><svg xmlns="http://www.w3.org/2000/svg"/>'
    yield f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>{DRAWING.format("&x;")}'
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    yield f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY e0 "x">{bomb}]>{DRAWING.format("&e8;")}'
    yield DRAWING.format("<rect>")
    yield DRAWING.format("<rect/>") + "<script/>"
    yield "<?xml version='1.0'?><html><svg/></html>"


def png(width: int, height: int) -> bytes:
    """Return the head of a picture that says it is so large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def packed() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("x.png", picture())
    return written.getvalue()


def acting_documents() -> Iterator[bytes]:
    for key, value in (
        ("/OpenAction", {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}),
        ("/OpenAction", {"/S": NameObject("/Launch"), "/F": TextStringObject("cmd.exe")}),
        ("/AA", {"/WC": DictionaryObject({NameObject("/S"): NameObject("/SubmitForm")})}),
        ("/AA", {"/O": DictionaryObject({NameObject("/S"): NameObject("/ImportData")})}),
        ("/Names", {"/JavaScript": DictionaryObject()}),
        ("/Names", {"/EmbeddedFiles": DictionaryObject()}),
    ):
        writer, written = PdfWriter(), io.BytesIO()
        writer.add_blank_page(100, 100)
        action = DictionaryObject({NameObject(name): part for name, part in value.items()})
        writer._root_object[NameObject(key)] = writer._add_object(action)
        writer.write(written)
        yield written.getvalue()
    writer, written = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.add_attachment("x.exe", b"MZ")
    writer.write(written)
    yield written.getvalue()


def others() -> Iterator[bytes]:
    """Yield what is no kind of file that courses hold, is broken, or is two things at once."""
    yield from (b"", b"x", HTML, b"GIF89a" + HTML, b"MZ\x90", packed(), b"\x7fELF", b"#!/bin/sh", b"BM" + b"\0" * 90)
    yield from (b"%!PS-Adobe", b"{}", b"\0" * 100, b"RIFF\0\0\0\0WAVE", b"OggS", b"ID3", "웹".encode(), b"<html>")
    yield from (
        b" " + picture(),
        HTML + picture(),
        HTML + document(),
        b"GIF89a/*" + document(),
        b"PK\x03\x04" + document(),
    )
    for kind in ("PNG", "JPEG", "WEBP"):
        whole = picture(kind, (64, 64))
        yield from (whole[:20], whole[: len(whole) // 2], whole[:12] + HTML)
    noisy = Image.effect_noise((200, 200), 90)
    written = io.BytesIO()
    noisy.convert("RGB").save(written, "JPEG")
    yield written.getvalue()[:900]
    yield from (png(50_000, 50_000), png(8_000, 6_251), png(2**31 - 1, 2**31 - 1), png(1, MOST_PIXELS + 1), png(0, 0))
    yield from (
        WEBM[:8],
        WEBM.replace(b"webm", b"matr"),
        WEBM[:20],
        WEBM.replace(UNKNOWN_SIZE, b"\x42\x00"),
        b"\x1a\x45\xdf\xa3" + HTML,
    )
    yield from (
        MP4[:-1],
        MP4[:24],
        MP4[:16],
        MP4 + HTML,
        MP4.replace(b"moov", b"free"),
        b"\0\0\0\4ftypisom",
        MP4[:4] + b"ftyp",
    )
    yield from (
        b"WEBVTT",
        b"WEBVTT\n\n",
        b"WEBVTT\n\nnot a cue\n",
        VTT.replace(b"-->", b"->"),
        b"WEBVTT\n\n\xff\xfe",
        b"WEBVTTX\n",
    )
    whole = document()
    yield from (
        whole[: len(whole) // 2],
        b"%PDF-1.7\n%%EOF",
        whole[:-30],
        b"%PDF-1.7" + HTML,
        whole.replace(b"/Pages", b"/Pagez"),
    )
    yield from (document(0), SVG.decode().encode("utf-16"), SVG[:-3], b"\xff" + SVG)
    yield from acting_documents()
    writer, locked = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(locked)
    yield locked.getvalue()


HOSTILE = [drawing.encode() for drawing in drawings()] + list(others())


def test_there_are_two_hundred_of_them():
    assert len({bytes(one) for one in HOSTILE}) >= 200


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_refused(data: bytes):
    with pytest.raises(DomainError) as refused:
        screen("file.png", data)
    assert refused.value.code in REFUSED
    assert refused.value.values["name"] == "file.png"


def test_each_refusal_names_the_file_and_the_remedy(app):
    with app.test_request_context():
        for code in REFUSED:
            said = wording.refusal(DomainError(code, name="수업.svg", what="script"))
            assert "수업.svg" in said
            assert len(said) > len("수업.svg") + 20


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_loses_what_its_camera_wrote(kind: str):
    exif = Image.Exif()
    exif[0x010E] = "taken at 37.5665 N"
    exif[0x0112] = 6  # lies on its side
    data = picture(kind, (40, 20), exif=exif) + b"<script>alert(1)</script>"
    found = screen("a.png", data)
    assert b"37.5665" in data
    assert b"37.5665" not in found.data
    assert b"script" not in found.data
    assert (found.measures["width"], found.measures["height"]) == (20, 40)
    with Image.open(io.BytesIO(found.data)) as kept:
        assert not kept.getexif()
        assert kept.format == kind


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_pictures_of_every_mode_are_kept(mode: str):
    for kind in ("PNG", "JPEG", "WEBP"):
        try:
            data = picture(kind, mode=mode)
        except OSError:
            continue  # there is no such picture
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert screen("a", data).measures == {"width": 12, "height": 8}


def test_a_drawing_loses_comments_and_instructions():
    before = b'<?xml version="1.0"?><?xml-stylesheet href="http://evil.example/a.css"?><!-- <script> -->' + SVG
    found = screen("a.svg", before)
    assert found.media_type == "image/svg+xml"
    assert b"evil" not in found.data
    assert b"script" not in found.data
    assert found.data == screen("a.svg", found.data).data
    assert b"<rect" in found.data


def test_paint_and_links_within_a_drawing_are_kept():
    inside = '<linearGradient id="a"/><style>.b{fill:#123}</style><use href="#a"/>'
    inside += '<rect fill="url(#a)" style="fill: url(\'#a\')"/>'
    assert b"url(#a)" in screen("a.svg", DRAWING.format(inside).encode()).data


@pytest.mark.parametrize(
    ("data", "media_type", "measures"),
    [
        (WEBM, "video/webm", {}),
        (MP4, "video/mp4", {}),
        (VTT, "text/vtt", {"captions": 1}),
        (document(3), PDF, {"pages": 3}),
        (b"\xef\xbb\xbf" + SVG, "image/svg+xml", {}),
    ],
)
def test_what_a_file_is_decides_by_its_bytes(data, media_type, measures):
    found = screen("photo.exe", data)
    assert (found.media_type, found.measures) == (media_type, measures)


def test_the_lessons_own_drawings_pass():
    from lms.demo.lessons import LESSONS

    found = sorted(LESSONS.glob("*/*.svg"))
    assert found
    for path in found:
        assert screen(path.name, path.read_bytes()).data


def test_the_same_bytes_are_kept_once(session: Session, tmp_path: Path):
    cast = small_cast(session)
    first = keep(session, cast.course, "a.svg", SVG, tmp_path)
    again = keep(session, cast.course, "a.svg", SVG, tmp_path)
    other = keep(session, cast.course, "b.svg", SVG, tmp_path)
    assert first is again
    assert (other.sha256, other.name) == (first.sha256, "b.svg")
    assert session.scalar(select(func.count()).select_from(ContentFile)) == 2
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [storage.path_of(tmp_path, first.sha256)]
    assert storage.path_of(tmp_path, first.sha256).read_bytes() == screen("a", SVG).data


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\사진\\그림 1.png", "그림-1.png"),
        ("<script>.svg", "script-.svg"),
        ("..", "file"),
        ("", "file"),
        ("a" * 300 + ".png", "a" * 196 + ".png"),
        ("a(b).svg", "a-b-.svg"),
    ],
)
def test_a_name_cannot_lead_anywhere(came, kept):
    assert actions.file_name(came) == kept


def test_a_file_of_another_kind_than_asked_for_is_refused(session: Session, tmp_path: Path):
    cast = small_cast(session)
    with pytest.raises(DomainError, match="file_unfit"):
        actions.store_file(
            session, author(), cast.course, name="a.png", data=document(), folder=tmp_path, only=PICTURES
        )

"""Photographs for tests: good ones as cameras make them, and crafted ones."""

import hashlib
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image

from lms.field_checks.photos.models import FieldCheckPhoto
from lms.shared.clock import utcnow
from tests.learning.content import MP4, SVG, document

HTML = b"<!doctype html><script>alert(1)</script>"
KINDS = ("JPEG", "PNG", "WEBP")
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def photograph(kind: str = "JPEG", shade: int = 120, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """Return a photo with what a camera writes into it: its maker, the place, and that it was held upright."""
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Secret Camera 3000", 6
    exif.get_ifd(GPS)[2] = (37.0, 33.0, 58.0)
    picture, written = Image.effect_noise(size, shade).convert("RGB"), io.BytesIO()
    picture.save(written, kind, exif=exif, **options)
    return written.getvalue()


def plain(kind: str, size: tuple[int, int] = (24, 16), **options: object) -> bytes:
    """Return a small picture of one color."""
    written = io.BytesIO()
    Image.new("RGB", size, (90, 120, 150)).save(written, kind, **options)
    return written.getvalue()


PICTURE = plain("PNG")


def photo_of(check: Any, item_id: int, taken_by: Any) -> FieldCheckPhoto:
    """Return the row of a photo of a check; its bytes are `PICTURE`."""
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    return FieldCheckPhoto(
        check_id=check.id, item_id=item_id, key="k1k1k1k1", media_type="image/png", sha256=sha256, shown_sha256=sha256,
        size=len(PICTURE), taken_by_id=taken_by.id, recorded_at=utcnow(),
    )  # fmt: skip


def archive(behind: bytes = b"") -> bytes:
    """Return an archive, written behind something."""
    written = io.BytesIO(behind)
    with zipfile.ZipFile(written, "a") as file:
        file.writestr("x.html", HTML)
    return written.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, more: bytes = b"") -> bytes:
    """Return a PNG that says it is so large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 99))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + data + chunk(b"IEND", b"")


def with_comment(body: bytes) -> bytes:
    """Return a JPEG with a comment."""
    whole = plain("JPEG")
    return whole[:2] + b"\xff\xfe" + (len(body) + 2).to_bytes(2, "big") + body + whole[2:]


def with_text(body: bytes) -> bytes:
    """Return a PNG with a text."""
    whole = plain("PNG")
    return whole[:33] + chunk(b"tEXt", b"Comment\0" + body) + whole[33:]


def with_metadata(body: bytes) -> bytes:
    """Return a WEBP with a chunk of metadata that readers skip."""
    whole = plain("WEBP")
    more = b"XMP " + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
    return b"RIFF" + (len(whole) + len(more) - 8).to_bytes(4, "little") + whole[8:] + more


PAGES = (
    HTML, b"<html><body>x</body></html>", b"<HTML lang='ko'>", b"<script src=//evil.example></script>",
    b"<ScRiPt\n>alert(1)</ScRiPt>", b"<iframe src=x>", SVG,
    b"<svg\nonload=alert(1) xmlns='http://www.w3.org/2000/svg'>",
    b"<?php system($_GET[0]); ?>", b"%PDF-1.7\n1 0 obj", b"<img src=x onerror=alert(1)>",
    b"<a href=javascript:alert(1)>",
    b"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", b"<?php __HALT_COMPILER(); ?>", b"<body onload=x()>",
    b"<body\tonpageshow=x()>",
    b"<svg width='1' xmlns:x='http://www.w3.org/1999/xlink' xmlns='http://www.w3.org/2000/svg'/>",
    b"<table background=JAVASCRIPT:alert(1)>", b"<img/src=x onError = alert(1)>",
    b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c\x00\x04",
)  # fmt: skip


def polyglots() -> Iterator[bytes]:
    """Yield pictures that are something else too: behind their end, in what readers skip, or at their head."""
    for page in PAGES:
        yield from (plain(kind) + page for kind in KINDS)
        yield from (with_comment(page), with_text(page), with_metadata(page))
    for kind in KINDS:
        whole = plain(kind)
        yield from (
            archive(whole),
            whole + document(),
            whole + b"\0" * 64 + HTML,
            whole + b"MZ\x90\0",
            whole + b"\x7fELF",
        )
        yield from (whole + b"#!/bin/sh\nid\n", whole + bytes(range(1, 256)), whole + b"\xca\xfe\xba\xbe", whole + b"x")
    yield from (
        plain("PNG") + plain("JPEG"),
        plain("WEBP") + plain("PNG"),
        plain("PNG") + MP4,
        plain("JPEG") + plain("PNG"),
    )
    yield plain("JPEG") * 9
    script = plain("JPEG")
    yield script[:4] + b"/*" + script[6:] + b"*/=alert(1)//"
    yield b"\xff\xd8\xff\xe0/*" + b"\0" * 12_072 + b"*/=alert(1);/*" + plain("JPEG")[20:]


def no_photos() -> Iterator[bytes]:
    """Yield what is no picture at all, or one of a kind that is not taken."""
    yield from (b"", b"x", HTML, SVG, b'<?xml version="1.0"?>' + SVG, document(), archive(), b"MZ\x90", b"\x7fELF")
    yield from (b"GIF89a" + HTML, plain("GIF"), plain("BMP"), plain("TIFF"), plain("ICO"), plain("PPM"), MP4)
    yield from (HTML + plain("JPEG"), b" " + plain("PNG"), SVG + plain("WEBP"), b"RIFF\0\0\0\0WAVE", "웹".encode())


def broken() -> Iterator[bytes]:
    """Yield pictures cut off, hollow, far too large, or with bytes changed by chance so that they do not open."""
    for kind in KINDS:
        whole = photograph(kind)
        yield from (whole[: len(whole) * part // 8] for part in range(1, 8))
        yield from (whole[:12], whole[:12] + b"\0" * 300, whole[:-3])
    yield from (png_of(50_000, 50_000), png_of(2**31 - 1, 2**31 - 1), png_of(1, 50_000_001), png_of(0, 0))
    yield png_of(8_000, 6_251, chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * 20_000_000, 9)))


def mangled(count: int = 60) -> Iterator[bytes]:
    """Yield photos with bytes changed by chance; some still open, none may do harm."""
    chance = random.Random(6)
    for number in range(count):
        data = bytearray(photograph(KINDS[number % 3]))
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(3, min(len(data), 600))] = chance.randrange(256)
        yield bytes(data)

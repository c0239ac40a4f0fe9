"""Which photos a check takes, told by their bytes: pictures that are nothing else besides."""

import re
from datetime import timedelta

from lms.learning.content.rules_files import JPEG, PNG, WEBP, is_whole_mp4

PHOTOS = frozenset({JPEG, PNG, WEBP})
LARGEST = 20 * 1024 * 1024
MOST_OF_A_CHECK = 60
# Within the data directory; and how long bytes stay there once no photo refers to them.
FOLDER, GRACE = "photos", timedelta(days=7)
# The longer side of the copy that is shown, in pixels.
LONGEST_SIDE = 2048
# What other readers would take the same bytes for. Each is long enough that no photo holds it by chance.
OTHERWISE_READ = re.compile(
    rb"<script[\s>/]|<html[\s>]|<body[\s>]|<iframe[\s>]|<svg[^<>]{0,400}xmlns|<!doctype\s|<!entity\s|<\?php\s"
    rb"|javascript:|onerror\s*=|onload\s*=|%PDF-\d|__HALT_COMPILER|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c",
    re.IGNORECASE,
)
# One of these stands in all of them: looking for them first takes a hundredth of the time.
BEGINNINGS = (
    b"<script", b"<html", b"<body", b"<iframe", b"<svg", b"<!doctype", b"<!entity", b"<?php", b"javascript:",
    b"onerror", b"onload", b"%pdf-", b"__halt_compiler", b"rar!", b"7z\xbc\xaf",
)  # fmt: skip
# An archive is read from its end: this record stands there, before a comment of at most 65,535 bytes.
END_OF_ARCHIVE, FARTHEST_END = b"PK\x05\x06", 22 + 65_535
# Marks inside of a JPEG that are not its next segment: stuffing, restarts and fill bytes.
NEXT_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
START_OF_JPEG, END_OF_IMAGE, START_OF_SCAN = b"\xff\xd8\xff", 0xD9, 0xDA
PNG_HEAD, PNG_AROUND = 8, 12
MOST_SMALLER = 4
# What phones of one maker write behind a photo ends so.
END_OF_TRAILER = b"SEFT"


def fault_of(data: bytes, media_type: str) -> str | None:
    """Return why the bytes of a picture are none to keep: something else besides, or without an end; None: they are."""
    if is_read_otherwise(data):
        return "file_active"
    end = ENDS[media_type](data)
    if end is None:
        return "file_broken"
    return None if _may_follow(data[end:], media_type) else "file_active"


def is_read_otherwise(data: bytes) -> bool:
    """Tell whether other readers would take a picture for a page, a script, a document or an archive."""
    lowered = data.lower()
    if any(one in lowered for one in BEGINNINGS) and OTHERWISE_READ.search(data):
        return True
    if END_OF_ARCHIVE in data[-FARTHEST_END:]:
        return True
    # A script whose first comment hides the head of the picture.
    return data[4:6] == b"/*" and b"*/" in data


def _may_follow(tail: bytes, media_type: str) -> bool:
    """Tell whether what stands behind a picture is what cameras write there: smaller pictures, a moment of film."""
    for _ in range(MOST_SMALLER if media_type == JPEG else 0):
        smaller = tail.lstrip(b"\0")
        if not smaller.startswith(START_OF_JPEG):
            break
        tail = smaller[_end_of_jpeg(smaller) or 0 :]
    if not tail.strip(b"\0"):
        return True
    return media_type == JPEG and (tail.rstrip(b"\0").endswith(END_OF_TRAILER) or is_whole_mp4(tail))


def _end_of_jpeg(data: bytes) -> int | None:
    place = 2
    while found := NEXT_MARK.search(data, place):
        mark, place = data[found.start() + 1], found.end()
        if mark == END_OF_IMAGE:
            return place
        place += int.from_bytes(data[place : place + 2], "big")
    return None


def _end_of_png(data: bytes) -> int | None:
    place = PNG_HEAD
    while place + PNG_AROUND <= len(data):
        name = data[place + 4 : place + 8]
        place += PNG_AROUND + int.from_bytes(data[place : place + 4], "big")
        if name == b"IEND":
            return place if place <= len(data) else None
    return None


def _end_of_webp(data: bytes) -> int | None:
    end = 8 + int.from_bytes(data[4:8], "little")
    return end if end <= len(data) else None


ENDS = {JPEG: _end_of_jpeg, PNG: _end_of_png, WEBP: _end_of_webp}

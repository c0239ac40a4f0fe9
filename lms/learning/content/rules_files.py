"""Which files courses may hold, told by their bytes; the name a file came with decides nothing."""

from dataclasses import dataclass, field

from lms.learning.content.rules import ModuleKind

PNG, JPEG, WEBP, SVG = "image/png", "image/jpeg", "image/webp", "image/svg+xml"
WEBM, MP4, CAPTIONS, PDF = "video/webm", "video/mp4", "text/vtt", "application/pdf"
PICTURES = frozenset({PNG, JPEG, WEBP, SVG})
VIDEOS = frozenset({WEBM, MP4})
EVERY_TYPE = PICTURES | VIDEOS | {CAPTIONS, PDF}
# What the fields of a module take.
FITTING: dict[tuple[ModuleKind, str], frozenset[str]] = {
    (ModuleKind.VIDEO, "file"): VIDEOS,
    (ModuleKind.VIDEO, "captions"): frozenset({CAPTIONS}),
    (ModuleKind.VIDEO, "poster"): PICTURES,
    (ModuleKind.DOCUMENT, "file"): frozenset({PDF}),
}
MOST_PIXELS = 50_000_000
LONGEST_NAME = 200
SEGMENT = b"\x18\x53\x80\x67"
EBML = b"\x1a\x45\xdf\xa3"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A box of an MP4 begins with its size and its name; size 0: to the end of the file, 1: the size follows in 8 bytes.
BOX_HEAD, LONG_SIZE = 8, 16


@dataclass(frozen=True, slots=True)
class Screened:
    """A file that was looked at: what it is, the bytes to keep, and what was found in it."""

    media_type: str
    data: bytes
    measures: dict[str, int] = field(default_factory=dict)


def media_type_of(data: bytes) -> str | None:
    """Return what the first bytes say a file is; None: nothing that courses may hold."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith(EBML):
        return WEBM
    if data[4:8] == b"ftyp":
        return MP4
    if data.startswith(b"%PDF-"):
        return PDF
    return _text_type(data.removeprefix(BYTE_ORDER_MARK))


def _text_type(data: bytes) -> str | None:
    head = data[:6]
    if head == b"WEBVTT" and data[6:7] in {b"", b" ", b"\t", b"\r", b"\n"}:
        return CAPTIONS
    begins = data[:1000].lstrip()
    return SVG if begins.startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in data[:4000] else None


def is_whole_webm(data: bytes) -> bool:
    """Tell whether a file is WebM by its head, and its segment is there to the end it tells, if it tells one."""
    place = data[:4096].find(SEGMENT) + len(SEGMENT)
    if b"\x42\x82\x84webm" not in data[:64] or place < len(SEGMENT) or not data[place : place + 1]:
        return False
    # The size is written in as many bytes as its first one has leading zero bits, and one more; all ones: unknown.
    length = 9 - data[place].bit_length()
    size = int.from_bytes(data[place : place + length], "big") & ((1 << 7 * length) - 1)
    return size == (1 << 7 * length) - 1 or place + length + size <= len(data)


def is_whole_mp4(data: bytes) -> bool:
    """Tell whether the boxes of a file follow each other to its end, with a film and its data among them."""
    names, place = [], 0
    while place + BOX_HEAD <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        names.append(data[place + 4 : place + BOX_HEAD])
        if size == 1:
            size = int.from_bytes(data[place + BOX_HEAD : place + LONG_SIZE], "big")
        size = size or len(data) - place
        if size < BOX_HEAD:
            return False
        place += size
    return place == len(data) and names[0] == b"ftyp" and {b"moov", b"mdat"} <= set(names)

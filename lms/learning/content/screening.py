"""Looking into files that come in, with a well-kept reader for each kind; pictures are written without metadata."""

import io
import re
import warnings

# Only to write what defusedxml has read.
import xml.etree.ElementTree as Plain  # nosec B405
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image, ImageOps, UnidentifiedImageError

from lms.learning.content.rules_files import (
    CAPTIONS,
    JPEG,
    MOST_PIXELS,
    MP4,
    PDF,
    PNG,
    SVG,
    WEBM,
    WEBP,
    Screened,
    is_whole_mp4,
    is_whole_webm,
    media_type_of,
)
from lms.shared.errors import DomainError

if TYPE_CHECKING:
    from pypdf import PdfReader

FORMATS = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP"}
KEPT_MODES = {PNG: {"1", "L", "LA", "P", "RGB", "RGBA"}, JPEG: {"L", "RGB"}, WEBP: {"RGB", "RGBA"}}
DRAWING = "{http://www.w3.org/2000/svg}"
LINKING = "{http://www.w3.org/1999/xlink}"
XML = "{http://www.w3.org/XML/1998/namespace}"
FOREIGN_KEPT = frozenset({LINKING + "href", XML + "space", XML + "lang"})
# Shapes, texts and paint. Nothing that runs, loads, embeds, moves or links elsewhere.
ELEMENTS = frozenset(
    DRAWING + name
    for name in [
        "svg",
        "g",
        "defs",
        "title",
        "desc",
        "metadata",
        "symbol",
        "use",
        "style",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "textPath",
        "marker",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
        "pattern",
        "filter",
        "feBlend",
        "feColorMatrix",
        "feComposite",
        "feDropShadow",
        "feFlood",
        "feGaussianBlur",
        "feMerge",
        "feMergeNode",
        "feOffset",
    ]
)
INSIDE = re.compile(r"url\(\s*['\"]?#[\w.:-]+['\"]?\s*\)", re.IGNORECASE)
# A backslash or a comment could spell what stands behind them in another way.
OUTSIDE = re.compile(r"url\s*\(|@import|image-set|expression|javascript\s*:|data\s*:|\\|/\*|&", re.IGNORECASE)
ACTIVE = ("/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/RichMedia", "/EmbeddedFiles")
END_OF_PDF, MOST_OBJECTS, DEEPEST = 2048, 200_000, 40
# What pypdf raises at broken files beside errors of its own.
NOT_A_PDF = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError,
    NotImplementedError,
)  # fmt: skip


def screen(name: str, data: bytes) -> Screened:
    """Return what a file is and the bytes to keep of it.

    Raises:
        DomainError: it is none that courses may hold ("file_kind"), broken ("file_broken"), too large a picture
            ("file_pixels"), or holds what could act ("file_active"); `name` is among the values.
    """
    media_type = media_type_of(data)
    if media_type is None:
        raise DomainError("file_kind", name=name)
    return SCREENS[media_type](name, data, media_type)


def screen_picture(name: str, data: bytes, media_type: str, longest: int | None = None) -> Screened:
    """Return a picture written anew without metadata, made smaller where its longer side has more pixels.

    Raises:
        DomainError: it is broken ("file_broken") or too large ("file_pixels").
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures and of odd metadata; the limit is ours, the metadata goes.
            warnings.simplefilter("ignore")
            return _written_anew(name, data, media_type, longest)
    except Image.DecompressionBombError as error:
        raise DomainError("file_pixels", name=name) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise DomainError("file_broken", name=name) from error


def _written_anew(name: str, data: bytes, media_type: str, longest: int | None) -> Screened:
    with Image.open(io.BytesIO(data), formats=[FORMATS[media_type]]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise DomainError("file_pixels", name=name)
        opened.load()
        picture = ImageOps.exif_transpose(opened)
    if picture.mode not in KEPT_MODES[media_type]:
        picture = picture.convert("RGBA" if picture.has_transparency_data and media_type != JPEG else "RGB")
    if longest:
        picture.thumbnail((longest, longest))
    transparency = picture.info.get("transparency")
    picture.info = {} if transparency is None else {"transparency": transparency}
    written = io.BytesIO()
    options: dict[str, Any] = {"quality": 90} if media_type in {JPEG, WEBP} else {"optimize": False}
    picture.save(written, FORMATS[media_type], **options)
    return Screened(media_type, written.getvalue(), {"width": picture.width, "height": picture.height})


def _drawing(name: str, data: bytes, media_type: str) -> Screened:
    try:
        root = fromstring(data.decode("utf-8-sig"), forbid_dtd=True)
    except DefusedXmlException as error:
        raise DomainError("file_active", name=name, what="DTD") from error
    except (Plain.ParseError, UnicodeDecodeError, ValueError, RecursionError, LookupError) as error:
        raise DomainError("file_broken", name=name) from error
    if root.tag != DRAWING + "svg":
        raise DomainError("file_kind", name=name)
    for element in root.iter():
        if found := _acting(element):
            raise DomainError("file_active", name=name, what=found)
    # Written anew: comments, processing instructions and entities stay behind.
    Plain.register_namespace("", DRAWING[1:-1])
    Plain.register_namespace("xlink", LINKING[1:-1])
    return Screened(media_type, Plain.tostring(root, encoding="utf-8"))


def _acting(element: Plain.Element) -> str | None:
    """Return the element or attribute that could run or load something, if there is one."""
    if element.tag not in ELEMENTS:
        return str(element.tag).rsplit("}", 1)[-1]
    if element.tag == DRAWING + "style" and OUTSIDE.search(INSIDE.sub("", element.text or "")):
        return "style"
    for attribute, value in element.attrib.items():
        plain = attribute.rsplit("}", 1)[-1].lower()
        is_link = plain in {"href", "src"}
        if plain.startswith("on") or (attribute.startswith("{") and attribute not in FOREIGN_KEPT):
            return plain
        if value.strip()[:1] != "#" if is_link else OUTSIDE.search(INSIDE.sub("", value)):
            return plain
    return None


def _video(name: str, data: bytes, media_type: str) -> Screened:
    is_whole = is_whole_webm(data) if media_type == WEBM else is_whole_mp4(data)
    if not is_whole:
        raise DomainError("file_broken", name=name)
    return Screened(media_type, data)


def _captions(name: str, data: bytes, media_type: str) -> Screened:
    from webvtt import WebVTT  # slow to load, and few processes ever take in captions
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    try:
        found = WebVTT.from_string(data.decode("utf-8-sig"), strict=True)
    except (MalformedFileError, MalformedCaptionError, UnicodeDecodeError, ValueError, IndexError) as error:
        raise DomainError("file_broken", name=name) from error
    if not len(found):
        raise DomainError("file_broken", name=name)
    return Screened(media_type, data, {"captions": len(found)})


def _document(name: str, data: bytes, media_type: str) -> Screened:
    if b"%%EOF" not in data[-END_OF_PDF:]:
        raise DomainError("file_broken", name=name)
    # Here, because it takes a tenth of a second to load, and few processes ever take in a document.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise DomainError("file_locked", name=name)
        pages = sum(isinstance(page.mediabox.width, float | int | Decimal) for page in reader.pages)
        acting = _acting_part(reader)
    except (PyPdfError, *NOT_A_PDF) as error:
        raise DomainError("file_broken", name=name) from error
    if acting:
        raise DomainError("file_active", name=name, what=acting)
    if not pages:
        raise DomainError("file_broken", name=name)
    return Screened(media_type, data, {"pages": pages})


def _acting_part(reader: "PdfReader") -> str | None:
    """Return what in a document could act; every object is looked at, whatever stream it is packed into."""
    from pypdf.errors import PyPdfError

    size = int(str(reader.trailer["/Size"]))
    if size > MOST_OBJECTS:
        raise ValueError("more objects than any handout has")
    for number in range(1, size):
        try:
            found = reader.get_object(number)
        except (PyPdfError, *NOT_A_PDF):
            continue  # a number that is free
        if acting := _acting_in(found):
            return acting
    return None


def _acting_in(value: object, depth: int = 0) -> str | None:
    if depth > DEEPEST:
        raise ValueError("deeper than any handout is")
    if isinstance(value, dict):
        for key, part in dict.items(value):
            if key in ACTIVE or (key == "/S" and part in ACTIVE) or (key == "/Type" and part == "/EmbeddedFile"):
                return str(part if key in {"/S", "/Type"} else key).strip("/")
            if found := _acting_in(part, depth + 1):
                return found
    if isinstance(value, list):
        return next(filter(None, (_acting_in(part, depth + 1) for part in value)), None)
    return None


SCREENS: dict[str, Callable[[str, bytes, str], Screened]] = {
    PNG: screen_picture,
    JPEG: screen_picture,
    WEBP: screen_picture,
    SVG: _drawing,
    WEBM: _video,
    MP4: _video,
    CAPTIONS: _captions,
    PDF: _document,
}

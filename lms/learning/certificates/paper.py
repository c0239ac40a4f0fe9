"""Drawing a certificate as a PDF: the same facts give the same bytes."""

import io
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

import segno
import typst

Standard = Literal["a-2a", "ua-1"]
LAYOUT = Path(__file__).with_name("certificate.typ")
# Kept for decades and read aloud: the archive's standard, and the one of accessible documents.
STANDARDS: tuple[Standard, ...] = ("a-2a", "ua-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What is printed. `valid_until` is the last day; `address` leads to the public check."""

    number: str
    name: str
    course_ko: str
    course_en: str
    version: str
    completed_on: date
    valid_until: date | None
    issued_on: date
    issuer_ko: str
    issuer_en: str
    address: str


def draw(paper: Paper, *, fonts: Path) -> bytes:
    """Return the certificate as a tagged PDF; `fonts` is the folder that holds Pretendard.

    A name may have letters that the font lacks. The standards for archives and accessibility refuse those, so it is
    then a plain tagged PDF, in which they show as boxes.
    """
    wanted = {field.name: _text(getattr(paper, field.name)) for field in fields(paper)}
    inputs = wanted | {"title": f"수료증 Certificate {paper.number}", "qr": code_picture(paper.address)}
    try:
        return _compiled(inputs, paper.issued_on, fonts, STANDARDS)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _compiled(inputs, paper.issued_on, fonts, ())


def _text(value: date | str | None) -> str:
    return "" if value is None else str(value)


def code_picture(address: str) -> str:
    """Return the QR code of an address as SVG."""
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", border=4, xmldecl=False, nl=False)
    return picture.getvalue().decode()


def _compiled(inputs: dict[str, str], on: date, fonts: Path, standards: tuple[Standard, ...]) -> bytes:
    # A compiler of its own for each: they are cheap, and two threads may not share one. Fonts are read once.
    compiler = typst.Compiler(LAYOUT, font_paths=_fonts(fonts), ignore_system_fonts=True)
    made = compiler.compile(
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=list(standards),
        timestamp=datetime(on.year, on.month, on.day, tzinfo=UTC),
    )
    if not isinstance(made, bytes):
        raise TypeError("a certificate is one page")
    return made


@lru_cache(maxsize=4)
def _fonts(folder: Path) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])

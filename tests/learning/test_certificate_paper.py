"""The paper itself: its text comes out as it went in, for names of every kind; the code leads where it says."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
import segno
from pypdf import PdfReader

from lms.learning.certificates.paper import Paper, code_picture, draw
from tests.support import ROOT

FONTS = ROOT / "static" / "vendor" / "pretendard"
PAPER = Paper(
    number="2026-000123",
    name="김하나",
    course_ko="고객 응대 기본",
    course_en="Serving customers: the basics",
    version="3",
    completed_on=date(2026, 11, 2),
    valid_until=date(2027, 11, 1),
    issued_on=date(2026, 11, 29),
    issuer_ko="서비스 네트워크",
    issuer_en="Service network",
    address="https://training.example.org/check/bcdfghjkmnpqrstvwx",
)


def read(body: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(body))


def text_of(paper: Paper) -> str:
    (page,) = read(draw(paper, fonts=FONTS)).pages
    return page.extract_text()


def test_everything_that_it_certifies_stands_in_both_languages():
    text = text_of(PAPER)
    for words in ("수료증", "Certificate of completion", "제 2026-000123 호", "No. 2026-000123", "고객 응대 기본",
                  "Serving customers: the basics", "2026년 11월 2일", "2 November 2026", "2027년 11월 1일까지",
                  "1 November 2027", "서비스 네트워크", "Service network", PAPER.address):  # fmt: skip
        assert words in text
    assert "제한 없음" in text_of(replace(PAPER, valid_until=None))


@pytest.mark.parametrize(
    "name",
    [
        "뷁쀍똠햏 힣갃",
        '#eval("1 + 1") #panic() *굵게* _기울임_ $x^2$ `raw`',
        "<label> @reference \\ // comment /* */ --- ... \"따옴표\" 'q'",
        "<script>alert('이름')</script>\"&{{7*7}}%s${7*7}",
        '=HYPERLINK("http://127.0.0.1:9/?x","go")',
        "Nguyễn Thị Ánh Đào Ørsted",
        "W" * 120,
        "길" * 120,
    ],
)
def test_a_name_comes_out_as_it_is_on_one_page(name: str):
    assert name in text_of(replace(PAPER, name=name)).replace("\n", "")


def test_letters_that_the_font_lacks_make_no_fault():
    text = text_of(replace(PAPER, name="김철수 😀 漢字"))
    assert "김철수" in text
    assert "고객 응대 기본" in text


def test_the_same_facts_give_the_same_bytes_and_another_number_others():
    first = draw(PAPER, fonts=FONTS)
    assert first == draw(replace(PAPER), fonts=FONTS)
    assert first != draw(replace(PAPER, number="2026-000124"), fonts=FONTS)


def test_it_is_an_archivable_tagged_document_with_title_and_language():
    reader = read(draw(PAPER, fonts=FONTS))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "ko"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert "2026-000123" in (reader.metadata.title or "")
    about = root["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part>2<", about)
    assert re.search(r"pdfuaid:part>1<", about)


def test_the_code_is_that_of_the_address():
    drawn = code_picture(PAPER.address)
    expected = io.BytesIO()
    segno.make(PAPER.address, error="m").save(expected, kind="svg", border=4, xmldecl=False, nl=False)
    assert drawn == expected.getvalue().decode()
    assert drawn != code_picture(PAPER.address[:-1])

"""Tables as files: what is written opens as it is meant, and nothing in it runs."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from lms.shared import tables
from lms.shared.errors import DomainError
from lms.shared.tables import BOM, Column, Kind, NoteSheet, neutralize, write_csv, write_xlsx

SIGNS = "=+-@＝＋－＠"
COLUMNS = [Column("사번"), Column("이름"), Column("과정"), Column("경과일", Kind.NUMBER), Column("기한", Kind.DATE)]
PAYLOAD = st.builds(
    lambda blanks, start, rest: blanks + start + rest,
    st.text(alphabet=' "\t\r\n\u00a0\u3000', max_size=3),
    st.sampled_from([*SIGNS, "\t=", "\r=", '"=']),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=12),
)
ANY_TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


def read_csv(chunks: Sequence[bytes]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(chunks).decode("utf-8-sig"), newline="")))


def is_live(cell: str) -> bool:
    """Say in other words than the product's what a spreadsheet would run."""
    return cell[:1] in ("\t", "\r") or cell.strip(' "\t\r\n\u00a0\u3000\u200b\ufeff')[:1] in set(SIGNS)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+82",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠A1",
        "  =1",
        '"=1"',
        ' "=1',
        "\u00a0=1",
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert neutralize(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", "김민준", "00012345", "2019-06-30", "A-B", "정비 - 기초", "a=b", "'=1", "Q&A @ work"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert neutralize(text) == text


@given(PAYLOAD)
@settings(max_examples=500, deadline=None)
def test_neutral_text_stays_neutral(text: str) -> None:
    assert not is_live(neutralize(text))
    assert neutralize(neutralize(text)) == neutralize(text)


@given(st.lists(st.tuples(ANY_TEXT, PAYLOAD | ANY_TEXT, ANY_TEXT), min_size=1, max_size=4))
@settings(max_examples=500, deadline=None)
def test_no_csv_cell_runs_whatever_stands_around_it(rows: list[tuple[str, str, str]]) -> None:
    cells = read_csv(list(write_csv(rows, COLUMNS[:3])))[1:]
    assert not [cell for row in cells for cell in row if is_live(cell)]
    assert cells == [[neutralize(cell) for cell in row] for row in rows]


def test_negative_numbers_are_numbers() -> None:
    assert b"".join(write_csv([("1", "a", "b", -5, date(2019, 6, 30))], COLUMNS)).endswith(b"1,a,b,-5,2019-06-30\r\n")


def test_csv_for_the_web_carries_one_mark_and_korean_survives() -> None:
    rows = [(f"{number:08d}", "똠방각하", "정비", number, None) for number in range(5_000)]
    chunks = list(write_csv(rows, COLUMNS, bom=True))
    text = b"".join(chunks)
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.count(BOM.encode()) == 1
    assert len(chunks) > 3
    assert max(map(len, chunks)) < 128 * 1024
    assert read_csv(chunks)[-1] == ["00004999", "똠방각하", "정비", "4999", ""]


def test_an_empty_table_has_its_header() -> None:
    assert b"".join(write_csv([], COLUMNS)).decode() == "사번,이름,과정,경과일,기한\r\n"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    rows = [
        ("00012345", "=HYPERLINK(1)", "1", 12, "2019-06-18"),
        ("00000007", "김민준", "https://example.org", -3, date(2019, 6, 19)),
        ("1e5", None, "똠", None, None),
    ]
    path = tmp_path / "미달명단.xlsx"
    cover = NoteSheet("표지", "미달 명단", [("기준일", "2019-06-30"), ("사유", "=1+1")], count_label="건수")
    written = write_xlsx(
        path, rows, COLUMNS, sheet="명단", cover=cover, terms=NoteSheet("용어", "용어", [("이수", "…")])
    )
    assert written == 3
    return path


def test_a_workbook_has_cover_data_and_terms(workbook: Path) -> None:
    book = CalamineWorkbook.from_path(workbook)
    assert book.sheet_names == ["표지", "명단", "용어"]
    cover = book.get_sheet_by_name("표지").to_python()
    assert ["기준일", "2019-06-30"] in cover
    assert ["사유", "'=1+1"] in cover
    assert ["건수", "3"] in cover
    assert book.get_sheet_by_name("명단").to_python()[1:] == [
        ["00012345", "'=HYPERLINK(1)", "1", 12.0, date(2019, 6, 18)],
        ["00000007", "김민준", "https://example.org", -3.0, date(2019, 6, 19)],
        ["1e5", "", "똠", "", ""],
    ]


def test_a_workbook_holds_text_cells_no_formula_and_no_link(workbook: Path) -> None:
    with ZipFile(workbook) as parts:
        data = parts.read("xl/worksheets/sheet2.xml").decode()
        assert not [name for name in parts.namelist() if "rels" in name and "sheet" in name]
    assert "<f>" not in data
    assert "<hyperlink" not in data
    assert 'state="frozen"' in data
    assert "<autoFilter" in data
    assert '<c r="A2" s="' in data
    assert ">00012345<" in data


def test_a_rate_is_a_percentage_as_it_was_floored(tmp_path: Path) -> None:
    path = tmp_path / "rates.xlsx"
    write_xlsx(path, [("A", "89.9"), ("B", None), ("C", "100.0")], [Column("Center"), Column("Rate", Kind.RATE)])
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert rows[1:] == [["A", 0.899], ["B", ""], ["C", 1.0]]


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_XLSX_ROWS", 2)
    with pytest.raises(DomainError) as caught:
        write_xlsx(tmp_path / "many.xlsx", [("a",)] * 3, [Column("A")])
    assert caught.value.code == "too_many_rows"

"""Reading files as people hand them in: whatever program saved them, or a clear refusal."""

import gzip
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from lms.imports.files import FileError, NumberCell, open_table

Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Give a function that saves bytes, or text in an encoding, under a name."""

    def write(content: str | bytes, name: str = "roster.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                else:
                    sheet.write(at, column, cell)
    return path


def read(path: Path, name: str | None = None) -> tuple[list[str], list[tuple[int, list[str]]]]:
    with open_table(path, name or path.name) as table:
        return table.header, list(table.rows())


def refused(path: Path, name: str | None = None) -> FileError:
    with pytest.raises(FileError) as caught:
        read(path, name)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_korean_is_read_from_every_usual_encoding(save: Save, encoding: str):
    path = save("Staff_No , NAME\n00012,똠방각하\n", encoding=encoding)
    assert read(path) == (["staff_no", "name"], [(2, ["00012", "똠방각하"])])


def test_a_gzipped_file_is_read_whatever_its_name(save: Save):
    path = save(gzip.compress("staff_no\n007\n".encode("utf-8-sig")), "upload.bin")
    assert read(path, "roster.csv")[1] == [(2, ["007"])]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_of_spreadsheets_are_seen_in_the_header(save: Save, delimiter: str):
    path = save(f"staff_no{delimiter}name\n1{delimiter}a,b\n")
    assert read(path)[1] == [(2, ["1", "a,b"])]


def test_lines_are_counted_as_an_editor_counts_them(save: Save):
    path = save('a,b\r\n\r\n1,"two\r\nlines"\r\n,\r\n3,4\r\n')
    assert read(path)[1] == [(3, ["1", "two\r\nlines"]), (6, ["3", "4"])]


def test_short_rows_are_filled_and_long_ones_kept_for_their_reader(save: Save):
    assert read(save("a,b,c\n1\n1,2,3,4\n"))[1] == [(2, ["1", "", ""]), (3, ["1", "2", "3", "4"])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        ("a,b".encode("utf-16"), "utf16"),
        (b"a,b\n1,\xff\xfe\x81\n", "encoding"),
        (b"a,b\n1,\x00\n", "nul_bytes"),
        (b"a,a\n1,2\n", "duplicate_column"),
        (b'a,b\n1,"never closed\n2,3\n', "csv_syntax"),
        (b"a\n" + b"x" * 200_000 + b"\n", "csv_syntax"),
        (b"\x1f\x8b\x08broken", "gzip"),
        (gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:-20], "gzip"),
        (",".join(f"c{number}" for number in range(300)).encode(), "too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(save: Save, content: bytes, code: str):
    assert refused(save(content)).code == code


def test_a_syntax_error_names_its_line(save: Save):
    assert refused(save('a,b\n1,2\n3,"x"y\n')).values["line"] == 3


@pytest.mark.parametrize("name", ["roster.xls", "roster.pdf", "roster.ods"])
def test_other_formats_are_refused_by_name(save: Save, name: str):
    assert refused(save(b"anything", name)).code == "format"


def test_missing_columns_are_named(save: Save):
    with open_table(save("staff_no,title\n"), "x.csv") as table, pytest.raises(FileError) as caught:
        table.require("staff_no", ("title_ko", "title"), ("name_ko", "name"), "center_code")
    assert caught.value.values["columns"] == "name_ko, center_code"


def test_a_workbook_gives_numbers_days_and_texts_as_texts(tmp_path: Path):
    rows: list[list[Any]] = [
        ["Staff_No", "name", "on", "score"],
        ["007", "김", date(2019, 6, 30), 3.5],
        [],
        [12, "이", None, 1],
    ]
    header, found = read(workbook(tmp_path / "a.xlsx", rows))
    assert header == ["staff_no", "name", "on", "score"]
    assert found == [(2, ["007", "김", "2019-06-30", "3.5"]), (4, ["12", "이", "", "1"])]
    assert not isinstance(found[0][1][0], NumberCell)
    assert isinstance(found[1][1][0], NumberCell)


def test_a_workbook_is_known_by_its_content(tmp_path: Path):
    path = workbook(tmp_path / "a.xlsx", [["a"], ["1"]])
    assert read(path, "misnamed.csv")[1] == [(2, ["1"])]


def with_sheet(path: Path, sheet: str) -> Path:
    """Replace the sheet of a workbook, as somebody with bad intentions would."""
    source = workbook(path.with_suffix(".source"), [["a"], ["1"]])
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            is_sheet = part.filename == "xl/worksheets/sheet1.xml"
            new.writestr(part.filename, sheet if is_sheet else old.read(part))
    return path


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ('<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>', "xlsx_too_many_cells"),
        ('<row r="1"><c r="A1"/></row><row r="199999"><c r="GR199999"/></row>', "xlsx_too_many_cells"),
        ('<row r="1"><c r="A1"/><c r="&#90;ZZ1"/></row>', "xlsx_too_many_cells"),
        ("x" * (51 * 1024 * 1024), "xlsx_too_large"),
    ],
)
def test_a_small_workbook_cannot_unfold_into_gigabytes(tmp_path: Path, cells: str, code: str):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    path = with_sheet(tmp_path / "bomb.xlsx", f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>')
    started = time.perf_counter()
    assert refused(path).code == code
    assert time.perf_counter() - started < 5


def test_a_broken_workbook_is_refused(save: Save, tmp_path: Path):
    assert refused(save(b"PK\x03\x04 not really", "a.xlsx")).code == "xlsx_broken"
    whole = workbook(tmp_path / "whole.xlsx", [["a"], ["1"]]).read_bytes()
    assert refused(save(whole[: len(whole) // 2], "half.xlsx")).code == "xlsx_broken"


def test_progress_is_told_while_rows_are_read(save: Save):
    path = save("a\n" + "".join(f"{number}\n" for number in range(50_000)))
    told: list[int] = []
    with open_table(path, path.name) as table:
        table.on_progress = told.append
        assert sum(1 for _ in table.rows()) == 50_000
    assert told == sorted(told)
    assert told[0] < 50 < told[-1]


def test_a_history_of_324_thousand_rows_is_read_fast(shared_dir: Path):
    path = shared_dir / "data" / "oulad" / "history.csv.gz"
    started = time.process_time()
    with open_table(path, path.name) as table:
        rows = sum(1 for _ in table.rows())
    assert rows == 323_925
    assert rows / (time.process_time() - started) > 100_000

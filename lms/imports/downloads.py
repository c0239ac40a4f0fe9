"""Files the imports page gives: templates to fill in, and rows that were not taken."""

import io
from collections.abc import Iterable, Iterator, Sequence

from flask_babel import gettext as _

from lms.imports import wording
from lms.imports.models import RefusedRow
from lms.shared.tables import Column, Kind, write_csv, write_xlsx

MIME_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def template(rows: Sequence[Sequence[str]], suffix: str) -> bytes:
    """Return a file to fill in: a header line and example rows, all as text so that leading zeros stay."""
    return _written(rows[1:], [Column(name) for name in rows[0]], suffix)


def refused_rows(refused: Sequence[RefusedRow], suffix: str) -> bytes:
    """Return rows that were not taken: where, what is wrong and what to do, and the cells as they came."""
    names = list(dict.fromkeys(name for row in refused for name in row.cells))
    headings = [_("Line"), _("Column"), _("Value"), _("Problem"), _("What to do")]
    columns = [Column(headings[0], Kind.NUMBER), *map(Column, headings[1:]), *map(Column, names)]
    return _written(_told(refused, names), columns, suffix)


def _told(refused: Iterable[RefusedRow], names: Sequence[str]) -> Iterator[list[object]]:
    for row in refused:
        told = [row.line, row.column, row.value, wording.problem(row.code), wording.remedy(row.code)]
        yield [*told, *(row.cells.get(name, "") for name in names)]


def _written(rows: Iterable[Sequence[object]], columns: Sequence[Column], suffix: str) -> bytes:
    if suffix == "csv":
        return b"".join(write_csv(rows, columns, bom=True))
    file = io.BytesIO()
    write_xlsx(file, rows, columns)
    return file.getvalue()

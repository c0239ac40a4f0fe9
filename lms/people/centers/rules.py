"""What a centers file says: units and what stands under what."""

from dataclasses import dataclass, field
from datetime import date

from lms.imports.rules import RowRefusal


@dataclass(frozen=True, slots=True)
class Named:
    """A region or area: code and names."""

    code: str
    name_ko: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class CenterRow:
    """A sound row of a centers file."""

    line: int
    code: str
    name_ko: str
    name_en: str
    area: Named
    region: Named
    network_type: str | None = None
    ownership: str | None = None
    city_ko: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    headcount_plan: int | None = None
    cells: dict[str, str] = field(default_factory=dict, compare=False)


def without_contradictions(rows: list[CenterRow]) -> tuple[list[CenterRow], list[RowRefusal]]:
    """Return the rows that agree with those before them, and the others refused.

    A center stands in one row; an area stands under one region.
    """
    kept: list[CenterRow] = []
    refused: list[RowRefusal] = []
    seen: set[str] = set()
    region_of: dict[str, str] = {}
    for row in rows:
        if row.code in seen:
            refused.append(RowRefusal(row.line, "center_code", row.code, "repeated", row.cells))
        elif region_of.setdefault(row.area.code, row.region.code) != row.region.code:
            refused.append(RowRefusal(row.line, "area_code", row.area.code, "area_in_two_regions", row.cells))
        else:
            seen.add(row.code)
            kept.append(row)
    return kept, refused

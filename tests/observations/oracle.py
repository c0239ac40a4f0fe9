"""Visits counted by hand, from the files alone: what every report must say."""

import csv
import gzip
import io
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

Row = dict[str, str]
POOR = 80


def read(path: Path) -> list[Row]:
    """Return the rows of a file, zipped or not."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


class Oracle:
    """The files in memory, in plain lists."""

    def __init__(self, centers: list[Row], visits: list[Row], findings: list[Row]) -> None:
        self.region = {row["center_code"]: row["region"] for row in centers}
        self.visits = sorted(visits, key=lambda row: (row["center_code"], row["visited_on"], row["visit_id"]))
        self.found: dict[str, set[str]] = defaultdict(set)
        for row in findings:
            self.found[row["visit_id"]].add(row["item_code"])

    def report(self, by: str, region: str | None, kind: str | None) -> list[Row]:
        """Return a report's rows as its CSV has them."""
        wanted = [
            row
            for row in self.visits
            if kind in (None, row["kind"]) and region in (None, self.region[row["center_code"]])
        ]
        rows = getattr(self, f"_{by}")(wanted)
        return [{name: str(value) for name, value in row.items()} for row in rows]

    def _month(self, visits: list[Row]) -> list[dict[str, object]]:
        months: dict[str, list[Row]] = defaultdict(list)
        for row in visits:
            months[row["visited_on"][:7]].append(row)
        return [
            {
                "month": month,
                "visits": len(rows),
                "centers": len({row["center_code"] for row in rows}),
                "points_sum": sum(int(row["points"] or 0) for row in rows),
            }
            for month, rows in sorted(months.items())
        ]

    def _item(self, visits: list[Row]) -> list[dict[str, object]]:
        cited = Counter(code for row in visits for code in self.found[row["visit_id"]])
        return [{"item_code": code, "visits_cited": number} for code, number in sorted(cited.items())]

    def _repeat(self, visits: list[Row]) -> list[dict[str, object]]:
        again: Counter[tuple[str, str]] = Counter()
        for one, other in pairwise(visits):
            if one["center_code"] == other["center_code"]:
                both = self.found[one["visit_id"]] & self.found[other["visit_id"]]
                again.update((one["center_code"], code) for code in both)
        return [
            {"center_code": center, "item_code": code, "times": times}
            for (center, code), times in sorted(again.items())
        ]

    def _rebound(self, visits: list[Row]) -> list[dict[str, object]]:
        scored = [row for row in visits if row["points"]]
        pairs = [
            (int(one["points"]), int(other["points"]))
            for one, other in pairwise(scored)
            if one["center_code"] == other["center_code"] and int(one["points"]) < POOR
        ]
        low, following = (_mean([pair[side] for pair in pairs]) for side in (0, 1))
        return [{"low_visits": len(pairs), "mean_low": low, "mean_next": following}]


def _mean(numbers: list[int]) -> object:
    if not numbers:
        return ""
    return float((Decimal(sum(numbers)) / len(numbers)).quantize(Decimal("0.0001"), ROUND_HALF_UP))

"""A real history, taken in by the command an operator uses, gives the expected figures exactly."""

from pathlib import Path

from flask.testing import FlaskCliRunner

from tests.observations.files import KINDS, NAMES, REPORTS, report, rows_of, taken
from tests.observations.oracle import Oracle, read

EXPECTED = {"month": "months", "item": "items", "repeat": "repeat_items", "rebound": "rebound"}
OTHERS = ("BRONX", "QUEENS", None)


def test_reports_equal_expected_and_a_recount_of_other_regions(runner: FlaskCliRunner, shared_dir: Path):
    folder = shared_dir / "data" / "inspections"
    files = {name: folder / ("items.csv" if name == "items" else f"{name}.csv.gz") for name in NAMES}
    printed = taken(runner, [text for name, path in files.items() for text in (f"--{name}", str(path))])
    assert "visits: 133,336 rows, 133,336 added\nfindings: 395,286 rows, 395,286 added\n" in printed
    for by, name in EXPECTED.items():
        expected = (folder / "expected" / f"staten_island_{name}.csv").read_text(encoding="utf-8")
        assert report(runner, by, "STATEN ISLAND", "FIRST") == expected, by
    oracle = Oracle(*(read(files[name]) for name in ("centers", "visits", "findings")))
    for region, kind in zip(OTHERS, KINDS, strict=True):
        for by in REPORTS:
            assert rows_of(report(runner, by, region, kind)) == oracle.report(by, region, kind), (by, region, kind)

"""Small files of a history, and the commands that take them in and report them."""

import csv
import io
from pathlib import Path

from click.testing import Result
from flask.testing import FlaskCliRunner

CENTERS = ("center_code,name,region", "C1,강남점,수도권", "C2,서초점,수도권", "C3,해운대점,영남")
ITEMS = ("item_code,is_critical,text", "GREET,1,1분 안에 인사한다", "TIDY,0,접수대가 정돈되어 있다", "CALL,0,")
VISITS = (
    "visit_id,center_code,visited_on,kind,points",
    "V1,C1,2019-01-10,FIRST,70",
    "V2,C1,2019-02-10,FIRST,85",
    "V3,C2,2019-02-11,FIRST,100",
    "V4,C3,2019-02-12,FIRST,60",
    "V5,C1,2019-01-20,RECHECK,95",
)
FINDINGS = ("visit_id,item_code", "V1,GREET", "V1,TIDY", "V2,TIDY", "V4,GREET", "V5,TIDY")
NAMES = ("centers", "items", "visits", "findings")
KINDS = ("FIRST", "RECHECK", None)
REPORTS = ("month", "item", "repeat", "rebound")


def write(folder: Path, **lines: tuple[str, ...]) -> list[str]:
    """Write the four files, each as usual unless its lines are given, and return the options that name them."""
    usual = {"centers": CENTERS, "items": ITEMS, "visits": VISITS, "findings": FINDINGS} | lines
    options = []
    for name in NAMES:
        path = folder / f"{name}.csv"
        path.write_text("\n".join(usual[name]) + "\n", encoding="utf-8")
        options += [f"--{name}", str(path)]
    return options


def take(runner: FlaskCliRunner, options: list[str], *more: str) -> Result:
    """Import files, and return what the command said."""
    return runner.invoke(args=["observations", "import", *options, *more])


def taken(runner: FlaskCliRunner, options: list[str], *more: str) -> str:
    """Import files that are fine, and return what the command printed."""
    done = take(runner, options, *more)
    assert done.exit_code == 0, done.output
    return done.output


def report(runner: FlaskCliRunner, by: str, region: str | None = None, kind: str | None = None, *more: str) -> str:
    """Return a report as CSV."""
    options = [*(("--region", region) if region else ()), *(("--kind", kind) if kind else ()), *more]
    done = runner.invoke(args=["observations", "report", "--by", by, "--format", "csv", *options])
    assert done.exit_code == 0, done.output
    return done.output


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text)))

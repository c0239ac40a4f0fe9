"""Run the benchmarks: `python -m tests.benchmarks [--large] [--strict] [name …]`.

Each module `bench_<name>.py` beside this file has `def run(report: Report) -> None`.
"""

import argparse
import importlib
import sys
from pathlib import Path

from tests.benchmarks.report import Report
from tests.support import ROOT

HERE = Path(__file__).parent


def names() -> list[str]:
    """Return the names of all benchmarks."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def main() -> int:
    """Run the benchmarks that were asked for, by default all, and print what they measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("name", nargs="*", help=f"which ones: {', '.join(names())} (default: all)")
    parser.add_argument("--large", action="store_true", help="also 10 and 25 times the reference load")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a goal is missed")
    asked = parser.parse_args()
    if strangers := set(asked.name) - set(names()):
        parser.error(f"no benchmark is named {', '.join(sorted(strangers))}")
    report = Report(large=asked.large)
    for name in asked.name or names():
        report.section(name)
        importlib.import_module(f"tests.benchmarks.bench_{name}").run(report)
    report.print_table()
    report.save(ROOT / "bench-results" / ("large.json" if asked.large else "latest.json"))
    return 1 if asked.strict and report.missed() else 0


if __name__ == "__main__":
    sys.exit(main())

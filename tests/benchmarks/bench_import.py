"""How fast a roster and a training history come in: the commands from start to exit, beside the reference load."""

import csv
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks.bench_load import AS_OF, LARGE, REFERENCE, history_rows, reference_load, roster_rows
from tests.benchmarks.report import Report
from tests.support import ROOT
from tests.support.databases import BACKENDS

PEAK = re.compile(r"VmHWM:\s*(\d+) kB")
# The command as an operator starts it; a process of its own, so that its peak memory is its own too.
COMMAND = """
import pathlib, sys
from app import create_app
done = create_app().test_cli_runner().invoke(args=sys.argv[1:])
print(done.output)
print(*(line for line in pathlib.Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
sys.exit(done.exit_code)
"""


def run(report: Report) -> None:
    """Import every enrollment of the load once, then the same file again; then as many new people as it has."""
    with tempfile.TemporaryDirectory(prefix="completion-bench-") as folder:
        file, roster = Path(folder) / "history.csv", Path(folder) / "roster.csv"
        header = ("staff_no", "course_code", "assigned_on", "due_on", "completed_on")
        size = LARGE if report.large else REFERENCE
        rows = _write(file, header, history_rows(size))
        people = _write(roster, ("staff_no", "name", "center_code", "role_code", "hired_on"), roster_rows(size))
        report.note(f"{rows:,} rows, {file.stat().st_size / 1e6:.0f} MB")
        for backend in BACKENDS:
            url = reference_load(backend, size, enrollments=False)
            idle, _ = command(url, folder, "tiers", "list")
            peak, seconds = command(url, folder, "history", "import", str(file))
            report.figure(f"{backend}: history import", rows / seconds, "rows/s", ">= 20000")
            report.figure(f"{backend}: memory above idle", (peak - idle) / 1024, "MB")
            _, seconds = command(url, folder, "history", "import", str(file))
            report.figure(f"{backend}: the same file again", rows / seconds, "rows/s")
            _, seconds = command(url, folder, "roster", "import", "--partial", "--effective", str(AS_OF), str(roster))
            report.figure(f"{backend}: roster import", people / seconds, "people/s", ">= 3000")


def _write(file: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> int:
    written = 0
    with file.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            written += 1
    return written


def command(url: str, folder: str, *arguments: str) -> tuple[int, float]:
    """Run a command and return its peak memory in KiB and how long it took in seconds."""
    environment = {**os.environ, "DATABASE_URL": url, "DATA_DIR": folder}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    found = PEAK.search(done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"flask {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return int(found[1]), seconds

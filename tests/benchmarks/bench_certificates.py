"""How long the paper of a certificate takes, once the fonts are read: each has another number, name and code."""

import secrets
import statistics
import time
from dataclasses import replace
from datetime import date

from lms.learning.certificates.paper import Paper, draw
from tests.benchmarks.report import Report
from tests.support import ROOT

FONTS = ROOT / "static" / "vendor" / "pretendard"
ROUNDS, WARM_UP = 200, 5
PAPER = Paper(
    number="2026-000001",
    name="김하나",
    course_ko="고객 응대 기본",
    course_en="Serving customers: the basics",
    version="1",
    completed_on=date(2026, 11, 2),
    valid_until=date(2027, 11, 1),
    issued_on=date(2026, 11, 29),
    issuer_ko="서비스 네트워크",
    issuer_en="Service network",
    address="https://training.example.org/check/",
)


def run(report: Report) -> None:
    """Draw certificates one after the other."""
    times = [_draw(number) for number in range(WARM_UP + ROUNDS)][WARM_UP:]
    report.figure(f"one certificate, median (n = {ROUNDS})", statistics.median(times), "ms", "<= 20")
    report.figure("one certificate, 95 of 100 take less", statistics.quantiles(times, n=20)[-1], "ms")


def _draw(number: int) -> float:
    paper = replace(
        PAPER, number=f"2026-{number:06}", name=f"김하나{number}", address=PAPER.address + secrets.token_hex(9)
    )
    started = time.perf_counter()
    draw(paper, fonts=FONTS)
    return 1000 * (time.perf_counter() - started)

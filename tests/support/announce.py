"""What a test run says about itself: how many tests ran on what, and what did not run and why. Nothing is silent."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.shared_data import find_shared_data, shared_data_is_required

KIND = "stands_on"
NOT_RUN = "not_run_for_want_of_shared_data"


def kinds_of(item: pytest.Item) -> list[str]:
    """Return on what a test stands: a backend, the browser, shared data, or nothing."""
    fixtures = getattr(item, "fixturenames", ())
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    kinds = [parameters[name] for name in ("backend",) if name in parameters]
    kinds += ["chromium"] if "page" in fixtures or "browser" in fixtures else []
    kinds += ["shared data"] if "shared_dir" in fixtures else []
    return kinds or ["no database"]


class Announcer:
    """Counts reports and prints what they add up to; a skipped test fails the run."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()
        self.counted: Counter[str] = Counter()
        self.skipped: list[str] = []
        self.not_run: set[str] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Note each test's kind on it, and take out those whose data are not on this machine."""
        for item in items:
            item.user_properties.extend((KIND, kind) for kind in kinds_of(item))
        if find_shared_data() or shared_data_is_required():
            return
        absent = [item for item in items if "shared_dir" in getattr(item, "fixturenames", ())]
        self.not_run.update(item.nodeid for item in absent)
        items[:] = [item for item in items if item not in absent]
        config.hook.pytest_deselected(items=absent)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once, on its call; a skip may come from its setup."""
        if report.skipped:
            self.skipped.append(report.nodeid)
        elif report.when == "call":
            self.ran.update(kind for name, kind in report.user_properties if name == KIND and isinstance(kind, str))
            # A test that asks many things says how many: record_property("access cells", 336).
            self.counted.update({name: number for name, number in report.user_properties if isinstance(number, int)})

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand what a worker left out to the controller; fail a run with skipped tests."""
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[NOT_RUN] = sorted(self.not_run)
        elif self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker left out (a hook of pytest-xdist)."""
        self.not_run.update(getattr(node, "workeroutput", {}).get(NOT_RUN, ()))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the counts."""
        line = ", ".join(f"{kind} {number}" for kind, number in sorted(self.ran.items()))
        terminalreporter.write_line(f"tests that ran, by what they stand on: {line or 'none'}")
        for what, number in sorted(self.counted.items()):
            terminalreporter.write_line(f"{what}: {number:,}")
        if self.not_run:
            terminalreporter.write_line(
                f"shared data absent: {len(self.not_run)} tests not run "
                "(put the folder beside the project or name it in SHARED_DIR; SHARED_REQUIRED=1 makes them fail)",
                red=True,
                bold=True,
            )
        for nodeid in self.skipped:
            terminalreporter.write_line(f"skipped, which fails the run: {nodeid}", red=True, bold=True)


def explain_absence() -> Path:
    """Return the shared folder or fail the test that needs it."""
    found = find_shared_data()
    if found is None:
        pytest.fail("shared data are required here (SHARED_REQUIRED) but SHARED_DIR or ../shared is not there")
    return found

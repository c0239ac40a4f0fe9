"""`flask serve` on this machine: web server and worker start together and stop together."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import Settings
from tests.support import ROOT

START_SECONDS = 60
STOP_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer_of(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - this machine's own
            return str(answer.read().decode())
    except OSError:
        return ""


def wait_until(found: Callable[[], bool], what: str) -> None:
    for _ in range(START_SECONDS * 10):
        if found():
            return
        time.sleep(0.1)
    raise AssertionError(f"waited in vain for {what}")


@contextmanager
def serving(settings: Settings, port: int, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    variables = {"DATABASE_URL": settings.database_url, "DATA_DIR": str(settings.data_dir), "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - this product's own command
            [sys.executable, "-m", "flask", "serve", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.backend("sqlite")  # how processes start and stop does not depend on the database
def test_it_serves_until_interrupted_and_takes_its_worker_along(settings: Settings, tmp_path: Path):
    port, log = free_port(), tmp_path / "said.txt"
    with serving(settings, port, log) as process:
        wait_until(lambda: "ok" in answer_of(f"http://127.0.0.1:{port}/healthz"), "the web server")
        wait_until(lambda: "worker started" in log.read_text(), "the worker")
        assert "staff_no" in answer_of(f"http://127.0.0.1:{port}/")
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == 0
    said = log.read_text()
    assert f"http://127.0.0.1:{port}/" in said
    assert "Consumer exiting" in said, "the worker's last words"
    assert "Traceback" not in said
    assert not answer_of(f"http://127.0.0.1:{port}/healthz")


@pytest.mark.backend("sqlite")
def test_a_port_in_use_is_named_with_another_to_try(runner):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = runner.invoke(args=["serve", "--port", str(port)])
    assert result.exit_code == 1
    assert f"port {port} is in use" in result.output
    assert "flask serve --port" in result.output

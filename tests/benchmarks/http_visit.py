"""The product over HTTP: a server process on the load, and someone signed in who asks it for pages and files."""

import http.cookiejar
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from tests.support import ROOT

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
CHUNK = 1024 * 1024


class Visitor:
    """One browser, signed in through the form."""

    def __init__(self, address: str, staff_no: str, password: str) -> None:
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self._post("/sign-in", {"staff_no": staff_no, "password": password}, token_from="/sign-in")

    def page(self, path: str) -> tuple[str, float]:
        """Open a page; return it and how many seconds the answer took."""
        started = time.perf_counter()
        with self.opener.open(self.address + path) as answer:
            text = answer.read().decode()
        return text, time.perf_counter() - started

    def download(self, path: str, file: Path, **values: str) -> float:
        """Send a download form, write what comes to `file`, and return how many seconds that took."""
        token = self._token("/me")
        data = urlencode({"csrf_token": token, "reason": "measuring the download", "format": "csv"} | values).encode()
        started = time.perf_counter()
        with self.opener.open(self.address + path, data) as answer, file.open("wb") as opened:
            while chunk := answer.read(CHUNK):
                opened.write(chunk)
        return time.perf_counter() - started

    def _post(self, path: str, values: dict[str, str], *, token_from: str) -> None:
        data = urlencode({"csrf_token": self._token(token_from)} | values).encode()
        with self.opener.open(self.address + path, data) as answer:
            if answer.url.endswith("/sign-in"):
                raise RuntimeError("could not sign in")

    def _token(self, path: str) -> str:
        found = TOKEN.search(self.page(path)[0])
        if found is None:
            raise RuntimeError(f"{path} has no form")
        return found[1]


class Served:
    """A running server: its address, and the memory of the process that answers."""

    def __init__(self, address: str, process: "subprocess.Popen[bytes]") -> None:
        self.address = address
        self.process = process

    @property
    def worker(self) -> int:
        """Return the process id of the one worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        jobs = [child for child in children if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")]
        return next(int(child) for child in children if child not in jobs)

    def memory_kb(self, name: str = "VmRSS") -> int:
        """Return resident memory now, or its peak (VmHWM) since `forget_peak`, in KB."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        found = re.search(rf"{name}:\s+(\d+)", status)
        return int(found[1]) if found else 0

    def spent(self) -> float:
        """Return how many seconds of processor time the process has used."""
        fields = Path(f"/proc/{self.worker}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def forget_peak(self) -> None:
        """Let the peak begin anew."""
        Path(f"/proc/{self.worker}/clear_refs").write_text("5")


@contextmanager
def served(url: str, folder: Path) -> Iterator[Served]:
    """Serve the product on a database: as `flask serve` does, with one process to look at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "ENVIRONMENT": "test",
        "SECRET_KEY": "b" * 40,
    }
    command = [sys.executable, "-m", "flask", "serve", "--port", str(port), "--processes", "1"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}")
        yield Served(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/healthz").close()  # noqa: S310 - our own server
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")

"""The product served by processes of its own, as `flask serve` does, and a quick line to post to it."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support import ROOT

SECRET_KEY = "only-for-tests-only-for-tests-only"
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
END_OF_HEAD = b"\r\n\r\n"
PIECE = 65_536


class Served:
    """A running server: its address, and the processes that answer."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.process = process

    @property
    def workers(self) -> list[int]:
        """Return the process ids of those that answer now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children if b"worker" not in _command(int(child))]

    @property
    def worker(self) -> int:
        """Return the process id of the one worker."""
        return self.workers[0]

    def memory_kb(self, name: str = "VmRSS") -> int:
        """Return resident memory now, or its peak (VmHWM) since `forget_peak`, in KB."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        found = re.search(rf"{name}:\s+(\d+)", status)
        return int(found[1]) if found else 0

    def spent(self) -> float:
        """Return how many seconds of processor time those that answer have used."""
        return sum(_spent(worker) for worker in self.workers)

    def forget_peak(self) -> None:
        """Let the peak begin anew."""
        Path(f"/proc/{self.worker}/clear_refs").write_text("5")


def _command(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:  # it has just ended
        return [b"worker"]


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(
    url: str, folder: Path, *, processes: int = 1, module: tuple[str, ...] = ("flask", "serve")
) -> Iterator[Served]:
    """Serve the product on a database; or another `module` that takes the same options."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "ENVIRONMENT": "test",
        "SECRET_KEY": SECRET_KEY,
    }
    command = [sys.executable, "-m", *module, "--port", str(port), "--processes", str(processes)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}")
        yield Served(port, process)
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


class Line:
    """A connection that is kept, over which bodies are posted; it is opened anew when it broke."""

    def __init__(self, port: int, path: str, headers: Mapping[str, str]) -> None:
        self.port = port
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}Content-Length: "
        self.socket: socket.socket | None = None

    def post(self, body: bytes) -> tuple[int, bytes]:
        """Post a body; return status and body of the answer.

        Raises:
            OSError: no whole answer came: nobody knows whether the post arrived.
        """
        try:
            return self._post(body)
        except OSError:
            self.close()
            raise

    def _post(self, body: bytes) -> tuple[int, bytes]:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=20)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(f"{self.head}{len(body)}\r\n\r\n".encode() + body)
        come = b""
        while END_OF_HEAD not in come:
            come += self._receive()
        head, _, rest = come.partition(END_OF_HEAD)
        found = LENGTH.search(head)
        wanted = int(found[1]) if found else 0
        while len(rest) < wanted:
            rest += self._receive()
        if b"connection: close" in head.lower():
            self.close()
        return int(head.split(b" ", 2)[1]), rest

    def _receive(self) -> bytes:
        assert self.socket is not None
        piece = self.socket.recv(PIECE)
        if not piece:
            raise ConnectionResetError("the server closed the connection")
        return piece

    def close(self) -> None:
        """Close the connection."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

"""Finding a Chromium for the tests: one that is installed, else one that can be.

`python -m tests.support.chromium` prints its path, installing it first where that is needed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge-stable")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
CACHES = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
MISSING = (
    "No Chromium was found and none could be installed. Install Chromium or Chrome by hand "
    "(Debian, Ubuntu: apt-get install chromium), or set CHROMIUM to the path of one."
)
# Everything that would call out of the machine is off; the tests' network is closed anyway.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    # No host but this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, or None."""
    return next((path for path in _candidates() if os.access(path, os.X_OK) and Path(path).is_file()), None)


def flags() -> list[str]:
    """Return the command-line switches for a test browser; as root Chromium refuses its own sandbox."""
    return [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def _candidates() -> Iterator[str]:
    if chosen := os.environ.get("CHROMIUM"):
        yield chosen
    yield from filter(None, map(shutil.which, NAMES))
    yield from MAC
    roots = [os.environ.get("PLAYWRIGHT_BROWSERS_PATH", ""), *CACHES]
    for root in (Path(root).expanduser() for root in roots if root):
        for pattern in ("chromium*/chrome-*/chrome", "chromium*/chrome-*/headless_shell", "chromium*/**/Chromium"):
            yield from map(str, sorted(root.glob(pattern), reverse=True))


def _install() -> None:
    """Try the system's packages, then Playwright's own download."""
    if shutil.which("apt-get"):
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
        if _succeeds([*apt, "install", "-y", "--no-install-recommends", "chromium"]):
            return
        if _succeeds([*apt, "update"]) and _succeeds([*apt, "install", "-y", "--no-install-recommends", "chromium"]):
            return
    _succeeds([sys.executable, "-m", "playwright", "install", "chromium"])


def _succeeds(command: list[str]) -> bool:
    sys.stderr.write(f"$ {' '.join(command)}\n")
    try:
        return subprocess.run(command, stdout=sys.stderr, check=False, timeout=900).returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"{error}\n")
        return False


def main() -> None:
    """Print the path of a Chromium, or say what to do and fail."""
    if find_chromium() is None:
        _install()
    path = find_chromium()
    if path is None:
        sys.exit(MISSING)
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()

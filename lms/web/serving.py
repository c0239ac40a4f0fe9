"""Serving the product on this machine: web server and background worker together, until Ctrl-C."""

import errno
import os
import signal
import socket
import subprocess  # nosec B404
import sys
from collections.abc import Callable, Iterable
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from lms.shared.db import db

HOST = "127.0.0.1"
GREETINGS = "greetings"
PROCESSES = 2
STOP_SECONDS = 10


def greet_with(app: Flask, lines: Callable[[], Iterable[str]]) -> None:
    """Have `flask serve` print these lines below the address; `lines` is asked inside the application's context."""
    app.extensions.setdefault(GREETINGS, []).append(lines)


@click.command("serve")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--processes", default=PROCESSES, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@with_appcontext
def serve(port: int, processes: int) -> None:
    """Serve on 127.0.0.1 with a background worker; Ctrl-C stops both."""
    from lms.web.server import Server  # slow to load, and no other command serves

    _check_free(port)
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    click.echo(f"\nThe tracker is at http://{HOST}:{port}/  (Ctrl-C stops it)\n")
    for lines in app.extensions.get(GREETINGS, []):
        click.echo("".join(f"{line}\n" for line in lines()))
    # No connection may be carried into the server's processes.
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()
    master = os.getpid()

    def disown(_server: object, _process: object) -> None:
        worker.returncode = 0  # in a web process: the worker is the master's child, not this one's

    # In a session of its own, so that Ctrl-C reaches it once, from here, after the web server has stopped.
    worker = subprocess.Popen([sys.executable, "-m", "flask", "worker"], start_new_session=True)  # nosec B603
    try:
        Server(app, bind=f"{HOST}:{port}", workers=processes, post_fork=disown).run()
    finally:
        if os.getpid() == master:  # the server's processes come by here too when they end
            _stop(worker)


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            other = port + 1 if port < 65535 else 8000
            raise click.ClickException(f"port {port} is in use; choose another: flask serve --port {other}") from None


def _stop(worker: "subprocess.Popen[bytes]") -> None:
    worker.send_signal(signal.SIGINT)  # lets the job at hand finish
    try:
        worker.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()

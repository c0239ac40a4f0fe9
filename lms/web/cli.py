"""The worker that does background work, and the sweep."""

import logging

import click
from flask.cli import AppGroup, with_appcontext

from lms.jobs import sweeps
from lms.web.commands import command_transaction
from lms.web.transactions import app_queue

jobs = AppGroup("jobs", help="Background work.")


@jobs.command("sweep")
def sweep() -> None:
    """Queue again what waits for background work, and delete what was kept long enough; safe at any time."""
    with command_transaction() as session:
        found, deleted = sweeps.sweep_all(session), sweeps.purge_all(session)
    click.echo(f"{found} jobs queued, {deleted} rows and files past their time deleted")


@click.command("worker")
@click.option("--threads", type=click.IntRange(1, 16), default=1, show_default=True, help="Jobs at the same time.")
@with_appcontext
def worker(threads: int) -> None:
    """Do background work until stopped; SIGINT and SIGTERM let the job at hand finish."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if app_queue().immediate:
        raise click.ClickException("with these settings jobs run where they are asked for; no worker is needed")
    with command_transaction() as session:
        found = sweeps.sweep_all(session)
        sweeps.purge_all(session)
        session.commit()
        session.close()
    ready = app_queue().worker(threads)
    click.echo(f"worker started, {found} jobs picked up", err=True)
    ready.run()

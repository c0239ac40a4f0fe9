"""Training histories from the command line."""

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from lms.enrollments.history.actions import import_history
from lms.enrollments.history.rules import MOST_LISTED
from lms.enrollments.history.upload import TEMPLATE
from lms.imports import storage
from lms.imports.actions import finish, start_run
from lms.imports.commands import FILE, import_transaction, print_refusals
from lms.imports.files import open_table
from lms.imports.rules import ImportKind
from lms.people.rules import whole_network
from lms.web.commands import command_actor
from lms.web.dates import today

if TYPE_CHECKING:
    from rich.progress import Progress

WORDS = {"rows": "rows", "added": "added", "changed": "changed", "unchanged": "unchanged", "repeated": "repeated"}

history = AppGroup("history", help="Training history: who took what, since when, by when.")


@history.command("import")
@click.argument("file", type=FILE)
def import_file(file: Path) -> None:
    """Take over the training history FILE (CSV, also gzipped, or XLSX): all of its good rows, or nothing."""
    actor = command_actor()
    with import_transaction() as session, _progress() as progress:
        run = start_run(
            session, actor, kind=ImportKind.HISTORY, file_name=file.name, sha256=storage.digest_of(file)
        )  # fmt: skip
        task = progress.add_task("reading", total=100, rows=0)

        def show(rows: int, percent: int) -> None:
            progress.update(task, completed=percent, rows=rows, description="reading" if percent < 100 else "merging")

        with open_table(file, file.name) as table:
            scope = whole_network(today())
            outcome = import_history(session, table, run=run, scope=scope, actor=actor, progress=show)
        finish(session, actor, run, outcome)
    print_refusals(outcome.refusals)
    if outcome.counts["refused"]:
        listed = min(len(outcome.refusals), MOST_LISTED)
        click.echo(f"{outcome.counts['refused']:,} rows refused, {listed:,} of them listed in the import", err=True)
    click.echo(", ".join(f"{outcome.counts[name]:,} {words}" for name, words in WORDS.items()))


@history.command("template")
def template() -> None:
    """Print a history file with example rows, to fill in."""
    csv.writer(sys.stdout, lineterminator="\n").writerows(TEMPLATE)


def _progress() -> "Progress":
    from rich.console import Console  # slow to load, and no other command shows bars
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )

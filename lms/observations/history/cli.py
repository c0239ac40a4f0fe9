"""Observations made elsewhere, from the command line."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from lms.enrollments.history.rules import MOST_LISTED
from lms.imports.commands import FILE, import_transaction, print_refusals
from lms.imports.rules import Outcome
from lms.observations.history.actions_files import Files, take_files
from lms.observations.history.rules import LONGEST_CODE
from lms.shared.errors import DomainError
from lms.web.commands import command_actor
from lms.web.dates import today

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STANDARD = "INSPECTION"


@click.command("import")
@click.option("--centers", type=FILE, required=True, help="center_code, name, region.")
@click.option("--items", type=FILE, required=True, help="item_code, is_critical, text.")
@click.option("--visits", type=FILE, required=True, help="visit_id, center_code, visited_on, kind, points.")
@click.option("--findings", type=FILE, required=True, help="visit_id, item_code: items not met; all others were.")
@click.option("--standard", default=STANDARD, show_default=True, help="The code of the standard these items belong to.")
@with_appcontext
def import_files(centers: Path, items: Path, visits: Path, findings: Path, standard: str) -> None:
    """Take over a history of visits (CSV, also gzipped, or XLSX): every good visit with its findings, or nothing."""
    if not 0 < len(standard) <= LONGEST_CODE:
        raise click.BadParameter(f"1 to {LONGEST_CODE} letters", param_hint="--standard")
    files = Files(centers, items, visits, findings)
    with import_transaction() as session, _bars() as bars:
        tasks: dict[str, TaskID] = {}

        def show(name: str, rows: int, percent: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=100, rows=0)
            bars.update(tasks[name], completed=percent, rows=rows)

        outcomes = take_files(
            session, command_actor(), files, standard_code=standard, on=today(), progress=show
        )  # fmt: skip
        bars.stop()
        for name, outcome in outcomes.items():
            _print_outcome(getattr(files, name), name, outcome)
        if stopped := next((outcome.stop for outcome in outcomes.values() if outcome.stop), None):
            raise DomainError(stopped)


def _print_outcome(file: Path, name: str, outcome: Outcome) -> None:
    refused = outcome.counts["refused"]
    if refused:
        click.echo(f"{file}:", err=True)
        print_refusals(outcome.refusals)
        listed = min(len(outcome.refusals), MOST_LISTED)
        click.echo(f"{refused:,} rows refused, {listed:,} of them listed in the import", err=True)
    told = (f"{number:,} {word.replace('_', ' ')}" for word, number in outcome.counts.items() if number)
    click.echo(f"{name}: {', '.join(told) or 'nothing'}")


def _bars() -> "Progress":
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

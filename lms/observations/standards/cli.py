"""The service standard from the command line."""

from pathlib import Path

import click
from flask.cli import AppGroup

from lms.imports import storage
from lms.imports.actions import finish, start_run
from lms.imports.commands import FILE, import_transaction, print_refusals
from lms.imports.files import open_table
from lms.imports.rules import ImportKind, Outcome
from lms.observations.rules_standards import MYSTERY, SERVICE
from lms.observations.standards.actions import import_standard
from lms.web.commands import command_actor

standards = AppGroup("standards", help="The standard that service is held to.")


@standards.command("import")
@click.argument("file", type=FILE)
@click.option("--mystery", is_flag=True, help="FILE is what mystery visits look at; checklist_twin links its items.")
@click.pass_context
def import_file(context: click.Context, file: Path, *, mystery: bool) -> None:
    """Take FILE (CSV or XLSX) as the whole standard from its effective day on; a refused row keeps all of it out."""
    actor, kind = command_actor(), ImportKind.MYSTERY_ITEMS if mystery else ImportKind.STANDARD
    with import_transaction() as session:
        run = start_run(
            session, actor, kind=kind, file_name=file.name, sha256=storage.digest_of(file)
        )  # fmt: skip
        with open_table(file, file.name) as table:
            taken = import_standard(session, actor, table, code=MYSTERY if mystery else SERVICE, run=run)
        finish(session, actor, run, Outcome(counts=taken.counts, refusals=list(taken.refusals)))
    print_refusals(taken.refusals)
    click.echo(", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in taken.counts.items()))
    if taken.refusals:
        context.exit(1)

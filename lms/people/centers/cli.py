"""Centers from the command line."""

from datetime import date
from pathlib import Path

import click
from flask.cli import AppGroup

from lms.imports import storage
from lms.imports.actions import finish, start_run
from lms.imports.commands import FILE, import_transaction, print_refusals
from lms.imports.files import open_table
from lms.imports.rules import ImportKind, Outcome
from lms.people.centers.actions import import_centers
from lms.people.centers.rows import read_centers
from lms.web.commands import IsoDate, command_actor
from lms.web.dates import today

centers = AppGroup("centers", help="Centers, areas and regions.")


@centers.command("import")
@click.argument("file", type=FILE)
@click.option("--effective", type=IsoDate(), help="The day from which a center stands elsewhere; today when not given.")
def import_file(file: Path, effective: date | None) -> None:
    """Take over centers with their areas and regions from FILE (CSV or XLSX)."""
    on = effective or today()
    actor = command_actor()
    with import_transaction() as session:
        with open_table(file, file.name) as table:
            rows, refused = read_centers(table)
        print_refusals(refused)
        counts = import_centers(session, actor, rows, on=on)
        if any(counts.values()):
            run = start_run(
                session,
                actor,
                kind=ImportKind.CENTERS,
                file_name=file.name,
                sha256=storage.digest_of(file),
                effective_on=on,
            )
            finish(session, actor, run, Outcome(counts=counts | {"refused": len(refused)}, refusals=refused))
    click.echo(f"{len(rows):,} rows read, {len(refused):,} refused")
    for name, number in counts.items():
        if number:
            click.echo(f"  {number:>7,} {name.replace('_', ' ')}")
    if not any(counts.values()):
        click.echo("nothing to change")

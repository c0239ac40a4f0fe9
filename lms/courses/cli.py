"""The catalog from the command line."""

import csv
import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from lms.courses import actions, queries
from lms.courses.catalog.actions import import_catalog
from lms.courses.catalog.upload import TEMPLATE, outcome_of
from lms.imports import storage
from lms.imports.actions import finish, start_run
from lms.imports.commands import FILE, import_transaction, print_refusals
from lms.imports.files import open_table
from lms.imports.rules import ImportKind
from lms.shared.db import db
from lms.web.commands import command_actor, command_transaction
from lms.web.dates import today

courses = AppGroup("courses", help="The catalog of courses.")
tiers = AppGroup("tiers", help="The tiers that courses belong to.")


@courses.command("import")
@click.argument("file", type=FILE)
def import_file(file: Path) -> None:
    """Take over the catalog FILE (CSV or XLSX). Columns left out stay as they are recorded."""
    actor = command_actor()
    with import_transaction() as session:
        run = start_run(
            session, actor, kind=ImportKind.COURSES, file_name=file.name, sha256=storage.digest_of(file)
        )  # fmt: skip
        with open_table(file, file.name) as table:
            found = import_catalog(session, table, actor=actor, as_of=today())
        finish(session, actor, run, outcome_of(found))
    print_refusals(found.refusals)
    if found.ignored_columns:
        click.echo(f"columns without a meaning here: {', '.join(found.ignored_columns)}", err=True)
    click.echo(", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in found.counts.items()))


@courses.command("template")
def template() -> None:
    """Print a catalog file with example rows, to fill in."""
    csv.writer(sys.stdout, lineterminator="\n").writerows(TEMPLATE)


@tiers.command("list")
def list_tiers() -> None:
    """List the tiers in their order."""
    for tier in queries.list_tiers(db.session()):
        click.echo(f"{tier.level:>3}  {tier.name_ko}  {tier.name_en}")


@tiers.command("set")
@click.argument("level", type=click.IntRange(0, actions.HIGHEST_TIER))
@click.argument("name_ko")
@click.argument("name_en")
def set_tier(level: int, name_ko: str, name_en: str) -> None:
    """Add the tier LEVEL, or rename it."""
    with command_transaction() as session:
        tier = actions.set_tier(session, level, name_ko=name_ko, name_en=name_en, actor=command_actor())
        click.echo(f"tier {tier.level}: {tier.name_ko} / {tier.name_en}")

"""Observations from the command line, with the scope of the whole network (ruling 22)."""

import sys
from datetime import date
from typing import Any, BinaryIO

import click
from flask.cli import AppGroup

from lms.completion.tables import SHAPES
from lms.observations.history.cli import import_files
from lms.observations.queries_reports import find_area_ids
from lms.observations.rules import VisitKind
from lms.observations.rules_reports import Where
from lms.observations.tables import REPORTS
from lms.people.rules import whole_network
from lms.shared.db import db
from lms.web.commands import IsoDate
from lms.web.dates import today

observations = AppGroup("observations", help="What was seen to be done: visits, checks and their findings.")
observations.add_command(import_files)


@observations.command("report")
@click.option("--region", help="Only centers of this region: its code or name.")
@click.option("--kind", type=click.Choice(list(VisitKind)), help="Only visits of this kind.")
@click.option("--by", type=click.Choice(list(REPORTS)), default="month", show_default=True, help="What to count.")
@click.option("--as-of", type=IsoDate(), help="The day asked for; today by default.")
@click.option("--format", "shape", type=click.Choice(list(SHAPES)), default="table", show_default=True)
@click.option("-o", "--output", type=click.File("wb", atomic=True), help="Write here instead of standard output.")
def report(
    region: str | None, kind: str | None, by: str, as_of: date | None, shape: str, output: BinaryIO | None
) -> None:
    """Count visits by month, visits that cite an item, items cited twice running, or what follows a poor visit."""
    session, day = db.session(), as_of or today()
    area_ids = find_area_ids(session, region, as_of=day) if region is not None else None
    if region is not None and area_ids is None:
        raise click.BadParameter(f"there is no {region!r}", param_hint="--region")
    where = Where(kind=VisitKind(kind) if kind else None, area_ids=area_ids)
    asked = REPORTS[by]
    rows: list[Any] = list(asked.rows(session, scope=whole_network(day), as_of=day, where=where))
    stream: BinaryIO = output or sys.stdout.buffer
    for chunk in SHAPES[shape](rows, asked.columns):
        stream.write(chunk)
    stream.flush()

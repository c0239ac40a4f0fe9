"""Who is exempt, from the command line: the share beside each rate, and an alert where it is above 5 %."""

import sys
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from lms.completion import tables
from lms.completion.cli import as_of_option, known_at_option
from lms.completion.known.queries import reading_as_known
from lms.completion.queries import list_rates
from lms.completion.queries_exempt import exempt_shares
from lms.completion.rules import Dimension, RateFilter
from lms.people.rules import whole_network
from lms.shared.db import db
from lms.shared.tables import Column, Kind
from lms.web.dates import instant, today

exemptions = AppGroup("exemptions", help="Who need not take what, beside the rates.")
LEVELS = [level.lower() for level in Dimension if level is not Dimension.PERSON]
COLUMNS = (
    Column("code"),
    Column("name"),
    *(Column(name, Kind.NUMBER) for name in ("exempt", "people", "enrollments")),
    Column("share", Kind.RATE),
    Column("alert"),
)


@exemptions.command("list")
@as_of_option
@known_at_option
@click.option("--by", type=click.Choice(LEVELS), default="center", show_default=True, help="What to group by.")
@click.option("--alerts", is_flag=True, help="Only groups above 5 %.")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("-o", "--output", type=click.File("wb", atomic=True), help="Write to this file.")
def list_shares(
    as_of: date | None, known_at: str | None, by: str, alerts: bool, shape: str, output: BinaryIO | None
) -> None:
    """Print of each group how many people with something due are exempt from some of it, where anyone is.

    `people` have something due, exempt or not. A share is floored to 0.1 %; above 5 % it is an alert.
    """
    day, then = as_of or today(), instant(known_at) if known_at else None
    with reading_as_known(db.session(), then, scope=whole_network(day)) as past:
        rows = list(_rows(past, day, Dimension(by.upper()), alerts=alerts))
    stream = output or sys.stdout.buffer
    for block in tables.SHAPES[shape](rows, COLUMNS):
        stream.write(block)
    stream.flush()


def _rows(session: Session, day: date, by: Dimension, *, alerts: bool) -> Iterator[tuple[Any, ...]]:
    scope = whole_network(day)
    lines = list_rates(session, scope=scope, as_of=day, by=by, where=RateFilter(), include_empty=True)
    shares = exempt_shares(session, scope=scope, as_of=day, by=by, where=None, lines=lines)
    for line in lines:
        share = shares.get(line.code)
        if share and (share.is_alert or not alerts):
            alert = "ALERT" if share.is_alert else ""
            yield line.code, line.name_ko, share.exempt, share.people, share.enrollments, share.percent_text, alert

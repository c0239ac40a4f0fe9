"""Flags from the command line: evaluate what waits, list what the latest cut found."""

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import click
from flask.cli import AppGroup

from lms.completion.flags.actions import evaluate_flags
from lms.completion.flags.queries import FlaggedCenter, find_cut, list_flags
from lms.completion.flags.rules import RAISED, FlagState
from lms.completion.tables import SHAPES
from lms.people.rules import whole_network
from lms.shared.db import db
from lms.shared.tables import Column, Kind
from lms.web.commands import IsoDate, command_actor, command_transaction
from lms.web.dates import today

flags = AppGroup("flags", help="Centers that surely miss their target.")
COUNTS = tuple(Column(name, Kind.NUMBER) for name in ("due", "done", "people"))
COLUMNS = (
    Column("state"),
    Column("since", Kind.DATE),
    Column("raised_on", Kind.DATE),
    Column("center_code"),
    Column("center_name"),
    *COUNTS,
    Column("rate", Kind.RATE),
    Column("upper_bound", Kind.NUMBER),
    Column("target", Kind.NUMBER),
    Column("critical_courses", Kind.NUMBER),
    Column("held"),
    Column("as_of", Kind.DATE),
    Column("rule_version", Kind.NUMBER),
)


@flags.command("evaluate")
@click.option("--as-of", type=IsoDate(), help="Evaluate as if it were this day; today by default.")
@click.option("--since", type=IsoDate(), help="Where nothing was evaluated yet, begin with this week.")
def evaluate(as_of: date | None, since: date | None) -> None:
    """Evaluate the weekly cuts that wait: Sundays, from the Monday after. Missed weeks are caught up with."""
    with command_transaction() as session:
        cuts = evaluate_flags(session, command_actor(), today=as_of or today(), since=since)
    for cut in cuts:
        click.echo(f"evaluated as of {cut}")
    click.echo(f"{len(cuts)} weeks evaluated")


@flags.command("list")
@click.option("--as-of", type=IsoDate(), help="As of the latest cut by this day; today by default.")
@click.option("--state", "states", multiple=True, type=click.Choice([state.lower() for state in FlagState]))
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def list_command(as_of: date | None, states: tuple[str, ...], shape: str) -> None:
    """List flagged centers, or those in the states asked for, who must act first at the top."""
    session, day = db.session(), as_of or today()
    cut = find_cut(session, on=day)
    if cut is None:
        raise click.ClickException("no week is evaluated yet; do it with: flask flags evaluate")
    wanted = {FlagState(state.upper()) for state in states} or RAISED
    found = list_flags(session, scope=whole_network(day), cut=cut)
    for chunk in SHAPES[shape](_rows(one for one in found if one.flag.state in wanted), COLUMNS):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _rows(centers: Iterable[FlaggedCenter]) -> Iterator[tuple[Any, ...]]:
    for one in centers:
        flag, seen = one.flag, one.flag.seen
        yield (
            str(flag.state), flag.since, flag.raised_on, one.code, one.name_ko, seen.tally.due, seen.tally.done,
            seen.people, seen.tally.percent_text, seen.bound_ppm / 1_000_000, seen.target,
            len(seen.critical), "held" if flag.is_held else "", seen.as_of, one.evaluation.rule_version,
        )  # fmt: skip

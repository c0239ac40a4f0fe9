"""The month close from the command line."""

import sys
from datetime import date
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from lms.completion import tables
from lms.completion.months import actions, queries
from lms.completion.months.queries import Month
from lms.completion.months.queries_calendar import list_company_days
from lms.completion.months.queries_freezing import read_month
from lms.completion.months.queries_proof import prove_month
from lms.completion.months.queries_questions import count_questions
from lms.completion.months.rules import last_day
from lms.completion.months.wording import plain_words
from lms.completion.rules import Dimension, Tally
from lms.people.rules import whole_network
from lms.shared.db import db
from lms.shared.errors import DomainError
from lms.shared.tables import Column, Kind
from lms.web.commands import IsoDate, command_actor, command_transaction
from lms.web.dates import today

months = AppGroup("months", help="Closing months: what was reported is frozen.")
LEVELS = [str(one).lower() for one in queries.KEYS]
SHAPES = click.Choice(["table", "csv", "json"])
COLUMNS = (
    Column("month"),
    Column("state"),
    Column("close_by", Kind.DATE),
    Column("snapshots", Kind.NUMBER),
    *tables.COUNTS[:3],
    tables.RATE,
    Column("closed_at"),
    Column("sha256"),
)


class MonthName(click.ParamType[date]):
    """A month written 2019-06."""

    name = "YYYY-MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(f"{value}-01")
        except ValueError:
            return self.fail(f"{value!r} is not a month; write it as 2019-06", param, ctx)


month_argument = click.argument("month", type=MonthName())
shape_option = click.option("--format", "shape", type=SHAPES, default="table", show_default=True)


@months.command("list")
@shape_option
def list_all(shape: str) -> None:
    """Print each month with where it stands and the figures of its close."""
    rows = (_row(month) for month in queries.list_months(db.session(), today=today()))
    _put(shape, COLUMNS, rows)


def _row(month: Month) -> tuple[Any, ...]:
    close = month.first
    if close is None:
        return month.name, month.state, month.due_on, 0, None, None, None, None, None, None
    tally = Tally(close.due, close.done, close.on_time)
    at = f"{close.recorded_at:%Y-%m-%d %H:%M} UTC"
    return (
        month.name, month.state, month.due_on, len(month.closes), *tally, tally.percent_text, at, close.sha256
    )  # fmt: skip


@months.command("show")
@month_argument
@click.option("--by", type=click.Choice(LEVELS), default="center", show_default=True, help="What to group by.")
@click.option("--number", type=click.IntRange(1), help="Which snapshot: 1 is the close; the latest by default.")
@shape_option
def show(month: date, by: str, number: int | None, shape: str) -> None:
    """Print the frozen rates of MONTH, as `flask rates` printed them when it was closed."""
    session, dimension = db.session(), Dimension(by.upper())
    scope = whole_network(last_day(month))
    try:
        close = queries.get_close(session, month=month, number=number)
    except DomainError as error:
        raise click.ClickException(f"{month:%Y-%m} has no such snapshot") from error
    lines = queries.list_frozen_rates(session, scope=scope, close=close, by=dimension)
    _put(shape, tables.rate_columns(dimension), map(tables.rate_row, lines))


@months.command("preview")
@month_argument
def preview(month: date) -> None:
    """Say what closing MONTH would freeze, and what stands open; nothing changes."""
    session = db.session()
    asked = _get(session, month)
    facts = read_month(session, month=month)
    click.echo(f"{asked.name}: {asked.state}, to be closed by {asked.due_on}")
    tally = facts.tally
    click.echo(f"{tally.due:,} due, {tally.done:,} done, {tally.on_time:,} on time: {tally.percent_text or '-'} %")
    click.echo(f"sha256 {facts.packed.sha256}")
    for question, number in count_questions(session, month=month, timezone=_timezone()).items():
        click.echo(f"  {number:>7,} {question.lower()}")


@months.command("close")
@month_argument
def close(month: date) -> None:
    """Freeze MONTH as it is known now, for good."""
    with command_transaction() as session:
        try:
            done = actions.close_month(session, command_actor(), month=month, today=today(), timezone=_timezone())
        except DomainError as error:
            raise click.ClickException(plain_words(error)) from error
        click.echo(f"closed {month:%Y-%m}: {done.row_count:,} rows, sha256 {done.sha256}")


@months.command("correct")
@month_argument
@click.option("--reason", required=True, help="Why the figures change; it is kept with the correction.")
def correct(month: date, reason: str) -> None:
    """Freeze MONTH once more, with what came to be known since its last snapshot."""
    with command_transaction() as session:
        try:
            after = len(_get(session, month).closes)
            done = actions.correct_month(session, command_actor(), month=month, after=after, reason=reason)
        except DomainError as error:
            raise click.ClickException(plain_words(error)) from error
        moved = ", ".join(f"{name} {number:+}" for name, number in done.delta.items() if number)
        click.echo(f"corrected {month:%Y-%m} (snapshot {done.number}): {moved}; sha256 {done.sha256}")


@months.command("verify")
@click.argument("month", type=MonthName(), required=False)
def verify(month: date | None) -> None:
    """Prove every snapshot, or those of MONTH: its hash, its figures, and the report as known then. Exits 1 if not."""
    session, failed, number = db.session(), 0, 0
    asked = [_get(session, month)] if month else queries.list_months(session, today=today())
    for one in asked:
        for snapshot in one.closes:
            proof = prove_month(session, snapshot)
            number, failed = number + 1, failed + (not proof.holds)
            said = {True: "as known then", False: f"{proof.differences.rows:,} rows differ", None: "counted otherwise"}
            ends = "proven" if proof.holds else "NOT PROVEN"
            click.echo(
                f"{one.name} #{snapshot.number}  {ends}: {snapshot.row_count:,} rows, {said[proof.is_reproduced]}"
            )
    click.echo(f"{number} snapshots, {failed} not proven")
    if failed:
        raise SystemExit(1)


@months.command("days-off")
@click.option("--add", "added", type=IsoDate(), help="Have the company not work on this day.")
@click.option("--name", default="", help="What the day added is called.")
@click.option("--remove", "removed", type=IsoDate(), help="Have it work on this day again.")
def days_off(added: date | None, name: str, removed: date | None) -> None:
    """List the company's own days off, beside weekends and the public holidays of Korea; add or remove one."""
    if added and not name.strip():
        raise click.UsageError("say what the day is called: --name")
    if added or removed:
        with command_transaction() as session:
            if added:
                actions.add_company_day(session, command_actor(), day=added, name=name.strip())
            if removed:
                actions.remove_company_day(session, command_actor(), day=removed)
    for one in list_company_days(db.session()):
        click.echo(f"{one.day} {one.name}")


def _get(session: Session, month: date) -> Month:
    try:
        return queries.get_month(session, month=month, today=today())
    except DomainError as error:
        raise click.ClickException(f"{month:%Y-%m} lies in the future") from error


def _put(shape: str, columns: tuple[Column, ...], rows: Any) -> None:
    for chunk in tables.SHAPES[shape](rows, columns):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _timezone() -> str:
    return str(current_app.config["SETTINGS"].timezone)

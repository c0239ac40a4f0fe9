"""The demo network from the command line."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup

from lms.demo import queries
from lms.learning.content.storage import folder_in
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.web.commands import IsoDate, command_actor, command_transaction
from lms.web.dates import today as present_day

if TYPE_CHECKING:
    from lms.demo.actions import Loaded

demo = AppGroup("demo", help="A made-up network to look around in.")


@demo.command("load")
@click.option("--once", is_flag=True, help="Do nothing when people are there already.")
@click.option("--today", type=IsoDate(), help="The day the demo is loaded for; by default today.")
@click.option("--force", is_flag=True, help="Load it in a production environment too.")
def load(once: bool, today: date | None, force: bool) -> None:
    """Fill an empty database with 430 centers, their people and a year of training."""
    _check_environment(force)
    people = queries.count_people(db.session())
    db.session.rollback()
    if people.total and once:
        click.echo(f"{people.total:,} people are here already: the demo is not loaded again.")
        return
    if people.total > people.synthetic:
        raise click.ClickException("This database holds people who are not made up: the demo stays out of it.")
    if people.total:
        raise click.ClickException("The demo is loaded already; it loads into an empty, migrated database only.")
    started = utcnow()
    loaded = _load(today or present_day())
    seconds = (utcnow() - started).total_seconds()
    click.echo(", ".join(f"{count:,} {name}" for name, count in loaded.counts.items()))
    click.echo(f"The demo was loaded in {seconds:.1f} s. Who can sign in: flask demo sign-ins")


@demo.command("sign-ins")
def sign_ins() -> None:
    """Show with whom to sign in to the demo."""
    lines = list(sign_in_lines())
    if not lines:
        raise click.ClickException("Nobody of the demo can sign in here; load it with: flask demo load")
    click.echo("\n".join(lines))


def sign_in_lines() -> Iterator[str]:
    """Give a table of who can sign in, as lines; none without the demo."""
    found = queries.list_sign_ins(db.session(), on=present_day())
    db.session.rollback()
    if found:
        yield f"{'as':<22}{'staff number':<16}{'password':<32}name and unit"
    for one in found:
        yield f"{one.kind.label:<22}{one.staff_no:<16}{one.kind.password:<32}{one.name} · {one.unit_ko}"


def _check_environment(force: bool) -> None:
    if current_app.config["SETTINGS"].environment == "production" and not force:
        raise click.ClickException(
            "This is a production environment: demo people have known passwords. --force loads them all the same."
        )


def _load(day: date) -> "Loaded":
    # Here, because other commands start sooner without what makes a network and shows bars.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from lms.demo.actions import load_demo

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar, command_transaction() as session:
        task = bar.add_task("Demo", total=100)
        settings = current_app.config["SETTINGS"]
        loaded = load_demo(
            session,
            command_actor(),
            today=day,
            timezone=settings.timezone,
            content=folder_in(settings.data_dir),
            progress=lambda what, percent: bar.update(task, completed=percent, description=f"Demo: {what}"),
        )
        bar.update(task, completed=98, description="Demo: commit")
    return loaded

"""Self-monitoring from the command line."""

from datetime import date

import click
from flask.cli import AppGroup

from lms.field_checks.monitoring.actions import plan_rounds
from lms.web.commands import IsoDate, command_actor, command_transaction
from lms.web.dates import today

monitoring = AppGroup("monitoring", help="Self-monitoring of centers.")


@monitoring.command("plan")
@click.option("--as-of", type=IsoDate(), help="The day to plan for; today by default.")
def plan(as_of: date | None) -> None:
    """Make the rounds of the month and of running campaigns that are missing. Run again, it finds nothing to do."""
    with command_transaction() as session:
        done = plan_rounds(session, command_actor(), on=as_of or today())
    click.echo(" ".join(f"{name}={number}" for name, number in done._asdict().items()))

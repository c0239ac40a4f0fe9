"""Checks after training from the command line."""

from datetime import date

import click
from flask.cli import AppGroup

from lms.field_checks.actions_planning import plan
from lms.field_checks.transfer.cli import lasts
from lms.web.commands import IsoDate, command_actor, command_transaction
from lms.web.dates import today

field_checks = AppGroup("checks", help="Checks after training.")
field_checks.add_command(lasts)


@field_checks.command("plan")
@click.option("--as-of", type=IsoDate(), help="The day to plan for; today by default.")
def plan_checks(as_of: date | None) -> None:
    """Draw whom to check, make the re-checks that follow, and end what is over. Run again, it finds nothing to do."""
    with command_transaction() as session:
        done = plan(session, command_actor(), on=as_of or today())
    click.echo(" ".join(f"{name}={number}" for name, number in done._asdict().items()))

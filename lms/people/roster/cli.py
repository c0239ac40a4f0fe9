"""Rosters from the command line."""

import csv
import sys
from datetime import date
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.imports import kinds, storage
from lms.imports.actions import finish, start_run
from lms.imports.commands import FILE, import_transaction, print_refusals
from lms.imports.files import open_table
from lms.imports.queries import get_run
from lms.imports.rules import ImportKind
from lms.imports.wording import plain_error
from lms.people.roster.actions import apply_roster, plan_of
from lms.people.roster.actions_undo import undo_roster
from lms.people.roster.rules import Plan
from lms.people.roster.upload import TEMPLATE
from lms.shared.errors import DomainError, NotFoundError
from lms.web.commands import IsoDate, command_actor
from lms.web.dates import today

WORDS = {
    "joiners": "join",
    "movers": "move to another center",
    "role_changes": "change job role",
    "returners": "return",
    "leavers": "leave",
    "corrections": "corrected",
    "leaves": "leaves of absence",
    "duties_ended": "duties ended",
    "unchanged": "unchanged",
    "refused": "refused rows",
}

roster = AppGroup("roster", help="Who works where.")


@roster.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--partial", is_flag=True, help="The file is not everyone: nobody leaves by being absent.")
@click.option("--effective", type=IsoDate(), help="The day moves take effect; today when not given.")
@click.option("--allow-large", is_flag=True, help="Go on though more than 5 % leave or 10 % change.")
@click.option("--staff-width", type=click.IntRange(1, 40), help="Digits of a staff number, when zeros were lost.")
def import_roster(
    file: Path, dry_run: bool, partial: bool, effective: date | None, allow_large: bool, staff_width: int | None
) -> None:
    """Take over the roster FILE (CSV or XLSX): everyone employed, one row each."""
    on = effective or today()
    actor = command_actor()
    with import_transaction() as session:
        with open_table(file, file.name) as table:
            plan = plan_of(session, table, on=on, partial=partial, staff_width=staff_width)
        print_refusals(plan.refusals)
        if dry_run:
            _print_counts(plan.counts, on, dry_run=True)
            _print_stop(plan)
            return
        if not plan.changes:
            _print_counts(plan.counts, on)
            click.echo("nothing to change")
            return
        _apply(session, actor, file, plan, on, options={"partial": partial, "allow_large": allow_large})


def _apply(session: Session, actor: Actor, file: Path, plan: Plan, on: date, *, options: dict[str, bool]) -> None:
    run = start_run(
        session,
        actor,
        kind=ImportKind.ROSTER,
        file_name=file.name,
        sha256=storage.digest_of(file),
        effective_on=on,
        options=options,
    )
    outcome = apply_roster(session, actor, run, plan, allow_large=options["allow_large"])
    finish(session, actor, run, outcome)
    kinds.run_hooks(session, actor, run)
    _print_counts(outcome.counts, on)
    click.echo(f"import {run.public_id}; undo with: flask roster undo {run.public_id}")


@roster.command("undo")
@click.argument("import_id")
def undo(import_id: str) -> None:
    """Undo the roster import IMPORT_ID exactly."""
    actor = command_actor()
    with import_transaction() as session:
        try:
            run = get_run(session, public_id=import_id, for_change=True)
        except NotFoundError:
            raise click.ClickException(f"no import is called {import_id!r}") from None
        if run.kind != ImportKind.ROSTER:
            raise click.ClickException(f"{import_id} is not a roster but {run.kind.lower()}")
        if not undo_roster(session, actor, run):
            click.echo("was undone before")
            return
        kinds.run_hooks(session, actor, run)
    click.echo(f"undone: {run.file_name}")


@roster.command("template")
def template() -> None:
    """Print a roster file with example rows, to fill in."""
    csv.writer(sys.stdout, lineterminator="\n").writerows(TEMPLATE)


def _print_counts(counts: dict[str, int], on: date, *, dry_run: bool = False) -> None:
    click.echo(f"as of {on.isoformat()}" + (", nothing changed yet:" if dry_run else ":"))
    for name, words in WORDS.items():
        if counts.get(name):
            click.echo(f"  {counts[name]:>7,} {words}")
    if counts["leavers_held"]:
        click.echo(
            f"warning: {counts['leavers_held']:,} people absent from the file stay, because a refused row does not "
            "tell whose it is",
            err=True,
        )


def _print_stop(plan: Plan) -> None:
    if plan.stop:
        click.echo(f"would stop: {plain_error(DomainError(plan.stop))} (--allow-large)", err=True)

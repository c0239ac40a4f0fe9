"""Accounts from the command line."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from lms.accounts import actions, jobs, passwords, queries
from lms.accounts.activation.actions import issue_code_of
from lms.accounts.rules import fault_of_password, is_held_back
from lms.people.queries import find_person_by_staff_no
from lms.people.rules import whole_network
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.web.commands import command_actor, command_transaction
from lms.web.dates import today
from lms.web.locale import local_time

accounts = AppGroup("accounts", help="Passwords and sign-ins.")


@accounts.command("set-password")
@click.argument("staff_no")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def set_password(staff_no: str, password_stdin: bool) -> None:
    """Give the person with STAFF_NO a password and sign out their browsers; they must choose another one."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    fault = fault_of_password(password, staff_no=staff_no, common=passwords.common_passwords())
    if fault is not None:
        raise click.ClickException(f"this password is refused: {fault.lower().replace('_', ' ')}")
    password_hash = passwords.hash_password(password)
    with command_transaction() as session:
        person = find_person_by_staff_no(session, scope=whole_network(today()), staff_no=staff_no)
        if person is None:
            raise click.ClickException(f"nobody has the staff number {staff_no!r}")
        ended = actions.set_password(
            session, command_actor(), person_id=person.id, password_hash=password_hash, must_change=True
        )
        click.echo(f"{person.staff_no} {person.name}: password set, {ended} signed-in browsers signed out")


@accounts.command("issue-code")
@click.argument("staff_no")
def issue_code(staff_no: str) -> None:
    """Print a one-time code with which the person with STAFF_NO gives themselves a password."""
    with command_transaction() as session:
        person = find_person_by_staff_no(session, scope=whole_network(today()), staff_no=staff_no)
        if person is None:
            raise click.ClickException(f"nobody has the staff number {staff_no!r}")
        key = current_app.config["SETTINGS"].secret_key
        slip = issue_code_of(session, command_actor(), person=person, key=key)
    click.echo(f"{slip.staff_no} {slip.name}: {slip.code}")
    click.echo(f"good once, until {local_time(slip.expires_at)}, on the page /activate")
    if slip.is_reset:
        click.echo("they have a password: it holds until the code is used")


@accounts.command("show")
@click.argument("staff_no")
def show(staff_no: str) -> None:
    """Show whether the person with STAFF_NO can sign in, and if not, why."""
    session, now = db.session(), utcnow()
    door = queries.find_door(session, staff_no=staff_no, on=today())
    if door is None:
        raise click.ClickException(f"nobody has the staff number {staff_no!r} now")
    failures = queries.count_failures_of_staff_no(session, staff_no=staff_no, now=now)
    live = queries.count_live_sessions(session, person_id=door.person_id, now=now)
    click.echo(f"{door.staff_no} {door.name}")
    click.echo(f"works here today: {'yes' if door.is_employed else 'no'}")
    click.echo(f"password: {'set' if door.password_hash else 'none'}")
    click.echo(f"failed tries in 10 minutes: {failures}{' (held back)' if is_held_back(failures) else ''}")
    click.echo(f"signed-in browsers: {live}")


@accounts.command("purge")
def purge() -> None:
    """Delete tries, codes and sessions that were kept long enough; each sweep does it too."""
    with command_transaction() as session:
        deleted = jobs.purge(session)
    click.echo(f"{deleted} rows deleted")

"""Enrollments from the command line."""

import secrets
from collections import Counter
from datetime import date

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session

from lms.courses.queries import find_course
from lms.enrollments import actions
from lms.enrollments.assignments import queries
from lms.enrollments.assignments.actions import assign as assign_course
from lms.enrollments.assignments.actions import preview_assignment
from lms.enrollments.assignments.rules import DueRule, Preview
from lms.enrollments.assignments.wording import plain_words
from lms.people.queries import list_job_roles
from lms.people.rules import whole_network
from lms.shared.errors import DomainError
from lms.web.commands import IsoDate, command_actor, command_transaction
from lms.web.dates import today

enrollments = AppGroup("enrollments", help="Who must take what, by when.")


@enrollments.command("refresh")
def refresh() -> None:
    """Bring effective due dates up to date after leaves, transfers, role changes and returns."""
    with command_transaction() as session:
        moved = actions.refresh_due_dates(session, actor=command_actor())
    click.echo(f"{moved:,} due dates moved")


@click.command("assign")
@with_appcontext
@click.argument("course")
@click.option("--role", "roles", multiple=True, required=True, help="A job role's code; may be given again.")
@click.option("--unit", "units", multiple=True, required=True, help="A center, area or region, or NETWORK.")
@click.option("--due-on", type=IsoDate(), help="Due on this day.")
@click.option("--due-days", type=int, help="Due so many days from today. With neither, as the course says.")
@click.option("--reason", required=True, help="Why; it is kept with the assignment.")
@click.option("--dry-run", is_flag=True, help="Say who would gain, and change nothing.")
def assign(
    course: str,
    roles: tuple[str, ...],
    units: tuple[str, ...],
    due_on: date | None,
    due_days: int | None,
    reason: str,
    dry_run: bool,
) -> None:
    """Assign COURSE to everyone in these job roles at these units, who does not have it open or valid."""
    with command_transaction() as session:
        try:
            _assign(session, course, roles, units, DueRule(due_on, due_days), reason, dry_run)
        except DomainError as error:
            raise click.ClickException(plain_words(error)) from error


def _assign(
    session: Session,
    code: str,
    roles: tuple[str, ...],
    units: tuple[str, ...],
    due: DueRule,
    reason: str,
    dry_run: bool,
) -> None:
    on = today()
    course = find_course(session, code)
    if course is None:
        raise click.ClickException(f"no course is called {code!r}")
    unknown = set(roles) - {role.code for role in list_job_roles(session)}
    if unknown:
        raise click.ClickException(f"no such job role: {', '.join(sorted(unknown))}")
    places = queries.choose_places(queries.list_places(session, scope=whole_network(on)), units)
    preview = preview_assignment(session, course=course, role_codes=roles, places=places, due=due, on=on)
    _print(preview)
    if dry_run:
        click.echo("nothing changed yet")
        return
    done = assign_course(
        session,
        course=course,
        role_codes=roles,
        places=places,
        due=due,
        on=on,
        reason=reason,
        request_key=secrets.token_hex(16),
        actor=command_actor(),
    )
    click.echo(f"assigned {course.code} to {done.enrolled:,} people")


def _print(preview: Preview) -> None:
    for role, number in sorted(Counter(one.role_code for one in preview.gaining).items()):
        click.echo(f"  {number:>7,} {role}")
    click.echo(f"{len(preview.gaining):,} gain, {preview.open:,} have it open, {preview.valid:,} completed it validly")

"""Duties from the command line: how the first administrators of a network come to be."""

from datetime import date

import click
from flask.cli import AppGroup

from lms.people.duties.actions import Appointment, appoint
from lms.people.duties.queries import find_office_to_command
from lms.people.duties.wording import plain_words
from lms.people.queries import find_person_by_staff_no
from lms.people.rules import DutyKind, whole_network
from lms.shared.errors import DomainError
from lms.web.commands import IsoDate, command_actor, command_transaction
from lms.web.dates import today

duties = AppGroup("duties", help="Who is appointed to what.")


@duties.command("appoint")
@click.argument("staff_no")
@click.argument("kind", type=click.Choice([str(kind) for kind in DutyKind], case_sensitive=False))
@click.option("--unit", "code", help="Code of the center, area or region; not needed for administrators.")
@click.option("--from", "starts_on", type=IsoDate(), help="The first day; today when not given.")
def appoint_person(staff_no: str, kind: str, code: str | None, starts_on: date | None) -> None:
    """Appoint the person STAFF_NO to the duty KIND, by the same rules as on the pages."""
    actor, on = command_actor(), today()
    scope = whole_network(on)
    with command_transaction() as session:
        office = find_office_to_command(session, kind=DutyKind(kind), code=code, on=on)
        if office is None:
            raise click.ClickException(f"no unit of that level is called {code!r}")
        person = find_person_by_staff_no(session, scope=scope, staff_no=staff_no)
        if person is None:
            raise click.ClickException(f"nobody has the staff number {staff_no!r}")
        wish = Appointment(person=person.public_id, kind=DutyKind(kind), starts_on=starts_on or on)
        try:
            appoint(session, actor, scope=scope, office=office, wish=wish)
        except DomainError as error:
            raise click.ClickException(plain_words(error)) from None
    click.echo(f"appointed {staff_no} as {kind} of {office.code} from {(starts_on or on).isoformat()}")

"""Assignment rules from the command line."""

from datetime import date

import click
from flask.cli import AppGroup

from lms.courses.queries import find_course
from lms.enrollments.assignment_rules.actions import sync_people
from lms.enrollments.assignment_rules.actions_equivalence import let_stand_for
from lms.enrollments.assignment_rules.queries import list_rules
from lms.enrollments.assignment_rules.queries_why import explain_assignment, list_people_without_rule
from lms.enrollments.assignment_rules.rules_why import Answer
from lms.people.queries import find_person_by_staff_no
from lms.people.rules import whole_network
from lms.shared.db import db
from lms.web.commands import IsoDate, command_actor, command_transaction
from lms.web.dates import today

rules = AppGroup("rules", help="Who is assigned what by rules, and why.")


@rules.command("list")
@click.option("--as-of", type=IsoDate(), help="The rules in force on this day; by default today.")
def list_(as_of: date | None) -> None:
    """List the rules in force: code, version, since when, on what occasion, due and renewal."""
    session, on = db.session(), as_of or today()
    for rule in list_rules(session):
        if version := rule.on(on):
            terms = version.terms
            due = terms.due.days if terms.due.days is not None else terms.due.on or terms.due.kind
            again = f"{terms.renewal.months} months" if terms.renewal.months else terms.renewal.kind.lower()
            who = ",".join([*terms.audience.role_codes, *terms.audience.duties]) or "everyone"
            click.echo(
                f"{rule.code:<12} v{version.number:<3} {version.starts_on}  {terms.trigger:<10} due {due!s:<10} "
                f"again {again:<10} {who}"
            )
    uncovered = list_people_without_rule(session, scope=whole_network(on), as_of=on)
    click.echo(f"{len(uncovered):,} people at work are covered by no rule")
    db.session.rollback()


@rules.command("sync")
@click.option("--as-of", type=IsoDate(), help="As of this day; by default today.")
@click.option("--person", "staff_no", help="Of this staff number only.")
def sync(as_of: date | None, staff_no: str | None) -> None:
    """Make enrollments what the rules want; a second run finds nothing to do."""
    on = as_of or today()
    if on > today():
        raise click.ClickException("rules assign up to today; rehearse a draft to look ahead")
    with command_transaction() as session:
        chosen = None if staff_no is None else [_person_id(staff_no, on)]
        done = sync_people(session, chosen, as_of=on, actor=command_actor())
    told = ", ".join(f"{number:,} {kind.lower()}" for kind, number in sorted(done.items()))
    click.echo(told or "nothing to do")


@rules.command("equal")
@click.argument("course")
@click.argument("counts")
@click.option("--no-longer", is_flag=True, help="Take it back.")
def equal(course: str, counts: str, no_longer: bool) -> None:
    """Let a completion of COUNTS count as one of COURSE: nobody is asked for what they did in another form."""
    with command_transaction() as session:
        pair = [find_course(session, code) for code in (course, counts)]
        if pair[0] is None or pair[1] is None:
            raise click.ClickException("no such course")
        actor = command_actor()
        new = let_stand_for(session, course=pair[0], counts=pair[1], holds=not no_longer, actor=actor)
    click.echo("noted" if new else "nothing to change")


@rules.command("why")
@click.argument("staff_no")
@click.argument("course")
@click.option("--as-of", type=IsoDate(), help="On this day; by default today.")
def why(staff_no: str, course: str, as_of: date | None) -> None:
    """Tell why STAFF_NO is assigned COURSE, or why not: every rule with the first condition that fails."""
    session, on = db.session(), as_of or today()
    found = find_course(session, course)
    if found is None:
        raise click.ClickException(f"no course is called {course!r}")
    person_id = _person_id(staff_no, on)
    told = explain_assignment(session, scope=whole_network(on), person_id=person_id, course_id=found.id, on=on)
    click.echo(f"{course} for {staff_no} on {on}: {'asked for' if told.is_asked else 'not asked for'}")
    for answer in told.answers:
        click.echo(_line(answer))
    for record in told.records:
        state = f"completed {record.completed_on}" if record.completed_on else f"due {record.nominal_due_on}"
        ended = f", taken out {record.voided_on}" if record.voided_on else ""
        click.echo(f"  cycle {record.cycle}: {record.source.lower()}, assigned {record.assigned_on}, {state}{ended}")
    db.session.rollback()


def _line(answer: Answer) -> str:
    since = f" (last asked {answer.since})" if answer.since else ""
    return f"  rule {answer.rule.code} v{answer.version.number}: {answer.failing.lower().replace('_', ' ')}{since}"


def _person_id(staff_no: str, on: date) -> int:
    person = find_person_by_staff_no(db.session(), scope=whole_network(on), staff_no=staff_no)
    if person is None:
        raise click.ClickException(f"nobody has the staff number {staff_no!r}")
    return person.id

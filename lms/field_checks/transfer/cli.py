"""What training adds up to, from the command line, with the scope of the whole network (ruling 22)."""

import sys
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from lms.completion.queries_labels import course_labels, role_labels
from lms.completion.queries_places import Unit, Units, load_units
from lms.completion.tables import SHAPES
from lms.field_checks.transfer.pages import asked_for
from lms.field_checks.transfer.pages_rows import Found, find_rows
from lms.field_checks.transfer.rules import MONTHS, By
from lms.field_checks.transfer.tables import columns_by, iter_rows
from lms.field_checks.transfer.wording import code_of, name_of
from lms.observations.practice.rules import By as Topic
from lms.people.rules import whole_network
from lms.shared.db import db
from lms.shared.tables import Column
from lms.web.commands import IsoDate
from lms.web.dates import today

ROWS: dict[str, By | Topic] = {one.lower(): one for one in (*By, *Topic)}


@click.command("lasts")
@with_appcontext
@click.option("--by", type=click.Choice(list(ROWS)), default="unit", show_default=True, help="What a row stands for.")
@click.option("--unit", "unit_code", help="Only this unit and what is below it: its code.")
@click.option("--role", "role_code", help="Only people in this job role: its code.")
@click.option("--course", "course_code", help="Only trainings of this course: its code.")
@click.option(
    "--months", type=click.IntRange(1, 120), default=MONTHS, show_default=True, help="Due in the last months."
)
@click.option("--as-of", type=IsoDate(), help="The day asked for; today by default.")
@click.option("--format", "shape", type=click.Choice(list(SHAPES)), default="table", show_default=True)
@click.option("-o", "--output", type=click.File("wb", atomic=True), help="Write here instead of standard output.")
def lasts(
    by: str,
    unit_code: str | None,
    role_code: str | None,
    course_code: str | None,
    months: int,
    as_of: date | None,
    shape: str,
    output: BinaryIO | None,
) -> None:
    """Follow trainings from due to what is still done months later, or tell which behaviors last."""
    session, day = db.session(), as_of or today()
    for option, code, labels in (("--role", role_code, role_labels), ("--course", course_code, course_labels)):
        if code is not None and code not in {one.code for one in labels(session).values()}:
            raise click.BadParameter(f"there is no {code!r}", param_hint=option)
    units = load_units(session, scope=whole_network(day))
    unit = _unit(units, unit_code)
    roles, courses = (tuple(filter(None, (code,))) for code in (role_code, course_code))
    asked = asked_for(whole_network(day), day, unit, months=months, roles=roles, courses=courses)
    columns = (Column("code"), Column("name_ko"), Column("name_en"), *columns_by(ROWS[by]))
    stream: BinaryIO = output or sys.stdout.buffer
    for chunk in SHAPES[shape](list(_rows(find_rows(session, asked, units=units, unit=unit), ROWS[by])), columns):
        stream.write(chunk)
    stream.flush()


def _unit(units: Units, code: str | None) -> Unit:
    found = [units.home] if code is None else [one for one in units.by_id.values() if one.code == code]
    if not found:
        raise click.BadParameter(f"there is no {code!r}", param_hint="--unit")
    return found[0]


def _rows(found: Found, by: By | Topic) -> Iterator[tuple[Any, ...]]:
    topic = by if isinstance(by, Topic) else Topic.DIMENSION
    for line, figures in iter_rows(db.session(), found, by):
        names = []
        for language in ("ko", "en"):
            with force_locale(language):
                names.append(name_of(line, topic))
        yield (code_of(line), *names, *figures)

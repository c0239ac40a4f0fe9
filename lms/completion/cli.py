"""Rates and shortfall lists from the command line, with the scope of the whole network (ruling 22), audited."""

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, BinaryIO

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.completion import tables
from lms.completion.explain import tables as tables_explained
from lms.completion.explain.queries import count_roster, explain_person, iter_roster
from lms.completion.known.queries import reading_as_known
from lms.completion.queries import list_rates
from lms.completion.queries_bases import list_measured
from lms.completion.queries_enrollments import list_person_lines
from lms.completion.queries_labels import course_labels, find_unit_ids, role_labels, tier_labels
from lms.completion.queries_proof import MOST_SHOWN, prove_rates
from lms.completion.queries_shortfalls import iter_shortfalls, list_shortfall_ids
from lms.completion.rules import Dimension, RateFilter, ShortfallFilter
from lms.completion.rules_bases import Attribution, Basis, Measure, Period, code_of, word_of
from lms.completion.tables_bases import measured_columns, measured_row
from lms.people.queries import find_person_by_staff_no
from lms.people.rules import UnitKind, whole_network
from lms.shared.db import db
from lms.shared.tables import Column
from lms.web.commands import IsoDate, Moment, command_actor, command_transaction
from lms.web.dates import instant, today

completion = AppGroup("completion", help="Proof that stored figures follow from the facts.")
LEVELS = [level.lower() for level in Dimension]
OUTPUT = click.File("wb", atomic=True)

as_of_option = click.option("--as-of", type=IsoDate(), help="The day asked for; today by default.")
known_at_option = click.option(
    "--known-at", type=Moment(), help="Leave out what was recorded later: the report as it stood then."
)
output_option = click.option("-o", "--output", type=OUTPUT, help="Write to this file instead of standard output.")
people_option = click.option(
    "--frontline/--everyone", default=None, help="Only people in front-line jobs, or everyone."
)


def basis_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what a rate counts, at which center, and over which time."""
    for option in (
        click.option("--to", "last", type=IsoDate(), help="The period's last day; the day asked for by default."),
        click.option(
            "--from",
            "first",
            type=IsoDate(),
            help="Every cycle due from this day on, instead of the latest of each course.",
        ),
        click.option(
            "--attribution",
            type=click.Choice(list(map(word_of, Attribution))),
            default="current",
            show_default=True,
            help="Count at the center of the day asked for, or of the due date.",
        ),
        click.option(
            "--basis",
            type=click.Choice(list(map(word_of, Basis))),
            default="completion",
            show_default=True,
            help="What to count.",
        ),
    ):
        command = option(command)
    return command


@click.command("rates")
@as_of_option
@known_at_option
@click.option("--by", type=click.Choice(LEVELS), default="center", show_default=True, help="What to group by.")
@click.option("--all", "include_empty", is_flag=True, help="Also groups with nothing due.")
@click.option("--unit", help="Only this region, area or center: its code, or KIND:CODE where kinds share one.")
@click.option("--role", multiple=True, help="Only this job role. May be repeated, as the next two.")
@click.option("--tier", multiple=True, type=int, help="Only courses of this tier.")
@click.option("--course", multiple=True, help="Only this course.")
@people_option
@basis_options
@click.option("--interval", is_flag=True, help="Also the interval around each rate (Wilson, over people).")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@output_option
@with_appcontext
def rates(
    as_of: date | None,
    known_at: str | None,
    by: str,
    include_empty: bool,
    unit: str | None,
    role: tuple[str, ...],
    tier: tuple[int, ...],
    course: tuple[str, ...],
    frontline: bool | None,
    basis: str,
    attribution: str,
    first: date | None,
    last: date | None,
    interval: bool,
    shape: str,
    output: BinaryIO | None,
) -> None:
    """Print due, done and on-time counts and the rate of each group, by code. A rate is floored to 0.1 %.

    Unless asked otherwise: enrollments done of those due, where people work on the day.
    """
    session, day = db.session(), as_of or today()
    measure = _measure(day, basis, attribution, first, last)
    _check_filters(session, role, tier, course)
    where = RateFilter(
        unit_id=_unit_id(session, unit), role_codes=role, tiers=tier, course_codes=course, frontline=frontline or None
    )
    dimension = Dimension(by.upper())
    asked: dict[str, Any] = {"scope": whole_network(day), "as_of": day, "by": dimension, "where": where}
    then = instant(known_at) if known_at else None
    with reading_as_known(session, then, scope=asked["scope"]) as past:
        if measure.is_usual:
            lines: Sequence[Any] = list_rates(past, include_empty=include_empty, **asked)
        else:
            lines = list_measured(past, measure=measure, include_empty=include_empty, **asked)
    columns, row = _table(dimension, measure, interval=interval)
    if dimension is Dimension.PERSON:
        _audit("rates", day, where, known_at=then, subject_count=len(lines))
    _put(output, shape, columns, map(row, lines))


def _table(
    by: Dimension, measure: Measure, *, interval: bool
) -> tuple[Sequence[Column], Callable[[Any], tuple[Any, ...]]]:
    """Return the columns of a basis, and what makes a line of a rate their row."""
    if measure.is_usual:
        row = tables.rate_row_with_interval if interval else tables.rate_row
        return tables.rate_columns(by, interval=interval), row
    return measured_columns(by, measure, interval=interval), partial(measured_row, measure=measure, interval=interval)


def _measure(day: date, basis: str, attribution: str, first: date | None, last: date | None) -> Measure:
    """Return what the options ask for; a period that names no last day ends on the day asked for."""
    if last is not None and first is None:
        raise click.UsageError("--to needs --from")
    if first is not None and first > (last or day):
        raise click.UsageError("--from is after --to")
    measure = Measure(
        basis=Basis(code_of(basis)),
        attribution=Attribution(code_of(attribution)),
        period=None if first is None else Period(first, last or day),
    )
    if not measure.is_possible:
        raise click.UsageError("the assigned basis counts what is not due yet: it has no center of the due date")
    return measure


@click.command("shortfall")
@as_of_option
@known_at_option
@click.option(
    "--below",
    type=click.IntRange(0, 100),
    help="List by rate alone: below this percentage. Without it: below 80 % or something overdue.",
)
@click.option("--center", multiple=True, help="Only people of this center, by its code. May be repeated.")
@click.option("--role", multiple=True, help="Only this job role. May be repeated, as the next two.")
@click.option("--tier", multiple=True, type=int, help="Only courses of this tier.")
@click.option("--course", multiple=True, help="Only this course.")
@click.option("--search", metavar="TEXT", help="Only people with this in their name or staff number.")
@people_option
@click.option(
    "--format", "shape", type=click.Choice(["csv", "xlsx", "json", "table"]), default="csv", show_default=True
)
@output_option
@with_appcontext
def shortfall(
    as_of: date | None,
    known_at: str | None,
    below: int | None,
    center: tuple[str, ...],
    role: tuple[str, ...],
    tier: tuple[int, ...],
    course: tuple[str, ...],
    search: str | None,
    frontline: bool | None,
    shape: str,
    output: BinaryIO | None,
) -> None:
    """List who falls short, by staff number: people in front-line jobs, or --everyone."""
    if shape == "xlsx" and output is None:
        raise click.UsageError("a workbook cannot go to standard output: name a file with -o")
    session, day = db.session(), as_of or today()
    for code in center:
        _unit_id(session, f"{UnitKind.CENTER}:{code}", "--center")
    _check_filters(session, role, tier, course)
    where = ShortfallFilter(
        center_codes=center,
        role_codes=role,
        tiers=tier,
        course_codes=course,
        below=below,
        frontline=None if frontline is False else True,
        search=(search or "").strip() or None,
    )
    asked: dict[str, Any] = {"scope": whole_network(day), "as_of": day, "where": where}
    then = instant(known_at) if known_at else None
    with reading_as_known(session, then, scope=asked["scope"]) as past:
        _audit("shortfalls", day, where, list_shortfall_ids(past, **asked), known_at=then)
        rows = map(tables.shortfall_row, iter_shortfalls(past, **asked))
        if shape == "xlsx" and output is not None:
            described = tables.described(day, where, then)
            tables.write_workbook(output, rows, described=described, actor=command_actor())
        else:
            _put(output, shape, tables.SHORTFALL_COLUMNS, rows)


@click.command("explain")
@as_of_option
@known_at_option
@click.option("--person", metavar="STAFF_NO", help="Every course of this person: whether it counts, or why not.")
@click.option("--unit", metavar="CODE", help="How this unit's head-count adds up: in the rate, or left out and why.")
@click.option("--list", "listed", is_flag=True, help="With --unit: everyone on the roster instead of sums.")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@output_option
@with_appcontext
def explain(
    as_of: date | None,
    known_at: str | None,
    person: str | None,
    unit: str | None,
    listed: bool,
    shape: str,
    output: BinaryIO | None,
) -> None:
    """Say why someone counts in a rate, or how a unit's roster adds up to its head-count."""
    if (person is None) == (unit is None):
        raise click.UsageError("say --person STAFF_NO or --unit CODE")
    day, then = as_of or today(), instant(known_at) if known_at else None
    with reading_as_known(db.session(), then, scope=whole_network(day)) as past:
        if person is not None:
            columns: Sequence[Column] = tables_explained.PERSON_COLUMNS
            rows, head, who, where = _explained_person(past, person, day)
        else:
            columns = tables_explained.ROSTER_COLUMNS if listed else tables_explained.SUM_COLUMNS
            rows, head, who, where = _explained_unit(past, unit, day, listed=listed)
    if who:
        _audit("explain", day, where, who, known_at=then)
    if shape == "table":
        click.echo(head, err=output is not None)
    _put(output, shape, columns, rows)


Explained = tuple[list[tuple[Any, ...]], str, list[int], RateFilter]


def _explained_person(session: Session, staff_no: str, day: date) -> Explained:
    scope = whole_network(day)
    found = find_person_by_staff_no(session, scope=scope, staff_no=staff_no)
    if found is None:
        raise click.BadParameter(f"there is no {staff_no!r}", param_hint="--person")
    lines = list_person_lines(session, scope=scope, person_id=found.id, as_of=day)
    why = explain_person(session, scope=scope, person_id=found.id, as_of=day)
    head = tables_explained.person_head(found.staff_no, found.name, why, lines, day)
    return list(map(tables_explained.person_row, lines)), head, [found.id], RateFilter()


def _explained_unit(session: Session, code: str | None, day: date, *, listed: bool) -> Explained:
    where = RateFilter(unit_id=_unit_id(session, code))
    asked: dict[str, Any] = {"scope": whole_network(day), "as_of": day, "where": where}
    roster = count_roster(session, **asked)
    head = tables_explained.unit_head(code or "", roster, day)
    if not listed:
        return list(tables_explained.sum_rows(roster)), head, [], where
    people = list(iter_roster(session, **asked))
    return list(map(tables_explained.roster_row, people)), head, [line.person_id for line in people], where


@completion.command("verify")
@as_of_option
def verify(as_of: date | None) -> None:
    """Recompute rates, latest cycles and due dates from the facts, slowly, and compare. Exits 1 at a difference."""
    day = as_of or today()
    proof = prove_rates(db.session(), scope=whole_network(day), as_of=day)
    for name, number in proof.compared.items():
        click.echo(f"{number:,} {name} compared")
    for difference in proof.differences[:MOST_SHOWN]:
        click.echo(difference, err=True)
    click.echo(f"{len(proof.differences)} differences")
    if proof.differences:
        raise SystemExit(1)


def _check_filters(session: Session, role: tuple[str, ...], tier: tuple[int, ...], course: tuple[str, ...]) -> None:
    _check_codes(session, "--role", role, role_labels)
    _check_codes(session, "--tier", tuple(map(str, tier)), tier_labels)
    _check_codes(session, "--course", course, course_labels)


def _check_codes(session: Session, option: str, codes: Sequence[str], labels: Callable[[Session], Any]) -> None:
    known = {label.code for label in labels(session).values()} if codes else set()
    for code in codes:
        if code not in known:
            raise click.BadParameter(f"there is no {code!r}", param_hint=option)


def _unit_id(session: Session, code: str | None, option: str = "--unit") -> int | None:
    """Return the unit a code names; a code that two kinds of unit share needs its kind: AREA:A01."""
    if code is None:
        return None
    kind, _, rest = code.partition(":")
    kinds = [UnitKind(kind)] if kind in list(UnitKind) and rest else list(UnitKind)
    found = find_unit_ids(session, code=rest if len(kinds) == 1 else code, kinds=kinds)
    if not found:
        raise click.BadParameter(f"there is no {rest or code!r}", param_hint=option)
    if len(found) > 1:
        choices = " or ".join(f"{one}:{code}" for one in found)
        raise click.BadParameter(f"{code!r} is several units; say {choices}", param_hint=option)
    return next(iter(found.values()))


def _audit(
    what: str,
    as_of: date,
    where: RateFilter,
    person_ids: Sequence[int] = (),
    *,
    known_at: datetime | None,
    subject_count: int | None = None,
) -> None:
    """Note whom the output names, before any of it is out."""
    db.session().rollback()  # what was read so far must not keep the writing transaction from beginning
    with command_transaction() as session:
        audit.record(
            session,
            command_actor(),
            "export",
            what,
            as_of.isoformat(),
            subject_ids=person_ids,
            subject_count=subject_count,
            reason="command line",
            detail=tables.described(as_of, where, known_at),
        )


def _put(output: BinaryIO | None, shape: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    stream: BinaryIO = output or sys.stdout.buffer
    for chunk in tables.SHAPES[shape](rows, columns):
        stream.write(chunk)
    stream.flush()

"""Rates on every basis in plain Python, straight from the domain study §3.1–3.5; no code of the product.

One row is what counts, with where it counts; every basis is said literally over such rows.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.completion.oracle import (
    Ask,
    Cycle,
    Person,
    World,
    active_posting,
    is_exempt,
    is_frontline,
    latest_cycles,
    place,
)


@dataclass
class Row:
    staff_no: str
    center: str
    role: str
    course: str
    tier: int
    weight: Fraction
    done: bool
    on_time: bool


Span = tuple[date, date] | None


def is_owed(cycle: Cycle, day: date) -> bool:
    return cycle.required and cycle.assigned <= day and not (cycle.voided is not None and cycle.voided <= day)


def cycles_of(person: Person, day: date, assigned: bool, span: Span) -> list[Cycle]:
    """Return the cycles that count: the latest of each course by the day, or every one of the span."""
    owed = [cycle for cycle in person.cycles if is_owed(cycle, day) and not is_exempt(person, cycle.course, day)]
    if assigned:
        if span is not None:
            return [cycle for cycle in owed if span[0] <= cycle.assigned <= span[1]]
        latest = {cycle.course: cycle for cycle in sorted(owed, key=lambda cycle: cycle.number)}
        return list(latest.values())
    if span is not None:
        return [one for one in owed if one.due is not None and one.due <= day and span[0] <= one.due <= span[1]]
    return [cycle for _, cycle in latest_cycles(person, day)]


def rows(world: World, day: date, ask: Ask, *, assigned: bool, by_due_date: bool, span: Span) -> list[Row]:
    found = []
    for person in world.people:
        now = active_posting(world, person, day)
        if now is None:
            continue
        for cycle in cycles_of(person, day, assigned, span):
            where = now
            if by_due_date:
                for posting in person.postings:
                    if posting.primary and not posting.superseded and cycle.due and posting.when.covers(cycle.due):
                        where = posting
            done = cycle.done is not None and cycle.done <= day
            found.append(
                Row(
                    person.staff_no, where.center, where.role, cycle.course, world.tiers_of_courses[cycle.course],
                    WEIGHTS[cycle.course], done, done and (cycle.due is None or (cycle.done or day) <= cycle.due),
                )
            )  # fmt: skip
    return [row for row in found if _is_asked(world, row, day, ask)]


WEIGHTS: dict[str, Fraction] = defaultdict(lambda: Fraction(1))


def _is_asked(world: World, row: Row, day: date, ask: Ask) -> bool:
    area, region = place(world, row.center, day)
    return all(
        [
            ask.centers is None or row.center in ask.centers,
            ask.area is None or area == ask.area,
            ask.region is None or region == ask.region,
            ask.roles is None or row.role in ask.roles,
            ask.tiers is None or row.tier in ask.tiers,
            ask.courses is None or row.course in ask.courses,
            ask.frontline is None or is_frontline(world, row.role, day) == ask.frontline,
        ]
    )


def group_of(world: World, row: Row, day: date, by: str) -> str:
    area, region = place(world, row.center, day)
    return {
        "network": "NETWORK", "region": region, "area": area, "center": row.center, "role": row.role,
        "tier": str(row.tier), "course": row.course, "person": row.staff_no,
    }[by]  # fmt: skip


def share(members: list[Row], basis: str, apart: str) -> tuple[Fraction, Fraction]:
    """Return part and whole of one group. `apart`: within what a person, or a person's course, stands once."""
    if basis in {"COMPLETION", "ASSIGNED"}:
        return Fraction(sum(row.done for row in members)), Fraction(len(members))
    if basis == "ON_TIME":
        return Fraction(sum(row.on_time for row in members)), Fraction(len(members))
    if basis == "LATE":
        return Fraction(sum(row.done and not row.on_time for row in members)), Fraction(len(members))
    if basis == "WEIGHTED":
        weight = sum((row.weight for row in members), Fraction(0))
        return sum((row.weight for row in members if row.done), Fraction(0)), weight
    ones: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in members:
        inside = {"unit": row.center, "role": row.role, "tier": str(row.tier), "course": row.course}.get(apart, "")
        key = (row.staff_no, inside)
        ones[(*key, row.course) if basis == "COURSE" else key].append(row)
    return Fraction(sum(all(row.done for row in one) for one in ones.values())), Fraction(len(ones))


def rates(
    world: World, day: date, by: str, ask: Ask, *, basis: str, by_due_date: bool, span: Span
) -> dict[str, tuple[Fraction, Fraction]]:
    """Return part and whole of each group, on a basis."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows(world, day, ask, assigned=basis == "ASSIGNED", by_due_date=by_due_date, span=span):
        groups[group_of(world, row, day, by)].append(row)
    apart = "unit" if by in {"network", "region", "area", "center"} else by
    return {group: share(members, basis, apart) for group, members in groups.items()}

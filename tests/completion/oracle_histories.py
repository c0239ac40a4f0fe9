"""What was believed of people at instants, and the worlds that follow; straight from the papers, no product code.

A person's history is a row of beliefs: everything believed of them from an instant on, until the next one replaces it.
Effective due dates follow from a belief by domain §3.1 and ruling 8; counting is that of `tests.completion.oracle`.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from tests.completion.oracle import Center, Cycle, Exemption, Interval, Leave, Person, Posting, World

GRACE = timedelta(days=14)
DAY = timedelta(days=1)
Key = tuple[str, int]  # course and cycle


@dataclass
class Belief:
    """What is believed of one person. The `due` of a cycle is the nominal one here; `granted` are extensions."""

    postings: list[Posting] = field(default_factory=list)
    leaves: list[Leave] = field(default_factory=list)
    exemptions: list[Exemption] = field(default_factory=list)
    cycles: dict[Key, Cycle] = field(default_factory=dict)
    granted: dict[Key, date] = field(default_factory=dict)

    def primary(self) -> list[Posting]:
        return sorted((one for one in self.postings if one.primary), key=lambda one: one.when.start)


@dataclass
class History:
    """One person: what is believed from each of the instants on."""

    staff_no: str
    beliefs: list[Belief]


@dataclass
class Past:
    """Many people, the instants at which something became known, and the outages known from each of them on."""

    instants: list[datetime]
    people: list[History]
    outages: list[list[Interval]]
    centers: dict[str, Center]
    regions_of_areas: dict[str, list[tuple[str, Interval]]]
    courses: dict[str, int]
    worlds: dict[int, World] = field(default_factory=dict)  # those asked for

    def world(self, known_at: datetime | None) -> World:
        """Return what was believed at an instant (None: at last), with the due dates that follow."""
        last = len(self.instants) - 1
        now = last if known_at is None else max(k for k in range(last + 1) if self.instants[k] <= known_at)
        if now not in self.worlds:
            people = [believed(history, now, self.outages) for history in self.people]
            self.worlds[now] = World(self.centers, self.regions_of_areas, self.courses, people)
        return self.worlds[now]


def believed(history: History, now: int, outages: list[list[Interval]]) -> Person:
    """Return a person as believed from an instant on. What was voided keeps the due date it had then."""
    belief = history.beliefs[now]
    person = Person(history.staff_no, belief.postings, belief.leaves, [], belief.exemptions)
    for key, cycle in belief.cycles.items():
        then = now
        if cycle.voided is not None:
            while then > 0 and _is_void(history.beliefs[then - 1], key):
                then -= 1
        due = due_of(history.beliefs[then], key, outages[then])
        person.cycles.append(replace(cycle, due=due))
    return person


def _is_void(belief: Belief, key: Key) -> bool:
    return key in belief.cycles and belief.cycles[key].voided is not None


def due_of(belief: Belief, key: Key, outages: list[Interval]) -> date | None:
    """Return the effective due date: after leave, after what happened, granted, and after outages, in this order."""
    nominal, assigned = belief.cycles[key].due, belief.cycles[key].assigned
    if nominal is None:
        return None
    due = _after_leave(nominal, assigned, belief.leaves)
    for since, on in _happened(belief.primary()):
        if since <= due < on + GRACE:
            due = on + GRACE
    if key in belief.granted:
        due = max(due, belief.granted[key])
    for outage in sorted(outages, key=lambda one: one.start):
        if outage.covers(due) and outage.end is not None:
            due += outage.end - outage.start
    return due


def _after_leave(nominal: date, assigned: date, leaves: list[Leave]) -> date:
    """d′ = max(d + |L ∩ [a, d]| days, r + g), r the return from a leave that overlaps [a, d]."""
    if not leaves:
        return nominal
    away = 0
    day, returns = assigned, []
    while day <= nominal:
        away += any(leave.when.covers(day) for leave in leaves)
        day += DAY
    for leave in leaves:
        start, end = leave.when.start, leave.when.end
        if start <= nominal and (end is None or end > assigned) and assigned <= nominal and end is not None:
            returns.append(end)
    return max([nominal + away * DAY, *(one + GRACE for one in returns)])


def _happened(postings: list[Posting]) -> list[tuple[date, date]]:
    """Return hires, rehires, transfers and role changes: the first day whose due dates each forgives, and its day."""
    found = []
    for place, posting in enumerate(postings):
        on = posting.when.start
        before = postings[place - 1] if place else None
        if before is None:
            found.append((on, on))
        elif before.when.end is not None and before.when.end < on:
            found.append((before.when.end, on))  # gone, and back
        elif (before.center, before.role) != (posting.center, posting.role):
            found.append((on, on))
    return found

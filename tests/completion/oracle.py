"""Rates and shortfalls in plain Python, straight from the domain study and the rulings; no code of the product.

A world is plain values. Every interval is half-open; None is open. Nothing here is fast, everything is literal.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

FRONTLINE_FROM_THE_START = {"SA", "RC", "CM", "PT"}  # BP is the back office of these worlds


@dataclass
class Interval:
    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass
class Center:
    code: str
    opened: date | None = None
    closed: date | None = None
    areas: list[tuple[str, Interval]] = field(default_factory=list)

    def is_open(self, day: date) -> bool:
        return (self.opened is None or self.opened <= day) and (self.closed is None or day < self.closed)


@dataclass
class Posting:
    center: str
    role: str
    when: Interval
    primary: bool = True
    superseded: bool = False


@dataclass
class Leave:
    when: Interval
    superseded: bool = False


@dataclass
class Exemption:
    """Need not take a course for a while (domain §3.1, E); `withdrawn` ones were never meant."""

    course: str
    when: Interval
    withdrawn: bool = False


@dataclass
class Cycle:
    """One enrollment: person × course × number."""

    course: str
    number: int
    assigned: date
    due: date | None
    done: date | None = None
    voided: date | None = None
    required: bool = True


@dataclass
class Person:
    staff_no: str
    postings: list[Posting] = field(default_factory=list)
    leaves: list[Leave] = field(default_factory=list)
    cycles: list[Cycle] = field(default_factory=list)
    exemptions: list[Exemption] = field(default_factory=list)


@dataclass
class World:
    centers: dict[str, Center]
    regions_of_areas: dict[str, list[tuple[str, Interval]]]
    tiers_of_courses: dict[str, int]
    people: list[Person]
    # A job role stops, or begins, to be front line on a day.
    frontline_turns: dict[str, date] = field(default_factory=dict)


@dataclass
class Ask:
    """What a rate is narrowed to."""

    centers: set[str] | None = None
    area: str | None = None
    region: str | None = None
    roles: set[str] | None = None
    tiers: set[int] | None = None
    courses: set[str] | None = None
    frontline: bool | None = None


@dataclass
class Counted:
    """An enrollment in the rate, with everything it is grouped by."""

    staff_no: str
    center: str
    area: str
    region: str
    role: str
    course: str
    tier: int
    done: bool
    on_time: bool
    due: date
    overdue: bool


def is_frontline(world: World, role: str, day: date) -> bool:
    at_first = role in FRONTLINE_FROM_THE_START
    turn = world.frontline_turns.get(role)
    return (not at_first) if turn is not None and day >= turn else at_first


def place(world: World, center: str, day: date) -> tuple[str, str]:
    """Return area and region of a center, "" where there is none."""
    area = next((code for code, when in world.centers[center].areas if when.covers(day)), "")
    region = next((code for code, when in world.regions_of_areas.get(area, []) if when.covers(day)), "")
    return area, region


def active_posting(world: World, person: Person, day: date) -> Posting | None:
    """Employed, at an open center, not on leave (domain §3.1)."""
    for leave in person.leaves:
        if not leave.superseded and leave.when.covers(day):
            return None
    for posting in person.postings:
        if posting.primary and not posting.superseded and posting.when.covers(day):
            return posting if world.centers[posting.center].is_open(day) else None
    return None


def has_fallen_due(cycle: Cycle, day: date) -> bool:
    """Rulings 1, 6, 7: required, due and assigned by the day, and not voided by it."""
    if not cycle.required or cycle.due is None:
        return False
    return cycle.due <= day and cycle.assigned <= day and not (cycle.voided is not None and cycle.voided <= day)


def is_asked(world: World, posting: Posting, day: date, ask: Ask) -> bool:
    area, region = place(world, posting.center, day)
    wanted = [
        ask.centers is None or posting.center in ask.centers,
        ask.area is None or area == ask.area,
        ask.region is None or region == ask.region,
        ask.roles is None or posting.role in ask.roles,
        ask.frontline is None or is_frontline(world, posting.role, day) == ask.frontline,
    ]
    return all(wanted)


def is_exempt(person: Person, course: str, day: date) -> bool:
    """A ∈ E of domain §3.1."""
    return any(one.course == course and one.when.covers(day) and not one.withdrawn for one in person.exemptions)


def latest_cycles(person: Person, day: date) -> list[tuple[str, Cycle]]:
    """Of each course the latest cycle that has fallen due (ruling 5), where the person is not exempt."""
    latest: dict[str, Cycle] = {}
    for cycle in sorted(person.cycles, key=lambda cycle: cycle.number):
        if has_fallen_due(cycle, day) and not is_exempt(person, cycle.course, day):
            latest[cycle.course] = cycle
    return list(latest.items())


def counted(world: World, day: date, ask: Ask) -> list[Counted]:
    found = []
    for person in world.people:
        posting = active_posting(world, person, day)
        if posting is None or not is_asked(world, posting, day, ask):
            continue
        area, region = place(world, posting.center, day)
        for course, cycle in latest_cycles(person, day):
            tier = world.tiers_of_courses[course]
            if (ask.courses is not None and course not in ask.courses) or (ask.tiers and tier not in ask.tiers):
                continue
            due = cycle.due
            assert due is not None
            done = cycle.done is not None and cycle.done <= day
            on_time = cycle.done is not None and cycle.done <= day and cycle.done <= due
            found.append(
                Counted(
                    person.staff_no, posting.center, area, region, posting.role, course, tier,
                    done, on_time, due, not done and due < day,
                )
            )  # fmt: skip
    return found


def is_below(done: int, due: int, target: int) -> bool:
    return 100 * done < target * due


def rates(world: World, day: date, by: str, ask: Ask) -> dict[str, tuple[int, int, int, int, int]]:
    """Return due, done, on time, people judged and people below 80 % of each group with something due."""
    people: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for one in counted(world, day, ask):
        group = {
            "network": "NETWORK", "region": one.region, "area": one.area, "center": one.center, "role": one.role,
            "tier": str(one.tier), "course": one.course, "person": one.staff_no,
        }[by]  # fmt: skip
        sums = people[group][one.staff_no]
        sums[0] += 1
        sums[1] += one.done
        sums[2] += one.on_time
    result = {}
    for group, members in people.items():
        due, done, on_time = (sum(sums[index] for sums in members.values()) for index in range(3))
        short = sum(1 for sums in members.values() if is_below(sums[1], sums[0], 80))
        result[group] = (due, done, on_time, len(members), short)
    return result


Short = tuple[str, str, int, int, int, int, int, str | None, tuple[tuple[str, date], ...]]


def shortfalls(world: World, day: date, ask: Ask, below: int | None, severity: str | None = None) -> list[Short]:
    """Return who falls short: staff number, center, due, done, on time, overdue, days, severity, what is missing."""
    of_person: dict[str, list[Counted]] = defaultdict(list)
    for one in counted(world, day, ask):
        of_person[one.staff_no].append(one)
    found: list[Short] = []
    for staff_no, ones in sorted(of_person.items()):
        due, done, on_time = len(ones), sum(one.done for one in ones), sum(one.on_time for one in ones)
        overdue = [one for one in ones if one.overdue]
        by_rate = is_below(done, due, 80 if below is None else below)
        short = by_rate or (below is None and bool(overdue))
        days = max(((day - one.due) // timedelta(days=1) for one in overdue), default=0)
        how = None if days < 1 else "REMIND" if days <= 7 else "MISSING" if days <= 30 else "LONG_MISSING"
        if short and (severity is None or severity == how):
            missing = tuple(sorted((one.course, one.due) for one in ones if not one.done))
            found.append((staff_no, ones[0].center, due, done, on_time, len(overdue), days, how, missing))
    return found


def exempt(world: World, day: date, by: str, ask: Ask) -> dict[str, tuple[int, int, int]]:
    """Return exempt people, people with something due be they exempt or not, and exempt enrollments of each group.

    Groups without anyone exempt are left out.
    """
    as_if_none = World(world.centers, world.regions_of_areas, world.tiers_of_courses, [], world.frontline_turns)
    for one in world.people:
        as_if_none.people.append(Person(one.staff_no, one.postings, one.leaves, one.cycles, []))
    people = {one.staff_no: one for one in world.people}
    due: dict[str, set[str]] = defaultdict(set)
    spared: dict[str, list[str]] = defaultdict(list)
    for one in counted(as_if_none, day, ask):
        group = {
            "network": "NETWORK", "region": one.region, "area": one.area, "center": one.center, "role": one.role,
            "tier": str(one.tier), "course": one.course,
        }[by]  # fmt: skip
        due[group].add(one.staff_no)
        if is_exempt(people[one.staff_no], one.course, day):
            spared[group].append(one.staff_no)
    return {group: (len(set(ones)), len(due[group]), len(ones)) for group, ones in spared.items()}

"""How far trainings got equals a plain recomputation, on random histories with checks, on both databases."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from lms.completion.rules import RateFilter
from lms.completion.rules_bases import Period
from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.field_checks.models import FieldCheck
from lms.field_checks.transfer.queries import Asked, count_steps
from lms.field_checks.transfer.queries_answers import count_pairs, list_answered
from lms.observations.models import Behavior, ItemSet, ItemSetItem, Observation, ObservationResult, Standard
from lms.observations.models import StandardItem as Item
from lms.people.models import JobRole, Person
from lms.people.rules import whole_network
from lms.shared.db import table_of
from lms.shared.ids import new_public_id
from tests.completion.oracle import Cycle, World, active_posting, place
from tests.completion.oracle import Person as Somebody
from tests.completion.oracle_bases import cycles_of
from tests.completion.worlds import FIRST, RECORDED, WINDOW, Drawn, draw_world, load
from tests.support.effort import effort

CHECKED = {"K1", "K2", "K4"}  # no checks are made of K3
CRITICAL = {0: True, 1: False, 2: True}
SETS = {1: (0, 1, 2), 2: (0, 2), 3: (1,)}
STATES = ("SUBMITTED", "CLOSED", "VOID", "MISSED", "PLANNED")


@dataclass
class Look:
    """A check or re-check: its window's last day, what became of it, and what was answered when."""

    closes: date
    state: str
    on: date | None
    asked: int
    answers: dict[int, bool | None]
    superseded: bool = False

    @property
    def passed(self) -> bool:
        counting = [met for met in self.answers.values() if met is not None]
        return bool(counting) and all(counting)

    def was_made(self, day: date) -> bool:
        return self.state != "VOID" and self.on is not None and self.on <= day and not self.superseded


Looks = dict[tuple[str, str, int], tuple[Look, Look | None]]  # by person, course and cycle


def draw_looks(drawn: Drawn, world: World) -> Looks:
    """Draw checks of some completions, and re-checks of some checks."""
    found: Looks = {}
    for person in world.people:
        for cycle in person.cycles:
            if cycle.done is not None and not drawn.chance(3):
                first = _look(drawn, cycle.done + timedelta(days=drawn.number(0, 20)))
                again = _look(drawn, first.closes + timedelta(days=drawn.number(5, 20))) if drawn.chance(2) else None
                found[person.staff_no, cycle.course, cycle.number] = first, again
    return found


def _look(drawn: Drawn, closes: date) -> Look:
    asked, state = drawn.one(SETS), drawn.one(STATES)
    is_seen = state in {"SUBMITTED", "CLOSED"} or (state == "VOID" and drawn.chance(2))
    answers = {item: drawn.one([True, True, True, False, None]) for item in SETS[asked]}
    on = closes - timedelta(days=drawn.number(-2, 5)) if is_seen else None
    return Look(closes, state, on, asked, answers if is_seen else {}, superseded=drawn.chance(12))


def bring_in(session: Session, looks: Looks) -> None:
    """Keep a standard of three items, the checks, and what they found."""
    session.execute(update(Course).where(Course.code.in_(CHECKED)).values(field_check_required=True))
    session.add(Standard(id=1, code="SERVICE", recorded_at=RECORDED))
    session.flush()
    for item in CRITICAL:
        session.add(Behavior(id=item + 1, name_ko="행동", name_en="Behavior", recorded_at=RECORDED))
        session.flush()
        session.add(Item(id=item + 1, standard_id=1, behavior_id=item + 1, code=f"I{item}"))
    for number, items in SETS.items():
        session.add(ItemSet(id=number, standard_id=1, number=number, recorded_at=RECORDED))
        session.flush()
        for item in items:
            asked = {"text_ko": "", "text_en": "", "response_type": "YN", "is_critical": CRITICAL[item]}
            session.add(ItemSetItem(item_set_id=number, item_id=item + 1, place=item, **asked))
    session.flush()
    Bringer(session).bring(looks)


class Bringer:
    """Rows of checks and observations, all at once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.role = session.scalars(select(JobRole.id)).first()
        self.rows: dict[Any, list[dict[str, Any]]] = {Observation: [], ObservationResult: [], FieldCheck: []}

    def bring(self, looks: Looks) -> None:
        rows = self.session.execute(
            select(Person.staff_no, Course.code, Enrollment.cycle, Enrollment.id, Enrollment.person_id, Course.id)
            .join_from(Enrollment, Person, Person.id == Enrollment.person_id)
            .join(Course, Course.id == Enrollment.course_id)
        )
        for staff_no, course, cycle, *ids in rows:
            if (staff_no, course, cycle) in looks:
                first, again = looks[staff_no, course, cycle]
                number = self.keep(first, ids, "CHECK", None)
                if again:
                    self.keep(again, ids, "RECHECK", number)
        for model, of_model in self.rows.items():
            if of_model:
                self.session.connection().execute(insert(table_of(model)), of_model)

    def keep(self, look: Look, ids: list[int], kind: str, follows: int | None) -> int:
        number = len(self.rows[FieldCheck]) + 1
        enrollment_id, person_id, course_id = ids
        if look.on is not None:
            counting = [met for met in look.answers.values() if met is not None]
            self.rows[Observation].append(
                {"id": number, "public_id": new_public_id(), "occasion": "CHECK", "kind": "FIRST", "center_id": 1,
                 "subject_id": person_id, "observer_kind": "COORDINATOR", "observed_on": look.on,
                 "item_set_id": look.asked, "items_applicable": len(counting), "items_met": sum(counting),
                 "recorded_at": RECORDED, "superseded_at": RECORDED if look.superseded else None}
            )  # fmt: skip
            self.rows[ObservationResult] += [
                {"observation_id": number, "item_id": item + 1, "met": met, "answer": "NO" if met is False else
                 "NOT_OBSERVED"} for item, met in look.answers.items() if met is not True
            ]  # fmt: skip
        self.rows[FieldCheck].append(
            {"id": number, "public_id": new_public_id(), "person_id": person_id, "center_id": 1, "role_id": self.role,
             "course_id": course_id, "enrollment_id": enrollment_id, "completed_on": look.closes, "kind": kind,
             "follows_id": follows, "item_set_id": 1, "opens_on": look.closes - timedelta(days=5),
             "closes_on": look.closes, "state": look.state, "needs_second": False, "recorded_at": RECORDED,
             "observation_id": None if look.on is None else number}
        )  # fmt: skip
        return number


@dataclass
class Followed:
    """A training in the period, with all it is split by and its checks as they stood on the day."""

    person: Somebody
    cycle: Cycle
    groups: dict[str, str]
    first: Look | None
    again: Look | None


def follow(world: World, looks: Looks, day: date, span: tuple[date, date]) -> Iterator[Followed]:
    for person in world.people:
        posting = active_posting(world, person, day)
        for cycle in cycles_of(person, day, assigned=False, span=span) if posting else []:
            if posting is None or cycle.course not in CHECKED:
                continue
            first, again = looks.get((person.staff_no, cycle.course, cycle.number), (None, None))
            if cycle.done is None or cycle.done > day or first is None or first.state == "VOID":
                first = again = None
            if again is not None and again.state == "VOID":
                again = None
            groups = {"": "0", "center": posting.center, "area": place(world, posting.center, day)[0]}
            groups |= {"role": posting.role, "course": cycle.course, "month": f"{cycle.due:%Y-%m}"}
            yield Followed(person, cycle, groups, first, again)


def expected(found: list[Followed], day: date) -> tuple[int, ...]:
    """Count the steps literally."""
    sums = [len({one.person.staff_no for one in found}), len(found), *[0] * 7]
    for one in found:
        sums[2] += one.cycle.done is not None and one.cycle.done <= day
        made = one.first is not None and one.first.was_made(day)
        sums[3] += one.first is not None and (made or one.first.closes < day)
        sums[4] += made
        if one.first is None or not made or not one.first.passed:
            continue
        sums[5] += 1
        if one.again is not None:
            made_again = one.again.was_made(day)
            sums[6] += made_again or one.again.closes < day
            sums[7] += made_again
            sums[8] += made_again and one.again.passed
    return tuple(sums)


def expected_pairs(found: list[Followed], day: date) -> dict[int, tuple[int, ...]]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0] * 6)
    for one in found:
        if one.first is None or not one.first.was_made(day):
            continue
        later = one.again.answers if one.again is not None and one.again.was_made(day) else {}
        for item, met in one.first.answers.items():
            if met is None:
                sums[item + 1][0] += 0
                continue
            sums[item + 1][0] += 1
            sums[item + 1][1] += met
            if (again := later.get(item)) is not None:
                sums[item + 1][{(True, True): 2, (True, False): 3, (False, True): 4}.get((met, again), 5)] += 1
    return {item: tuple(counts) for item, counts in sums.items()}


def expected_answers(found: list[Followed], day: date) -> dict[tuple[int, int], tuple[int, int]]:
    sums: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for one in found:
        for look in (one.first, one.again):
            if look is None or not look.was_made(day):
                continue
            for item, met in look.answers.items():
                if met is not None and CRITICAL[item] and look.on and one.cycle.done:
                    key = item + 1, (look.on - one.cycle.done).days
                    sums[key][0] += 1
                    sums[key][1] += met
    return {key: (counts[0], counts[1]) for key, counts in sums.items()}


def compare(session: Session, world: World, looks: Looks, day: date) -> int:
    """Compare every split, every item and every day since training; return how many trainings there were."""
    unit_ids = load(session, world)
    bring_in(session, looks)
    codes: dict[str, dict[Any, str]] = {"": {0: "0"}}
    codes["center"] = codes["area"] = {number: code for code, number in unit_ids.items()}
    codes["role"] = dict(session.execute(select(JobRole.id, JobRole.code)).all())
    codes["course"] = dict(session.execute(select(Course.id, Course.code)).all())
    span = day - timedelta(days=40), day - timedelta(days=1)
    followed = list(follow(world, looks, day, span))
    asked = Asked(whole_network(day), day, Period(*span), RateFilter())
    reach = asked.reach(session)
    for split in ("", "center", "area", "role", "course", "month"):
        groups: dict[str, list[Followed]] = defaultdict(list)
        for one in followed:
            groups[one.groups[split]].append(one)
        if split == "area":
            groups.pop("", None)
        counted = count_steps(session, asked, reach, split=split)
        named = {codes.get(split, {}).get(key, key): tuple(counts) for key, counts in counted.items()}
        assert named == {key: expected(ones, day) for key, ones in groups.items()}, (split, day)
    assert {item: tuple(pairs) for item, pairs in count_pairs(session, asked, reach).items()} == expected_pairs(
        followed, day
    )
    answered = {(one.item_id, one.day): (one.number, one.met) for one in list_answered(session, asked, reach)}
    assert answered == expected_answers(followed, day)
    session.rollback()
    return len(followed)


@pytest.mark.parametrize("seed", [1, 2])
def test_hundreds_of_trainings_are_followed_as_the_oracle_follows_them(session: Session, seed: int):
    chance = Random(f"transfer {seed}")
    world = draw_world(chance, 1)
    while len(world.people) < 150:
        world = draw_world(chance, 250)
    looks = draw_looks(Drawn(chance), world)
    assert compare(session, world, looks, FIRST + timedelta(days=45)) > 100


# The same settings as for rates: no shrinking of what a database holds.
@settings(
    max_examples=effort(8, 300),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_small_random_worlds_are_followed_as_the_oracle_follows_them(session: Session, data):
    world = draw_world(data, 5)
    looks = draw_looks(Drawn(data), world)
    try:
        compare(session, world, looks, FIRST + timedelta(days=data.draw(st.integers(0, WINDOW + 40))))
    finally:
        session.rollback()

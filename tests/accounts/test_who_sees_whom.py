"""Weeks of a network in random order: people are assigned courses, move, leave, come back, are charged and discharged,
say why they look, and days pass. After every step viewers, in turns, see whom the model says and count no more.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.completion.queries import total_rate
from lms.completion.queries_shortfalls import list_shortfall_ids, list_shortfalls
from lms.completion.rules import ShortfallFilter
from lms.people.actions import state_purpose
from lms.people.models import Duty, Leave, Person, Posting
from lms.people.queries import find_unit_to_open, scope_of, visible_people
from lms.people.rules import DutyKind, Scope
from lms.shared.errors import NotFoundError
from tests.accounts.reference import Fact, Facts
from tests.accounts.world import facts
from tests.support.effort import effort
from tests.support.network import RECORDED, Cast, Network, small_cast

START = date(2019, 7, 1)
SEQUENCES = effort(60, 1_000)
EVERYONE = ShortfallFilter(frontline=None)
LEARNERS = ("employee", "colleague", "namesake", "coordinator")
PEOPLE = (*LEARNERS, "area_manager", "region_manager", "training_admin", "executive")
CENTERS = ("center", "next_door", "far_away")
UNITS = (*CENTERS, "area", "region", "network")
APPOINTMENTS = (
    (DutyKind.DEPUTY_COORDINATOR, "next_door"),
    (DutyKind.COORDINATOR, "far_away"),
    (DutyKind.AREA_MANAGER, "area"),
    (DutyKind.REGION_MANAGER, "region"),
    (DutyKind.CS_ADMIN, "network"),
    (DutyKind.EXECUTIVE, "network"),
    (DutyKind.AUDITOR, "network"),
)
people, centers, units = st.sampled_from(PEOPLE), st.sampled_from(CENTERS), st.sampled_from(UNITS)


class Weeks(RuleBasedStateMachine):
    """Does each thing twice: in the database by rows, and in the reference model by facts."""

    session: Session
    cast: Cast
    begun: Facts

    def __init__(self) -> None:
        super().__init__()
        self.net = Network(self.session)
        self.known = deepcopy(self.begun)
        self.ids = {name: getattr(self.cast, name).id for name in (*PEOPLE, *UNITS, "office")}
        self.centers = [self.ids[name] for name in (*CENTERS, "office")]
        self.due = [self.ids["employee"], self.ids["colleague"], self.ids["namesake"]]
        self.late = {self.ids["employee"], self.ids["namesake"]}
        self.day, self.turn = START, 0

    def teardown(self) -> None:
        self.session.rollback()

    def _end(self, model: type[Posting | Duty | Leave], known: list[Fact], who: int) -> list[Fact]:
        """End what holds of someone today: today is the first day out."""
        ended = [fact for fact in known if fact.who == who and fact.holds(self.day)]
        for fact in ended:
            known.remove(fact)
            if fact.since < self.day:
                known.append(fact._replace(until=self.day))
        rows = self.session.scalars(select(model).where(model.person_id == who, model.superseded_at.is_(None)))
        for row in rows.all():
            if row.starts_on <= self.day and (row.ends_on is None or row.ends_on > self.day):
                if row.starts_on < self.day:
                    row.ends_on = self.day
                else:
                    row.superseded_at = RECORDED
        self.session.flush()
        return ended

    @rule(who=people)
    def assign(self, who: str) -> None:
        if self.ids[who] not in self.late:
            course = self.net.course(f"C-{len(self.due)}")
            self.net.enroll(getattr(self.cast, who), course, due_on=date(2019, 6, 1))
            self.late.add(self.ids[who])
            self.due.append(self.ids[who])

    @rule(who=people, to=centers)
    def move(self, who: str, to: str) -> None:
        ended = self._end(Posting, self.known.postings, self.ids[who])
        job = ended[0].what if ended else "SA"
        self.net.posting(getattr(self.cast, who), at=getattr(self.cast, to), role=job, since=self.day)
        self.known.postings.append(Fact(self.ids[who], self.ids[to], job, self.day, None))

    @rule(who=people)
    def quit(self, who: str) -> None:
        self._end(Posting, self.known.postings, self.ids[who])

    @rule(who=people)
    def go_on_leave_or_come_back(self, who: str) -> None:
        if not self._end(Leave, self.known.leaves, self.ids[who]):
            self.net.leave(getattr(self.cast, who), self.day, None)
            self.known.leaves.append(Fact(self.ids[who], 0, "", self.day, None))

    @rule(who=people, what=st.sampled_from(APPOINTMENTS))
    def appoint(self, who: str, what: tuple[DutyKind, str]) -> None:
        kind, unit = what
        self.net.duty(getattr(self.cast, who), kind, getattr(self.cast, unit), since=self.day)
        self.known.duties.append(Fact(self.ids[who], self.ids[unit], kind, self.day, None))

    @rule(who=people)
    def discharge(self, who: str) -> None:
        self._end(Duty, self.known.duties, self.ids[who])

    @rule(who=people, unit=units)
    def say_why(self, who: str, unit: str) -> None:
        viewer, opened = self.ids[who], self.ids[unit]
        below = [one for one in self.centers if opened in self.known.above(one, self.day)]
        may = any(self.known.names_at(viewer, one, self.day) for one in below)
        actor = Actor(person_id=viewer, label="t", origin="t", at=datetime.combine(self.day, datetime.min.time(), UTC))
        try:
            named = getattr(self.cast, unit).public_id
            state_purpose(self.session, actor, scope=self._scope(who), unit_id=named, purpose="t", on=self.day)
        except NotFoundError:
            assert not may, f"{who} may not say why for {unit}"
        else:
            assert may, f"{who} opens {unit}"
            self.known.purposes.add((viewer, opened, self.day))

    @rule()
    def sleep(self) -> None:
        self.day += timedelta(days=1)

    def _scope(self, who: str) -> Scope:
        return scope_of(self.session, person_id=self.ids[who], on=self.day, names="purpose")

    def _workplace(self, person: int) -> int | None:
        """Return the center at which someone counts today."""
        at = [one for one in self.known.centers_of(person, self.day) if self.known.is_open(one, self.day)]
        return at[0] if at and not self.known.is_away(person, self.day) else None

    @invariant()
    def everyone_sees_whom_they_may(self) -> None:
        everyone = {self.ids[one] for one in PEOPLE}
        self.turn += 1
        for number, who in enumerate(PEOPLE):
            if (number + self.turn) % 2:  # the others' turn comes with the next step
                continue
            viewer, scope = self.ids[who], self._scope(who)
            wanted = {one for one in everyone if self.known.may_name(viewer, one, self.day)}
            assert set(self.session.scalars(select(Person.id).where(visible_people(scope)))) & everyone == wanted
            if (number + self.turn) % 4:
                self._check_names(who, scope, wanted)
            else:
                self._check_lists(viewer, scope)

    def _check_names(self, who: str, scope: Scope, reached: set[int]) -> None:
        for one in LEARNERS:
            if self.ids[one] in reached:
                opened = find_unit_to_open(self.session, scope=scope, person=getattr(self.cast, one)) is None
                assert opened is self.known.sees_name(self.ids[who], self.ids[one], self.day), f"{who} sees {one}"

    def _check_lists(self, viewer: int, scope: Scope) -> None:
        short = {one for one in self.late if (at := self._workplace(one)) and self.known.names_at(viewer, at, self.day)}
        asked: Any = {"scope": scope, "as_of": self.day, "where": EVERYONE}
        if self.turn % 3:
            assert {line.person_id for line in list_shortfalls(self.session, **asked).rows} == short
        else:
            assert set(list_shortfall_ids(self.session, **asked)) == short, "what a file would hold"
        at = [self._workplace(one) for one in self.due]
        counted = [one for one in at if one is not None and self.known.may_count(viewer, one, self.day)]
        assert total_rate(self.session, scope=scope, as_of=self.day).tally.due == len(counted)


def test_everyone_sees_whom_they_may_whatever_happens(
    app: Flask, session: Session, backend: str, record_property: Callable[[str, Any], None]
):
    sequences = SEQUENCES if backend == "sqlite" else SEQUENCES // 10
    cast = small_cast(session)
    session.commit()
    machine = type("Machine", (Weeks,), {"session": session, "cast": cast, "begun": facts(session)})
    chosen = settings(
        max_examples=sequences,
        stateful_step_count=6,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=(Phase.generate, Phase.shrink) if backend == "sqlite" else (Phase.generate,),
    )
    run_state_machine_as_test(machine, settings=chosen)
    record_property("sequences of who sees whom", sequences)

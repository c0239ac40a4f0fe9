"""Who sees which figures and names: the viewer's scope is part of every reading."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.queries import list_rates, total_rate
from lms.completion.queries_enrollments import iter_enrollments, list_enrollments, list_person_lines
from lms.completion.queries_shortfalls import iter_shortfalls, list_shortfall_ids, list_shortfalls
from lms.completion.rules import Dimension
from lms.people.models import Person
from lms.people.rules import Scope, whole_network
from lms.shared.errors import NotFoundError
from tests.completion import oracle
from tests.completion.oracle import Center, Cycle, Interval, Posting, World
from tests.completion.worlds import LONG_AGO, load

DAY = date(2019, 6, 30)
MOVED = date(2019, 6, 15)
BEFORE_THE_MOVE = date(2019, 6, 10)
LATE = Cycle("K1", 1, assigned=date(2019, 5, 1), due=date(2019, 6, 1))


def employed(staff_no: str, *stays: tuple[str, date, date | None]) -> oracle.Person:
    postings = [Posting(center, "SA", Interval(start, end)) for center, start, end in stays]
    return oracle.Person(staff_no, postings, [], [LATE])


@pytest.fixture
def units(session: Session) -> dict[str, int]:
    """Give two centers: one person stays in each, one moved from C1 to C2, one left C1; all have a course overdue."""
    world = World(
        {code: Center(code, areas=[("A1", Interval(LONG_AGO))]) for code in ("C1", "C2")},
        {"A1": [("R1", Interval(LONG_AGO))]},
        {"K1": 0},
        [
            employed("000001", ("C1", LONG_AGO, None)),
            employed("000002", ("C2", LONG_AGO, None)),
            employed("000003", ("C1", LONG_AGO, MOVED), ("C2", MOVED, None)),
            employed("000004", ("C1", LONG_AGO, MOVED)),
        ],
    )
    return load(session, world)


def manager(units: dict[str, int], *codes: str, on: date = DAY, **more: object) -> Scope:
    centers = frozenset(units[code] for code in codes)
    return Scope(person_id=None, on=on, center_ids=centers, counted_center_ids=centers, **more)  # type: ignore[arg-type]


def named(session: Session, scope: Scope, day: date) -> set[str]:
    """Return whom every named reading names; they must agree."""
    people = {line.staff_no for line in list_shortfalls(session, scope=scope, as_of=day).rows}
    assert {line.staff_no for line in iter_shortfalls(session, scope=scope, as_of=day)} == people
    assert {line.code for line in list_rates(session, scope=scope, as_of=day, by=Dimension.PERSON)} == people
    assert {row.staff_no for row in iter_enrollments(session, scope=scope, as_of=day)} == people
    page = list_enrollments(session, scope=scope, as_of=day)
    assert ({row.staff_no for row in page.rows}, page.total) == (people, len(people))
    assert len(list_shortfall_ids(session, scope=scope, as_of=day)) == len(people)
    return people


def test_a_center_manager_names_the_people_of_the_center(session: Session, units):
    assert named(session, manager(units, "C1"), DAY) == {"000001"}
    assert named(session, manager(units, "C2"), DAY) == {"000002", "000003"}
    assert named(session, whole_network(DAY), DAY) == {"000001", "000002", "000003"}


def test_whoever_moved_away_or_left_is_not_named_for_a_past_day_either(session: Session, units):
    assert named(session, manager(units, "C1"), BEFORE_THE_MOVE) == {"000001"}
    assert named(session, manager(units, "C1", on=BEFORE_THE_MOVE), BEFORE_THE_MOVE) == {"000001", "000003", "000004"}
    assert named(session, whole_network(DAY), BEFORE_THE_MOVE) == {"000001", "000002", "000003", "000004"}


def test_figures_without_names_count_everyone_who_was_there(session: Session, units):
    scope = manager(units, "C1")
    assert total_rate(session, scope=scope, as_of=BEFORE_THE_MOVE).tally.due == 3
    lines = list_rates(session, scope=scope, as_of=BEFORE_THE_MOVE, by=Dimension.CENTER)
    assert [(line.code, line.tally.due) for line in lines] == [("C1", 3)]


def test_a_move_takes_the_enrollment_along_and_leaves_the_total(session: Session, units):
    for day in (BEFORE_THE_MOVE, DAY):
        lines = list_rates(session, scope=whole_network(day), as_of=day, by=Dimension.CENTER)
        whole = total_rate(session, scope=whole_network(day), as_of=day)
        assert sum(line.tally.due for line in lines) == whole.tally.due
    assert [line.tally.due for line in lines] == [1, 2]


def test_figures_may_be_wider_than_names(session: Session, units):
    both = frozenset((units["C1"], units["C2"]))
    scope = Scope(person_id=None, on=DAY, counted_center_ids=both, center_ids=frozenset((units["C2"],)))
    assert total_rate(session, scope=scope, as_of=DAY).tally.due == 3
    assert named(session, scope, DAY) == {"000002", "000003"}


def test_a_learner_sees_no_one_s_figures_and_their_own_lines(session: Session, units):
    one, other = session.scalars(select(Person.id).order_by(Person.staff_no).limit(2))
    scope = Scope(person_id=one, on=DAY)
    assert total_rate(session, scope=scope, as_of=DAY).tally.due == 0
    assert named(session, scope, DAY) == set()
    assert [line.course_code for line in list_person_lines(session, scope=scope, person_id=one, as_of=DAY)] == ["K1"]
    with pytest.raises(NotFoundError):
        list_person_lines(session, scope=scope, person_id=other, as_of=DAY)


def test_a_manager_opens_the_lines_of_present_people_only(session: Session, units):
    scope = manager(units, "C1")
    ids = dict(session.execute(select(Person.staff_no, Person.id)).all())
    (line,) = list_person_lines(session, scope=scope, person_id=ids["000001"], as_of=DAY)
    assert (line.state, line.days, line.counted) == ("OVERDUE", 29, True)
    for staff_no in ("000002", "000003", "000004"):
        with pytest.raises(NotFoundError):
            list_person_lines(session, scope=scope, person_id=ids[staff_no], as_of=DAY)

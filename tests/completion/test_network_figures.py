"""What a process remembers of the network is what counting now would find, whatever has changed in between."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Thread

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lms.audit.actions import record
from lms.audit.rules import Actor
from lms.completion import queries_memory
from lms.completion.queries import list_rates
from lms.completion.queries_memory import NetworkFigures
from lms.completion.queries_trend import list_trend
from lms.completion.rules import Dimension, RateFilter
from lms.enrollments.models import Enrollment
from lms.people.models import Leave, OrgUnit, Posting
from lms.people.rules import Scope, whole_network
from lms.shared.db import db, writing
from lms.shared.errors import NotFoundError
from tests.completion.worlds import FIRST, WINDOW, draw_world, load
from tests.support.statements import counted_statements

LAST = FIRST + timedelta(days=WINDOW)
SCOPE = whole_network(LAST)
ACTOR = Actor(person_id=None, label="a test", origin="127.0.0.1", at=datetime(2019, 7, 1, tzinfo=UTC))
LEVELS = (Dimension.NETWORK, Dimension.REGION, Dimension.AREA, Dimension.CENTER)


@pytest.fixture
def figures(session: Session) -> Iterator[NetworkFigures]:
    chance = Random(23)
    world = draw_world(chance, 1)
    while len(world.people) < 60:
        world = draw_world(chance, 120)
    load(session, world)
    session.commit()
    yield NetworkFigures()
    session.rollback()


def assert_same(session: Session, figures: NetworkFigures, days: tuple[date, ...] = (LAST,)) -> None:
    for day in days:
        for by in LEVELS:
            expected = list_rates(session, scope=SCOPE, as_of=day, by=by)
            assert figures.rates(session, scope=SCOPE, as_of=day, by=by) == expected, (by, day)
        trend = list_trend(session, scope=SCOPE, as_of=day, where=RateFilter())
        assert figures.trend(session, scope=SCOPE, as_of=day) == trend
    session.rollback()


def complete_some(session: Session, chance: Random) -> list[int]:
    """Complete three open enrollments, as an action would, and return whose they are."""
    still_open = session.scalars(select(Enrollment).where(Enrollment.completed_on.is_(None)).order_by(Enrollment.id))
    chosen = chance.sample(list(still_open), 3)
    for one in chosen:
        one.completed_on = FIRST + timedelta(days=chance.randint(0, WINDOW))
    people = [one.person_id for one in chosen]
    record(session, ACTOR, "enrollments.complete", "enrollment", "some", subject_ids=people)
    session.commit()
    return people


def test_what_is_remembered_equals_counting(session: Session, figures: NetworkFigures):
    assert_same(session, figures, (LAST, FIRST + timedelta(days=WINDOW // 2)))
    assert_same(session, figures, (LAST, FIRST + timedelta(days=WINDOW // 2)))


def test_a_unit_s_trend_comes_from_what_is_known(session: Session, figures: NetworkFigures):
    units = dict(session.execute(select(OrgUnit.code, OrgUnit.id)).all())
    where = RateFilter(unit_id=units["A1"])
    assert figures.trend_of(session, scope=SCOPE, as_of=LAST, where=where) is None
    figures.trend(session, scope=SCOPE, as_of=LAST)
    some = Scope(person_id=None, on=LAST, counted_center_ids=frozenset({units["C1"], units["C2"]}))
    for scope in (SCOPE, some):
        for code in ("NETWORK", "R1", "R2", "A1", "A2", "C1", "C3"):
            where = RateFilter(unit_id=units[code])
            expected = list_trend(session, scope=scope, as_of=LAST, where=where)
            assert figures.trend_of(session, scope=scope, as_of=LAST, where=where) == expected, code


def test_a_center_s_trend_is_counted_once_until_something_changes_there(session: Session, figures: NetworkFigures):
    units = dict(session.execute(select(OrgUnit.code, OrgUnit.id)).all())
    centers, chance = [units[code] for code in ("C1", "C2", "C3")], Random(11)
    for _ in range(4):
        for center_id in centers:
            expected = list_trend(session, scope=SCOPE, as_of=LAST, where=RateFilter(unit_id=center_id))
            assert figures.trend_of_center(session, scope=SCOPE, as_of=LAST, center_id=center_id) == expected
            with counted_statements() as seen:
                figures.trend_of_center(session, scope=SCOPE, as_of=LAST, center_id=center_id)
            assert len(seen.texts) == 2
        session.rollback()
        complete_some(session, chance)
    session.execute(update(Enrollment).values(completed_on=FIRST))
    record(session, ACTOR, "history.apply", "import", "x", subject_count=60)
    session.commit()
    for center_id in centers:
        expected = list_trend(session, scope=SCOPE, as_of=LAST, where=RateFilter(unit_id=center_id))
        assert figures.trend_of_center(session, scope=SCOPE, as_of=LAST, center_id=center_id) == expected


def test_a_center_does_not_wait_while_the_network_is_counted(session: Session, figures: NetworkFigures):
    center_id = session.scalars(select(OrgUnit.id).where(OrgUnit.code == "C1")).one()
    expected = list_trend(session, scope=SCOPE, as_of=LAST, where=RateFilter(unit_id=center_id))
    with figures._lock:  # as whoever counts everyone holds it
        assert figures.trend_of_center(session, scope=SCOPE, as_of=LAST, center_id=center_id) == expected


def test_completions_are_seen_at_once(session: Session, figures: NetworkFigures):
    chance = Random(5)
    for _ in range(6):
        assert_same(session, figures)
        complete_some(session, chance)
    assert_same(session, figures)


def test_only_the_centers_concerned_are_counted_again(session: Session, figures: NetworkFigures):
    figures.trend(session, scope=SCOPE, as_of=LAST)
    session.rollback()
    complete_some(session, Random(1))
    with counted_statements() as seen:
        figures.rates(session, scope=SCOPE, as_of=LAST, by=Dimension.NETWORK)
    counting = [text for text in seen.texts if "FROM enrollment" in text]
    assert len(counting) == 1
    assert "center_id IN" in counting[0]


def test_nothing_is_counted_while_nothing_changes(session: Session, figures: NetworkFigures):
    figures.trend(session, scope=SCOPE, as_of=LAST)
    session.rollback()
    record(session, ACTOR, "view", "rates", "network", subject_count=12)
    for action in ("sign_in.succeeded", "flags.evaluate", "standards.read", "field_checks.plan", "recall.answer"):
        record(session, ACTOR, action, "something", "x", subject_count=3)
    session.commit()
    with counted_statements() as seen:
        figures.trend(session, scope=SCOPE, as_of=LAST)
    assert len(seen.texts) == 2
    assert not [text for text in seen.texts if "FROM enrollment" in text]


def test_after_any_other_change_everything_is_counted_again(session: Session, figures: NetworkFigures):
    assert_same(session, figures)
    person_id = session.scalars(select(Posting.person_id).limit(1)).one()
    away = {"starts_on": FIRST, "ends_on": None, "recorded_at": ACTOR.at}
    session.add(Leave(person_id=person_id, **away))
    session.execute(delete(Enrollment).where(Enrollment.person_id > person_id + 40))
    record(session, ACTOR, "roster.apply", "import", "x", subject_count=5000)
    session.commit()
    assert_same(session, figures)


def test_a_reader_of_the_past_neither_gets_nor_leaves_a_wrong_figure(session: Session, figures: NetworkFigures):
    """A second reader began before a change that the memory knows of already."""
    assert_same(session, figures)
    with Session(session.get_bind()) as earlier:
        before = list_rates(earlier, scope=SCOPE, as_of=LAST, by=Dimension.NETWORK)
        with writing():
            session.execute(update(Enrollment).values(completed_on=FIRST))
            record(session, ACTOR, "enrollments.import", "import", "x", subject_count=60)
            session.commit()
        after = figures.rates(session, scope=SCOPE, as_of=LAST, by=Dimension.NETWORK)
        assert after != before
        found = figures.rates(earlier, scope=SCOPE, as_of=LAST, by=Dimension.NETWORK)
        assert found in (before, after)
        earlier.rollback()
    session.rollback()
    assert_same(session, figures)


def test_threads_share_one_memory(app, session: Session, figures: NetworkFigures):
    expected = list_rates(session, scope=SCOPE, as_of=LAST, by=Dimension.CENTER)
    session.rollback()
    found = []

    def ask() -> None:
        with app.app_context(), Session(db.engine) as own:
            found.append(figures.rates(own, scope=SCOPE, as_of=LAST, by=Dimension.CENTER))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_old_days_are_forgotten(session: Session, figures: NetworkFigures, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queries_memory, "DAYS_KEPT", 14)
    monkeypatch.setattr(queries_memory, "TRENDS_KEPT", 2)
    for center_id in (1, 2, 3):
        figures.trend_of_center(session, scope=SCOPE, as_of=LAST, center_id=center_id)
    assert [center_id for center_id, _ in figures._trends] == [2, 3]
    for day in range(3):
        figures.trend(session, scope=SCOPE, as_of=LAST - timedelta(days=day))
    assert len(figures._days) == 14


def test_only_who_sees_the_whole_network_is_answered(session: Session, figures: NetworkFigures):
    some = Scope(person_id=None, on=LAST, counted_center_ids=frozenset({1}))
    with pytest.raises(NotFoundError):
        figures.rates(session, scope=some, as_of=LAST, by=Dimension.CENTER)
    with pytest.raises(NotFoundError):
        figures.trend_of_center(session, scope=some, as_of=LAST, center_id=2)

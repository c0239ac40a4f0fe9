"""Closing a month: what was reported stays, late facts become corrections, and the report can be made again."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.audit.rules import Actor
from lms.completion.months.actions import close_month, correct_month
from lms.completion.months.models import MonthClose, MonthFigure
from lms.completion.months.queries import get_close, list_frozen_rates, list_months, load_frozen_totals
from lms.completion.months.queries_proof import delta_since, prove_month
from lms.completion.months.queries_trend import with_reported
from lms.completion.months.rules import Delta, MonthState, Question, Refused
from lms.completion.months.rules_snapshot import unpack
from lms.completion.queries import list_rates
from lms.completion.rules import Dimension, RateFilter, Tally
from lms.completion.rules_trend import TrendPoint
from lms.enrollments.actions import correct_completion, record_completion, void
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Evidence, EvidenceKind
from lms.people.models import Posting
from lms.people.queries import scope_of
from lms.people.rules import Scope, whole_network
from lms.shared.errors import DomainError
from tests.completion.worlds import FIRST, draw_world, load
from tests.support.network import Cast, Network
from tests.support.statements import counted_statements

MAY, END = date(2019, 5, 1), date(2019, 5, 31)
CLOSED = datetime(2019, 6, 3, 2, tzinfo=UTC)
TODAY = date(2019, 6, 3)
SCOPE = whole_network(END)
UNITS = (Dimension.REGION, Dimension.AREA, Dimension.CENTER, Dimension.ROLE, Dimension.TIER)


def actor(hours: int = 0, person_id: int | None = None) -> Actor:
    return Actor(person_id=person_id, label="한마루 (00903)", origin="192.0.2.1", at=CLOSED + timedelta(hours=hours))


def close(session: Session, **changes: Any) -> MonthClose:
    return close_month(session, actor(), **({"month": MAY, "today": TODAY, "timezone": "Asia/Seoul"} | changes))


def live(session: Session, day: date = END) -> dict[str, Any]:
    return {by: list_rates(session, scope=SCOPE, as_of=day, by=by) for by in UNITS}


def frozen(session: Session, of: MonthClose, **narrowed: Any) -> dict[str, Any]:
    return {by: list_frozen_rates(session, scope=SCOPE, close=of, by=by, **narrowed) for by in UNITS}


@pytest.mark.parametrize("seed", [3, 4])
def test_a_frozen_month_says_what_its_pages_said_whatever_comes_later(session: Session, seed: int):
    chance = Random(seed)
    unit_ids = load(session, draw_world(chance, 60))
    said = live(session)
    first = close(session)
    session.commit()
    assert said == frozen(session, first)
    assert (first.due, first.done) == tuple(sum(line.tally[one] for line in said[Dimension.CENTER]) for one in (0, 1))
    for code in ("R1", "A1", "C1"):
        unit_id = unit_ids[code]
        where = RateFilter(unit_id=unit_id)
        centers = list_rates(session, scope=SCOPE, as_of=END, by=Dimension.CENTER, where=where)
        assert frozen(session, first, unit_id=unit_id)[Dimension.CENTER] == centers
    for hours in range(1, 4):
        change_the_past(session, chance, actor(hours))
        session.commit()
    assert said == frozen(session, first)
    assert prove_month(session, first).holds
    now = live(session)
    differs = delta_since(session, first)
    assert differs.rows
    assert now != said
    second = correct_month(session, actor(9), month=MAY, after=1, reason="출석부가 늦게 왔습니다")
    session.commit()
    assert Delta(**second.delta) == differs
    assert (frozen(session, second), frozen(session, first)) == (now, said)
    assert prove_month(session, second).holds
    assert prove_month(session, first).holds


def change_the_past(session: Session, chance: Random, who: Actor) -> None:
    """Record, take back and void at random, and correct where someone worked, all about May."""
    rows = list(session.scalars(select(Enrollment).order_by(Enrollment.id)))
    for one in chance.sample(rows, min(12, len(rows))):
        day = FIRST + timedelta(days=chance.randrange(40))
        kind = chance.randrange(3)
        if kind == 0:
            record_completion(session, enrollment_id=one.id, completed_on=day, actor=who)
        elif kind == 1:
            correct_completion(session, enrollment_id=one.id, completed_on=day, reason="list was wrong", actor=who)
        else:
            void(session, enrollment_id=one.id, voided_on=day, reason="not theirs", actor=who)
    posting = chance.choice(list(session.scalars(select(Posting).where(Posting.superseded_at.is_(None)))))
    others = session.scalars(select(Posting.center_id).distinct().order_by(Posting.center_id)).all()
    kept = {name: getattr(posting, name) for name in ("person_id", "role_id", "starts_on", "ends_on", "is_primary")}
    posting.superseded_at = who.at
    session.add(Posting(**kept, center_id=chance.choice(others), recorded_at=who.at))
    session.flush()


class Story:
    """김하나 and 이두리 at Gangnam, 김하나 at Haeundae: of three that fell due by May, one is done."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session, self.cast = session, cast
        net = Network(session)
        net.enroll(cast.coordinator, cast.course, due_on=date(2019, 5, 31), completed_on=date(2019, 6, 1))
        self.mine = session.scalars(select(Enrollment).where(Enrollment.person_id == cast.employee.id)).one()
        session.commit()

    def late_sheet(self, hours: int = 1) -> None:
        """Have somebody record in June what the employee completed in May."""
        sheet = Evidence(EvidenceKind.ATTENDANCE, "sheet 3", "the sheet came late")
        record_completion(
            self.session, enrollment_id=self.mine.id, completed_on=date(2019, 5, 30), evidence=sheet,
            actor=actor(hours, self.cast.coordinator.id),
        )  # fmt: skip
        self.session.commit()


@pytest.fixture
def story(session: Session, cast: Cast) -> Story:
    return Story(session, cast)


def test_a_late_sheet_becomes_a_correction_with_its_reason(session: Session, story: Story):
    first = close(session)
    session.commit()
    assert (first.due, first.done, first.on_time, first.row_count, first.number) == (4, 1, 1, 4, 1)
    # What was completed on 1 June was open on 31 May.
    row = next(one for one in unpack(first.snapshot) if one.person == story.cast.coordinator.public_id)
    assert (row.due_on, row.completed_on, row.role) == ("2019-05-31", "", "RC")
    assert first.questions[Question.IMPORTS] == first.questions[Question.LATE_RECORDINGS] == 0
    assert first.questions[Question.VACANCIES] > 0
    with pytest.raises(DomainError, match=Refused.NOTHING_NEW):
        correct_month(session, actor(1), month=MAY, after=1, reason="just looking")
    story.late_sheet()
    with pytest.raises(DomainError, match=Refused.NO_REASON):
        correct_month(session, actor(2), month=MAY, after=1, reason="  ")
    second = correct_month(session, actor(2), month=MAY, after=1, reason="the sheet came late")
    session.commit()
    assert (second.number, second.delta) == (
        2,
        {**dict.fromkeys(("came", "went", "due", "on_time"), 0), "changed": 1, "done": 1},
    )
    with pytest.raises(DomainError, match=Refused.CORRECTED_SINCE):
        correct_month(session, actor(3), month=MAY, after=1, reason="the same form once more")
    session.rollback()
    found = load_frozen_totals(session, scope=SCOPE, close_ids=[first.id, second.id])
    assert [found[one.id].tally for one in (first, second)] == [Tally(4, 1, 1), Tally(4, 2, 1)]
    assert [prove_month(session, one).is_reproduced for one in (first, second)] == [True, True]
    assert delta_since(session, first) == Delta(changed=1, done=1)
    assert get_close(session, month=MAY).number == 2
    lines = session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("months."))).all()
    assert [(one.action, one.object_id, one.reason) for one in lines] == [
        ("months.close", "2019-05", None),
        ("months.correct", "2019-05", "the sheet came late"),
    ]


def test_a_month_is_closed_once_and_not_before_its_end(session: Session, story: Story):
    with pytest.raises(DomainError, match=Refused.MONTH_NOT_OVER):
        close(session, today=END)
    with pytest.raises(DomainError, match=Refused.NOT_CLOSED):
        correct_month(session, actor(), month=MAY, after=1, reason="too early")
    close(session, today=date(2019, 6, 1))
    with pytest.raises(DomainError, match=Refused.ALREADY_CLOSED):
        close(session)
    session.commit()
    months = {one.name: one for one in list_months(session, today=date(2019, 6, 5))}
    assert list(months)[:2] == ["2019-06", "2019-05"]
    assert [months[name].state for name in ("2019-06", "2019-05", "2019-04")] == [
        MonthState.RUNNING, MonthState.CLOSED, MonthState.BEFORE
    ]  # fmt: skip
    # 1 and 2 June are a weekend, 6 June is Memorial Day.
    assert months["2019-05"].due_on == date(2019, 6, 5)


def test_whoever_sees_one_center_sees_its_part_of_the_frozen_month(session: Session, story: Story):
    first = close(session)
    session.commit()
    of_center = scope_of(session, person_id=story.cast.coordinator.id, on=TODAY, names="purpose")
    lines = list_frozen_rates(session, scope=of_center, close=first, by=Dimension.CENTER)
    assert [(line.code, line.tally) for line in lines] == [("C101", Tally(3, 1, 1))]
    assert load_frozen_totals(session, scope=of_center, close_ids=[first.id])[first.id].people_judged == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE month_close SET done = done + 1",
        "UPDATE month_close SET reason = 'another'",
        "DELETE FROM month_close",
        "UPDATE month_figure SET done = due",
        "DELETE FROM month_figure WHERE tier_level = 1",
    ],
)
def test_the_database_refuses_to_change_a_frozen_month(session: Session, story: Story, statement: str):
    close(session)
    session.commit()
    with pytest.raises(DBAPIError, match="only ever grows"):
        session.execute(text(statement))
    session.rollback()
    assert session.scalar(select(func.sum(MonthFigure.done)).where(MonthFigure.tier_level == -1)) == 1


def test_a_trend_shows_what_was_reported_and_where_it_was_corrected(session: Session, story: Story):
    days = [date(2019, 4, 30), END, date(2019, 6, 20)]

    def trend(where: RateFilter, scope: Scope = SCOPE, **more: Any) -> list[tuple[Tally, bool, Tally | None]]:
        live = [TrendPoint(day, Tally(9, 9, 9), 9, 9) for day in days]
        points = with_reported(session, live, scope=scope, where=where, **more)
        return [(one.tally, one.is_reported, one.corrected) for one in points]

    first = close(session)
    story.late_sheet()
    correct_month(session, actor(2), month=MAY, after=1, reason="the sheet came late")
    session.commit()
    as_known = (Tally(9, 9, 9), False, None)
    whole = (Tally(4, 1, 1), True, Tally(4, 2, 1))
    units = story.cast
    for unit in (units.network, units.region, units.area, units.center, units.far_away):
        expected = {
            units.network: whole,
            units.far_away: (Tally(1, 0, 0), True, None),
        }.get(unit, (Tally(3, 1, 1), True, Tally(3, 2, 1)))
        assert trend(RateFilter(unit_id=unit.id)) == [as_known, expected, as_known]
    assert trend(RateFilter(role_codes=("SA",)))[1] == (Tally(2, 0, 0), True, Tally(2, 1, 0))
    assert trend(RateFilter(tiers=(1,)))[1] == whole
    assert trend(RateFilter(tiers=(2,)))[1] == (Tally(), True, None)
    assert trend(RateFilter(frontline=True))[1][0].due == first.due
    # A close keeps no figures by course: those months stay as known now.
    assert trend(RateFilter(course_codes=("BASIC-01",))) == [as_known] * 3
    assert trend(RateFilter(), known_at=CLOSED)[1] == (Tally(4, 1, 1), True, None)
    assert trend(RateFilter(), known_at=CLOSED - timedelta(hours=1))[1] == as_known
    of_center = scope_of(session, person_id=story.cast.coordinator.id, on=TODAY, names="purpose")
    assert trend(RateFilter(), of_center)[1][0] == Tally(3, 1, 1)
    with counted_statements() as seen:
        trend(RateFilter(unit_id=units.region.id, frontline=True))
    assert seen.total == 1

"""Flags and targets as people meet them: weeks evaluated, evidence kept, targets decided, states held."""

import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from flask_babel import force_locale
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.audit.rules import Actor
from lms.completion.flags.actions import evaluate_flags
from lms.completion.flags.models import FlagCut, FlagEvaluation
from lms.completion.flags.queries import find_flag, list_flags, list_transitions
from lms.completion.flags.rules import WEEK, Evaluation, Flag, FlagState, Seen, last_cut
from lms.completion.flags.wording import reason
from lms.completion.queries import list_rates
from lms.completion.rules import Dimension, RateFilter, Tally
from lms.completion.targets.actions import end_target, set_target
from lms.completion.targets.models import Target
from lms.completion.targets.queries import load_targets
from lms.completion.targets.rules import EVERYTHING, About, Measure, TargetTerms
from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.people.rules import whole_network
from lms.shared.clock import local_date, utcnow
from lms.shared.errors import DomainError
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import TOKEN, sign_in

TODAY = local_date(utcnow(), "Asia/Seoul")
CUT = last_cut(TODAY)
SINCE = CUT - 2 * WEEK
CENTER = RateFilter(frontline=True)


def actor(at: datetime | None = None) -> Actor:
    return Actor(person_id=None, label="test", origin="test", at=at or utcnow())


@pytest.fixture
def cast(session: Session) -> Cast:
    """Next door work 24 front-line people at 75 %, and one behind the counter who is not front line."""
    cast = small_cast(session)
    net = Network(session)
    course = net.course("FLAG-01")
    for number in range(24):
        person = net.person(f"7{number:04}", f"스물넷{number}", at=cast.next_door, role="MT" if number % 2 else "SA")
        done = {"completed_on": date(2019, 1, 20)} if number < 18 else {}
        net.enroll(person, course, due_on=date(2019, 1, 31), **done)
    behind = net.person("70099", "뒷사람", at=cast.next_door, role="WR")
    net.enroll(behind, course, due_on=date(2019, 1, 31))
    session.commit()
    return cast


def evaluate(session: Session, since: date | None = SINCE, today: date = TODAY) -> list[date]:
    found = evaluate_flags(session, actor(), today=today, since=since)
    session.commit()
    return found


def flag_of(session: Session, cast: Cast, on: date = TODAY) -> Evaluation:
    found = find_flag(session, scope=whole_network(on), center_id=cast.next_door.id, on=on)
    assert found is not None
    return found


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_24_people_at_75_percent_are_flagged_at_the_second_week_with_the_evidence(session: Session, cast: Cast):
    assert evaluate(session) == [SINCE, SINCE + WEEK, CUT]
    assert evaluate(session) == []
    found = flag_of(session, cast)
    line = next(
        line for line in list_rates(session, scope=whole_network(CUT), as_of=CUT, by=Dimension.CENTER, where=CENTER)
        if line.code == cast.next_door.code
    )  # fmt: skip
    assert (found.flag.seen.tally[:2], found.flag.seen.people) == ((line.tally.due, line.tally.done), 24)
    history = list_transitions(session, center_id=cast.next_door.id, on=TODAY)
    assert [(one.former, one.flag.state, one.flag.seen.as_of) for one in history] == [
        (FlagState.WATCH, FlagState.SHORTFALL, SINCE + WEEK),
        (FlagState.NONE, FlagState.WATCH, SINCE),
    ]
    row = session.scalars(
        select(FlagEvaluation).where(FlagEvaluation.center_id == cast.next_door.id, FlagEvaluation.as_of == CUT)
    ).one()
    assert (row.due, row.done, row.people, row.target, row.bound_ppm, row.rule_version) == (24, 18, 24, 90, 844_737, 1)
    small = find_flag(session, scope=whole_network(TODAY), center_id=cast.far_away.id, on=TODAY)
    assert small is not None
    assert small.flag.state is FlagState.WATCH, "one person is too few for a flag"
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "flags.evaluate")).one()
    assert told.detail == {"first": SINCE.isoformat(), "last": CUT.isoformat(), "weeks": 3}


def test_missed_weeks_are_caught_up_with_and_a_relieved_center_is_cleared(app: Flask, session: Session, cast: Cast):
    assert evaluate(session, since=None, today=TODAY - 4 * WEEK) == [CUT - 4 * WEEK]
    assert evaluate(session, today=TODAY - 2 * WEEK) == [CUT - 3 * WEEK, CUT - 2 * WEEK]
    assert flag_of(session, cast).flag.state is FlagState.SHORTFALL
    session.execute(
        update(Enrollment)
        .where(Enrollment.completed_on.is_(None))
        .values(completed_on=CUT - 2 * WEEK + timedelta(days=1))
    )
    assert evaluate(session) == [CUT - WEEK, CUT]
    assert flag_of(session, cast).flag.state is FlagState.CLEARED
    waiting = flag_of(session, cast, CUT - timedelta(days=1))
    assert waiting.flag.state is FlagState.SHORTFALL
    with app.test_request_context(), force_locale("en"):
        assert reason(waiting).endswith("reaches the target of 90%: a second week clears the flag.")


def test_a_flag_that_stays_though_the_week_alone_would_not_raise_it_says_so(app: Flask):
    week = Seen(as_of=CUT, tally=Tally(100, 85), people=24, target=90)
    assert not week.is_surely_below
    raised = Flag(state=FlagState.ESCALATED, since=CUT - 9 * WEEK, raised_on=CUT - 17 * WEEK, seen=week)
    watched = Flag(state=FlagState.WATCH, since=CUT - 9 * WEEK, raised_on=None, seen=week)
    with app.test_request_context(), force_locale("en"):
        assert reason(Evaluation(raised, raised.state, 1)).endswith("the flag stays until two weeks reach it.")
        assert reason(Evaluation(watched, watched.state, 1)).endswith("but not surely.")


def test_a_critical_course_raises_the_flag_in_its_first_week(session: Session, cast: Cast):
    net = Network(session)
    course = net.course("CRIT-01", is_critical=True)
    for number in range(20, 24):
        who = net.person(f"8{number:04}", f"필수{number}", at=cast.far_away)
        net.enroll(
            who, course, due_on=date(2019, 1, 31), **({"completed_on": date(2019, 1, 1)} if number == 20 else {})
        )
    evaluate(session, since=None)
    found = find_flag(session, scope=whole_network(TODAY), center_id=cast.far_away.id, on=TODAY)
    assert found is not None
    assert found.flag.state is FlagState.SHORTFALL
    course_id = session.scalars(select(Course.id).where(Course.code == "CRIT-01")).one()
    assert [tuple(one) for one in found.flag.seen.critical] == [(course_id, 4, 1)]


def test_a_target_decided_later_touches_no_week_that_was_evaluated(session: Session, cast: Cast):
    evaluate(session, today=TODAY - WEEK)
    before = session.execute(text("SELECT * FROM flag_evaluation ORDER BY id")).all()
    terms = TargetTerms(
        measure=Measure.CENTER, about=About(network_type="GENERAL"), percent=70, starts_on=CUT - timedelta(days=3)
    )
    set_target(session, actor(), terms=terms, reason="a trial", today=terms.starts_on)
    evaluate(session)
    assert session.execute(text("SELECT * FROM flag_evaluation ORDER BY id")).all()[: len(before)] == before
    assert (flag_of(session, cast).flag.seen.target, flag_of(session, cast, CUT - WEEK).flag.seen.target) == (70, 90)


@pytest.mark.parametrize("table", [FlagCut, FlagEvaluation])
def test_the_database_refuses_to_change_what_was_found(session: Session, cast: Cast, table: type):
    evaluate(session)
    for statement in (update(table).values(rule_version=2), delete(table)):
        with pytest.raises(DatabaseError, match="only ever grows"):
            session.execute(statement)
        session.rollback()


def test_targets_follow_one_another_and_keep_what_was_known(session: Session, cast: Cast):
    day = TODAY
    whole = TargetTerms(measure=Measure.CENTER, about=EVERYTHING, percent=85, starts_on=day)
    set_target(session, actor(), terms=whole, reason="the first", today=day)
    month = TargetTerms(
        measure=Measure.CENTER, about=EVERYTHING, percent=95, starts_on=day + 2 * WEEK, ends_on=day + 4 * WEEK
    )
    second = set_target(session, actor(), terms=month, reason="a month of more", today=day)
    targets = load_targets(session)
    weeks = [targets.of(Measure.CENTER, day + number * WEEK) for number in range(-1, 6)]
    assert weeks == [90, 85, 85, 95, 95, 85, 85]
    assert targets.of(Measure.PERSON, day) == 80
    end_target(session, actor(), public_id=second.public_id, today=day + 3 * WEEK)
    weeks = [load_targets(session).of(Measure.CENTER, day + number * WEEK) for number in range(-1, 6)]
    assert weeks == [90, 85, 85, 95, 90, 85, 85], "what it had replaced for that time does not come back"
    assert session.scalar(select(func.count()).where(Target.superseded_at.is_not(None))) == 2
    with pytest.raises(DomainError, match="past"):
        set_target(session, actor(), terms=whole, reason="too late", today=day + WEEK)


def test_whoever_sees_a_center_sees_its_flag_and_nobody_else(session: Session, cast: Cast, client: FlaskClient):
    evaluate(session)
    seen = {}
    for name in ("area_manager", "region_manager", "training_admin", "executive", "coordinator"):
        sign_in(client, getattr(cast, name))
        page = client.get("/flags?show=all")
        seen[name] = {center for center in ("강남점", "서초점", "해운대점") if center in words(page.text)}
        expected = 200 if "서초점" in seen[name] else 404
        assert client.get(f"/flags/{cast.next_door.public_id}").status_code == expected
    assert seen == {
        "area_manager": {"강남점", "서초점"},
        "region_manager": {"강남점", "서초점"},
        "training_admin": {"강남점", "서초점", "해운대점"},
        "executive": {"서초점"},
        "coordinator": {"강남점"},
    }
    sign_in(client, cast.employee)
    assert client.get("/flags").status_code == 403
    sign_in(client, cast.area_manager)
    page = words(client.get(f"/flags/{cast.next_door.public_id}").text)
    assert "75.0%" in page
    assert "84.5%" in page
    assert "주의 → 미달" in page
    assert client.get("/flags?show=nonsense").status_code == 400
    assert client.get(f"/flags?unit={cast.far_away.public_id}").status_code == 400


def test_a_training_admin_holds_a_state_and_lets_it_go(session: Session, cast: Cast, client: FlaskClient):
    evaluate(session, today=TODAY - 2 * WEEK, since=None)
    address = f"/flags/{cast.next_door.public_id}"
    sign_in(client, cast.training_admin)

    def send(path: str, **form: str) -> int:
        token = TOKEN.search(client.get(address).text)
        assert token is not None
        return client.post(path, data={"csrf_token": token[1], **form}).status_code

    later = str(TODAY + WEEK)
    assert send(f"{address}/hold", last_on=later, reason="") == 422
    assert send(f"{address}/hold", last_on=str(TODAY - WEEK), reason="a fair reason") == 422
    assert send(f"{address}/hold", last_on=str(TODAY + 20 * WEEK), reason="a fair reason") == 422
    assert send(f"{address}/hold", last_on=later, reason="the roster is being corrected") == 303
    assert "the roster is being corrected" in client.get(address).text
    session.rollback()
    session.execute(text("UPDATE flag_hold SET starts_on = :day"), {"day": CUT - 3 * WEEK})
    evaluate(session)
    found = flag_of(session, cast).flag
    assert (found.state, found.is_held) == (FlagState.WATCH, True)
    assert send(f"{address}/release") == 303
    assert send(f"{address}/release") == 303, "there is nothing more to let go"
    session.rollback()
    told = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("flags.%")).order_by(AuditEvent.id))
    assert list(told) == ["flags.evaluate", "flags.hold", "flags.evaluate", "flags.release"]


def test_a_training_admin_decides_targets_on_the_page(session: Session, cast: Cast, client: FlaskClient):
    sign_in(client, cast.training_admin)

    def send(path: str = "/targets", **form: str) -> tuple[int, str]:
        token = TOKEN.search(client.get("/targets").text)
        assert token is not None
        usual = {"measure": "CENTER", "percent": "88", "starts_on": str(TODAY), "reason": "the board decided so"}
        answer = client.post(path, data={"csrf_token": token[1], **usual, **form})
        return answer.status_code, words(answer.text)

    assert send(percent="101")[0] == 422
    assert send(starts_on=str(TODAY - WEEK))[0] == 422
    assert send(last_on=str(TODAY - WEEK))[0] == 422
    assert send(measure="PERSON", tier="1")[0] == 422
    assert send(tier="1", role="SA", network_type="GENERAL")[0] == 303
    page = client.get("/targets").text
    assert "88%" in words(page)
    session.rollback()
    target = session.scalars(select(Target)).one()
    assert (target.tier_level, target.network_type, target.recorded_by_id) == (1, "GENERAL", cast.training_admin.id)
    assert send(f"/targets/{target.public_id}/end")[0] == 303
    assert send(f"/targets/{target.public_id}/end")[0] == 404
    sign_in(client, cast.area_manager)
    assert client.get("/targets").status_code == 200
    assert 'name="percent"' not in client.get("/targets").text


def test_flags_from_the_command_line(session: Session, cast: Cast, runner: FlaskCliRunner):
    assert "no week is evaluated yet" in runner.invoke(args=["flags", "list"]).output
    evaluated = runner.invoke(args=["flags", "evaluate", "--since", str(SINCE)])
    assert evaluated.exit_code == 0, evaluated.output
    assert "3 weeks evaluated" in evaluated.output
    swept = runner.invoke(args=["jobs", "sweep"])
    assert swept.exit_code == 0, swept.output
    listed = runner.invoke(args=["flags", "list", "--format", "csv"]).output.splitlines()
    assert listed[1].startswith(
        f"SHORTFALL,{SINCE + WEEK},{SINCE + WEEK},C102,서초점,24,18,24,75.0,0.844737,90,0,,{CUT},1"
    )
    assert len(listed) == 2
    watched = runner.invoke(args=["flags", "list", "--state", "watch", "--format", "csv"]).output
    assert "C201" in watched
    session.rollback()
    assert len(list_flags(session, scope=whole_network(TODAY), cut=CUT, unit_id=cast.area.id)) == 2
    assert len(list_flags(session, scope=whole_network(TODAY), cut=CUT, unit_id=cast.network.id)) == 3

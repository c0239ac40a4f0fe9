"""A year of checks and rounds in the demo: drawn as the plan draws, as the parameters say, with nothing left to do."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from lms.completion.flags.queries_measuring import measure_centers
from lms.completion.flags.rules import cuts_to_evaluate
from lms.completion.rules import RateFilter
from lms.completion.rules_bases import Period
from lms.completion.targets.queries import load_targets
from lms.demo import reference
from lms.demo.flagging import YEAR, Weeks
from lms.demo.places import Places
from lms.field_checks.models import FieldCheck, ObserverCalibration
from lms.field_checks.monitoring.models import MonitoringRound
from lms.field_checks.monitoring.queries_planning import find_missing_rounds
from lms.field_checks.queries_planning import find_missing, is_behind, observers_by_center
from lms.field_checks.rules import OBSERVED
from lms.field_checks.rules_calibration import Calibration, calibration_fault
from lms.field_checks.rules_sample import WEEK, week_of
from lms.field_checks.transfer.queries import Asked
from lms.field_checks.transfer.queries_answers import list_answered
from lms.field_checks.transfer.rules_decay import half_life
from lms.observations.models import ItemSet, Observation, StandardReading
from lms.observations.queries_standards import find_version, service_items
from lms.people.models import OrgUnit, Posting
from lms.people.queries import active_postings
from lms.people.rules import UnitKind, whole_network
from lms.shared.clock import instant_of
from tests.demo.test_load import TODAY


@pytest.fixture
def settings(demo_settings):
    return demo_settings


def test_the_plan_finds_nothing_more_to_do(runner, session: Session):
    # What settles in the course of the day is for the day's own run.
    assert not is_behind(session, now=instant_of(f"{TODAY}T00:00", "Asia/Seoul"), on=TODAY)
    assert find_missing_rounds(session, on=TODAY) == []
    before = session.scalar(select(func.count()).select_from(FieldCheck))
    session.rollback()
    for noun in ("checks", "monitoring"):
        result = runner.invoke(args=[noun, "plan"])
        assert result.exit_code == 0, result.output
    assert session.scalar(select(func.count()).select_from(FieldCheck)) == before


def test_every_week_was_drawn_as_the_plan_draws_it(session: Session):
    first = session.scalar(select(func.min(FieldCheck.completed_on)).where(FieldCheck.kind == "CHECK"))
    assert first
    monday = week_of(first) + WEEK
    while monday <= TODAY:
        missing = [one for one in find_missing(session, on=monday).trained if one.completed_on >= monday - WEEK]
        assert missing == [], monday
        monday += 4 * WEEK


def test_the_demo_knows_who_is_where_and_in_charge_as_the_product_does(session: Session):
    places, centers = Places(session), session.scalars(select(OrgUnit.id).where(OrgUnit.kind == UnitKind.CENTER)).all()
    for back in (0, 45, 160, 290):
        day = TODAY - timedelta(days=back)
        active = {person: (center, role) for person, center, role in session.execute(active_postings(day))}
        known = {person: place for person in range(1, max(active) + 400) if (place := places.of(person, day))}
        assert known == active
        in_charge = observers_by_center(session, centers, on=day)
        assert {center: found for center in centers if (found := places.in_charge(center, day))} == in_charge


def test_flags_of_a_year_are_measured_at_once_as_week_by_week(session: Session):
    cuts, targets = cuts_to_evaluate(None, TODAY, TODAY - YEAR), load_targets(session)
    weeks = Weeks(session, Places(session), cuts)
    for cut in (cuts[0], *cuts[20::15], cuts[-1]):
        found, wanted = (
            {
                center: (seen.tally.due, seen.tally.done, seen.people, seen.target, list(seen.critical))
                for center, seen in measured.items()
            }
            for measured in (
                weeks.measure(session, as_of=cut, targets=targets),
                measure_centers(session, as_of=cut, targets=targets),
            )
        )
        assert found == wanted, cut
        assert len(found) > 400


def test_every_center_looks_at_itself_every_month(session: Session):
    months = session.execute(
        select(MonitoringRound.month, func.count())
        .where(MonitoringRound.campaign_id.is_(None))
        .group_by(MonitoringRound.month)
    ).all()
    assert len(months) >= 10
    assert all(rounds > 400 for _, rounds in months)


def test_a_year_holds_what_a_year_holds(session: Session):
    states = Counter[tuple[str, str]]()
    for kind, state, number in session.execute(
        select(FieldCheck.kind, FieldCheck.state, func.count()).group_by(FieldCheck.kind, FieldCheck.state)
    ):
        states[kind, state] = number
    for kind in ("CHECK", "RECHECK", "MONITORING"):
        for state in ("CLOSED", "ACKNOWLEDGED", "SUBMITTED", "DISPUTED", "MISSED", "VOID", "PLANNED"):
            assert states[kind, state], (kind, state)
    assert states["CHECK", "CLOSED"] > 10_000
    assert states["RECHECK", "CLOSED"] > 3_000
    answered = FieldCheck.resolution.is_not(None), FieldCheck.closed_by_id.is_not(None)
    assert session.scalar(select(func.count()).where(*answered)) > 200
    assert session.scalar(select(func.count()).where(FieldCheck.second_agrees.is_(True))) > 1_000
    assert session.scalar(select(func.count()).where(FieldCheck.second_agrees.is_(False))) > 50
    assert session.scalar(select(func.count()).where(FieldCheck.closed_by_id == FieldCheck.observer_id)) == 0


def test_nobody_looked_without_a_calibration_that_held(session: Session):
    known: dict[int, list[Calibration]] = {}
    for row in session.scalars(select(ObserverCalibration)):
        known.setdefault(row.person_id, []).append(Calibration(row.calibrated_on, row.agreement, row.valid_until))
    looks = session.execute(
        select(Observation.observer_id, Observation.observed_on).where(Observation.subject_id.is_not(None)).distinct()
    ).all()
    assert len(looks) > 5_000
    assert not [row for row in looks if calibration_fault(known.get(row[0], []), row[1])]
    latest = [max(of_one).valid_until for of_one in known.values()]
    assert 0 < sum(until <= TODAY for until in latest) < len(latest) / 5, "a few have let it run out"


def test_rates_are_those_of_the_parameters(session: Session):
    parameters = reference.parameters()

    def rate(*where: Any) -> float:
        sums = select(func.sum(Observation.items_met), func.sum(Observation.items_applicable)).where(*where)
        met, of = session.execute(sums).one()
        return float(met) / float(of)

    own = rate(Observation.occasion == "SELF_MONITORING")
    assert own == pytest.approx(parameters.round_pass, abs=0.01)
    first = rate(Observation.occasion == "CHECK", Observation.kind == "FIRST")
    assert own - first == pytest.approx(parameters.self_gap, abs=0.012)


def test_what_was_learned_lasts_as_long_as_the_parameter_says(session: Session):
    period = Period(TODAY - timedelta(days=365), TODAY)
    asked = Asked(whole_network(TODAY), TODAY, period, RateFilter())
    answers = list_answered(session, asked, asked.reach(session))
    found = half_life((one.day, one.number, one.met) for one in answers)
    assert found is not None
    assert found.days == pytest.approx(reference.parameters().half_life_days, rel=0.2)
    assert found.low < reference.parameters().half_life_days < (found.high or 9999)


def test_a_form_asks_what_the_standard_asks_of_course_and_job(session: Session):
    again = aliased(FieldCheck)
    rows = session.execute(
        select(FieldCheck, Observation, ItemSet)
        .join(Observation, Observation.id == FieldCheck.observation_id)
        .join(ItemSet, ItemSet.id == Observation.item_set_id)
        .where(FieldCheck.kind != "MONITORING", FieldCheck.state.in_(OBSERVED), FieldCheck.id % 97 == 0)
    ).all()
    assert len(rows) > 100
    for check, seen, asked in rows:
        codes = {item.item_id for item in asked.items}
        all_of_it = _asked_of(session, check)
        assert codes <= all_of_it
        assert check.kind == "RECHECK" or codes == all_of_it
        assert check.opens_on <= seen.observed_on <= check.closes_on
        assert seen.observed_on < TODAY
    followed = select(func.count(again.id)).join_from(FieldCheck, again, again.id == FieldCheck.follows_id)
    assert session.scalar(followed.where(again.enrollment_id != FieldCheck.enrollment_id)) == 0


def _asked_of(session: Session, check: FieldCheck) -> set[int]:
    return {one.item_id for one in service_items(session, on=TODAY, course_id=check.course_id, role_id=check.role_id)}


def test_most_people_at_work_have_read_the_standard_and_some_have_not(session: Session):
    version = find_version(session, on=TODAY)
    assert version
    assert version.effective_from
    read = dict(session.execute(select(StandardReading.person_id, StandardReading.read_at)).all())
    at_work = set(session.scalars(active_postings(TODAY).with_only_columns(Posting.person_id)))
    assert read.keys() <= at_work
    assert 80 <= 100 * len(read) / len(at_work) <= 95
    assert all(version.effective_from <= moment.date() < TODAY for moment in read.values())

"""What observations add up to: share by share, from within and from without, as plain counting has it."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.completion.queries_places import load_units
from lms.observations.models import (
    Behavior,
    ItemSet,
    ItemSetItem,
    Observation,
    ObservationResult,
    Standard,
    StandardItem,
)
from lms.observations.practice.pages import PracticePage, practice_page
from lms.observations.practice.rules import Across, By, Seen, Told, Verdict, add_up, together, unfold
from lms.people.models import OrgUnit
from lms.people.rules import Scope, whole_network
from tests.support.network import Cast, small_cast
from tests.support.sign_in import sign_in

AT, TODAY = datetime(2019, 1, 1, tzinfo=UTC), date(2019, 6, 30)
ANSWERS = ("YES", "NO", "NOT_APPLICABLE", "NOT_OBSERVED")
# Code: dimension, letters, stage.
BEHAVIORS = {"A": ("D01", "C", "BEFORE"), "B": ("D02", "CA", "ON"), "C": ("D02", "", "ON"), "D": (None, "E", None)}
SETS = {1: "ABCD", 2: "BD"}
Told3 = tuple[str, str, str, str]  # center, observer, item, answer


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the fixed cast and a standard of four behaviors, in two versions."""
    people = small_cast(session)
    standard = Standard(code="SERVICE", recorded_at=AT)
    session.add(standard)
    session.flush()
    session.add_all(ItemSet(id=one, standard_id=standard.id, number=one, recorded_at=AT) for one in SETS)
    for place, (code, (dimension, letters, stage)) in enumerate(BEHAVIORS.items()):
        behavior = Behavior(name_ko=f"{code}한다", name_en=f"Does {code}", recorded_at=AT)
        behavior.dimension_code, behavior.i_care, behavior.stage = dimension, letters, stage
        session.add(behavior)
        session.flush()
        item = StandardItem(id=100 + place, standard_id=standard.id, behavior_id=behavior.id, code=code)
        session.add(item)
        session.flush()
        for one, codes in SETS.items():
            if code in codes:
                asked: dict[str, Any] = {"text_ko": code, "text_en": code, "is_critical": False, "response_type": "YN"}
                session.add(ItemSetItem(item_set_id=one, item_id=item.id, place=place, **asked))
    session.commit()
    return people


ITEM_IDS = {code: 100 + place for place, code in enumerate(BEHAVIORS)}


def observe(session: Session, center: OrgUnit, observer: str, answers: dict[str, str], **columns: Any) -> None:
    """Keep an observation as the product does: without what was simply met."""
    counts = Counter(answers.values())
    usual: dict[str, Any] = {"occasion": "CHECK", "kind": "FIRST", "observed_on": TODAY, "recorded_at": AT}
    usual |= {"item_set_id": 1 if len(answers) == len(SETS[1]) else 2, "observer_kind": observer}
    usual |= {"items_met": counts["YES"], "items_applicable": counts["YES"] + counts["NO"]}
    one = Observation(center_id=center.id, **(usual | columns))
    session.add(one)
    session.flush()
    met = {"NO": False, "NOT_APPLICABLE": None, "NOT_OBSERVED": None}
    session.add_all(
        ObservationResult(observation_id=one.id, item_id=ITEM_IDS[code], met=met[answer], answer=answer)
        for code, answer in answers.items()
        if answer != "YES"
    )


def at_random(session: Session, cast: Cast, number: int, seed: int) -> Iterator[Told3]:
    """Observe at random in three centers, and yield every answer."""
    chance = random.Random(seed)
    centers = {one.code: one for one in (cast.center, cast.next_door, cast.far_away)}
    for _ in range(number):
        center, observer = chance.choice(list(centers)), chance.choice(["COORDINATOR", "INSPECTOR", "SELF", "AREA"])
        answers = {code: chance.choice(ANSWERS) for code in SETS[chance.choice([1, 2])]}
        observe(session, centers[center], observer, answers)
        yield from ((center, observer, code, answer) for code, answer in answers.items())
    session.commit()


def page_of(session: Session, unit: str | None = None, scope: Scope | None = None, **asked: Any) -> PracticePage:
    """Read the page of the unit with this code, by default the viewer's own."""
    scope = scope or whole_network(TODAY)
    units = load_units(session, scope=scope)
    found = next(one for one in units.by_id.values() if one.code == unit) if unit else units.home
    usual: dict[str, Any] = {"by": By.DIMENSION, "across": Across.UNIT, "occasion": None, "months": 12, "key": ""}
    return practice_page(session, scope=scope, as_of=TODAY, units=units, unit=found, **(usual | asked))


def counted(told: list[Told3], codes: str, *, independent: bool, center: str | None = None) -> Seen:
    """Count answers one by one."""
    inspectors = {"INSPECTOR", "AREA"}
    found = Counter(
        answer
        for where, observer, code, answer in told
        if code in codes and (observer in inspectors) is independent and center in {None, where}
    )
    return Seen(*(found[answer] for answer in ANSWERS))


@pytest.mark.parametrize("seed", range(3))
def test_shares_are_what_counting_answer_by_answer_gives(session: Session, cast: Cast, seed: int):
    told = list(at_random(session, cast, 60, seed))
    for by, keys in (
        (By.DIMENSION, {"D01": "A", "D02": "BC"}),
        (By.I_CARE, {"C": "AB", "A": "B", "E": "D"}),
        (By.STAGE, {"BEFORE": "A", "ON": "BC"}),
    ):
        lines = {line.row.key: (line.within, line.without) for line in page_of(session, by=by).lines}
        assert lines == {
            key: (counted(told, codes, independent=False), counted(told, codes, independent=True))
            for key, codes in keys.items()
        }


@pytest.mark.parametrize("is_independent", [True, False])
def test_the_map_shows_one_kind_of_observers_unit_by_unit(session: Session, cast: Cast, *, is_independent: bool):
    told = list(at_random(session, cast, 80, 7))
    shown = page_of(session, cast.area.code, is_independent=is_independent).map
    assert {column.name_ko for column in shown.columns} == {cast.center.name_ko, cast.next_door.name_ko}
    for center in (cast.center, cast.next_door):
        seen = counted(told, "BC", independent=is_independent, center=center.code)
        assert shown.cells["D02", center.id] == seen


def test_regions_are_the_sums_of_their_areas(session: Session, cast: Cast):
    told = list(at_random(session, cast, 80, 8))
    shown = page_of(session, is_independent=True).map
    assert together(seen for (key, _), seen in shown.cells.items() if key == "D01") == counted(
        told, "A", independent=True
    )
    assert len(shown.columns) == 2


def test_a_coordinator_counts_what_lies_within_their_figures_alone(client: FlaskClient, session: Session, cast: Cast):
    observe(session, cast.far_away, "INSPECTOR", dict.fromkeys("ABCD", "NO"))
    observe(session, cast.center, "INSPECTOR", dict.fromkeys("ABCD", "YES"))
    session.commit()
    sign_in(client, cast.coordinator)
    shown = client.get(f"/observations/practice?as_of={TODAY}").text
    assert "✓" in shown or "100.0%" in shown
    assert "0.0%" not in shown.replace("100.0%", "")
    other = client.get(f"/observations/practice?unit={cast.far_away.public_id}")
    missing = client.get("/observations/practice?unit=nosuchunit")
    assert other.status_code == missing.status_code == 400


def test_what_is_older_superseded_or_made_for_something_else_stays_out(session: Session, cast: Cast):
    yes = dict.fromkeys("ABCD", "YES")
    observe(session, cast.center, "COORDINATOR", yes)
    observe(session, cast.center, "COORDINATOR", yes, observed_on=TODAY - timedelta(days=400))
    observe(session, cast.center, "COORDINATOR", yes, superseded_at=AT)
    observe(session, cast.center, "COORDINATOR", yes, occasion="INSPECTION")
    session.commit()
    (first, *_) = page_of(session, occasion="CHECK").lines
    assert first.within == Seen(met=1)


def test_job_roles_are_those_of_the_person_on_the_day(session: Session, cast: Cast):
    observe(session, cast.center, "COORDINATOR", dict.fromkeys("ABCD", "NO"), subject_id=cast.employee.id)
    observe(session, cast.center, "COORDINATOR", dict.fromkeys("ABCD", "YES"))
    session.commit()
    shown = page_of(session, across=Across.ROLE, is_independent=False).map
    assert [shown.cells["D02", column.id] for column in shown.columns] == [Seen(not_met=2)]


def test_no_map_of_a_center_tells_of_the_one_person_in_a_job(session: Session, cast: Cast):
    observe(session, cast.center, "COORDINATOR", dict.fromkeys("ABCD", "NO"), subject_id=cast.employee.id)
    session.commit()
    shown = page_of(session, cast.center.code, across=Across.ROLE, is_independent=False)
    assert (list(shown.map.columns), len(shown.lines)) == ([], 2)


def test_a_row_leads_to_its_months(session: Session, cast: Cast):
    for month in (4, 6):
        observe(session, cast.center, "SELF", dict.fromkeys("ABCD", "YES"), observed_on=date(2019, month, 3))
    session.commit()
    shown = page_of(session, key="D02")
    assert [(line.month, line.within) for line in shown.months] == [
        (date(2019, 6, 1), Seen(met=2)),
        (date(2019, 4, 1), Seen(met=2)),
    ]


seen = st.builds(Seen, *[st.integers(0, 30)] * 4)


@given(seen)
def test_what_was_not_observed_changes_neither_share_nor_number(one: Seen):
    more = one._replace(not_observed=one.not_observed + 5, not_applicable=one.not_applicable + 2)
    assert (more.tally, more.interval, more.verdict) == (one.tally, one.interval, one.verdict)


@pytest.mark.parametrize(
    ("met", "not_met", "verdict"),
    [
        (0, 0, Verdict.NONE),
        (0, 2, Verdict.FEW),
        (9, 1, Verdict.DONE),
        (89, 11, Verdict.BELOW),
        (60, 40, Verdict.WEAK),
        (8, 2, Verdict.BELOW),
    ],
)
def test_a_share_is_called_weak_only_when_it_surely_is(met: int, not_met: int, verdict: Verdict):
    assert Seen(met, not_met).verdict is verdict


@given(st.dictionaries(st.sampled_from([("x", 1), ("y", 1), ("x", 2)]), st.integers(1, 50)), st.data())
def test_every_answer_is_somewhere_once(asked: dict[tuple[str, int], int], data: st.DataObject):
    items = {1: [7, 8], 2: [8]}
    told = [
        Told(group, items[number][0], data.draw(st.sampled_from(ANSWERS[1:])), met, data.draw(st.integers(0, times)))
        for (group, number), times in asked.items()
        for met in [data.draw(st.sampled_from([False, None, True]))]
    ]
    unfolded = unfold(asked, items, told)
    for (group, item), one in unfolded.items():
        assert sum(one) == sum(times for (of, number), times in asked.items() if of == group and item in items[number])
    assert together(add_up(unfolded, {7: "a", 8: "a"}).values()) == together(unfolded.values())

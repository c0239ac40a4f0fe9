"""Who may appoint whom: the table of the rules, asked without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people.duties.rules import (
    ADMINISTRATORS,
    GRANTS,
    LEVEL_OF,
    Facts,
    Place,
    Status,
    Term,
    ending_refusal,
    grantable,
    may_look,
    refusal,
    vacant_since,
)
from lms.people.rules import DutyKind, HeldDuty, UnitKind

NETWORK, REGION, AREA, CENTER, OTHER = range(1, 6)
DAY = date(2019, 7, 1)
AT_CENTER = Place(CENTER, UnitKind.CENTER, frozenset({CENTER, AREA, REGION, NETWORK}))
AT_AREA = Place(AREA, UnitKind.AREA, frozenset({AREA, REGION, NETWORK}))
AT_REGION = Place(REGION, UnitKind.REGION, frozenset({REGION, NETWORK}))
AT_NETWORK = Place(NETWORK, UnitKind.NETWORK, frozenset({NETWORK}))
PLACES = (AT_CENTER, AT_AREA, AT_REGION, AT_NETWORK)
FINE = Facts(is_self=False, is_open=True, is_posted=True, is_away=False)
COORDINATORS = {DutyKind.COORDINATOR, DutyKind.DEPUTY_COORDINATOR}
OF_A_CENTER = COORDINATORS | {DutyKind.REPRESENTATIVE, DutyKind.CENTER_MANAGER}


def term(kind: DutyKind = DutyKind.COORDINATOR, unit: int = CENTER, start: int = 0, days: int | None = None) -> Term:
    first = DAY + timedelta(days=start)
    return Term(kind, unit, first, None if days is None else first + timedelta(days=days))


@pytest.mark.parametrize(
    ("kind", "unit", "at_center", "at_area", "at_region", "at_network"),
    [
        (DutyKind.REPRESENTATIVE, CENTER, COORDINATORS, set(), set(), set()),
        (DutyKind.CENTER_MANAGER, CENTER, COORDINATORS, set(), set(), set()),
        (DutyKind.COORDINATOR, CENTER, set(), set(), set(), set()),
        (DutyKind.AREA_MANAGER, AREA, OF_A_CENTER, set(), set(), set()),
        (DutyKind.REGION_MANAGER, REGION, OF_A_CENTER, {DutyKind.AREA_MANAGER}, set(), set()),
        (
            DutyKind.TRAINING_ADMIN,
            NETWORK,
            OF_A_CENTER,
            {DutyKind.AREA_MANAGER},
            {DutyKind.REGION_MANAGER},
            set(),
        ),
        (DutyKind.SYSTEM_ADMIN, NETWORK, set(), set(), {DutyKind.REGION_MANAGER}, ADMINISTRATORS),
        (DutyKind.CS_ADMIN, NETWORK, set(), set(), set(), set()),
        (DutyKind.AUDITOR, NETWORK, set(), set(), set(), set()),
        (DutyKind.EXECUTIVE, NETWORK, set(), set(), set(), set()),
    ],
)
def test_the_table(kind, unit, at_center, at_area, at_region, at_network):
    held = [HeldDuty(kind, unit, network=unit == NETWORK)]
    assert [grantable(held, place) for place in PLACES] == [at_center, at_area, at_region, at_network]


@given(st.sampled_from(DutyKind), st.integers(1, 5), st.sampled_from(PLACES))
def test_nobody_grants_beyond_their_own_scope(kind: DutyKind, unit: int, place: Place):
    found = grantable([HeldDuty(kind, unit)], place)
    if unit not in place.lineage:
        assert not found
    assert all(LEVEL_OF[one] is place.level for one in found)
    assert kind not in found or kind is DutyKind.SYSTEM_ADMIN
    assert may_look([HeldDuty(kind, unit)], place) or not found


def test_a_system_administrator_looks_at_regions_and_the_network_only():
    held = [HeldDuty(DutyKind.SYSTEM_ADMIN, NETWORK, network=True)]
    assert [may_look(held, place) for place in PLACES] == [False, False, True, True]


@pytest.mark.parametrize(
    ("wish", "facts", "code"),
    [
        (term(), FINE, None),
        (term(DutyKind.AREA_MANAGER), FINE, "duty_not_yours"),
        (term(), {"is_self": True}, "duty_for_oneself"),
        (term(days=0), {}, "duty_dates"),
        (term(), {"is_open": False}, "duty_unit_closed"),
        (term(), {"is_posted": False}, "duty_not_posted"),
        (term(), {"is_away": True}, "duty_on_leave"),
        (term(DutyKind.REPRESENTATIVE), {"jobs_carry": frozenset({DutyKind.REPRESENTATIVE})}, "duty_by_job"),
        (term(), {"beside": [term(DutyKind.AUDITOR, NETWORK)]}, "duty_auditor"),
        (term(), {"beside": [term(start=-9, days=10)]}, "duty_held"),
        (term(), {"beside": [term(DutyKind.DEPUTY_COORDINATOR)]}, "duty_held"),
        (term(), {"beside": [term(start=-9, days=9)]}, None),
        (term(), {"beside": [term(unit=OTHER)]}, None),
        (term(days=10), {"coordinated": [term(start=9)]}, "duty_coordinator_taken"),
        (term(days=10), {"coordinated": [term(start=10)]}, None),
        (term(DutyKind.DEPUTY_COORDINATOR), {"coordinated": [term()]}, None),
    ],
)
def test_an_appointment_is_refused_for_the_first_thing_that_is_wrong(wish, facts, code):
    if isinstance(facts, dict):
        plain = {"is_self": False, "is_open": True, "is_posted": True, "is_away": False}
        facts = Facts(**(plain | facts))
    assert (
        refusal(wish, UnitKind.CENTER, grantable([HeldDuty(DutyKind.TRAINING_ADMIN, NETWORK)], AT_CENTER), facts)
        == code
    )


@pytest.mark.parametrize("other", [kind for kind in DutyKind if kind is not DutyKind.AUDITOR])
def test_an_auditor_holds_nothing_else(other: DutyKind):
    allowed = frozenset(DutyKind)
    facts = Facts(is_self=False, is_open=True, is_posted=True, is_away=False, beside=[term(other, OTHER)])
    assert refusal(term(DutyKind.AUDITOR, NETWORK), UnitKind.NETWORK, allowed, facts) == "duty_auditor"


def test_a_job_that_carries_a_duty_makes_nobody_an_auditor():
    facts = Facts(
        is_self=False, is_open=True, is_posted=True, is_away=False, job_duties=frozenset({DutyKind.REPRESENTATIVE})
    )
    allowed = GRANTS[DutyKind.SYSTEM_ADMIN]
    assert refusal(term(DutyKind.AUDITOR, NETWORK), UnitKind.NETWORK, allowed, facts) == "duty_auditor"


@pytest.mark.parametrize(
    ("held", "last", "own", "code"),
    [
        (term(), 0, False, None),
        (term(), -1, False, None),
        (term(), -2, False, "duty_ends_before"),
        (term(), 0, True, "duty_ends_own"),
        (term(DutyKind.REGION_MANAGER), 0, False, "duty_not_yours"),
        (term(days=1), 0, False, "duty_ends_same"),
    ],
)
def test_ending(held: Term, last: int, own: bool, code: str | None):
    allowed = GRANTS[DutyKind.AREA_MANAGER]
    assert ending_refusal(held, DAY + timedelta(days=last), allowed, is_own=own) == code


def test_a_duty_is_in_force_from_its_first_to_its_last_day():
    one = term(days=2)
    statuses = [one.status(DAY + timedelta(days=day)) for day in (-1, 0, 1, 2)]
    assert statuses == [Status.TO_COME, Status.IN_FORCE, Status.IN_FORCE, Status.ENDED]


def test_vacant_since():
    assert vacant_since([], None, DAY) is None
    assert vacant_since([], DAY, DAY) == DAY
    assert vacant_since([date(2019, 5, 1), date(2019, 6, 1), date(2031, 1, 1)], date(2010, 1, 1), DAY) == date(
        2019, 6, 1
    )

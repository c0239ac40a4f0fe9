"""Centers open, close, open again, move and get other names: previewed in numbers, dated, undone exactly."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.people.centers.rules_changes import (
    Change,
    ChangeKind,
    RefusedError,
    UnitState,
    changed,
    restored,
    stored,
)
from lms.people.models import OrgChange, OrgPlacement, OrgUnit, Person
from lms.people.queries import active_postings, is_open, placement_on
from lms.people.rules import DutyKind, UnitKind
from lms.people.timeline.rules import Span
from lms.shared.clock import local_date, utcnow
from tests.factories import noise
from tests.people.conftest import current_facts
from tests.support.network import Cast, Network
from tests.support.sign_in import csrf_token, sign_in

TODAY = local_date(utcnow(), "Asia/Seoul")
DAY = date(2019, 7, 1)
HERE, THERE = 7, 8
STANDING = UnitState(
    name_ko="강남점",
    name_en="Gangnam",
    opened_on=date(2010, 3, 1),
    closed_on=None,
    placements=(Span(date(2010, 3, 1), None, (HERE,)),),
)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def test_closing_ends_where_it_stands_and_reopening_leaves_the_gap_closed():
    closed = changed(STANDING, Change(kind=ChangeKind.CLOSE, on=DAY))
    assert closed.placements == (Span(date(2010, 3, 1), DAY, (HERE,)),)
    again = changed(closed, Change(kind=ChangeKind.REOPEN, on=after(30), parent_id=THERE))
    assert [again.is_open(after(day)) for day in (-1, 0, 29, 30)] == [True, False, False, True]
    assert [again.parent(after(day)) for day in (-1, 0, 30)] == [HERE, None, THERE]
    assert again.closed_on is None


def test_reopened_on_the_day_it_closes_it_never_was_closed():
    closed = changed(STANDING, Change(kind=ChangeKind.CLOSE, on=DAY))
    assert changed(closed, Change(kind=ChangeKind.REOPEN, on=DAY, parent_id=HERE)) == STANDING


@pytest.mark.parametrize(
    ("state", "change", "code"),
    [
        (STANDING, Change(kind=ChangeKind.CLOSE, on=date(2010, 3, 1)), "unit_closes_before_opening"),
        (replace(STANDING, closed_on=DAY), Change(kind=ChangeKind.CLOSE, on=after(9)), "unit_closes_already"),
        (STANDING, Change(kind=ChangeKind.REOPEN, on=DAY, parent_id=HERE), "unit_is_open"),
        (
            replace(STANDING, closed_on=DAY),
            Change(kind=ChangeKind.REOPEN, on=after(-1), parent_id=HERE),
            "unit_reopens_before_closing",
        ),
        (STANDING, Change(kind=ChangeKind.MOVE, on=DAY, parent_id=HERE), "unit_stands_there"),
        (replace(STANDING, closed_on=DAY), Change(kind=ChangeKind.MOVE, on=DAY, parent_id=THERE), "unit_not_open"),
        (STANDING, Change(kind=ChangeKind.MOVE, on=DAY), "unit_needs_parent"),
        (
            changed(STANDING, Change(kind=ChangeKind.MOVE, on=after(9), parent_id=THERE)),
            Change(kind=ChangeKind.MOVE, on=DAY, parent_id=9),
            "unit_moves_later",
        ),
        (
            changed(STANDING, Change(kind=ChangeKind.MOVE, on=after(9), parent_id=THERE)),
            Change(kind=ChangeKind.CLOSE, on=DAY),
            "unit_moves_later",
        ),
        (STANDING, Change(kind=ChangeKind.RENAME, on=DAY, name_ko="강남점", name_en="Gangnam"), "unit_named_so"),
        (STANDING, Change(kind=ChangeKind.RENAME, on=DAY, name_ko=" "), "unit_needs_name"),
    ],
)
def test_what_makes_no_sense_is_refused(state: UnitState, change: Change, code: str):
    with pytest.raises(RefusedError) as refused:
        changed(state, change)
    assert refused.value.code == code


changes = st.builds(
    Change,
    kind=st.sampled_from([ChangeKind.CLOSE, ChangeKind.REOPEN, ChangeKind.MOVE]),
    on=st.integers(0, 60).map(after),
    parent_id=st.sampled_from([HERE, THERE]),
)


@given(st.lists(changes, max_size=8))
def test_a_unit_stands_somewhere_exactly_while_it_is_open(wanted: list[Change]):
    state = STANDING
    for change in wanted:
        try:
            later = changed(state, change)
        except RefusedError:
            continue
        before = {day: (state.is_open(after(day)), state.parent(after(day))) for day in range(-5, 70)}
        for day in range(-5, 70):
            on = after(day)
            assert later.is_open(on) == (later.parent(on) is not None)
            if on < change.on:
                assert (later.is_open(on), later.parent(on)) == before[day], "the past stays"
        assert restored(stored(later)) == later
        state = later


# --- on the pages


@pytest.fixture
def keeper(session: Session, cast: Cast) -> Person:
    """Add a representative with a posting, and noise; the training administrator keeps the organization."""
    noise(session)
    Network(session).unit(UnitKind.AREA, "A9", name_ko="새 지역", name_en="New area", under=cast.region)
    session.commit()
    return cast.training_admin


def send(client: FlaskClient, path: str, **values: object) -> TestResponse:
    token = csrf_token(client, "/account/password")
    sent = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return client.post(path, data={"csrf_token": token, **sent})


def area(session: Session, code: str = "A9") -> OrgUnit:
    session.rollback()
    return session.scalars(select(OrgUnit).where(OrgUnit.code == code)).one()


def people_active(session: Session, on: date, center: OrgUnit) -> int:
    session.rollback()
    return sum(row.center_id == center.id for row in session.execute(active_postings(on)))


def undo_latest(client: FlaskClient, session: Session, unit: OrgUnit) -> TestResponse:
    session.rollback()
    change = session.scalars(
        select(OrgChange)
        .where(OrgChange.unit_id == unit.id, OrgChange.undone_at.is_(None))
        .order_by(OrgChange.id.desc())
    ).first()
    assert change is not None
    return send(client, f"/centers/{unit.public_id}/undo", change=change.public_id)


def test_a_closing_is_previewed_in_numbers_then_made_then_undone(
    client: FlaskClient, session: Session, cast: Cast, keeper: Person
):
    client.set_cookie("language", "en")
    sign_in(client, keeper)
    address = f"/centers/{cast.center.public_id}"
    before = current_facts(session)
    preview = send(client, f"{address}/close", on=TODAY)
    assert preview.status_code == 200
    for label, number in {
        "People posted there": 3,
        "Duties that lose effect": 1,
        "Open required enrollments": 1,
        "Due in the rate of that day": 2,
        "of them completed": 1,
    }.items():
        assert f'<dt>{label}</dt>\n    <dd>\n      <span class="stat-value">{number}</span>' in preview.text, label
    assert current_facts(session) == before, "a preview changes nothing"
    assert send(client, f"{address}/close", on=TODAY, confirm="1").status_code == 303
    assert people_active(session, TODAY, cast.center) == 0
    assert people_active(session, TODAY - timedelta(days=1), cast.center) == 3
    page = client.get(address).text
    assert "Not in operation" in page
    assert undo_latest(client, session, cast.center).status_code == 303
    assert current_facts(session) == before
    assert people_active(session, TODAY, cast.center) == 3
    changes = select(AuditEvent.action).where(AuditEvent.action.like("centers.%"), AuditEvent.action != "centers.view")
    assert list(session.scalars(changes)) == ["centers.close", "centers.undo"]


def test_a_closed_center_opens_again_and_the_days_between_stay_closed(
    client: FlaskClient, session: Session, cast: Cast, keeper: Person
):
    sign_in(client, keeper)
    address = f"/centers/{cast.center.public_id}"
    first, last = TODAY - timedelta(days=20), TODAY - timedelta(days=10)
    send(client, f"{address}/close", on=first, confirm="1")
    again = send(client, f"{address}/reopen", on=last, parent=cast.area.public_id, confirm="1")
    assert again.status_code == 303
    days = [first - timedelta(days=1), first, last - timedelta(days=1), last, TODAY]
    assert [people_active(session, day, cast.center) for day in days] == [3, 0, 0, 3, 3]
    assert not session.scalar(select(is_open(first)).where(OrgUnit.id == cast.center.id))
    assert "강남점" in client.get(f"{address}").text
    assert undo_latest(client, session, cast.center).status_code == 303
    assert people_active(session, TODAY, cast.center) == 0


def test_a_center_moves_and_what_stands_under_the_area_follows_the_area(
    client: FlaskClient, session: Session, cast: Cast, keeper: Person
):
    sign_in(client, keeper)
    new = area(session)
    moved = send(client, f"/centers/{cast.center.public_id}/move", on=TODAY, parent=new.public_id, confirm="1")
    assert moved.status_code == 303
    session.rollback()
    places = {row.center_id: row for row in session.execute(select(placement_on(TODAY)))}
    assert places[cast.center.id].area_id == new.id
    yesterday = {row.center_id: row for row in session.execute(select(placement_on(TODAY - timedelta(days=1))))}
    assert yesterday[cast.center.id].area_id == cast.area.id
    south = area(session, "R2")
    preview = send(client, f"/centers/{new.public_id}/move", on=TODAY, parent=south.public_id)
    assert preview.status_code == 200
    assert (
        send(client, f"/centers/{new.public_id}/move", on=TODAY, parent=south.public_id, confirm="1").status_code == 303
    )
    session.rollback()
    places = {row.center_id: row for row in session.execute(select(placement_on(TODAY)))}
    assert places[cast.center.id].region_id == south.id


def test_a_new_center_is_opened_and_goes_away_while_nobody_is_there(
    client: FlaskClient, session: Session, cast: Cast, keeper: Person
):
    sign_in(client, keeper)
    before = current_facts(session)
    wish = {
        "code": "C777", "name_ko": "새 센터", "name_en": "", "network_type": "GENERAL",
        "area": cast.area.public_id, "opened_on": TODAY,
    }  # fmt: skip
    assert send(client, "/centers/new", **wish).status_code == 200
    assert current_facts(session) == before
    assert send(client, "/centers/new", **wish, confirm="1").status_code == 303
    made = area(session, "C777")
    assert send(client, "/centers/new", **wish, confirm="1").status_code == 422, "the code is taken"
    assert "새 센터" in client.get("/centers?q=C777").text
    assert undo_latest(client, session, made).status_code == 303
    assert current_facts(session) == before
    send(client, "/centers/new", **wish, confirm="1")
    made = area(session, "C777")
    Network(session).person("70001", "새 직원", at=made, since=TODAY)
    session.commit()
    assert undo_latest(client, session, made).status_code == 422
    assert area(session, "C777").name_ko == "새 센터"


def test_a_name_changes_and_only_the_latest_change_is_undone(
    client: FlaskClient, session: Session, cast: Cast, keeper: Person
):
    sign_in(client, keeper)
    address = f"/centers/{cast.center.public_id}"
    send(client, f"{address}/rename", name_ko="강남역점", name_en="Gangnam Station", confirm="1")
    session.rollback()
    first = session.scalars(select(OrgChange)).one()
    send(client, f"{address}/close", on=TODAY, confirm="1")
    assert send(client, f"{address}/undo", change=first.public_id).status_code == 422
    assert area(session, "C101").name_ko == "강남역점"
    undo_latest(client, session, cast.center)
    undo_latest(client, session, cast.center)
    assert area(session, "C101").name_ko == "강남점"
    assert session.scalars(select(OrgPlacement).where(OrgPlacement.superseded_at.is_(None))).all()


def test_a_region_lists_its_areas_and_an_area_its_centers_of_the_day(
    client: FlaskClient, session: Session, cast: Cast, keeper: Person
):
    sign_in(client, keeper)

    def below(unit: OrgUnit) -> set[str]:
        page = client.get(f"/centers/{unit.public_id}").get_data(as_text=True)
        _, _, rest = page.partition("오늘 소속 조직")
        return set(re.findall(r'href="/centers/([^"/]+)"', rest.partition("</table>")[0]))

    moved, area_of_day = area(session), cast.area
    assert below(cast.region) == {area_of_day.public_id, moved.public_id}
    assert cast.center.public_id in below(area_of_day)
    assert not below(moved)
    assert not below(cast.center)
    send(client, f"/centers/{cast.center.public_id}/move", on=TODAY, parent=moved.public_id, confirm="1")
    assert cast.center.public_id not in below(area_of_day)
    assert below(moved) == {cast.center.public_id}


def test_whoever_does_not_keep_the_organization_stays_out(
    client: FlaskClient, session: Session, cast: Cast, keeper: Person
):
    for person in (cast.employee, cast.coordinator, cast.region_manager, cast.executive):
        sign_in(client, person)
        assert client.get("/centers").status_code == 403
        assert send(client, f"/centers/{cast.center.public_id}/close", on=TODAY, confirm="1").status_code == 403
    sign_in(client, keeper)
    assert client.get(f"/centers/{cast.network.public_id}").status_code == 404
    assert client.get(f"/centers/{cast.region.public_id}/close").status_code == 303, "a region does not close"
    assert send(client, f"/centers/{cast.region.public_id}/close", on=TODAY, confirm="1").status_code == 303
    assert area(session, "R1").closed_on is None
    assert area(session, "C101").closed_on is None


def test_a_system_administrator_sees_no_figures_of_learning(
    client: FlaskClient, session: Session, cast: Cast, keeper: Person
):
    client.set_cookie("language", "en")
    one = Network(session).person("00913", "도시스", at=cast.office, role="SY")
    Network(session).duty(one, DutyKind.SYSTEM_ADMIN, cast.network)
    session.commit()
    sign_in(client, one)
    page = send(client, f"/centers/{cast.center.public_id}/close", on=TODAY).text
    assert "People posted there" in page
    assert "Open required enrollments" not in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "31/12/2019"])
def test_a_day_that_cannot_be_meant(client: FlaskClient, cast: Cast, keeper: Person, day: str):
    sign_in(client, keeper)
    assert send(client, f"/centers/{cast.center.public_id}/close", on=day, confirm="1").status_code == 422

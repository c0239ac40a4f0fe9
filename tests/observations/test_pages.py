"""Who may see what visits found: the network page and a center's, each within their scope."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.observations.models import (
    Behavior,
    ItemSet,
    ItemSetItem,
    Observation,
    ObservationResult,
    Standard,
    StandardItem,
)
from lms.people.models import OrgUnit, Person
from tests.support.network import HOSTILE, Cast, small_cast
from tests.support.sign_in import sign_in

AT = datetime(2019, 1, 1, tzinfo=UTC)
ITEMS = 4


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the fixed cast with visits: five at 강남점, one at 서초점, two at 해운대점."""
    people = small_cast(session)
    items = add_items(session)
    for number, (points, cited) in enumerate([(60, "AB"), (70, "A"), (80, ""), (90, "A"), (95, "")]):
        add_visit(session, people.center, date(2019, number + 1, 5), points, [items[code] for code in cited])
    add_visit(session, people.next_door, date(2019, 2, 1), 77, [])
    add_visit(session, people.far_away, date(2019, 3, 3), 51, [items["B"]])
    add_visit(session, people.far_away, date(2019, 3, 9), 99, [], kind="RECHECK")
    # Corrected since: nobody sees it any more.
    add_visit(session, people.center, date(2019, 4, 5), 1, list(items.values()), superseded_at=AT)
    session.commit()
    return people


def add_items(session: Session) -> dict[str, int]:
    standard = Standard(code="S", recorded_at=AT)
    session.add(standard)
    session.flush()
    asked = ItemSet(id=1, standard_id=standard.id, number=1, recorded_at=AT)
    session.add(asked)
    found = {}
    for place, code in enumerate("ABCD"):
        behavior = Behavior(name_ko=code, name_en=code, recorded_at=AT)
        session.add(behavior)
        session.flush()
        item = StandardItem(standard_id=standard.id, behavior_id=behavior.id, code=f"IT-{code}")
        session.add(item)
        session.flush()
        words: dict[str, Any] = {"text_ko": f"{code} 항목{HOSTILE}", "text_en": f"Item {code}{HOSTILE}"}
        session.add(
            ItemSetItem(
                item_set_id=1, item_id=item.id, place=place, is_critical=code == "A", response_type="YN", **words
            )
        )
        found[code] = item.id
    session.flush()
    return found


def add_visit(
    session: Session, center: OrgUnit, on: date, points: int | None, cited: list[int], **columns: Any
) -> Observation:
    usual: dict[str, Any] = {
        "occasion": "INSPECTION", "kind": "FIRST", "observer_kind": "INSPECTOR", "item_set_id": 1, "recorded_at": AT,
        "points": points, "points_possible": 100, "items_applicable": ITEMS, "items_met": ITEMS - len(cited),
    }  # fmt: skip
    one = Observation(center_id=center.id, observed_on=on, **(usual | columns))
    session.add(one)
    session.flush()
    session.add_all(ObservationResult(observation_id=one.id, item_id=item, met=False, answer="NO") for item in cited)
    session.flush()
    return one


@pytest.fixture
def look(client: FlaskClient) -> Callable[[Person, str], str]:
    def open_page(person: Person, path: str) -> str:
        sign_in(client, person)
        answer = client.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return " ".join(re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[1]).split())

    return open_page


Look = Callable[[Person, str], str]


def test_head_office_sees_all_visits_and_each_region(look: Look, cast: Cast):
    page = look(cast.training_admin, "/observations")
    # 60 + 70 + 80 + 90 + 95 + 77 + 51 + 99 = 622 of 800; 32 items asked, 5 not met.
    assert "방문 8 최근 2019-05-05" in page
    assert "77.7" in page
    assert "84.3%" in page
    for name in ("수도권", "영남", "강남점", "서초점", "해운대점"):
        assert name in page


def test_a_region_and_a_kind_narrow_everything_on_the_page(look: Look, cast: Cast):
    page = look(cast.training_admin, f"/observations?unit={region_of(cast)}&kind=FIRST")
    assert "방문 6 최근 2019-05-05" in page
    assert "해운대점" not in page
    # (60 + 70 + 80 + 90 + 95 + 77) of 600.
    assert "78.6" in page


def region_of(cast: Cast) -> str:
    return cast.region.public_id


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("coordinator", {"강남점"}),
        ("area_manager", {"강남점", "서초점"}),
        ("region_manager", {"강남점", "서초점"}),
        ("executive", {"강남점", "서초점", "해운대점"}),
    ],
)
def test_everyone_sees_the_centers_of_their_scope(look: Look, cast: Cast, who: str, seen: set[str]):
    page = look(getattr(cast, who), "/observations")
    assert {name for name in ("강남점", "서초점", "해운대점") if name in page} == seen


def test_a_center_shows_its_visits_items_and_trend(look: Look, cast: Cast):
    page = look(cast.coordinator, f"/observations/centers/{cast.center.public_id}")
    assert "79.0" in page  # 395 of 500
    assert "80.0%" in page  # 16 of 20 items
    assert "핵심" in page
    # The last three: 80, 90, 95 of 300.
    assert "88.3" in page
    assert "추세는 방문 6회부터" in page
    assert "외부 점검원 독립 점검" in page
    assert "IT-A" in page
    assert "IT-C" not in page


def test_visits_without_points_are_drawn_by_the_items_met(look: Look, cast: Cast, session: Session):
    for month, cited in ((1, [1]), (2, [1, 2]), (3, [])):
        add_visit(session, cast.next_door, date(2018, month, 7), None, cited, points_possible=None, occasion="CHECK")
    session.commit()
    for path in ("/observations", f"/observations/centers/{cast.next_door.public_id}"):
        page = look(cast.training_admin, f"{path}?as_of=2018-12-31")
        assert "실행률" in page
        assert "점수 없음" in page
        assert "75.0%" in page
        assert "50.0%" in page
        assert "100.0%" in page
        assert "미진한 방문" not in page


def test_many_visits_of_a_center_come_by_pages(look: Look, cast: Cast, session: Session):
    for number in range(45):
        add_visit(session, cast.next_door, date(2018, 1, 1) + timedelta(days=number), None, [], points_possible=None)
    session.commit()

    def dates_on(page: str) -> list[str]:
        shown = look(
            cast.training_admin, f"/observations/centers/{cast.next_door.public_id}?as_of=2018-12-31&page={page}"
        )
        assert "방문 45 최근 2018-02-14" in shown
        assert "45건" in shown
        return re.findall(r"2018-\d\d-\d\d(?= 점검 방문)", shown)

    def days(first: int, last: int) -> list[str]:
        return [str(date(2018, 1, 1) + timedelta(days=number)) for number in range(first, last, -1)]

    assert dates_on("1") == days(44, 24)
    assert dates_on("2") == days(24, 4)
    assert dates_on("3") == days(4, -1)
    assert dates_on("9") == []


def test_a_kind_narrows_a_center_too(look: Look, cast: Cast):
    page = look(cast.executive, f"/observations/centers/{cast.far_away.public_id}?kind=RECHECK")
    assert "99.0" in page
    assert "51.0" not in page
    assert "IT-B" not in page


def test_as_of_leaves_out_what_came_later(look: Look, cast: Cast):
    page = look(cast.training_admin, "/observations?as_of=2019-02-28")
    assert "방문 3 최근 2019-02-05" in page
    assert "해운대점" not in page


def test_a_center_out_of_scope_is_not_there(client: FlaskClient, cast: Cast):
    sign_in(client, cast.coordinator)
    missing = client.get("/observations/centers/zzzzzzzzzzz")
    for unit in (cast.next_door, cast.far_away, cast.area, cast.network):
        answer = client.get(f"/observations/centers/{unit.public_id}")
        assert (answer.status_code, answer.data) == (404, missing.data)


def test_an_employee_sees_neither_page(client: FlaskClient, cast: Cast):
    sign_in(client, cast.employee)
    assert client.get("/observations").status_code == 403
    assert client.get(f"/observations/centers/{cast.center.public_id}").status_code == 403


@pytest.mark.parametrize("query", ["kind=SECOND", "sort=score", "unit=zzzzzzzzzzz", f"q={'x' * 101}", "as_of=soon"])
def test_a_wrong_filter_is_told(client: FlaskClient, cast: Cast, query: str):
    sign_in(client, cast.training_admin)
    assert client.get(f"/observations?{query}").status_code == 400


def test_a_unit_out_of_scope_is_no_filter(client: FlaskClient, cast: Cast, session: Session):
    sign_in(client, cast.coordinator)
    assert client.get(f"/observations?unit={cast.area.public_id}").status_code == 200
    other = cast.far_away
    assert client.get(f"/observations?unit={other.public_id}").status_code == 400


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("code", "강남점"),
        ("-code", "해운대점"),
        ("-visits", "강남점"),
        ("visits", "서초점"),
        ("-last", "강남점"),
        ("last", "서초점"),
    ],
)
def test_centers_are_sorted_as_asked(client: FlaskClient, cast: Cast, sort: str, first: str):
    sign_in(client, cast.training_admin)
    table = client.get(f"/observations?sort={sort}").text.split('id="centers"')[1]
    places = {name: table.index(name) for name in ("강남점", "서초점", "해운대점")}
    assert min(places, key=places.__getitem__) == first


def test_a_center_is_found_by_its_name_or_code(client: FlaskClient, cast: Cast):
    sign_in(client, cast.training_admin)
    for text, found in (("서초", True), ("c102", True), ("%", False), ("서초 C101", False)):
        table = client.get("/observations", query_string={"q": text}).text
        assert (f"/observations/centers/{cast.next_door.public_id}" in table) is found, text


def test_pages_ask_the_same_number_of_questions_for_few_visits_and_many(
    client: FlaskClient, cast: Cast, session: Session, query_count: Callable[[], Any]
):
    sign_in(client, cast.training_admin)
    paths = ("/observations", f"/observations/centers/{cast.center.public_id}")
    for many in (False, True):
        if many:
            session.rollback()
            for number in range(40):
                add_visit(session, cast.center, date(2018, 1 + number % 12, 9), 50 + number, [1, 2])
            session.commit()
        for path, most in zip(paths, (11, 10), strict=True):
            client.get(path)
            with query_count() as seen:
                assert client.get(path).status_code == 200
            assert seen.total == most, (path, seen.texts)

"""A unit's page: how sure its rate is, its trend, two days side by side, how its centers differ, and who sees less."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy.orm import Session

from lms.people.models import OrgUnit
from lms.people.rules import UnitKind
from tests.support.network import Cast, Network
from tests.support.sign_in import csrf_token, sign_in

DAY, BEFORE = date(2019, 6, 30), date(2019, 4, 30)
AS_OF = f"as_of={DAY}"


@pytest.fixture
def busy(cast: Cast, session: Session) -> Cast:
    """Give the cast with eight more people in each center: 강남 all late since May, 서초 all done, 해운대 half."""
    net = Network(session)
    centers = ((cast.center, 400, 0), (cast.next_door, 420, 8), (cast.far_away, 440, 4))
    for center, first, done in centers:
        for number in range(8):
            person = net.person(f"{first + number:05}", f"직원{first + number}", at=center)
            day = date(2019, 5, 20) if number < done else None
            net.enroll(person, cast.course, due_on=date(2019, 5, 31), completed_on=day)
            net.enroll(person, _second(net), due_on=date(2019, 2, 28), completed_on=date(2019, 2, 1))
    session.commit()
    return cast


def _second(net: Network):
    if "second" not in net.session.info:
        net.session.info["second"] = net.course("LEAD-01", tier_level=2)
    return net.session.info["second"]


def rows(page: str) -> dict[str, str]:
    """Return the rows of the table of rates, as text, by their name."""
    table = re.sub(r"<svg.*?</svg>", "", page.split('id="rates"')[1].split("</table>", maxsplit=1)[0], flags=re.DOTALL)
    body = table.split("<tbody>")[1]
    found = (re.sub(r"<[^>]+>", " ", row) for row in body.split("<tr>")[1:])
    return {" ".join(row.split()).split(" ")[0]: " ".join(row.split()) for row in found}


def test_units_are_ordered_by_how_surely_they_fall_short(busy: Cast, look: Callable):
    page = look(busy.area_manager, f"/rates?{AS_OF}")
    found = rows(page)
    assert list(found) == ["강남점", "서초점"]
    assert re.search(r"확실히 미달|Surely short", found["강남점"])
    assert re.search(r"불확실|Not certain|Surely meets|확실히 달성", found["서초점"])


def test_the_rate_stands_beside_its_interval(busy: Cast, look: Callable):
    # 18 due, 9 done, 10 people: Wilson around 0.5 with z = 1.2816.
    found = rows(look(busy.area_manager, f"/rates?{AS_OF}"))["강남점"]
    assert "50.0%" in found
    assert "31.2–68.8%" in found


def test_a_center_of_few_people_is_called_a_small_sample_and_stands_last(cast: Cast, session: Session, look: Callable):
    net = Network(session)
    for number in range(6):
        net.enroll(net.person(f"{500 + number:05}", f"직원{number}", at=cast.next_door), cast.course, due_on=DAY)
    session.commit()
    found = rows(look(cast.area_manager, f"/rates?{AS_OF}"))
    assert list(found) == ["서초점", "강남점"]
    assert re.search(r"표본 부족|Small sample", found["강남점"])


def test_the_trend_shows_thirteen_months_with_a_table(busy: Cast, look: Callable):
    page = look(busy.area_manager, f"/rates?{AS_OF}")
    chart = page.split('id="trend-title"')[1].split("</figure>")[0]
    assert chart.count('<tr><th scope="row"') == 13
    assert re.search(r"2018-06-30.*?–", chart, re.DOTALL)
    assert f"as_of={date(2019, 5, 31)}" in chart
    assert 'role="img"' in chart
    assert "<desc" in chart


def test_each_point_of_the_trend_is_the_rate_of_its_day(busy: Cast, look: Callable):
    chart = look(busy.area_manager, f"/rates?{AS_OF}").split('id="trend-title"')[1].split("</figure>")[0]
    for day, rate in (("2019-04-30", "94.4%"), ("2019-05-31", "73.5%"), ("2019-06-30", "73.5%")):
        row = next(part for part in chart.split("<tr>") if f">{day}<" in part)
        assert rate in row
        assert rate in look(busy.area_manager, f"/rates?as_of={day}").split('class="filters"')[0]


def test_two_days_stand_side_by_side(busy: Cast, look: Callable):
    page = look(busy.area_manager, f"/rates?{AS_OF}&compare={BEFORE}")
    whole = re.sub(r"<[^>]+>", " ", page)
    assert re.search(r"−20\.\d", whole), "from 17 of 18 to 25 of 34"
    assert "17 / 18" in whole
    found = rows(page)
    assert re.search(r"−\d+\.\d", found["강남점"])
    assert "90.0%" in found["강남점"]


def test_who_became_short_and_who_recovered_is_counted(busy: Cast, look: Callable):
    page = look(busy.area_manager, f"/rates?{AS_OF}&compare={BEFORE}")
    moved = re.sub(r"<[^>]+>", " ", page.split('class="stats"')[2].split("</dl>")[0])
    numbers = [int(number) for number in re.findall(r"(\d+) *(?:명|people)", moved)]
    assert numbers[:3] == [8, 0, 1]


def test_a_day_that_is_no_date_is_said_beside_its_field(cast: Cast, client: FlaskClient):
    sign_in(client, cast.area_manager)
    answer = client.get(f"/rates?{AS_OF}&compare=2019-13-01")
    assert answer.status_code == 400
    assert 'href="#filter-compare"' in answer.get_data(as_text=True)


def test_breaking_down_by_tier_shows_each_share_of_what_is_due(busy: Cast, look: Callable):
    found = rows(look(busy.area_manager, f"/rates?{AS_OF}&by=tier"))
    shares = [float(share) for text in found.values() for share in re.findall(r"(\d+\.\d)%", text)[1:2]]
    assert sum(shares) == pytest.approx(100, abs=0.2)


def test_figures_lead_to_the_people_behind_them(busy: Cast, look: Callable):
    page = look(busy.area_manager, f"/rates?{AS_OF}&by=role")
    assert re.search(r'href="/shortfalls\?[^"]*role=SA[^"]*"', page)
    assert "compare=" not in "".join(re.findall(r'href="/shortfalls[^"]*"', page))


def test_the_spread_names_centers_outside_the_limits(busy: Cast, session: Session, look: Callable):
    net = Network(session)
    for number in range(60):
        net.enroll(net.person(f"{700 + number:05}", f"많음{number}", at=busy.next_door), busy.course, due_on=BEFORE,
                   completed_on=BEFORE)  # fmt: skip
    session.commit()
    page = look(busy.training_admin, f"/rates/{busy.network.public_id}/spread?{AS_OF}")
    outside = page.split('id="outside"')[1].split("</table>")[0]
    assert busy.center.public_id in outside
    assert 'id="map-tier"' in page
    assert 'id="map-role"' in look(busy.training_admin, f"/rates/{busy.network.public_id}/spread?{AS_OF}&by=role")


def test_the_spread_of_a_unit_out_of_scope_is_missing(cast: Cast, client: FlaskClient):
    sign_in(client, cast.area_manager)
    outside = client.get(f"/rates/{cast.far_away.public_id}/spread")
    missing = client.get("/rates/22222222222/spread")
    assert (outside.status_code, outside.data) == (404, missing.data)


# Fewer than five people


def small_region(cast: Cast, session: Session) -> dict[str, OrgUnit]:
    """Add centers of 3, 6 and 20 people to 서울, each with one course due."""
    net, found = Network(session), {}
    for code, size in (("C311", 3), ("C312", 6), ("C313", 20)):
        found[code] = net.unit(UnitKind.CENTER, code, under=cast.area)
        for number in range(size):
            person = net.person(f"{code[1:]}{number:02}", f"직원{code}{number}", at=found[code])
            net.enroll(person, cast.course, due_on=date(2019, 1, 31), completed_on=DAY - timedelta(days=number))
    session.commit()
    return found


def test_an_executive_sees_no_figures_about_few_people_nor_what_gives_them_away(
    cast: Cast, session: Session, look: Callable
):
    centers = small_region(cast, session)
    found = rows(look(cast.executive, f"/rates/{cast.area.public_id}?{AS_OF}"))
    assert re.search(r"\d\.\d%", found["C313"])
    for code in ("강남점", "C311"):
        assert not re.search(r"\d\.\d%", found[code])
    page = look(cast.executive, f"/rates/{centers['C311'].public_id}?{AS_OF}")
    assert not re.search(r"\d\.\d%", page.split("<main")[1])


def test_what_is_hidden_to_keep_another_hidden_is_hidden_on_its_own_page_too(
    cast: Cast, session: Session, look: Callable
):
    net = Network(session)
    for number in range(9):
        net.enroll(net.person(f"{800 + number:05}", f"직원{number}", at=cast.next_door), cast.course, due_on=DAY)
    session.commit()
    page = look(cast.executive, f"/rates/{cast.next_door.public_id}?{AS_OF}")
    assert not re.search(r"\d\.\d%", page.split("<main")[1])


def test_whoever_may_see_the_names_sees_small_centers(cast: Cast, session: Session, look: Callable):
    small_region(cast, session)
    found = rows(look(cast.area_manager, f"/rates?{AS_OF}"))
    assert all(re.search(r"\d\.\d%", text) for text in found.values())


# The same numbers everywhere


def download(client: FlaskClient, **filters: str) -> dict[str, list[str]]:
    """Return the rows of the file, by code."""
    sent = {"csrf_token": csrf_token(client, "/rates"), "reason": "월례 회의 자료", "format": "csv"} | filters
    answer = client.post("/reports/rates", data=sent)
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    return {row[0]: row for row in rows[1:]}


def test_page_command_and_download_say_the_same(
    busy: Cast, client: FlaskClient, look: Callable, runner: FlaskCliRunner
):
    page = rows(look(busy.training_admin, f"/rates/{busy.area.public_id}?{AS_OF}"))
    printed = runner.invoke(
        args=["rates", "--as-of", str(DAY), "--unit", "AREA:A1", "--by", "center", "--format", "csv", "--interval"]
    )
    command = {line["center_code"]: line for line in csv.DictReader(io.StringIO(printed.output))}
    taken = download(client, as_of=str(DAY), unit=busy.area.public_id)
    assert set(command) == set(taken) == {"C101", "C102"}
    for code, name in (("C101", "강남점"), ("C102", "서초점")):
        one = command[code]
        assert taken[code][2:6] == [one["due"], one["done"], one["missing"], one["rate"]]
        assert f"{one['rate']}%" in page[name]
        assert f"{one['rate_low']}–{one['rate_high']}%" in page[name]


def test_an_executive_s_download_hides_what_the_page_hides(cast: Cast, session: Session, client: FlaskClient):
    small_region(cast, session)
    sign_in(client, cast.executive)
    taken = download(client, as_of=str(DAY), unit=cast.area.public_id)
    assert taken["C313"][2] == "20"
    assert taken["C311"][2:] == [""] * 8
    assert taken["C101"][2:] == [""] * 8

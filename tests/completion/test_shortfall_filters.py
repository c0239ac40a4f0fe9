"""Several jobs, tiers and courses at once, and a name: the same people on screen, in files and when printed."""

import csv
import io
import re
from datetime import date
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy.orm import Session

from tests.support.network import Cast, Network
from tests.support.sign_in import csrf_token, sign_in

DAY = date(2019, 6, 30)
DUE = date(2019, 6, 1)
Asked = dict[str, str | list[str]]
# What is asked for, and who of the three added below comes.
CASES: list[tuple[Asked, set[str]]] = [
    ({"role": "MT"}, {"70001"}),
    ({"role": ["MT", "SA"]}, {"70001", "70002", "70003"}),
    ({"course": "EXTRA-01"}, {"70003"}),
    ({"course": ["EXTRA-01", "of the cast"]}, {"70001", "70002", "70003"}),
    ({"tier": "2"}, {"70003"}),
    ({"q": "남궁"}, {"70001", "70002"}),
    ({"q": "ㄴㄱ 7000"}, {"70001", "70002"}),
    ({"q": "70003"}, {"70003"}),
    ({"q": "남궁", "role": ["MT", "RC"]}, {"70001"}),
    ({"q": "7%3"}, set()),
    ({"q": "아무도없음"}, set()),
]
ADDED = {"70001", "70002", "70003"}


@pytest.fixture
def cast(cast: Cast, session: Session) -> Cast:
    """Give the cast and three more who fall short, two of one surname in different jobs, one on another course."""
    net = Network(session)
    extra = net.course("EXTRA-01", title_ko="추가 과정", tier_level=2)
    people = (("70001", "남궁가람", "MT", cast.course), ("70002", "남궁나래", "SA", cast.course))
    for number, name, role, course in (*people, ("70003", "황보다온", "SA", extra)):
        net.enroll(net.person(number, name, at=cast.center, role=role), course, due_on=DUE)
    session.commit()
    return cast


def query(asked: Asked) -> str:
    return urlencode({"as_of": DAY.isoformat(), **asked}, doseq=True)


def on_screen(client: FlaskClient, asked: Asked) -> tuple[int, set[str]]:
    page = client.get(f"/shortfalls?{query(asked)}")
    assert page.status_code == 200
    table = page.text.split('id="people"')[1].split("</table>")[0] if 'id="people"' in page.text else ""
    count = re.search(r"<strong>([\d,]+)", page.text.split("count-line")[1])
    return int(count[1].replace(",", "")), set(re.findall(r"<small>(\w+) ·", table))


def in_file(client: FlaskClient, asked: Asked) -> set[str]:
    form = {"csrf_token": csrf_token(client, "/me"), "reason": "점검을 위한 확인", "format": "csv", "as_of": str(DAY)}
    answer = client.post("/reports/shortfalls", data={**form, **asked})
    assert answer.status_code == 200
    return {row[0] for row in list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))[1:]}


def printed(runner: FlaskCliRunner, asked: Asked, center: str) -> set[str]:
    options = ["shortfall", "--as-of", str(DAY), "--center", center]
    for name, value in asked.items():
        for one in [value] if isinstance(value, str) else value:
            options += ["--search" if name == "q" else f"--{name}", one]
    result = runner.invoke(args=options)
    assert result.exit_code == 0, result.output
    return {row["staff_no"] for row in csv.DictReader(io.StringIO(result.stdout))}


@pytest.mark.parametrize(("asked", "expected"), CASES, ids=[query(asked)[17:] for asked, _ in CASES])
def test_screen_file_and_command_line_hold_the_same_people(
    client: FlaskClient, runner: FlaskCliRunner, cast: Cast, asked: Asked, expected: set[str]
):
    sign_in(client, cast.coordinator)
    codes = {"of the cast": cast.course.code}
    asked = {name: [codes.get(one, one) for one in _listed(value)] for name, value in asked.items()}
    count, listed = on_screen(client, asked)
    assert len(listed) == count
    assert in_file(client, asked) == printed(runner, asked, cast.center.code) == listed
    assert listed & ADDED == expected


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_each_choice_is_a_chip_of_its_own_and_leaves_alone(client: FlaskClient, cast: Cast):
    sign_in(client, cast.coordinator)
    page = client.get(f"/shortfalls?{query({'role': ['MT', 'SA'], 'q': '남궁'})}").text
    chips = page.split('class="chips"')[1].split("</ul>")[0]
    links = re.findall(r'class="chip" href="([^"]+)"', chips)
    assert len(links) == 4, "the day, two jobs and a name"
    without_first_job = next(link for link in links if "role=SA" in link and "role=MT" not in link)
    assert "q=" in without_first_job
    assert 'value="MT" checked' in page
    assert 'value="SA" checked' in page


def test_a_choice_that_is_none_is_named_beside_its_filter(client: FlaskClient, cast: Cast):
    sign_in(client, cast.coordinator)
    answer = client.get("/shortfalls?role=MT&role=NOBODY")
    assert answer.status_code == 400
    assert 'href="#filter-role"' in answer.text
    assert client.get("/shortfalls?q=" + "a" * 61).status_code == 400


def test_a_closed_list_does_not_tell_who_is_on_it_by_searching(client: FlaskClient, cast: Cast):
    sign_in(client, cast.area_manager)
    searched = client.get(f"/shortfalls?{query({'q': '남궁가람'})}").text
    plain = client.get(f"/shortfalls?{query({})}").text
    assert 'id="centers"' in searched
    where = [page.split('id="centers"')[1].split("</table>")[0] for page in (searched, plain)]
    assert re.findall(r'class="num"[^>]*>([^<]*)', where[0]) == re.findall(r'class="num"[^>]*>([^<]*)', where[1])
    assert 'id="filter-q"' not in searched, "nothing to type a name into"


def test_rates_take_several_jobs_too(client: FlaskClient, cast: Cast):
    sign_in(client, cast.coordinator)
    both = client.get(f"/rates/{cast.center.public_id}?{query({'role': ['MT', 'SA']})}")
    assert both.status_code == 200
    assert both.text.count("chip-label") >= 3
    assert "role=MT&amp;role=SA" in both.text, "links to other units keep both"


def test_a_wrong_option_of_the_command_is_named(runner: FlaskCliRunner):
    result = runner.invoke(args=["shortfall", "--role", "NOBODY"])
    assert result.exit_code == 2
    assert "there is no 'NOBODY'" in result.output

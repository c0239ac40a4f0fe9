"""Pages of enrollments: together they are the file, whichever way the database goes through it."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion import queries_enrollments
from lms.completion.queries_enrollments import Pick, iter_enrollments, list_enrollments
from lms.completion.rules import RateFilter
from lms.people.models import OrgUnit
from lms.people.rules import Scope, whole_network
from tests.completion.worlds import draw_world, load

DAY = date(2019, 6, 20)
NETWORK = whole_network(DAY + timedelta(days=30))
WHERES = (
    RateFilter(),
    RateFilter(course_codes=("K1",)),
    RateFilter(role_codes=("SA",)),
    RateFilter(center_codes=("C1",)),
)


@pytest.fixture(autouse=True)
def people(session: Session) -> None:
    chance, world = Random(4), draw_world(Random(4), 1)
    while len(world.people) < 60:
        world = draw_world(chance, 90)
    load(session, world)


@pytest.fixture(params=["walked", "sorted"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every page be found by walking from person to person, or none."""
    monkeypatch.setattr(queries_enrollments, "PEOPLE", 0 if request.param == "walked" else 10**12)
    return str(request.param)


@pytest.mark.parametrize("pick", Pick)
def test_pages_together_are_the_file(session: Session, way: str, pick: Pick):
    rows = 0
    for where in WHERES:
        asked = {"scope": NETWORK, "as_of": DAY, "where": where, "pick": pick}
        file = list(iter_enrollments(session, **asked))
        rows += len(file)
        pages = [list_enrollments(session, **asked, page=number, per_page=7) for number in range(1, len(file) // 7 + 3)]
        assert [row for page in pages for row in page.rows] == file
        assert {page.total for page in pages} == {len(file)}
        last_first = list_enrollments(session, **asked, descending=True, per_page=1000)
        assert [row.staff_no for row in last_first.rows] == sorted((row.staff_no for row in file), reverse=True)
    assert rows > 100


def test_a_walk_finds_only_whom_the_viewer_may_name(session: Session, way: str):
    everyone = list_enrollments(session, scope=NETWORK, as_of=DAY, per_page=1000).rows
    center_id = session.scalar(select(OrgUnit.id).where(OrgUnit.code == everyone[0].place.center.code))
    scope = Scope(person_id=None, on=NETWORK.on, center_ids=frozenset({center_id}))
    found = list_enrollments(session, scope=scope, as_of=DAY, per_page=1000).rows
    assert found == list(iter_enrollments(session, scope=scope, as_of=DAY))
    assert 0 < len(found) < len(everyone)


def test_sqlite_alone_is_told_where_a_walk_begins(session: Session, way: str, backend: str, query_count):
    with query_count() as seen:
        list_enrollments(session, scope=NETWORK, as_of=DAY)
    assert any("CROSS JOIN" in text for text in seen.texts) is (way == "walked" and backend == "sqlite")

"""Reading takes the same number of statements for few people and for many."""

from collections.abc import Callable
from datetime import date
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.queries import list_rates, total_rate
from lms.completion.queries_enrollments import iter_enrollments, list_enrollments, list_person_lines
from lms.completion.queries_shortfalls import iter_shortfalls, list_shortfalls
from lms.completion.rules import Dimension, ShortfallFilter
from lms.people.models import Person
from lms.people.rules import whole_network
from tests.completion.worlds import draw_world, load
from tests.support.statements import counted_statements

DAY = date(2019, 6, 20)
SCOPE = whole_network(DAY)
EVERYONE = ShortfallFilter(frontline=None)

READINGS: dict[str, tuple[int, Callable[[Session], object]]] = {
    "rates by center": (3, lambda session: list_rates(session, scope=SCOPE, as_of=DAY, by=Dimension.CENTER)),
    "rates by region": (3, lambda session: list_rates(session, scope=SCOPE, as_of=DAY, by=Dimension.REGION)),
    "rates by role": (2, lambda session: list_rates(session, scope=SCOPE, as_of=DAY, by=Dimension.ROLE)),
    "rates by tier": (2, lambda session: list_rates(session, scope=SCOPE, as_of=DAY, by=Dimension.TIER)),
    "rates by course": (2, lambda session: list_rates(session, scope=SCOPE, as_of=DAY, by=Dimension.COURSE)),
    "rates by person": (1, lambda session: list_rates(session, scope=SCOPE, as_of=DAY, by=Dimension.PERSON)),
    "total": (1, lambda session: total_rate(session, scope=SCOPE, as_of=DAY)),
    "shortfall page": (6, lambda session: list_shortfalls(session, scope=SCOPE, as_of=DAY, where=EVERYONE)),
    "shortfall file": (5, lambda session: list(iter_shortfalls(session, scope=SCOPE, as_of=DAY, where=EVERYONE))),
    "enrollment page": (6, lambda session: list_enrollments(session, scope=SCOPE, as_of=DAY)),
    "enrollment file": (7, lambda session: list(iter_enrollments(session, scope=SCOPE, as_of=DAY))),
    "person": (3, lambda session: list_person_lines(session, scope=SCOPE, person_id=first(session), as_of=DAY)),
}


def first(session: Session) -> int:
    """Return a person's id without asking the database again."""
    return session.info["first person"]  # type: ignore[no-any-return]


@pytest.fixture(params=[3, 120], ids=["few people", "many people"])
def people(request: pytest.FixtureRequest, session: Session) -> None:
    chance, world = Random(4), draw_world(Random(4), 1)
    while len(world.people) < request.param:
        world = draw_world(chance, request.param + 40)
    load(session, world)
    session.info["first person"] = session.scalars(select(Person.id).limit(1)).one()


@pytest.mark.parametrize("name", READINGS)
def test_the_number_of_statements_does_not_grow(session: Session, people, name: str):
    expected, read = READINGS[name]
    with counted_statements() as seen:
        read(session)
    # The setting of PostgreSQL's cursors is a statement of its own there.
    found = [text for text in seen.texts if not text.startswith("SET LOCAL")]
    assert len(found) == expected, "\n".join(found)

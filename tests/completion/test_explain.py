"""From any rate the roster adds up: everyone once, the included exactly those whom the rate judges."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.completion.explain.queries import count_roster, iter_roster, list_roster
from lms.completion.explain.rules import GONE, Why
from lms.completion.queries import list_rates, total_rate
from lms.completion.rules import Dimension, RateFilter
from lms.people.models import Person
from lms.people.rules import whole_network
from tests.completion.worlds import FIRST, WINDOW, draw_world, load
from tests.support.network import Cast
from tests.support.sign_in import sign_in

FILTERS = (
    RateFilter(),
    RateFilter(tiers=(1,)),
    RateFilter(role_codes=("SA", "RC")),
    RateFilter(frontline=True, course_codes=("K1",)),
    RateFilter(center_codes=("C1", "C2")),
)


def test_rosters_of_random_worlds_add_up_to_the_head_count_and_to_the_rate(session: Session):
    seeded = Random(20190630)
    world = draw_world(seeded, 400)
    while len(world.people) < 200:
        world = draw_world(seeded, 400)
    units = load(session, world)
    session.commit()
    seen: Counter[Why] = Counter()
    for day in (FIRST + timedelta(days=days) for days in (0, WINDOW // 2, WINDOW)):
        scope = whole_network(day)
        wheres = [*FILTERS, RateFilter(unit_id=units["R1"]), RateFilter(unit_id=units["C3"], tiers=(1,))]
        for where in wheres:
            asked = {"scope": scope, "as_of": day, "where": where}
            roster = count_roster(session, **asked)
            assert roster.adds_up
            assert roster.included == total_rate(session, **asked).people_judged
            lines = list(iter_roster(session, **asked))
            assert Counter(line.why for line in lines) == Counter({w: n for w, n in roster.people.items() if n})
            assert [line.staff_no for line in lines] == sorted({line.staff_no for line in lines})
            assert sum(line.why not in GONE for line in lines) == roster.head_count
            why = seeded.choice(list(Why))
            page = list_roster(session, why=why, **asked)
            assert page.total == roster.people.get(why, 0)
            rated = {line.code for line in list_rates(session, by=Dimension.PERSON, **asked)}
            assert rated == {line.staff_no for line in lines if line.why is Why.INCLUDED}
            seen.update(line.why for line in lines)
    assert seen.keys() >= set(Why) - {Why.DUE_MOVED}


def test_the_roster_is_shown_with_lists_behind_its_reasons(look: Callable[[Person, str], str], cast: Cast):
    page = look(cast.coordinator, f"/rates/{cast.center.public_id}/roster?as_of=2019-02-28")
    assert "2명" in page
    assert "why=INCLUDED" in page
    listed = look(cast.coordinator, f"/rates/{cast.center.public_id}/roster?as_of=2019-02-28&why=INCLUDED")
    assert "00101" in listed
    assert "00102" in listed
    assert "00103" not in listed, "박세나 has nothing assigned"
    assert "00103" in look(cast.coordinator, f"/rates/{cast.center.public_id}/roster?as_of=2019-02-28&why=NO_RULE")
    figures = look(cast.executive, f"/rates/{cast.center.public_id}/roster?as_of=2019-02-28&why=INCLUDED")
    assert "00101" not in figures, "figures without names"


def test_the_roster_is_missing_out_of_scope(client: FlaskClient, cast: Cast):
    sign_in(client, cast.coordinator)
    assert client.get(f"/rates/{cast.far_away.public_id}/roster").status_code == 404
    assert client.get(f"/rates/{cast.center.public_id}/roster?why=NONSENSE").status_code == 400


def test_the_command_explains_people_and_units(runner: FlaskCliRunner, session: Session, cast: Cast):
    def run(*arguments: str) -> Any:
        return runner.invoke(args=["explain", "--as-of", "2019-02-28", *arguments])

    person = run("--person", "00101")
    assert "00101 김하나, as of 2019-02-28: INCLUDED, 0 of 1 due are completed" in person.output
    assert "OVERDUE" in person.output
    before = run("--person", "00101", "--known-at", "2017-12-31", "--format", "csv")
    assert before.exit_code == 0
    assert "BASIC-01" not in before.output
    unit = run("--unit", "C101")
    assert "C101, as of 2019-02-28: 2 in the rate + 1 left out = 3" in unit.output
    assert "NO_RULE" in unit.output
    assert "00103" in run("--unit", "C101", "--list").output
    seen = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "explain")).all()
    assert [len(one.subject_ids or ()) for one in seen] == [1, 1, 3]
    assert run().exit_code == 2
    assert run("--person", "nobody").exit_code == 2

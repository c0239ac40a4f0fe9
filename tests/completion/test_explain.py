"""From any rate the roster adds up: everyone once, the included exactly those whom the rate judges."""

from collections import Counter
from datetime import timedelta
from random import Random

from sqlalchemy.orm import Session

from lms.completion.explain.queries import count_roster, iter_roster, list_roster
from lms.completion.explain.rules import GONE, Why
from lms.completion.queries import list_rates, total_rate
from lms.completion.rules import Dimension, RateFilter
from lms.people.rules import whole_network
from tests.completion.worlds import FIRST, WINDOW, draw_world, load

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

"""What someone does next, what opens what, and the ladder of tiers: decided without a database."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.completion.learning.rules import (
    OPEN_STATES,
    Climb,
    When,
    by_when,
    ladder,
    locks,
    next_step,
    open_lines,
    urgency,
)
from lms.completion.rules import EnrollmentFacts, PersonLine, Standing, expiry, judge

DAY = date(2019, 6, 30)
CODES = ("A", "B", "C", "D", "E")
# Later courses may need earlier ones only, as in a catalog without circles.
CHAINS = st.fixed_dictionaries(
    {code: st.lists(st.sampled_from(CODES[:place]), unique=True) for place, code in enumerate(CODES) if place}
)


def line(
    code: str,
    due: int | None = 0,
    done: int | None = None,
    *,
    voided: int | None = None,
    required: bool = True,
    critical: bool = False,
    cycle: int = 1,
    tier: int = 1,
    validity: int = 0,
    standing: Standing = Standing.ACTIVE,
) -> PersonLine:
    """Return an enrollment as it stands on DAY; days are counted from there."""
    due_on = None if due is None else DAY + timedelta(days=due)
    completed_on = None if done is None else DAY + timedelta(days=done)
    voided_on = None if voided is None else DAY + timedelta(days=voided)
    assigned_on = DAY - timedelta(days=90)
    facts = EnrollmentFacts(required, assigned_on, due_on, completed_on, voided_on, validity_months=validity)
    return PersonLine(
        enrollment_id=hash((code, cycle)),
        course_public_id=code,
        course_code=code,
        title_ko=code,
        title_en=code,
        tier=tier,
        tier_name_ko=f"{tier}단계",
        tier_name_en=f"Tier {tier}",
        is_critical=critical,
        cycle=cycle,
        source="RULE",
        required=required,
        assigned_on=assigned_on,
        nominal_due_on=due_on,
        due_on=due_on,
        completed_on=completed_on,
        voided_on=voided_on,
        expires_on=expiry(completed_on, validity),
        judgment=judge(facts, standing, DAY),
    )


@st.composite
def someones_lines(draw: st.DrawFn) -> list[PersonLine]:
    days = st.integers(-40, 40)
    return [
        line(
            code,
            draw(st.none() | days),
            draw(st.none() | st.integers(-40, 0)),
            voided=draw(st.none() | days),
            required=draw(st.booleans()),
            critical=draw(st.booleans()),
            cycle=cycle,
            tier=draw(st.integers(0, 2)),
        )
        for code in CODES
        for cycle in range(1, draw(st.integers(0, 2)) + 1)
    ]


def step(*lines: PersonLine, **needs: list[str]) -> str | None:
    found = next_step(lines, needs)
    return found and found.line.course_code


def test_the_longest_overdue_comes_first_then_what_falls_due_soonest():
    assert step(line("A", 3), line("B", -2), line("C", -20)) == "C"
    assert step(line("A", 30), line("B", 3)) == "B"


def test_of_one_day_a_critical_course_comes_first():
    assert step(line("A", -5), line("B", -5, critical=True)) == "B"
    assert step(line("A", -6), line("B", -5, critical=True)) == "A", "but the day decides before that"


def test_optional_courses_and_those_without_a_date_wait():
    assert step(line("A", 1, required=False), line("B", 60)) == "B"
    assert step(line("A", None), line("B", 60)) == "B"
    assert step(line("A", 1, required=False), line("B", None)) == "B"
    assert step(line("A", 1, required=False)) == "A"


def test_what_opens_a_more_urgent_course_is_done_first_and_says_so():
    found = next_step([line("A", 20), line("B", 3), line("C", -10)], {"C": ["A"]})
    assert found is not None
    assert (found.line.course_code, found.opens and found.opens.course_code) == ("A", "C")


def test_a_chain_is_followed_to_its_start_and_the_most_urgent_opener_leads():
    assert step(line("A", 20), line("B", 9), line("C", -10), B=["A"], C=["B"]) == "A"
    assert step(line("A", 20), line("B", 9), line("C", -10), C=["A", "B"]) == "B"


def test_a_course_that_was_never_assigned_or_is_completed_locks_nothing():
    assert step(line("B", 3), line("C", -10), C=["A"]) == "C"
    assert step(line("A", -9, -8), line("C", -10), C=["A"]) == "C"
    expired = line("A", -900, -800, validity=12)
    assert step(expired, line("A", 20, cycle=2), line("C", -10), C=["A"]) == "C"


def test_a_withdrawn_completion_opens_nothing():
    assert step(line("A", -9, -8, voided=-3), line("A", 9, cycle=2), line("C", -10), C=["A"]) == "A"


def test_nothing_to_do_and_nothing_while_on_leave():
    assert step() is None
    assert step(line("A", -3, -4), line("B", -3, voided=-1)) is None
    assert step(line("A", -3, standing=Standing.ON_LEAVE)) is None


def test_courses_that_wait_for_each_other_still_leave_a_step():
    assert step(line("A", 2), line("B", 1), A=["B"], B=["A"]) == "B"


@given(someones_lines(), CHAINS)
def test_there_is_a_step_exactly_when_something_is_open(lines: list[PersonLine], needs: dict[str, list[str]]):
    found = next_step(lines, needs)
    assert (found is None) == (not open_lines(lines))


@given(someones_lines(), CHAINS)
def test_the_step_is_open_unlocked_and_leads_to_what_presses_most(lines: list[PersonLine], needs: dict[str, list[str]]):
    found = next_step(lines, needs)
    if found is None:
        return
    locked = locks(lines, needs)
    assert found.line.state in OPEN_STATES
    assert found.line.course_code not in locked
    most_urgent = min(open_lines(lines), key=urgency)
    if found.opens is None:
        assert found.line is most_urgent
    else:
        assert found.opens is most_urgent
        assert _leads(found.line.course_code, most_urgent.course_code, needs)


@given(someones_lines(), CHAINS, st.randoms())
def test_the_order_of_the_rows_does_not_matter(lines: list[PersonLine], needs: dict[str, list[str]], chance):
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert next_step(shuffled, needs) == next_step(lines, needs)
    assert ladder(shuffled, needs) == ladder(lines, needs)


@given(someones_lines())
def test_every_open_enrollment_stands_in_one_group(lines: list[PersonLine]):
    groups = by_when(lines)
    assert sorted((one for found in groups.values() for one in found), key=urgency) == open_lines(lines)
    assert all(found for found in groups.values())


def test_groups_are_past_due_within_a_week_and_later():
    lines = [line("A", -1), line("B", 0), line("C", 7), line("D", 8), line("E", None)]
    assert {group: [one.course_code for one in found] for group, found in by_when(lines).items()} == {
        When.OVERDUE: ["A"],
        When.THIS_WEEK: ["B", "C"],
        When.LATER: ["D", "E"],
    }


@given(someones_lines(), CHAINS)
def test_the_ladder_holds_every_required_course_once(lines: list[PersonLine], needs: dict[str, list[str]]):
    rungs = ladder(lines, needs)
    held = [one.line.course_code for rung in rungs for one in rung.courses]
    assert sorted(held) == sorted({one.course_code for one in lines if one.required and one.state != "VOID"})
    for rung in rungs:
        assert 0 <= rung.done <= rung.total == len(rung.courses)
        assert (rung.climb is Climb.DONE) == (rung.done == rung.total)
        assert rung.climb is not Climb.LOCKED or rung.needs


def test_a_tier_is_locked_when_all_that_is_left_of_it_is():
    basics, advanced = line("A", -3), line("B", 5, tier=2)
    done = line("C", -9, -10, tier=2)
    first, second = ladder([basics, advanced, done], {"B": ["A"]})
    assert (first.climb, second.climb) == (Climb.OPEN, Climb.LOCKED)
    assert (second.done, second.total, [need.course_code for need in second.needs]) == (1, 2, ["A"])
    opened = ladder([basics, advanced, line("D", 9, tier=2)], {"B": ["A"]})[1]
    assert (opened.climb, len(opened.needs)) == (Climb.OPEN, 1), "another course of the tier can be begun"


def test_a_course_stays_done_while_it_holds_and_the_next_cycle_is_not_overdue():
    held = line("A", -300, -300, validity=12)
    assert ladder([held, line("A", 20, cycle=2)], {})[0].climb is Climb.DONE
    assert ladder([held, line("A", -2, cycle=2)], {})[0].climb is Climb.OPEN
    gone = line("A", -800, -800, validity=12)
    assert ladder([gone, line("A", 20, cycle=2)], {})[0].climb is Climb.OPEN
    alone = ladder([gone], {})[0]
    assert (alone.climb, alone.expired) == (Climb.DONE, 1)


def _leads(opener: str, to: str, needs: dict[str, list[str]]) -> bool:
    return any(need == opener or _leads(opener, need, needs) for need in needs.get(to, ()))

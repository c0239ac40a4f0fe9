"""What a rehearsal says: the day it is for, who gains and loses, how rates move, which due dates cannot be met."""

from datetime import date, timedelta

import pytest

from lms.enrollments.assignment_rules.publishing.rules import Effect, Line, Moved, added, moves_of, rehearsal_day
from lms.enrollments.assignment_rules.publishing.rules_rehearsal import Stage, lines_of, narrow
from lms.enrollments.assignment_rules.rules import FOREVER, CourseFacts, Facts, Hold, Record, Rule, RuleBook, rule_of
from lms.enrollments.assignment_rules.rules_terms import Audience, Due, DueKind, RuleTerms, Trigger
from lms.enrollments.dues.rules import NOTHING_KNOWN
from lms.enrollments.rules import Away, Source, Stay

START, AS_OF = date(2019, 1, 1), date(2019, 6, 30)
COURSE, CENTER = 1, 7


def terms(days: int | None = 30, since: date = START, role: str = "SA", **more: object) -> RuleTerms:
    due = Due(days=days)
    values = {"audience": Audience(role_codes=(role,)), "trigger": Trigger.ROLE, "due": due, "valid_from": since} | more
    return RuleTerms(course_ids=(COURSE,), **values)  # type: ignore[arg-type]  # values are terms


def advisor(*records: Record, away: bool = False) -> Facts:
    """Someone at the center since long ago, with what is on record for the course."""
    facts = Facts(5, jobs=[Hold("SA", frozenset({CENTER}), "GENERAL", date(2018, 1, 1), FOREVER)])
    facts.stays.append(Stay(CENTER, 1, date(2018, 1, 1)))
    facts.records = {COURSE: list(records)} if records else {}
    facts.leaves += [Away(date(2019, 6, 1))] if away else []
    return facts


def record(assigned_on: date, due_on: date, *, done: bool = False, source: Source = Source.RULE) -> Record:
    completed_on = due_on if done else None
    return Record(1, COURSE, 1, source, True, assigned_on, due_on, completed_on, None, 0)


def book(*rules: Rule) -> RuleBook:
    return narrow(RuleBook(rules, {COURSE: CourseFacts(COURSE, "CS-101", 1, 30)}, AS_OF), {COURSE})


def rehearsed(facts: Facts, *, now: tuple[RuleTerms, ...] = (), then: tuple[RuleTerms, ...] = ()) -> list[Line]:
    """Rehearse versions of one rule: those published now, and those with the draft."""
    rules = [
        [rule_of(1, "R", [(number, number, one, one.valid_to) for number, one in enumerate(versions, 1)])]
        for versions in (now, then)
    ]
    due = then[-1].due if then else Due()
    return list(lines_of(facts, Stage(book(*rules[0]), book(*rules[1]), due, {COURSE}), NOTHING_KNOWN))


def test_a_rule_that_began_long_ago_makes_people_late_at_once():
    (line,) = rehearsed(advisor(), then=(terms(),))
    assert (line.effect, line.due_on, line.is_overdue, line.center_id) == (
        Effect.GAINS,
        date(2019, 1, 31),
        True,
        CENTER,
    )
    assert (line.center_id, line.due, line.done, line.is_impossible) == (CENTER, 1, 0, False)


def test_who_is_away_gains_but_moves_no_rate():
    (line,) = rehearsed(advisor(away=True), then=(terms(),))
    assert (line.effect, line.due) == (Effect.GAINS, 0)


def test_what_is_coming_anyway_is_no_effect_of_the_draft():
    assert rehearsed(advisor(), now=(terms(),), then=(terms(), terms(since=date(2019, 2, 1)))) == []


def test_who_has_it_open_gains_nothing_and_a_monthly_cycle_hides_the_one_before():
    open_already = record(date(2019, 1, 1), date(2019, 1, 31), source=Source.ASSIGNMENT)
    assert rehearsed(advisor(open_already), then=(terms(),)) == []
    done = record(date(2019, 1, 1), date(2019, 1, 31), done=True)
    (line,) = rehearsed(advisor(done), then=(terms(days=0, since=date(2019, 6, 1), trigger=Trigger.MONTHLY),))
    assert (line.effect, line.due, line.done, line.is_impossible) == (Effect.GAINS, 0, -1, True)


def test_a_fixed_day_that_has_passed_cannot_be_met():
    late = Due(kind=DueKind.FIXED, on=date(2019, 3, 1))
    (line,) = rehearsed(advisor(), then=(terms(since=date(2019, 6, 20), due=late),))
    assert (line.is_impossible, line.is_overdue) == (True, False)  # the engine gives them time from then


@pytest.mark.parametrize(
    ("since", "until", "day"),
    [
        (START, None, AS_OF),
        (AS_OF + timedelta(days=40), None, AS_OF + timedelta(days=40)),
        (AS_OF, AS_OF + timedelta(days=1), AS_OF + timedelta(days=1)),
        (START, AS_OF + timedelta(days=200), AS_OF),
        (START, AS_OF - timedelta(days=5), AS_OF),
    ],
)
def test_a_draft_is_rehearsed_on_the_day_it_has_its_effect(since: date, until: date | None, day: date):
    assert rehearsal_day(terms(since=since, valid_to=until), AS_OF) == day


def test_rates_move_by_what_centers_gain_and_add_up_above_them():
    lines = [
        Line(1, 7, COURSE, Effect.GAINS, None, due=1),
        Line(2, 7, COURSE, Effect.GAINS, None, due=0, done=-1),
        Line(3, 8, COURSE, Effect.LOSES, None, due=-1),
        Line(4, None, COURSE, Effect.GAINS, None, due=1),
    ]
    sums = added(added({}, lines[:2]), lines[2:])  # batch by batch
    assert sums == {"due": {"7": 1, "8": -1}, "done": {"7": -1}}
    moves = moves_of({7: (9, 9), 8: (1, 0), 9: (10, 5)}, sums, {7: [70], 8: [70], 9: [70]})
    assert moves == {7: Moved(7, 9, 9, 10, 8), 8: Moved(8, 1, 0, 0, 0), 70: Moved(70, 20, 14, 20, 13)}
    assert (moves[7].before_text, moves[7].after_text, moves[7].change_tenths) == ("100.0", "80.0", -200)
    assert (moves[8].after_text, moves[8].change_tenths) == (None, 0)

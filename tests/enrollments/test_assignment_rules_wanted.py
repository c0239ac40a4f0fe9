"""What rules want of one person: occasions, what answers them, renewals, two rules at once, and what ends."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.courses.rules import Trigger
from lms.enrollments.assignment_rules.rules import (
    FOREVER,
    CourseFacts,
    Facts,
    Hold,
    Kept,
    Record,
    Rule,
    RuleBook,
    rule_of,
)
from lms.enrollments.assignment_rules.rules_changes import Kind, changes, ended
from lms.enrollments.assignment_rules.rules_renewal import expiry_of
from lms.enrollments.assignment_rules.rules_terms import (
    Audience,
    Due,
    DueKind,
    Renewal,
    RenewalBasis,
    RenewalKind,
    RuleTerms,
    faults,
    from_json,
    going_on,
    to_json,
    yearly_from,
)
from lms.enrollments.assignment_rules.rules_wanted import wanted
from lms.enrollments.rules import Away, Source, Stay
from lms.people.rules import DutyKind, NetworkType

TODAY = date(2024, 6, 14)
COURSE, OTHER = 1, 2
NETWORK, REGION, CENTER, NEXT = 100, 101, 102, 103
numbers = count(1000)


def rule(key=1, *, version=1, courses=(COURSE,), since=date(2024, 1, 1), to=None, roles=("SA",), **more: Any):
    audience = more.pop("audience", Audience(role_codes=roles))
    terms = RuleTerms(
        course_ids=courses, audience=audience, trigger=more.pop("trigger", Trigger.ROLE), valid_from=since, valid_to=to,
        due=more.pop("due", Due(days=30)), **more,
    )  # fmt: skip
    return rule_of(key, f"R{key}", [(key * 10 + version, version, terms, None)])


def job(start, end=None, role="SA", center=CENTER):
    return Hold(role, frozenset({center, REGION, NETWORK}), NetworkType.EXPRESS, start, end or FOREVER)


def person(*jobs: Hold, records=(), leaves=(), duties=()):
    facts = Facts(1, list(jobs), list(duties), leaves=[Away(*leave) for leave in leaves])
    facts.stays = [
        Stay(min(one.unit_ids & {CENTER, NEXT}), hash(one.word), one.starts_on, None if end == FOREVER else end)
        for one in jobs
        for end in [one.ends_on]
    ]
    for one in records:
        facts.records.setdefault(one.course_id, []).append(one)
    return facts


def record(
    assigned, due=None, done=None, void=None, *, course=COURSE, cycle=1, validity=0, source=Source.RULE, kept=()
):
    return Record(next(numbers), course, cycle, source, True, assigned, due, done, void, validity, list(kept))


def kept(rule_id, start, due, end=None, version=None, occasion="ROLE"):
    return Kept(next(numbers), rule_id, version or rule_id * 10 + 1, occasion, start, end, due)


def book(*rules: Rule, on=TODAY, **course: Any):
    found = {key: CourseFacts(key, f"C{key}", 1, 30) for key in (COURSE, OTHER)}
    found[COURSE] = replace(found[COURSE], **course)
    return RuleBook(rules, found, on)


def asked(facts, *rules: Rule, on=TODAY, **course: Any):
    """Return what would change, as (kind, assigned on, nominal due, voided on)."""
    found = changes(facts.person_id, wanted(facts, book(*rules, on=on, **course)), on)
    return [(one.kind, one.wanted.assigned_on, one.wanted.nominal_due, one.voided_on) for one in found]


def enrolls(facts, *rules: Rule, **more: Any):
    return [(on, due) for kind, on, due, _ in asked(facts, *rules, **more) if kind is Kind.ENROLL]


MAY, JUNE = date(2024, 5, 1), date(2024, 6, 1)


def test_a_job_asks_from_its_first_day_or_the_rules():
    assert enrolls(person(job(MAY)), rule()) == [(MAY, date(2024, 5, 31))]
    assert enrolls(person(job(date(2020, 1, 1))), rule()) == [(date(2024, 1, 1), date(2024, 1, 31))]
    assert enrolls(person(job(date(2020, 1, 1))), rule(includes_present=False)) == []
    assert enrolls(person(job(MAY, role="MT")), rule()) == []
    assert enrolls(person(job(date(2024, 7, 1))), rule()) == [], "not before the day"
    assert enrolls(person(job(MAY, JUNE)), rule()) == [], "what is over is not begun"


def test_an_audience_is_jobs_or_duties_at_a_place():
    duty = Hold(DutyKind.COORDINATOR, frozenset({CENTER, REGION, NETWORK}), None, JUNE, FOREVER)
    both = Audience(role_codes=("SA",), duties=(DutyKind.COORDINATOR,))
    assert enrolls(person(job(MAY, role="MT"), duties=[duty]), rule(audience=both)) == [(JUNE, date(2024, 7, 1))]
    for audience, reached in (
        (Audience(unit_ids=(REGION,)), True),
        (Audience(unit_ids=(NEXT,)), False),
        (Audience(network_types=(NetworkType.EXPRESS,)), True),
        (Audience(network_types=(NetworkType.DIRECT,)), False),
        (Audience(), True),
    ):
        assert bool(enrolls(person(job(MAY)), rule(audience=audience))) is reached


def test_doors_open_later_and_stay_open():
    tenure = Audience(tenure_from_days=30, tenure_to_days=90)
    assert enrolls(person(job(MAY)), rule(audience=tenure)) == [(date(2024, 5, 31), date(2024, 6, 30))]
    assert enrolls(person(job(date(2023, 6, 1))), rule(audience=tenure)) == [], "tenure is over when the rule comes"
    done = record(date(2024, 3, 1), done=date(2024, 5, 20), course=OTHER)
    after = Audience(completed_course_ids=(OTHER,))
    assert enrolls(person(job(MAY), records=[done]), rule(audience=after)) == [(date(2024, 5, 20), date(2024, 6, 19))]
    assert enrolls(person(job(MAY)), rule(audience=after)) == []
    tier = Audience(tiers_reached=(1,))
    assert enrolls(person(job(MAY), records=[done]), rule(audience=tier))[0][0] == date(2024, 5, 20)
    begun = record(date(2024, 5, 20), date(2024, 6, 19), kept=[kept(1, date(2024, 5, 20), date(2024, 6, 19))])
    assert asked(person(job(MAY), records=[begun]), rule(audience=after)) == [], "what let in takes nothing away"


def test_hire_transfer_return_and_a_fixed_day():
    moved = person(job(MAY, JUNE), job(JUNE, center=NEXT))
    assert [on for on, _ in enrolls(moved, rule(trigger=Trigger.HIRE))] == [MAY]
    assert [on for on, _ in enrolls(moved, rule(trigger=Trigger.TRANSFER))] == [JUNE]
    back = person(job(date(2020, 1, 1)), leaves=[(date(2023, 9, 1), MAY)])
    assert [on for on, _ in enrolls(back, rule(trigger=Trigger.RETURN))] == [MAY]
    short = person(job(date(2020, 1, 1)), leaves=[(date(2024, 3, 1), MAY)])
    assert enrolls(short, rule(trigger=Trigger.RETURN)) == []
    fixed = {"trigger": Trigger.FIXED, "fixed_on": JUNE}
    assert enrolls(person(job(MAY)), rule(**fixed, due=Due(kind=DueKind.MONTH_END))) == [(JUNE, date(2024, 6, 30))]
    late = rule(due=Due(kind=DueKind.FIXED, on=date(2024, 5, 10)))
    assert enrolls(person(job(MAY)), late)[0][1] == date(2024, 5, 10)
    assert enrolls(person(job(JUNE)), late)[0][1] == date(2024, 6, 15), "after the day, the days of grace"


def test_calendars_catch_up_with_the_absent_and_never_look_back_past_a_later_cycle():
    monthly = rule(trigger=Trigger.MONTHLY, since=date(2024, 3, 1))
    here = person(job(date(2020, 1, 1)))
    assert [on.month for on, _ in enrolls(here, monthly)] == [3, 4, 5, 6]
    away = person(job(date(2020, 1, 1)), leaves=[(date(2024, 3, 20), date(2024, 5, 12))])
    assert [on for on, _ in enrolls(away, monthly)] == [date(2024, 3, 1), date(2024, 5, 12), JUNE]
    held = record(date(2024, 5, 17), done=date(2024, 5, 20))
    assert [on for on, _ in enrolls(person(job(date(2020, 1, 1)), records=[held]), monthly)] == [JUNE]
    yearly = rule(
        trigger=Trigger.ANNUAL, since=date(2022, 1, 1),
        renewal=Renewal(kind=RenewalKind.CALENDAR, basis=RenewalBasis.FIXED, month=2, day=29),
    )  # fmt: skip
    assert [on for on, _ in enrolls(here, yearly)] == [date(2022, 2, 28), date(2023, 2, 28), date(2024, 2, 28)]


def test_what_was_completed_counts_while_it_holds_or_within_the_rules_own_days():
    done = record(date(2023, 1, 1), done=date(2023, 2, 1), validity=24)
    assert enrolls(person(job(MAY), records=[done]), rule()) == []
    expired = replace(done, validity_months=12)
    assert [on for on, _ in enrolls(person(job(MAY), records=[expired]), rule())] == [MAY]
    recent = rule(renewal=Renewal(earlier_counts_days=60))
    assert [on for on, _ in enrolls(person(job(MAY), records=[done]), recent)] == [MAY]
    fresh = replace(done, completed_on=date(2024, 4, 1))
    assert enrolls(person(job(MAY), records=[fresh]), recent) == []
    other = replace(done, course_id=OTHER)
    assert enrolls(person(job(MAY), records=[other]), rule(), equivalents=(OTHER,)) == []
    assert enrolls(person(job(MAY), records=[other]), rule()) != []


def test_a_version_that_requires_a_retake_opens_a_cycle_for_whoever_had_it_done():
    done = record(date(2024, 1, 1), done=date(2024, 2, 1))
    retake = {"retakes": (JUNE,)}
    assert enrolls(person(job(MAY), records=[done]), rule(), **retake) == [(JUNE, date(2024, 7, 1))]
    still = record(date(2024, 5, 1), date(2024, 5, 31), kept=[kept(1, MAY, date(2024, 5, 31))])
    assert asked(person(job(MAY), records=[still]), rule(), **retake) == [], "one that is open serves"
    anew = record(JUNE, date(2024, 7, 1), cycle=2, kept=[kept(1, JUNE, date(2024, 7, 1), occasion="VERSION")])
    assert asked(person(job(MAY), records=[done, anew]), rule(), **retake) == []


def test_two_rules_make_one_enrollment_with_the_earlier_due_date_and_both_reasons():
    slow, fast = rule(1, due=Due(days=60)), rule(2, roles=("SA", "MT"), due=Due(days=10))
    found = wanted(person(job(MAY)), book(slow, fast))
    assert [(one.assigned_on, one.nominal_due, len(one.reasons)) for one in found] == [(MAY, date(2024, 5, 11), 2)]
    begun = record(MAY, date(2024, 6, 30), kept=[kept(1, MAY, date(2024, 6, 30))])
    facts = person(job(MAY, role="SA"), records=[begun])
    came_later = rule(2, since=JUNE, due=Due(days=3))
    assert asked(facts, slow, came_later) == [(Kind.JOIN, MAY, date(2024, 6, 30), None)], (
        "a rule never brings it forward"
    )
    took_up = person(job(MAY), job(JUNE, role="MT"), records=[begun])
    of_job = rule(2, roles=("MT",), due=Due(days=3))
    assert asked(took_up, slow, of_job) == [(Kind.MOVE, MAY, date(2024, 6, 4), None)], "a second job may"


def test_a_new_version_gives_more_time_but_never_less():
    begun = record(MAY, date(2024, 5, 31), kept=[kept(1, MAY, date(2024, 5, 31))])
    first = rule().versions[0].terms
    for days, moved in ((60, [(Kind.MOVE, MAY, date(2024, 6, 30), None)]), (5, [])):
        second = replace(first, valid_from=JUNE, due=Due(days=days))
        both = rule_of(1, "R1", [(11, 1, first, None), (12, 2, second, None)])
        for end in (None, date(2024, 12, 1)):  # an end that lies ahead changes nothing today
            assert asked(person(job(MAY, end), records=[begun]), both) == moved


def test_what_ends_takes_out_what_is_open_and_keeps_what_is_done():
    begun = record(MAY, date(2024, 5, 31), kept=[kept(1, MAY, date(2024, 5, 31))])
    done = replace(begun, completed_on=date(2024, 5, 20), kept=[])
    over = [(Kind.VOID, MAY, date(2024, 5, 31), JUNE)]
    assert asked(person(job(MAY, JUNE), records=[begun]), rule()) == over, "the job is lost"
    assert asked(person(job(MAY), records=[begun]), rule(to=JUNE)) == over, "the rule ends"
    assert asked(person(job(MAY), records=[begun]), rule(), retired_on=JUNE) == over, "the course retires"
    assert asked(person(job(MAY, JUNE), records=[done]), rule()) == []
    by_hand = replace(begun, source=Source.ASSIGNMENT)
    assert [kind for kind, *_ in asked(person(job(MAY, JUNE), records=[by_hand]), rule())] == [Kind.JOIN]
    withdrawn = [(Kind.VOID, MAY, date(2024, 5, 31), MAY)]
    assert asked(person(job(MAY), records=[begun]), rule(9, roles=("XX",))) == withdrawn, "it never asked"
    ended_before = replace(begun, voided_on=JUNE, kept=[replace(begun.kept[0], ends_on=JUNE)])
    assert asked(person(job(MAY, JUNE), records=[ended_before]), rule()) == []
    assert asked(person(job(MAY), records=[ended_before]), rule()) == [(Kind.RESTORE, MAY, date(2024, 5, 31), None)]
    out_by_hand = replace(begun, voided_on=date(2024, 5, 5))
    assert asked(person(job(MAY), records=[out_by_hand]), rule()) == [], "what someone took out stays out"


def test_renewals_open_in_their_window_and_follow_the_job():
    yearly = rule(renewal=Renewal(kind=RenewalKind.MONTHS, months=12, window_days=30))
    done = record(date(2023, 6, 1), done=date(2023, 7, 1), validity=12)
    assert enrolls(person(job(date(2023, 6, 1)), records=[done]), yearly) == [(date(2024, 6, 1), date(2024, 7, 1))]
    assert enrolls(person(job(date(2023, 6, 1)), records=[done]), yearly, on=date(2024, 5, 31)) == []
    gone = person(job(date(2023, 6, 1), MAY), records=[done])
    assert enrolls(gone, yearly) == []
    again = person(job(date(2023, 6, 1), MAY), job(date(2024, 6, 10)), records=[done])
    assert enrolls(again, yearly) == [(date(2024, 6, 10), date(2024, 7, 1))]
    taken_out = record(date(2024, 6, 1), date(2024, 7, 1), void=date(2024, 6, 2), cycle=2)
    assert enrolls(person(job(date(2023, 6, 1)), records=[done, taken_out]), yearly) == []


MONTHLY = Renewal(kind=RenewalKind.MONTHS, months=1, window_days=20)


def test_worked_out_late_a_renewal_still_comes_before_what_happened_after_its_window_opened():
    renewing, on_transfer = rule(1, renewal=MONTHLY), rule(2, trigger=Trigger.TRANSFER)
    done = record(MAY, done=date(2024, 5, 20), validity=12)
    moved = person(job(date(2023, 6, 1), date(2024, 6, 10)), job(date(2024, 6, 10), center=NEXT), records=[done])
    (cycle,) = [one for one in wanted(moved, book(renewing, on_transfer)) if one.record is None]
    assert (cycle.assigned_on, cycle.nominal_due) == (date(2024, 5, 31), date(2024, 6, 20))
    assert [one.rule_id for one in cycle.reasons] == [1, 2]


def test_a_renewal_of_the_very_day_is_no_answer_to_what_a_completion_had_answered():
    plain, renewing = rule(1), rule(2, renewal=MONTHLY)
    done = record(date(2024, 2, 1), done=date(2024, 2, 5), validity=12)
    back = person(job(date(2023, 6, 1), MAY), job(date(2024, 6, 10)), records=[done])
    assert enrolls(back, plain, renewing) == [(date(2024, 6, 10), date(2024, 6, 10))]
    wishes = book(plain, renewing)
    back = applied(back, list(changes(1, wanted(back, wishes), TODAY)), TODAY)
    assert list(changes(1, wanted(back, wishes), TODAY)) == []


MONTHS6 = Renewal(kind=RenewalKind.MONTHS, months=6, window_days=40)
KEEPING = replace(MONTHS6, basis=RenewalBasis.PREVIOUS_EXPIRY)


@pytest.mark.parametrize(
    ("renewal", "completions", "expiry"),
    [
        (MONTHS6, [date(2023, 8, 31)], date(2024, 2, 29)),
        (MONTHS6, [date(2022, 8, 31)], date(2023, 2, 28)),
        (MONTHS6, [date(2023, 8, 31), date(2024, 2, 1)], date(2024, 8, 1)),
        (KEEPING, [date(2023, 8, 31), date(2024, 2, 1)], date(2024, 8, 31)),
        (KEEPING, [date(2023, 8, 31), date(2024, 3, 5)], date(2024, 9, 5)),
        (replace(MONTHS6, min_active_days=200), [date(2024, 1, 1)], date(2025, 1, 1)),
        (Renewal(kind=RenewalKind.CALENDAR, month=2, day=29), [date(2024, 3, 1)], date(2025, 2, 28)),
        (Renewal(kind=RenewalKind.CALENDAR, month=6, day=1, min_active_days=60), [date(2024, 5, 1)], date(2025, 6, 1)),
    ],
)  # fmt: skip
def test_an_expiry_clamps_to_the_month_and_follows_its_basis(renewal, completions, expiry):
    assert expiry_of(completions, renewal) == expiry


def applied(facts, found, on):
    """Return the person after the changes were written, as the database would hold them."""
    for one in found:
        reasons = [kept(r.rule_id, r.starts_on, r.due_on, ended(r, on), r.version_id, r.occasion) for r in one.reasons]
        target = one.wanted.record
        if target is None:
            mine = facts.records.setdefault(one.wanted.course_id, [])
            target = record(one.wanted.assigned_on, course=one.wanted.course_id, cycle=len(mine) + 1)
            mine.append(target)
        gone = {r.kept.id for r in one.reasons if r.kept}
        target.nominal_due_on, target.voided_on = one.wanted.nominal_due, one.voided_on
        target.kept = [r for r in target.kept if r.id not in gone] + reasons
    return facts


def test_someone_back_in_the_job_is_asked_anew_in_the_same_run_that_ends_what_was_asked_before():
    mine = rule(1, trigger=Trigger.HIRE, roles=("SA",), since=date(2022, 9, 1))
    facts = person(job(date(2022, 9, 1), date(2022, 9, 2)), job(date(2022, 9, 3)))
    first = book(mine, on=date(2022, 9, 1))
    facts = applied(facts, list(changes(1, wanted(facts, first), date(2022, 9, 1))), date(2022, 9, 1))
    later = book(mine, on=date(2022, 9, 3))
    found = list(changes(1, wanted(facts, later), date(2022, 9, 3)))
    assert {(one.kind, one.wanted.assigned_on) for one in found} == {
        (Kind.VOID, date(2022, 9, 1)),
        (Kind.ENROLL, date(2022, 9, 3)),
    }


days = st.integers(0, 700).map(lambda number: date(2022, 9, 1) + timedelta(days=number))
spans = st.tuples(days, st.none() | st.integers(1, 400)).map(
    lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]) if pair[1] else None)
)
triggers = st.sampled_from([t for t in Trigger if t not in {Trigger.SHORTFALL, Trigger.SPACED, Trigger.FIXED}])
renewals = st.sampled_from([Renewal(), MONTHS6, KEEPING])


@given(st.data(), st.lists(st.tuples(spans, st.sampled_from(["SA", "MT"])), max_size=3), st.lists(spans, max_size=2))
def test_doing_what_rules_want_leaves_nothing_to_do(data, jobs, leaves):
    rules = [
        rule(key, trigger=data.draw(triggers), renewal=data.draw(renewals), roles=data.draw(
            st.sampled_from([("SA",), ("MT",), ("SA", "MT")])), since=data.draw(days), due=Due(days=10 * key))
        for key in (1, 2)
    ]  # fmt: skip
    jobs = sorted(jobs, key=lambda one: one[0][0])
    facts = person(*(job(*span, role=role) for span, role in jobs), leaves=leaves)
    for on in sorted(data.draw(st.lists(days, min_size=1, max_size=3))):
        wishes = book(*rules, on=on, retakes=(date(2023, 5, 1),))
        before = {r.id: (r.nominal_due_on, r.completed_on) for rs in facts.records.values() for r in rs}
        facts = applied(facts, list(changes(1, wanted(facts, wishes), on)), on)
        assert list(changes(1, wanted(facts, wishes), on)) == []
        for one in [r for rs in facts.records.values() for r in rs]:
            due, done = before.get(one.id, (None, None))
            assert one.assigned_on <= on
            assert done is None or (one.completed_on, one.nominal_due_on, one.voided_on) == (done, due, one.voided_on)
            if one.completed_on is None and one.voided_on is None and data.draw(st.booleans()):
                one.completed_on = on
        assigned = [r.assigned_on for r in facts.records.get(COURSE, ())]
        assert assigned == sorted(set(assigned)), "cycles count up in the order of their days"


def test_terms_say_what_is_wrong_and_come_back_from_the_database_as_they_were():
    sound = rule(
        audience=Audience(role_codes=("SA",), duties=(DutyKind.COORDINATOR,), network_types=(NetworkType.DIRECT,)),
        renewal=MONTHS6, to=date(2025, 1, 1),
    ).versions[0].terms  # fmt: skip
    assert faults(sound) == []
    assert from_json(to_json(sound)) == sound
    wrong = replace(
        sound, course_ids=(), trigger=Trigger.FIXED, valid_to=sound.valid_from, due=Due(days=-1),
        audience=Audience(tenure_from_days=9, tenure_to_days=3), renewal=replace(MONTHS6, months=0),
    )  # fmt: skip
    assert faults(wrong) == ["no_course", "fixed_on", "due_days", "valid_to", "tenure", "renewal_months"]
    assert "renewal_day" in faults(replace(sound, renewal=Renewal(kind=RenewalKind.CALENDAR, month=2, day=30)))


def test_a_later_version_keeps_the_day_of_the_year_unless_it_names_one():
    first = RuleTerms(course_ids=(1,), trigger=Trigger.ANNUAL, valid_from=date(2019, 8, 4))
    later = replace(first, valid_from=date(2020, 3, 1), due=Due(days=10))
    kept = going_on(later, first)
    assert (kept.renewal.month, kept.renewal.day, kept.due) == (8, 4, Due(days=10))
    assert yearly_from(kept) == date(2020, 8, 4)
    assert faults(kept) == []
    own = replace(later, renewal=Renewal(kind=RenewalKind.CALENDAR, month=5, day=1, basis=RenewalBasis.FIXED))
    assert going_on(own, first) == own
    assert going_on(replace(later, trigger=Trigger.ROLE), first).renewal == Renewal()
    assert going_on(first, first) == first, "a draft that takes its place from the first day on"

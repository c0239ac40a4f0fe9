"""What a roster changes, decided from plain values."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.imports.rules import RowRefusal
from lms.people.roster.rules import Change, ChangeKind, Plan, RosterRow, Snapshot, Standing, plan_roster
from lms.people.timeline.rules import Span, Timeline

TODAY = date(2019, 7, 1)
LONG_AGO = date(2015, 3, 2)
GANGNAM, SEOCHO = 1, 2
ADVISOR, TECHNICIAN = 11, 12


def standing(person_id: int = 1, *postings: Span, name: str = "김민수", **values: Timeline) -> Standing:
    held = postings or (Span(LONG_AGO, None, (GANGNAM, ADVISOR), 100 + person_id),)
    return Standing(person_id, f"{person_id:05}", name, held, **values)


def row(person_id: int | None = 1, **values: object) -> RosterRow:
    usual: dict[str, object] = {
        "line": 2,
        "staff_no": f"{person_id or 99:05}",
        "name": "김민수",
        "at": (GANGNAM, ADVISOR),
        "person_id": person_id,
        "is_new_number": person_id is None,
    }
    return RosterRow(**(usual | values))  # type: ignore[arg-type]


def plan(rows: list[RosterRow], people: list[Standing], *, partial: bool = True, **snapshot: object) -> Plan:
    known = {person.person_id: person for person in people}
    return plan_roster(Snapshot(rows, [], **snapshot), known, on=TODAY, partial=partial)  # type: ignore[arg-type]


def only(planned: Plan) -> Change:
    (change,) = planned.changes
    return change


def test_nothing_new_changes_nothing():
    planned = plan([row()], [standing()], partial=False)
    assert (planned.changes, planned.unchanged, planned.stop) == ([], 1, None)


def test_a_joiner_starts_on_the_day_of_hire():
    change = only(plan([row(None, hired_on=date(2019, 6, 17))], []))
    assert (change.kind, change.on) == (ChangeKind.JOINER, date(2019, 6, 17))
    assert change.postings == (Span(date(2019, 6, 17), None, (GANGNAM, ADVISOR)),)


def test_a_joiner_without_a_day_of_hire_starts_on_the_effective_day():
    assert only(plan([row(None)], [])).postings[0].starts_on == TODAY


def test_a_mover_works_elsewhere_from_the_effective_day_and_loses_duties_of_the_old_center():
    change = only(plan([row(at=(SEOCHO, ADVISOR))], [standing()]))
    assert change.kind is ChangeKind.MOVER
    assert change.postings == (
        Span(LONG_AGO, TODAY, (GANGNAM, ADVISOR)),
        Span(TODAY, None, (SEOCHO, ADVISOR)),
    )
    assert (change.duties_end_on, change.new_center) == (TODAY, SEOCHO)


def test_another_job_at_the_same_center_is_a_role_change_and_keeps_duties():
    change = only(plan([row(at=(GANGNAM, TECHNICIAN))], [standing()]))
    assert (change.kind, change.duties_end_on) == (ChangeKind.ROLE_CHANGE, None)


def test_who_is_absent_from_a_full_roster_leaves_with_every_posting():
    away = standing(2, others=(Span(LONG_AGO, None, (SEOCHO, ADVISOR), 7),))
    crowd = [standing(number) for number in range(3, 60)]
    planned = plan([row(1), *(row(number) for number in range(3, 60))], [standing(1), away, *crowd], partial=False)
    change = only(planned)
    assert (change.kind, change.person_id, planned.stop) == (ChangeKind.LEAVER, 2, None)
    assert change.postings[-1].ends_on == change.others[-1].ends_on == change.duties_end_on == TODAY


def test_who_is_absent_from_a_partial_roster_stays():
    assert plan([row(1)], [standing(1), standing(2)]).changes == []


def test_who_joins_later_does_not_leave_by_being_absent_today():
    later = standing(2, Span(TODAY + timedelta(days=3), None, (GANGNAM, ADVISOR)))
    assert plan([row(1)], [standing(1), later], partial=False).changes == []


def test_a_refused_row_never_makes_its_person_leave():
    planned = plan([], [standing(1)], partial=False, mentioned=frozenset({1}))
    assert planned.changes == []


def test_nobody_leaves_while_a_refused_row_does_not_tell_whose_it_is():
    planned = plan([], [standing(1)], partial=False, unreadable=True)
    assert (planned.changes, planned.leavers_held) == ([], 1)


def test_a_last_day_in_the_file_ends_the_posting_on_it():
    change = only(plan([row(left_on=date(2019, 7, 16))], [standing()]))
    assert (change.kind, change.on, change.after) == (ChangeKind.LEAVER, date(2019, 7, 16), None)
    assert change.postings == (Span(LONG_AGO, date(2019, 7, 16), (GANGNAM, ADVISOR)),)


def test_a_blank_last_day_withdraws_one_recorded_before():
    leaving = standing(1, Span(LONG_AGO, date(2019, 8, 1), (GANGNAM, ADVISOR)))
    assert plan([row()], [leaving]).changes == []
    change = only(plan([row()], [leaving], has_left_on=True))
    assert (change.kind, change.postings[-1].ends_on) == (ChangeKind.CORRECTION, None)


def test_a_returner_is_the_same_person_with_a_new_spell():
    gone = standing(1, Span(LONG_AGO, date(2018, 1, 1), (GANGNAM, ADVISOR)))
    change = only(plan([row(at=(SEOCHO, ADVISOR), hired_on=date(2019, 6, 3))], [gone]))
    assert (change.kind, change.on) == (ChangeKind.RETURNER, date(2019, 6, 3))
    assert change.postings[-1] == Span(date(2019, 6, 3), None, (SEOCHO, ADVISOR))


def test_a_rehire_may_carry_a_new_staff_number():
    gone = standing(1, Span(LONG_AGO, date(2018, 1, 1), (GANGNAM, ADVISOR)))
    change = only(plan([row(1, staff_no="70001", is_new_number=True)], [gone]))
    assert (change.kind, change.new_number, change.staff_no) == (ChangeKind.RETURNER, True, "70001")


def test_the_original_day_of_hire_of_a_returner_says_nothing_new():
    back = standing(
        1, Span(LONG_AGO, date(2018, 1, 1), (GANGNAM, ADVISOR)), Span(date(2019, 6, 3), None, (GANGNAM, ADVISOR))
    )
    assert plan([row(hired_on=LONG_AGO)], [back]).changes == []


def test_a_name_and_a_first_day_can_be_corrected():
    assert only(plan([row(name="김민수 (개명)")], [standing()])).kind is ChangeKind.CORRECTION
    change = only(plan([row(hired_on=date(2015, 4, 1))], [standing()]))
    assert (change.kind, change.postings[0].starts_on) == (ChangeKind.CORRECTION, date(2015, 4, 1))


def test_a_leave_is_recorded_and_its_end_corrected():
    change = only(plan([row(leave_from=TODAY)], [standing()]))
    assert (change.kind, change.leaves) == (ChangeKind.LEAVE, (Span(TODAY, None, ()),))
    away = standing(1, leaves=(Span(TODAY, None, (), 5),))
    back = date(2019, 9, 1)
    assert only(plan([row(leave_from=TODAY, leave_to=back)], [away])).leaves == (Span(TODAY, back, ()),)


@pytest.mark.parametrize(
    ("values", "postings", "column", "code"),
    [
        ({"left_on": date(2015, 1, 1)}, (), "left_on", "left_before_hired"),
        (
            {"hired_on": date(2018, 6, 1)},
            (Span(LONG_AGO, date(2018, 1, 1), (SEOCHO, ADVISOR)), Span(date(2018, 1, 1), None, (GANGNAM, ADVISOR))),
            "hired_on",
            "hired_after_move",
        ),
    ],
)
def test_impossible_days_are_refused(values: dict[str, date], postings: Timeline, column: str, code: str):
    planned = plan([row(**values)], [standing(1, *postings)], partial=False)
    assert planned.changes == []
    assert planned.refusals == [RowRefusal(2, column, str(next(iter(values.values()))), code)]


def crowd(size: int, leaving: int, moving: int) -> Plan:
    people = [standing(number) for number in range(1, size + 1)]
    stay = [
        row(number, at=(SEOCHO if number <= moving else GANGNAM, ADVISOR)) for number in range(1, size - leaving + 1)
    ]
    return plan(stay, people, partial=False)


@pytest.mark.parametrize(
    ("leaving", "moving", "stop"),
    [(5, 0, None), (6, 0, "too_many_leave"), (0, 10, None), (0, 11, "too_many_change"), (5, 10, None)],
)
def test_an_unusually_large_change_stops_just_above_5_and_10_percent(leaving: int, moving: int, stop: str | None):
    assert crowd(100, leaving, moving).stop == stop


def test_a_first_roster_never_stops():
    assert plan([row(None, staff_no=str(number)) for number in range(50)], [], partial=False).stop is None


DAYS = st.dates(date(2019, 6, 1), date(2019, 8, 1))


@st.composite
def people(draw: st.DrawFn) -> list[Standing]:
    """Up to 5 people with one or two spells around the effective day."""
    found = []
    for person_id in range(1, draw(st.integers(1, 5)) + 1):
        cuts = sorted(draw(st.sets(DAYS, min_size=3, max_size=3)))
        at = st.tuples(st.sampled_from([GANGNAM, SEOCHO]), st.sampled_from([ADVISOR, TECHNICIAN]))
        first, second = (
            Span(cuts[0], cuts[1], draw(at)),
            Span(cuts[2], draw(st.sampled_from([None, date(2019, 9, 1)])), draw(at)),
        )
        found.append(standing(person_id, *draw(st.sampled_from([(first,), (second,), (first, second)]))))
    return found


@st.composite
def rosters(draw: st.DrawFn, person_ids: list[int]) -> list[RosterRow]:
    """A row each for some of the people, and for some nobody knows."""
    rows = []
    for number in draw(st.sets(st.sampled_from([*person_ids, 91, 92]))):
        hired = draw(st.none() | DAYS)
        left = draw(st.none() | st.dates((hired or date(2019, 6, 1)) + timedelta(days=1), date(2019, 10, 1)))
        person_id = number if number in person_ids else None
        at = (draw(st.sampled_from([GANGNAM, SEOCHO])), draw(st.sampled_from([ADVISOR, TECHNICIAN])))
        rows.append(row(person_id, staff_no=f"{number:05}", hired_on=hired, left_on=left, at=at))
    return rows


@given(st.data(), st.booleans(), st.booleans())
def test_the_same_file_twice_changes_nothing(data: st.DataObject, partial: bool, has_left_on: bool):
    before = data.draw(people())
    rows = data.draw(rosters([person.person_id for person in before]))
    first = plan(rows, before, partial=partial, has_left_on=has_left_on)
    after = {person.person_id: person for person in before}
    ids = {}
    for number, change in enumerate(first.changes):
        person_id = change.person_id or 1000 + number
        ids[change.staff_no] = person_id
        after[person_id] = Standing(
            person_id, change.staff_no, change.name, change.postings, change.others, change.leaves
        )
    again = [
        row(ids.get(one.staff_no, one.person_id), staff_no=one.staff_no, hired_on=one.hired_on, left_on=one.left_on,
            at=one.at, is_new_number=False)
        for one in rows
        if one.person_id or one.staff_no in ids
    ]  # fmt: skip
    second = plan(again, list(after.values()), partial=partial, has_left_on=has_left_on)
    assert second.changes == []

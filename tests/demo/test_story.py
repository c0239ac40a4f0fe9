"""The demo's story, told without a database: the same every time, and as the reference parameters say."""

import hashlib
from collections import Counter
from datetime import date, timedelta
from functools import cache

import pytest

from lms.demo.lines import Line
from lms.demo.people import Worker
from lms.demo.planted import VACANT
from lms.demo.rules import DAYS_PER_YEAR, DemoCalendar
from lms.demo.staffing import HISTORY_FROM
from lms.demo.story import Story
from lms.people.rules import DutyKind

AWARD_SEASON = date(2019, 6, 30)
DAYS = (AWARD_SEASON, date(2024, 2, 29), date(2026, 12, 1))
PLANNED_STAFF = 6674


@cache
def told(today: date) -> tuple[Story, list[tuple[Worker, list[Line]]]]:
    story = Story(DemoCalendar(today))
    return story, list(story.lines())


def fingerprint(today: date) -> str:
    story = Story(DemoCalendar(today))
    text = repr([(who.name, who.numbers, [repr(stint) for stint in who.stints], who.leaves) for who in story.people])
    text += repr([(who.numbers, lines) for who, lines in story.lines()])
    return hashlib.sha256(text.encode()).hexdigest()


def rows(today: date) -> list[Line]:
    return [line for _, lines in told(today)[1] for line in lines]


def held_on(story: Story, kind: DutyKind, day: date) -> Counter[str]:
    return Counter(
        charge.unit[1]
        for who in story.people
        for charge in who.charges
        if charge.kind is kind and charge.days.covers(day)
    )


def test_the_same_day_tells_the_same_story():
    assert fingerprint(AWARD_SEASON) == fingerprint(AWARD_SEASON)


def test_another_month_tells_it_around_another_today():
    story = told(date(2024, 2, 29))[0]
    assert story.curriculum.begins_on == date(2023, 4, 1)
    opened = {site.code: site.opened_on for site in story.sites}
    assert opened["C0189"] == date(2024, 2, 3), "2019-06-03 is the current month's third day"


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_network_has_its_size(today):
    story = told(today)[0]
    at_work = sum(who.works for who in story.staff)
    assert len(story.sites) == 430
    assert abs(at_work - PLANNED_STAFF) <= 0.03 * PLANNED_STAFF, f"{at_work} at work"


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_every_open_center_has_one_representative(today):
    story = told(today)[0]
    at = Counter(who.last.center for who in story.staff if who.works and who.last.role == "OW")
    assert at == {site.code: 1 for site in story.sites if site.is_open(today)}


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_every_open_center_has_one_coordinator_but_the_one_that_lost_theirs(today):
    story = told(today)[0]
    wanted = {site.code: 1 for site in story.sites if site.is_open(today) and site.code != VACANT}
    assert held_on(story, DutyKind.COORDINATOR, today) == wanted
    assert held_on(story, DutyKind.COORDINATOR, today - timedelta(days=25))[VACANT] == 1


def test_areas_and_regions_have_one_manager_each():
    story = told(AWARD_SEASON)[0]
    areas = held_on(story, DutyKind.AREA_MANAGER, AWARD_SEASON)
    assert areas == dict.fromkeys({site.area for site in story.sites}, 1)
    assert len(areas) == 24
    assert sum(held_on(story, DutyKind.REGION_MANAGER, AWARD_SEASON).values()) == 5


def test_closed_centers_have_nobody_left():
    story = told(AWARD_SEASON)[0]
    closed = {site.code for site in story.sites if not site.is_open(AWARD_SEASON)}
    assert len(closed) == 3
    assert not [who for who in story.staff if who.works and who.last.center in closed]


def test_staff_numbers_have_seven_digits_and_belong_to_one_person():
    story = told(AWARD_SEASON)[0]
    numbers = [number for who in story.people for number, _ in who.numbers]
    assert all(len(number) == 7 and number.isdigit() and number.startswith("0") for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_people_who_came_back_have_a_number_for_each_employment():
    story = told(AWARD_SEASON)[0]
    back = [who for who in story.staff if len(who.numbers) > 1]
    assert 0.01 < len(back) / len(story.staff) < 0.03
    assert all(len(who.numbers) == len(list(who.employments())) for who in story.people)


def test_people_leave_and_move_as_often_as_the_parameters_say():
    story = told(AWARD_SEASON)[0]
    years = (AWARD_SEASON - HISTORY_FROM).days / DAYS_PER_YEAR
    left = sum(not who.works for who in story.staff)
    pairs = [pair for who in story.staff for pair in zip(who.stints, who.stints[1:], strict=False)]
    moves = [
        (before, after)
        for before, after in pairs
        if before.ends_on == after.starts_on and after.starts_on >= HISTORY_FROM
    ]
    transfers = [(before, after) for before, after in moves if before.center != after.center]
    region = {site.code: site.region for site in story.sites}
    near = sum(region[before.center] == region[after.center] for before, after in transfers)
    assert left / PLANNED_STAFF / years == pytest.approx(0.15, abs=0.02)
    assert len(transfers) / PLANNED_STAFF / years == pytest.approx(0.06, abs=0.01)
    assert (len(moves) - len(transfers)) / PLANNED_STAFF / years == pytest.approx(0.05, abs=0.01)
    assert near / len(transfers) == pytest.approx(0.6, abs=0.08)


def test_a_fiftieth_is_on_leave():
    story = told(AWARD_SEASON)[0]
    away = sum(who.works and any(leave.covers(AWARD_SEASON) for leave in who.leaves) for who in story.staff)
    assert away / PLANNED_STAFF == pytest.approx(0.02, abs=0.006)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_stints_follow_each_other(today):
    for who in told(today)[0].people:
        for before, after in zip(who.stints, who.stints[1:], strict=False):
            assert before.starts_on < (before.ends_on or date.max) <= after.starts_on, who
        assert who.last.ends_on is None or who.last.starts_on < who.last.ends_on <= today


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_nothing_is_assigned_or_completed_in_the_future(today):
    assert all(line.assigned_on <= today for line in rows(today))
    assert all(line.completed_on < today for line in rows(today) if line.completed_on)


def test_cycles_of_a_course_count_up_and_only_the_last_has_none_after_it():
    for _, lines in told(AWARD_SEASON)[1]:
        by_course: dict[str, list[Line]] = {}
        for line in sorted(lines, key=lambda line: line.assigned_on):
            by_course.setdefault(line.course, []).append(line)
        for of_course in by_course.values():
            assert [line.cycle for line in of_course] == list(range(1, len(of_course) + 1))
            assert [line.has_later_cycle for line in of_course] == [True] * (len(of_course) - 1) + [False]


def test_the_monthly_session_has_a_cycle_for_each_month():
    assert max(line.cycle for line in rows(AWARD_SEASON) if line.course == "CS-901") == 11


def test_no_remedial_or_recall_course_is_assigned_by_itself():
    assert not {line.course for line in rows(AWARD_SEASON)} & {"CS-903", "CS-904"}


def test_due_dates_move_for_leave_and_changes_only():
    moved = sum(line.due_on != line.nominal_due_on for line in rows(AWARD_SEASON))
    assert all(line.due_on >= line.nominal_due_on for line in rows(AWARD_SEASON))
    assert 0.005 < moved / len(rows(AWARD_SEASON)) < 0.05


def test_completions_come_in_time_and_in_the_last_week_as_the_parameters_say():
    done = [(line.due_on - line.completed_on).days for line in rows(AWARD_SEASON) if line.completed_on]
    assert sum(days >= 0 for days in done) / len(done) == pytest.approx(0.82, abs=0.03)
    assert sum(0 <= days < 7 for days in done) / len(done) == pytest.approx(0.45, abs=0.03)

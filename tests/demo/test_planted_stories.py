"""The planted stories, each as the one sees it who would look: the pages and queries of the people who sign in."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from lms.audit.rules import Actor
from lms.completion.flags.queries import find_cut, list_flags, list_transitions
from lms.completion.flags.rules import FlagState, last_cut
from lms.completion.queries import list_rates, total_rate
from lms.completion.queries_enrollments import list_person_lines
from lms.completion.queries_exempt import exempt_shares
from lms.completion.queries_shortfalls import list_shortfalls
from lms.completion.rules import Dimension, EnrollmentState, RateFilter, ShortfallFilter, Tally, total
from lms.completion.rules_interval import Certainty, certainty_of
from lms.courses.models import Course, CourseVersion
from lms.demo.exempting import GAMED, GRANTED_DAYS_AGO
from lms.demo.planted import CENTER, CLOSED, NAMESAKES, NEXT_DOOR, RETURNED, SMALL, SURE, TRANSFEREE, VACANT
from lms.demo.queries import list_sign_ins
from lms.demo.rules import DemoCalendar, SignInKind
from lms.enrollments.assignment_rules.actions import sync_people
from lms.enrollments.assignment_rules.models import EnrollmentReason
from lms.enrollments.assignment_rules.queries import list_rules
from lms.enrollments.models import Enrollment
from lms.people.duties.queries_vacancies import list_vacancies
from lms.people.models import OrgUnit, Person, Posting
from lms.people.queries import covers, scope_of
from lms.people.rules import DutyKind, Scope, whole_network
from lms.shared.clock import local_date, utcnow
from tests.support.sign_in import sign_in

TODAY = local_date(utcnow(), "Asia/Seoul")
UNIT_TARGET = 90


@pytest.fixture
def settings(demo_settings):
    return demo_settings


def signed_in(session: Session, kind: SignInKind) -> Person:
    one = next(one for one in list_sign_ins(session, on=TODAY) if one.kind is kind)
    return session.scalars(select(Person).where(Person.staff_no == one.staff_no)).one()


def scope_for(session: Session, kind: SignInKind) -> Scope:
    return scope_of(session, person_id=signed_in(session, kind).id, on=TODAY, names="open")


def at_center(session: Session, name: str, center: str = CENTER) -> list[Person]:
    """Return the people of a name who work at a center."""
    posted = (
        select(Person)
        .join(Posting, Posting.person_id == Person.id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .where(Person.name == name, OrgUnit.kind == "CENTER", OrgUnit.code == center, covers(Posting, TODAY))
    )
    return list(session.scalars(posted.order_by(Person.staff_no)))


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_five_people_at_exactly_80_percent_are_below_target_but_not_surely(session: Session):
    scope = scope_for(session, SignInKind.AREA_MANAGER)
    lines = {line.code: line for line in list_rates(session, scope=scope, as_of=TODAY, by=Dimension.CENTER)}
    small = lines[SMALL]
    assert small.people_judged == 5
    assert 10 * small.tally.done == 8 * small.tally.due, f"{small.tally} is not 80 %"
    assert not small.tally.is_below(80)
    assert small.tally.is_below(UNIT_TARGET)
    assert certainty_of(small.tally, 5, UNIT_TARGET) is Certainty.MAYBE
    assert Certainty.SHORT in {certainty_of(line.tally, line.people_judged, UNIT_TARGET) for line in lines.values()}


def test_24_people_at_75_percent_are_flagged_and_the_five_only_watched(session: Session, client: FlaskClient):
    cut = find_cut(session, on=TODAY)
    assert cut == last_cut(TODAY)
    flags = {one.code: one for one in list_flags(session, scope=scope_for(session, SignInKind.AREA_MANAGER), cut=cut)}
    sure, small = flags[SURE].flag, flags[SMALL].flag
    assert small.state is FlagState.WATCH
    assert sure.is_raised
    assert sure.seen.people == 24
    assert abs(100 * sure.seen.tally.done - 75 * sure.seen.tally.due) <= 7 * sure.seen.tally.due, "75 % today"
    assert sure.seen.is_surely_below
    line = total_rate(session, scope=whole_network(TODAY), as_of=TODAY, where=RateFilter(center_codes=(SURE,)))
    assert abs(4 * line.tally.done - 3 * line.tally.due) <= 2, f"{line.tally} is not 75 %"
    history = list_transitions(session, center_id=flags[SURE].id, on=TODAY)
    raised = next(one for one in history if one.flag.state is FlagState.SHORTFALL)
    assert raised.flag.seen.is_surely_below or raised.flag.seen.alarming
    manager = signed_in(session, SignInKind.AREA_MANAGER)
    session.rollback()
    sign_in(client, manager)
    page = words(client.get(f"/flags/{flags[SURE].public_id}").text)
    assert "미달 판정" in page
    assert "24 명" in page


def test_a_transferee_counts_once_and_where_they_work_now(session: Session):
    (moved,) = at_center(session, TRANSFEREE)
    scope = scope_for(session, SignInKind.AREA_MANAGER)
    own = list_person_lines(session, scope=scope, person_id=moved.id, as_of=TODAY)
    assert sum(line.state is EnrollmentState.OVERDUE for line in own) == 1
    courses = [line.course_code for line in own if line.counted]
    assert len(courses) == len(set(courses)), "each course once, however many cycles"
    assert _rate_of(session, scope, CENTER, moved) == total(Tally(1, line.done) for line in own if line.counted)[:2]
    assert _rate_of(session, scope, NEXT_DOOR, moved) is None
    by_center = list_rates(session, scope=scope, as_of=TODAY, by=Dimension.CENTER)
    assert total(line.tally for line in by_center) == total_rate(session, scope=scope, as_of=TODAY).tally
    before = TODAY - timedelta(days=30)
    then = {code: {line.code for line in _people_of(session, scope, code, before)} for code in (CENTER, NEXT_DOOR)}
    assert moved.staff_no in then[NEXT_DOOR]
    assert moved.staff_no not in then[CENTER]


def _rate_of(session: Session, scope: Scope, center: str, person: Person) -> tuple[int, int] | None:
    found = [line.tally for line in _people_of(session, scope, center, TODAY) if line.code == person.staff_no]
    return found[0][:2] if found else None


def _people_of(session: Session, scope: Scope, center: str, day: date):
    where = RateFilter(center_codes=(center,))
    return list_rates(session, scope=scope, as_of=day, by=Dimension.PERSON, where=where)


def test_whoever_is_back_from_leave_has_grace_and_reads_why(session: Session, client: FlaskClient):
    (back,) = at_center(session, RETURNED)
    coordinator = scope_for(session, SignInKind.COORDINATOR)
    lines = list_person_lines(session, scope=coordinator, person_id=back.id, as_of=TODAY)
    waiting = [line for line in lines if not line.done and line.due_on != line.nominal_due_on]
    assert waiting
    assert all(line.nominal_due_on < TODAY <= line.due_on for line in waiting), "past due but for the grace"
    assert not [line for line in lines if line.state is EnrollmentState.OVERDUE]
    short = list_shortfalls(session, scope=coordinator, as_of=TODAY, where=ShortfallFilter(), per_page=200)
    assert back.id not in {line.person_id for line in short.rows}
    session.rollback()
    sign_in(client, back)
    page = words(client.get("/me").text)
    assert "복귀를 환영합니다" in page
    assert "휴직" in page
    assert re.search(r"D-\d", page)


def test_a_closed_center_counts_until_it_closed(session: Session):
    scope = scope_for(session, SignInKind.TRAINING_ADMIN)
    closed_on = session.scalars(select(OrgUnit.closed_on).where(OrgUnit.code == CLOSED)).one()
    assert closed_on == DemoCalendar(TODAY).shifted(date(2019, 5, 31))
    listed = {
        day: {line.code for line in list_rates(session, scope=scope, as_of=day, by=Dimension.CENTER)}
        for day in (closed_on - timedelta(days=1), closed_on, TODAY)
    }
    assert [CLOSED in codes for codes in listed.values()] == [True, False, False]


def test_the_center_without_coordinator_is_on_the_list_of_vacancies(session: Session):
    scope = scope_for(session, SignInKind.AREA_MANAGER)
    found = [one for one in list_vacancies(session, scope=scope, as_of=TODAY) if one.kind is DutyKind.COORDINATOR]
    assert [(one.code, one.days) for one in found] == [(VACANT, 24)]


def test_two_people_of_one_name_are_told_apart_by_their_numbers(session: Session, client: FlaskClient):
    first, second = at_center(session, NAMESAKES)
    coordinator = signed_in(session, SignInKind.COORDINATOR)
    scope = scope_of(session, person_id=coordinator.id, on=TODAY, names="open")
    short = list_shortfalls(session, scope=scope, as_of=TODAY, where=ShortfallFilter(), per_page=200)
    listed = [line.staff_no for line in short.rows if line.name == NAMESAKES]
    assert len(listed) == 1
    assert listed[0] in {first.staff_no, second.staff_no}
    session.rollback()
    sign_in(client, coordinator)
    for one in (first, second):
        page = words(client.get(f"/people/{one.public_id}").text)
        assert one.staff_no in page
        other = second if one is first else first
        assert other.staff_no not in page


def test_an_employee_reads_who_recorded_their_attendance(session: Session, client: FlaskClient):
    employee = signed_in(session, SignInKind.EMPLOYEE)
    session.rollback()
    sign_in(client, employee)
    page = words(client.get("/me/records").text)
    assert re.search(r"CS 코디네이터 님이 기록했습니다", page)
    assert "전파교육 참석 서명부" in page
    assert "직접 학습해 이수했습니다" in page


def test_nobody_of_the_demo_recorded_their_own_completion(session: Session):
    own = select(func.count()).select_from(Enrollment).where(Enrollment.recorded_by_id == Enrollment.person_id)
    recorded = select(func.count()).select_from(Enrollment).where(Enrollment.recorded_by_id.is_not(None))
    assert session.scalar(own) == 0
    assert (session.scalar(recorded) or 0) > 10_000


def test_a_new_version_of_a_course_asks_whoever_had_it_done(session: Session):
    """Story 7: the terms of the care program changed, so that its course is taken anew; it counts once it falls due."""
    version = session.scalars(select(CourseVersion).where(CourseVersion.requires_retake)).one()
    assert version.effective_on is not None
    anew = session.scalars(select(Enrollment).where(Enrollment.course_version_id == version.id)).all()
    retaken = [one for one in anew if one.cycle > 1]
    assert len(retaken) > 1000
    assert {one.assigned_on for one in retaken} == {version.effective_on}
    assert all(one.due_on and one.due_on > TODAY for one in anew)
    before = aliased(Enrollment)
    done = select(func.count()).select_from(Enrollment).join(
        before, and_(before.person_id == Enrollment.person_id, before.course_id == Enrollment.course_id)
    ).where(Enrollment.id.in_([one.id for one in retaken]), before.completed_on < version.effective_on)  # fmt: skip
    assert session.scalar(done) == len(retaken), "the cycle before is kept, done as it was"
    occasions = select(EnrollmentReason.occasion).join(Enrollment, Enrollment.id == EnrollmentReason.enrollment_id)
    told = session.scalars(occasions.where(Enrollment.id.in_([one.id for one in retaken]))).all()
    assert set(told) == {"VERSION"}


def test_the_demo_is_what_its_rules_want(session: Session):
    actor = Actor(person_id=None, label="a test", origin="here", at=utcnow())
    assert len(list_rules(session)) == session.scalar(select(func.count()).select_from(Course))
    assert not sync_people(session, as_of=TODAY, actor=actor)
    session.rollback()


def test_a_rate_made_good_by_exemptions_shows_the_share_beside_it(session: Session, client: FlaskClient):
    scope = scope_for(session, SignInKind.AREA_MANAGER)
    lines = list_rates(session, scope=scope, as_of=TODAY, by=Dimension.CENTER)
    shares = exempt_shares(session, scope=scope, as_of=TODAY, by=Dimension.CENTER, where=None, lines=lines)
    line = next(line for line in lines if line.code == GAMED)
    assert not line.tally.is_below(UNIT_TARGET), "all that was overdue is exempt"
    assert shares[GAMED].is_alert
    assert 3 * shares[GAMED].exempt > shares[GAMED].people
    before = TODAY - timedelta(days=GRANTED_DAYS_AGO + 1)
    was = next(one for one in list_rates(session, scope=scope, as_of=before, by=Dimension.CENTER) if one.code == GAMED)
    assert was.tally.is_below(80), "the rate of the day before tells what happened"
    assert {code for code, share in shares.items() if share.is_alert} == {GAMED}
    sign_in(client, signed_in(session, SignInKind.AREA_MANAGER))
    page = words(client.get(f"/rates/{line.public_id}").text)
    assert f"{shares[GAMED].percent_text}% · 5% 초과" in page
    sign_in(client, signed_in(session, SignInKind.COORDINATOR))
    assert "기한 연장" in words(client.get("/exceptions").text), "requests wait for the coordinator"

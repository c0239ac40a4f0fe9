"""The demo in a database: what was written is the story, counts as the product counts, and can be looked at."""

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from lms.audit.models import AuditEvent, AuditReview
from lms.audit.rules import Actor
from lms.completion.queries import list_rates
from lms.completion.queries_shortfalls import count_shortfalls, list_shortfalls
from lms.completion.rules import Dimension, Severity, ShortfallFilter
from lms.courses.models import Course
from lms.courses.rules import add_months
from lms.demo.queries import list_sign_ins
from lms.demo.rules import DemoCalendar, SignInKind
from lms.demo.story import Story
from lms.enrollments.dues.actions import refresh_due_dates
from lms.enrollments.models import Enrollment
from lms.observations.queries_standards import service_items
from lms.people.models import Person, Posting
from lms.people.queries import active_postings, scope_of
from lms.people.rules import whole_network
from lms.shared.clock import local_date, utcnow
from lms.shared.db import db
from tests.support.sign_in import sign_in_through_form

TODAY = local_date(utcnow(), "Asia/Seoul")


@pytest.fixture
def settings(demo_settings):
    return demo_settings


@pytest.fixture
def sign_ins(session: Session):
    return {one.kind: one for one in list_sign_ins(session, on=TODAY)}


def test_what_is_written_is_the_story(session: Session):
    told = Counter(
        (who.numbers[-1][0], line.course, line.cycle, line.assigned_on, line.due_on, line.completed_on, line.voided_on)
        for who, lines in Story(DemoCalendar(TODAY)).lines()
        for line in lines
    )
    written = session.execute(
        select(
            Person.staff_no,
            Course.code,
            Enrollment.cycle,
            Enrollment.assigned_on,
            Enrollment.due_on,
            Enrollment.completed_on,
            Enrollment.voided_on,
        )
        .join(Person, Person.id == Enrollment.person_id)
        .join(Course, Course.id == Enrollment.course_id)
    )
    assert Counter(map(tuple, written)) == told


def test_everyone_is_marked_as_made_up(session: Session):
    assert session.scalar(select(func.count()).where(Person.is_synthetic.is_(False))) == 0


def test_about_6700_people_are_at_work(session: Session):
    at_work = session.scalar(select(func.count()).select_from(Posting).where(Posting.ends_on.is_(None)))
    assert at_work == pytest.approx(6700, rel=0.03)


def test_effective_due_dates_are_those_the_product_works_out(session: Session):
    actor = Actor(person_id=None, label="a test", origin="here", at=utcnow())
    assert refresh_due_dates(session, actor=actor) == 0
    session.rollback()


def test_most_centers_lie_between_62_and_97_percent(session: Session):
    lines = list_rates(session, scope=whole_network(TODAY), as_of=TODAY, by=Dimension.CENTER)
    inside = [line for line in lines if 620 <= (line.tally.percent_tenths or 0) <= 970]
    assert len(lines) >= 425
    assert len(inside) / len(lines) > 0.8
    shares = sorted(line.tally.done / line.tally.due for line in lines)
    assert shares[len(shares) // 20] == pytest.approx(0.62, abs=0.05)
    assert shares[-len(shares) // 20] == pytest.approx(0.97, abs=0.02)


def test_the_service_standard_is_asked_today(session: Session):
    items = service_items(session, on=TODAY)
    assert (len(items), sum(item.is_critical for item in items)) == (53, 12)
    assert len({item.dimension_code for item in items}) == 11


def test_one_person_of_each_kind_can_sign_in(app: Flask, sign_ins):
    assert list(sign_ins) == list(SignInKind)
    for kind, one in sign_ins.items():
        answer = sign_in_through_form(app.test_client(), one.staff_no, kind.password)
        assert answer.status_code == 303, f"{kind}: {answer.status}"


def test_the_area_manager_has_centers_that_fall_short(session: Session, sign_ins):
    manager = session.scalars(select(Person).where(Person.staff_no == sign_ins[SignInKind.AREA_MANAGER].staff_no)).one()
    scope = scope_of(session, person_id=manager.id, on=TODAY, names="open")
    lines = list_rates(session, scope=scope, as_of=TODAY, by=Dimension.CENTER)
    assert len(lines) >= 15
    assert sum(line.tally.is_below(80) for line in lines) >= 3
    assert count_shortfalls(session, scope=scope, as_of=TODAY, where=ShortfallFilter()) > 50


def test_those_who_fall_short_do_so_for_days_weeks_and_months(session: Session):
    everyone = {"scope": whole_network(TODAY), "as_of": TODAY, "where": ShortfallFilter()}
    found = list_shortfalls(session, **everyone, per_page=1)
    share = {severity: number / found.total for severity, number in found.by_severity.items()}
    assert share[Severity.LONG_MISSING] < 0.85, "most late items are made up for within weeks"
    assert share[Severity.MISSING] > 0.1
    assert share[Severity.REMIND] > 0.01


def test_the_employee_has_something_overdue_something_open_and_much_done(session: Session, sign_ins):
    staff_no = sign_ins[SignInKind.EMPLOYEE].staff_no
    found = session.execute(
        select(Enrollment.due_on, Enrollment.completed_on)
        .join(Person, Person.id == Enrollment.person_id)
        .where(Person.staff_no == staff_no, Enrollment.required, Enrollment.has_later_cycle.is_(False))
    ).all()
    open_ones = [due_on for due_on, completed_on in found if completed_on is None]
    assert any(due_on < TODAY for due_on in open_ones)
    assert any(due_on >= TODAY for due_on in open_ones)
    assert sum(completed_on is not None for _, completed_on in found) >= 8


def test_all_who_sign_in_are_at_work(session: Session, sign_ins):
    at_work = set(session.scalars(select(active_postings(TODAY).subquery().c.person_id)))
    ids = session.scalars(select(Person.id).where(Person.staff_no.in_([one.staff_no for one in sign_ins.values()])))
    assert set(ids) <= at_work


def test_loading_once_again_does_nothing(runner, session: Session):
    before = session.scalar(select(func.count()).select_from(Person))
    session.rollback()
    result = runner.invoke(args=["demo", "load", "--once"])
    assert result.exit_code == 0
    assert "already" in result.output
    assert session.scalar(select(func.count()).select_from(Person)) == before


def test_loading_again_is_refused(runner):
    result = runner.invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "loaded already" in result.output


def test_the_operator_sees_with_whom_to_sign_in(runner, sign_ins):
    result = runner.invoke(args=["demo", "sign-ins"])
    assert result.exit_code == 0
    for kind, one in sign_ins.items():
        assert one.staff_no in result.output
        assert kind.password in result.output


def test_the_trail_tells_of_the_loading(session: Session):
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "demo.load")).one()
    assert event.detail["today"] == TODAY.isoformat()
    assert event.subject_count == event.detail["people"]


def test_the_auditor_has_last_month_to_review_and_signs_it(app: Flask, session: Session, sign_ins):
    made = session.scalars(select(AuditEvent).where(AuditEvent.origin == "demo")).all()
    month = add_months(TODAY.replace(day=1), -1)
    assert 30 <= len(made) <= 60
    assert {local_date(one.at, "Asia/Seoul").replace(day=1) for one in made} == {month}
    assert all(one.detail == {"synthetic": True} for one in made), "each says that it is made up"
    assert {one.action for one in made} == {"view", "download"}
    assert all(one.reason for one in made if one.action == "download")
    client, address = app.test_client(), f"/audit/reviews/{month:%Y-%m}"
    sign_in_through_form(client, sign_ins[SignInKind.AUDITOR].staff_no, SignInKind.AUDITOR.password)
    before = client.get(address).text
    assert before.count("전국 미이수자에게 보충 과정 배정") == 1, "of more than 500 people"
    assert before.count("ㅇㅇㅇㅇ") == 1, "a reason that says little"
    assert before.count("센터별 점검 자료") == 1, "the fourth within ten minutes"
    assert before.count("본사 경영진 보고 자료 작성") == 1, "at night"
    token = before.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    sent = {"csrf_token": token, "findings": "표시된 내려받기의 사유를 담당자에게 확인했습니다."}
    assert client.post(address, data=sent).status_code == 303
    session.rollback()
    assert session.get(AuditReview, month) is not None


def test_the_served_application_greets_with_the_sign_ins(demo_settings):
    app = create_app(demo_settings)
    with app.app_context():
        lines = [line for greet in app.extensions["greetings"] for line in greet()]
        for engine in db.engines.values():
            engine.dispose()
    assert len(lines) == len(SignInKind) + 1

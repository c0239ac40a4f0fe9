"""Rules at work in a database: rosters, appointments and completions are followed at once, the rest every day."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.courses.models import Course, CourseVersion
from lms.courses.rules import Trigger
from lms.enrollments.actions import record_completion
from lms.enrollments.assignment_rules.actions import sync_people
from lms.enrollments.assignment_rules.models import AssignmentRule, AssignmentRuleVersion, EnrollmentReason, RuleRun
from lms.enrollments.assignment_rules.publishing.actions import draft_end
from lms.enrollments.assignment_rules.queries_pages import get_rule
from lms.enrollments.assignment_rules.queries_why import explain_assignment, list_people_without_rule
from lms.enrollments.assignment_rules.rules_terms import (
    Audience,
    Due,
    RuleTerms,
    VersionState,
    add_months,
    from_json,
    going_on,
    to_json,
)
from lms.enrollments.assignment_rules.rules_why import Condition
from lms.enrollments.models import Enrollment, EnrollmentRevision
from lms.enrollments.rules import Cause
from lms.people.models import Person
from lms.people.rules import DutyKind, Scope, whole_network
from lms.shared.clock import local_date, utcnow
from lms.shared.errors import NotFoundError
from tests.enrollments.factories import actor_at
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in

TODAY = local_date(utcnow(), "Asia/Seoul")
BEGAN = TODAY - timedelta(days=40)
EVERYONE = whole_network(TODAY)


def now():
    return actor_at(utcnow())


def publish(session: Session, code: str, *courses: int, number: int = 1, since: date = BEGAN, **terms: object):
    """Put a version of a rule in force."""
    said = RuleTerms(course_ids=courses, valid_from=since, **({"trigger": Trigger.ROLE, "due": Due(days=60)} | terms))
    rule = session.scalars(select(AssignmentRule).where(AssignmentRule.code == code)).one_or_none()
    rule = rule or AssignmentRule(code=code, name_ko=code, name_en=code, recorded_at=utcnow())
    if rule.versions:
        said = going_on(said, from_json(rule.versions[-1].terms))
    version = AssignmentRuleVersion(
        number=number, state=VersionState.PUBLISHED, terms=to_json(said), valid_from=since, valid_to=said.valid_to,
        recorded_at=utcnow(), published_at=utcnow(),
    )  # fmt: skip
    rule.versions.append(version)
    session.add(rule)
    session.flush()
    return version


def open_ones(session: Session) -> set[tuple[str, str, date, date | None]]:
    """Return what is open of the tests' own courses, which are called CS-…; others are noise."""
    session.expire_all()
    rows = select(Enrollment).where(Enrollment.completed_on.is_(None), Enrollment.voided_on.is_(None))
    found = {
        (one.person.staff_no, one.course.code, one.assigned_on, one.nominal_due_on) for one in session.scalars(rows)
    }
    return {one for one in found if one[1].startswith("CS-")}


def of(session: Session, person: Person, course: Course) -> list[Enrollment]:
    rows = select(Enrollment).where(Enrollment.person_id == person.id, Enrollment.course_id == course.id)
    return list(session.scalars(rows.order_by(Enrollment.cycle)))


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


def test_a_sync_assigns_joins_ends_and_brings_back_and_finds_nothing_the_second_time(session: Session, cast: Cast):
    course = Network(session).course("CS-1", due_days=30)
    publish(session, "SA", course.id, audience=Audience(role_codes=("SA",)))
    assert sync_people(session, as_of=TODAY, actor=now()) == {"ENROLL": 2}
    due = BEGAN + timedelta(days=60)
    assert open_ones(session) == {("00101", "CS-1", BEGAN, due), ("00201", "CS-1", BEGAN, due)}
    assert not sync_people(session, as_of=TODAY, actor=now())
    here = publish(session, "HERE", course.id, audience=Audience(unit_ids=(cast.center.id,)), due=Due(days=10))
    assert sync_people(session, as_of=TODAY, actor=now()) == {"ENROLL": 2, "JOIN": 1}
    one = of(session, cast.employee, course)[0]
    reasons = session.scalars(select(EnrollmentReason).where(EnrollmentReason.enrollment_id == one.id)).all()
    assert {reason.due_on for reason in reasons} == {due, BEGAN + timedelta(days=10)}
    assert one.nominal_due_on == due, "a rule that comes later brings nothing forward"
    here.valid_to = TODAY
    assert sync_people(session, as_of=TODAY, actor=now()) == {"VOID": 2, "JOIN": 1}
    session.expire_all()
    kept = session.scalars(select(EnrollmentRevision).where(EnrollmentRevision.cause == Cause.ENDED)).all()
    assert len(kept) == 2
    here.valid_to = None
    assert sync_people(session, as_of=TODAY, actor=now()) == {"RESTORE": 2, "JOIN": 1}
    assert not sync_people(session, as_of=TODAY, actor=now())
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "enrollments.follow_rules")).all()
    assert [event.subject_count for event in told] == [2, 3, 3, 3]


def test_a_version_that_requires_a_retake_opens_the_next_cycle(session: Session, cast: Cast):
    course = Network(session).course("CS-1", due_days=30)
    publish(session, "SA", course.id, audience=Audience(role_codes=("SA",)))
    sync_people(session, as_of=TODAY, actor=now())
    first = of(session, cast.employee, course)[0]
    record_completion(session, enrollment_id=first.id, completed_on=TODAY - timedelta(days=20), actor=now())
    version = CourseVersion(
        course_id=course.id, number=2, effective_on=TODAY, pass_progress_pct=100, pass_score=0, validity_months=0,
        renewal_window_days=0, requires_retake=True, recorded_at=utcnow(),
    )  # fmt: skip
    session.add(version)
    assert sync_people(session, as_of=TODAY, actor=now()) == {"ENROLL": 1}, "who had not done it keeps what is open"
    session.expire_all()
    cycles = of(session, cast.employee, course)
    assert [(one.cycle, one.has_later_cycle, one.completed_on is not None) for one in cycles] == [
        (1, True, True),
        (2, False, False),
    ]
    assert (cycles[1].course_version_id, cycles[1].nominal_due_on) == (version.id, TODAY + timedelta(days=60))
    assert not sync_people(session, as_of=TODAY, actor=now())


def test_a_completion_that_opens_a_door_is_followed_at_once(session: Session, cast: Cast):
    first, second, other = (Network(session).course(code, due_days=30) for code in ("CS-1", "CS-2", "CS-3"))
    publish(session, "THEN", second.id, audience=Audience(completed_course_ids=(first.id,)))
    done = Network(session).enroll(cast.employee, first, due_on=None)
    beside = Network(session).enroll(cast.employee, other, due_on=None)
    record_completion(session, enrollment_id=beside.id, completed_on=TODAY, actor=now())
    assert open_ones(session) == {("00101", "CS-1", done.assigned_on, None)}
    record_completion(session, enrollment_id=done.id, completed_on=TODAY, actor=now())
    assert open_ones(session) == {("00101", "CS-2", TODAY, TODAY + timedelta(days=60))}


def test_an_appointment_and_its_end_are_followed_in_their_own_transaction(
    client: FlaskClient, session: Session, cast: Cast
):
    course = Network(session).course("CS-1", due_days=30)
    publish(session, "CO", course.id, audience=Audience(duties=(DutyKind.DEPUTY_COORDINATOR,)))
    head = Network(session).person("00110", "남궁 대표", at=cast.center, role="OW")
    session.commit()
    sign_in(client, head)

    def send(what: str, **values: object) -> None:
        data = {"csrf_token": csrf_token(client, "/account/password"), **values}
        assert client.post(f"/duties/{cast.center.public_id}/{what}", data=data).status_code == 303
        session.rollback()

    kind = DutyKind.DEPUTY_COORDINATOR
    send("new", person=cast.colleague.public_id, kind=kind, starts_on=TODAY.isoformat())
    assert open_ones(session) == {("00102", "CS-1", TODAY, TODAY + timedelta(days=60))}
    duty = f"{kind}.{cast.colleague.public_id}.{TODAY.isoformat()}"
    send("end", duty=duty, last_on=(TODAY - timedelta(days=1)).isoformat())
    assert open_ones(session) == set()


def test_a_yearly_rule_goes_on_with_its_year_when_it_is_changed_or_ended(session: Session, cast: Cast):
    course = Network(session).course("CS-1")
    yearly = {"trigger": Trigger.ANNUAL, "audience": Audience(role_codes=("MT",)), "due": Due(days=30)}
    publish(session, "YEAR", course.id, since=TODAY - timedelta(days=100), **yearly)
    sync_people(session, as_of=TODAY, actor=now())
    before = open_ones(session)
    assert len(before) == 1
    found = get_rule(session, public_id=session.scalars(select(AssignmentRule)).one().public_id, on=TODAY)
    draft = draft_end(
        session, found=found, last_on=TODAY + timedelta(days=300), reason="another course takes its place",
        today=TODAY, request_key="e", actor=now(),
    )  # fmt: skip
    draft.state, draft.published_at = VersionState.PUBLISHED, utcnow()
    session.flush()
    assert sync_people(session, as_of=TODAY, actor=now()) == {}, "nobody is asked again because the rule will end"
    assert open_ones(session) == before
    next_year = add_months(TODAY - timedelta(days=100), 12)
    sync_people(session, as_of=next_year, actor=now())
    assert {assigned for _, _, assigned, _ in open_ones(session)} == {TODAY - timedelta(days=100), next_year}


def test_a_roster_is_followed_at_once(session: Session, cast: Cast, runner: FlaskCliRunner, tmp_path: Path):
    course = Network(session).course("CS-1", due_days=30)
    publish(session, "MT", course.id, audience=Audience(role_codes=("MT",)), includes_present=False)
    session.commit()
    file = tmp_path / "roster.csv"
    lines = ("staff_no,name,center_code,role_code,hired_on", f"00777,새사람,{cast.center.code},MT,{TODAY}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = runner.invoke(args=["roster", "import", str(file), "--partial", "--effective", TODAY.isoformat()])
    assert result.exit_code == 0, result.output
    session.rollback()
    assert open_ones(session) == {("00777", "CS-1", TODAY, TODAY + timedelta(days=60))}
    assert "nothing to do" in runner.invoke(args=["rules", "sync"]).output


def test_the_daily_sync_is_asked_for_once_and_catches_up(session: Session, cast: Cast, runner: FlaskCliRunner):
    course = Network(session).course("CS-1", due_days=30)
    session.commit()
    assert runner.invoke(args=["jobs", "sweep"]).output.startswith("0 jobs"), "without rules nothing is asked for"
    publish(session, "SA", course.id, audience=Audience(role_codes=("SA",)))
    session.commit()
    assert runner.invoke(args=["jobs", "sweep"]).output.startswith("1 jobs")
    session.rollback()
    run = session.scalars(select(RuleRun)).one()
    everyone = session.scalar(select(func.count()).select_from(Person))
    assert (run.kind, run.state, run.done, run.sums) == ("SYNC", "DONE", everyone, {"ENROLL": 2})
    session.rollback()
    assert runner.invoke(args=["jobs", "sweep"]).output.startswith("0 jobs")


def test_why_and_why_not_and_whom_no_rule_covers(session: Session, cast: Cast, runner: FlaskCliRunner):
    course = Network(session).course("CS-1", due_days=30)
    publish(session, "SA", course.id, audience=Audience(role_codes=("SA",), unit_ids=(cast.area.id,)))
    publish(session, "HIRED", course.id, trigger=Trigger.HIRE, includes_present=False)
    sync_people(session, as_of=TODAY, actor=now())

    def why(person: Person, on: date = TODAY) -> list[tuple[str, Condition]]:
        told = explain_assignment(session, scope=EVERYONE, person_id=person.id, course_id=course.id, on=on)
        return [(one.rule.code, one.failing) for one in told.answers]

    assert why(cast.employee) == [("SA", Condition.MET), ("HIRED", Condition.TRIGGER)]
    assert why(cast.colleague) == [("HIRED", Condition.TRIGGER), ("SA", Condition.JOB)]
    assert why(cast.employee, BEGAN - timedelta(days=1)) == []
    only = Scope(person_id=cast.colleague.id, on=TODAY)
    with pytest.raises(NotFoundError):
        explain_assignment(session, scope=only, person_id=cast.employee.id, course_id=course.id, on=TODAY)
    assert list_people_without_rule(session, scope=EVERYONE, as_of=TODAY) == []
    for version in session.scalars(select(AssignmentRuleVersion)):
        version.state = VersionState.WITHDRAWN if "HIRE" in str(version.terms) else version.state
    session.flush()
    uncovered = list_people_without_rule(session, scope=EVERYONE, as_of=TODAY)
    assert "00101" not in {one.person.staff_no for one in uncovered}
    assert "00102" in {one.person.staff_no for one in uncovered}
    assert [one.person.staff_no for one in list_people_without_rule(session, scope=only, as_of=TODAY)] == ["00102"]
    session.commit()
    assert "rule SA v1: met" in runner.invoke(args=["rules", "why", "00101", "CS-1"]).output
    listed = runner.invoke(args=["rules", "list"]).output
    assert "SA " in listed
    assert "covered by no rule" in listed


def test_a_completion_in_another_form_counts(session: Session, cast: Cast, runner: FlaskCliRunner):
    course, other = (Network(session).course(code, due_days=30) for code in ("CS-1", "CS-2"))
    Network(session).enroll(cast.employee, other, due_on=None, completed_on=BEGAN - timedelta(days=9))
    publish(session, "SA", course.id, audience=Audience(role_codes=("SA",)))
    session.commit()
    assert runner.invoke(args=["rules", "equal", "CS-1", "CS-1"]).exit_code == 1
    assert "no such course" in runner.invoke(args=["rules", "equal", "CS-1", "CS-9"]).output
    assert "noted" in runner.invoke(args=["rules", "equal", "CS-1", "CS-2"]).output
    assert "nothing to change" in runner.invoke(args=["rules", "equal", "CS-1", "CS-2"]).output
    assert runner.invoke(args=["rules", "sync"]).output.strip() == "1 enroll"
    assert {one[0] for one in open_ones(session)} == {"00201"}
    session.rollback()
    runner.invoke(args=["rules", "equal", "CS-1", "CS-2", "--no-longer"])
    assert runner.invoke(args=["rules", "sync"]).output.strip() == "1 enroll"


def test_one_persons_sync_sends_few_statements(session: Session, cast: Cast, query_count):
    courses = [Network(session).course(f"CS-{number}", due_days=30).id for number in range(5)]
    for number, course_id in enumerate(courses):
        publish(session, f"R{number}", course_id, audience=Audience(role_codes=("SA",)))
    with query_count() as seen:
        sync_people(session, [cast.employee.id], as_of=TODAY, actor=now())
    assert seen.total <= 38
    with query_count() as again:
        sync_people(session, as_of=TODAY, actor=now())
    assert again.total <= 38, "however many people"

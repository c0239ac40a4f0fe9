"""Rules are written with choices only, read as one sentence, rehearsed, published in the background and undone."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.enrollments.assignment_rules.models import AssignmentRuleVersion, RuleRun
from lms.enrollments.assignment_rules.publishing import actions, jobs
from lms.enrollments.assignment_rules.queries import load_catalog
from lms.enrollments.assignment_rules.rules_terms import (
    Audience,
    Due,
    DueKind,
    Renewal,
    RenewalBasis,
    RenewalKind,
    RuleTerms,
    Trigger,
    from_json,
)
from lms.enrollments.assignment_rules.sentence import Names, sentence
from lms.enrollments.models import Enrollment
from lms.people.models import Person
from lms.people.rules import DutyKind, NetworkType
from lms.shared.clock import local_date, utcnow
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in

TODAY = local_date(utcnow(), "Asia/Seoul")
NAMES = Names({1: "Greeting", 2: "Telephone"}, {7: "Capital"}, {"SA": "Advisor", "RC": "Receptionist"}, {1: "Tier 1"})
START = date(2019, 1, 1)
WORDED = [
    (
        RuleTerms(course_ids=(1,), trigger=Trigger.HIRE, due=Due(days=14), valid_from=START),
        "From 2019-01-01, all employees take the course “Greeting” when they are hired, within 14 days.",
        "2019-01-01부터 전 직원은 입사하면 14일 안에 「Greeting」 과정을 이수합니다.",
    ),
    (
        RuleTerms(
            course_ids=(1, 2),
            audience=Audience(
                role_codes=("SA", "RC"),
                duties=(DutyKind.COORDINATOR,),
                network_types=(NetworkType.GENERAL, NetworkType.DIRECT),
                unit_ids=(7,),
                tenure_from_days=30,
                tiers_reached=(1,),
            ),
            trigger=Trigger.ROLE,
            includes_present=False,
            due=Due(kind=DueKind.MONTH_END),
            renewal=Renewal(kind=RenewalKind.MONTHS, months=24, window_days=60),
            valid_from=START,
            valid_to=date(2020, 1, 1),
        ),
        "From 2019-01-01, all employees working as Advisor, Receptionist or CS coordinator at General or Direct"
        " centers in Capital who have worked here for 30 days or more and who have reached Tier 1 take the courses"
        " “Greeting” and “Telephone” in this order when they newly take up the job, by the end of that month, and again"
        " 24 months after completing it, from 60 days before that, until 2019-12-31.",
        "2019-01-01부터 2019-12-31까지 근속 30일 이상인, Tier 1에 이른 Capital의 일반 또는 직영 센터의 Advisor,"
        " Receptionist 또는 CS 코디네이터인 직원은 새로 그 직무를 맡으면 그달 말까지 「Greeting」, 「Telephone」 과정을"
        " 이 순서로 이수하고, 이수 후 24개월마다 (만료 60일 전부터) 다시 이수합니다.",
    ),
    (
        RuleTerms(
            course_ids=(1,),
            audience=Audience(role_codes=("SA",)),
            trigger=Trigger.FIXED,
            fixed_on=date(2019, 3, 1),
            due=Due(),
            renewal=Renewal(kind=RenewalKind.CALENDAR, month=3, day=31, basis=RenewalBasis.FIXED),
            valid_from=START,
        ),
        "From 2019-01-01, all employees working as Advisor take the course “Greeting” on 2019-03-01, and again every"
        " year by March 31.",
        "2019-01-01부터 Advisor인 직원은 2019-03-01에 「Greeting」 과정을 이수하고, 해마다 3월 31일까지 다시"
        " 이수합니다.",
    ),
    (
        RuleTerms(
            course_ids=(1,),
            trigger=Trigger.ANNUAL,
            due=Due(days=30),
            renewal=Renewal(kind=RenewalKind.CALENDAR, month=8, day=4, basis=RenewalBasis.FIXED),
            valid_from=START,
        ),
        "From 2019-01-01, all employees take the course “Greeting” every year on August 4, within 30 days.",
        "2019-01-01부터 전 직원은 해마다 8월 4일부터 30일 안에 「Greeting」 과정을 이수합니다.",
    ),
]


@pytest.mark.parametrize(("terms", "english", "korean"), WORDED)
def test_a_rule_is_one_sentence(app: Flask, terms: RuleTerms, english: str, korean: str):
    with app.test_request_context():
        for locale, expected in (("en", english), ("ko", korean)):
            with force_locale(locale):
                assert sentence(terms, NAMES) == expected


def test_a_long_list_is_cut_where_room_is_short(app: Flask):
    terms = RuleTerms(course_ids=(1, 2, 3, 4), trigger=Trigger.MONTHLY, valid_from=START)
    with app.test_request_context(), force_locale("en"):
        assert "“Greeting”, “Telephone” and 2 more" in sentence(terms, NAMES, 2)
    jobs = RuleTerms(
        course_ids=(1,),
        audience=Audience(role_codes=("SA", "RC", "XX", "YY")),
        trigger=Trigger.MONTHLY,
        valid_from=START,
    )
    for locale, expected in (
        ("en", "Advisor, Receptionist or 2 other jobs take"),
        ("ko", "또는 그 외 2개 직무인 직원은"),
    ):
        with app.test_request_context(), force_locale(locale):
            assert expected in sentence(jobs, NAMES, 2)


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the committed small cast."""
    found = small_cast(session)
    session.commit()
    return found


def form_of(cast: Cast, **changes: object) -> dict[str, object]:
    """Return a rule for advisors in the capital region, well filled in."""
    return {
        "code": "R-1", "name_ko": "접수 기본", "name_en": "Reception basics", "courses": [cast.course.public_id],
        "roles": ["SA"], "units": [cast.region.public_id], "trigger": "ROLE", "includes_present": "y", "due": "DAYS",
        "due_days": "30", "renewal": "NONE", "renewal_basis": "COMPLETION", "renewal_month": "",
        "valid_from": TODAY.isoformat(), "note": "the basics come first", "request_key": "k1",
    } | changes  # fmt: skip


def drafts(session: Session) -> list[AssignmentRuleVersion]:
    session.rollback()
    return list(session.scalars(select(AssignmentRuleVersion).order_by(AssignmentRuleVersion.id)))


def known_since(client: FlaskClient, rule: str) -> str:
    """Return when the draft in the form was written, as the form carries it."""
    return client.get(f"{rule}/edit").text.split('name="known_since"')[1].split('value="')[1].split('"')[0]


def test_a_draft_is_written_read_changed_and_dropped(client: FlaskClient, session: Session, cast: Cast):
    sign_in(client, cast.training_admin)
    token = csrf_token(client, "/rules/new")
    sent = form_of(cast) | {"csrf_token": token}
    shown = client.post("/rules/new", data=sent | {"words": "1"})
    assert shown.status_code == 200
    assert "그 직무를 맡으면 30일 안에" in shown.text
    assert drafts(session) == []
    first = client.post("/rules/new", data=sent)
    assert (first.status_code, client.post("/rules/new", data=sent).location) == (
        303,
        first.location,
    )  # twice acts once
    (draft,) = drafts(session)
    assert (draft.state, from_json(draft.terms).due.days, draft.number) == ("DRAFT", 30, 1)
    page = client.get(first.location)
    assert "수도권" in page.text
    assert "접수 기본" in client.get("/rules").text
    assert client.get("/rules?course=NONE-1").text.count("접수 기본") == 0
    edit = f"{first.location}/edit"
    changed = sent | {"due_days": "45", "known_since": known_since(client, first.location), "request_key": "k2"}
    assert client.post(edit, data=changed).status_code == 303
    overtaken = client.post(edit, data=changed | {"due_days": "60", "request_key": "k3"})
    assert overtaken.status_code == 422
    assert "그사이 다른 사람이" in overtaken.text
    assert [from_json(one.terms).due.days for one in drafts(session)] == [45]
    assert client.post(f"{first.location}/discard", data={"csrf_token": token}).status_code == 303
    assert [one.state for one in drafts(session)] == ["WITHDRAWN"]
    actions = session.scalars(
        select(AuditEvent.action).where(AuditEvent.action.startswith("rules.")).order_by(AuditEvent.id)
    )
    assert list(actions) == ["rules.write_draft", "rules.change_draft", "rules.discard_draft"]


def test_what_is_wrong_is_said_at_its_field(client: FlaskClient, session: Session, cast: Cast):
    sign_in(client, cast.training_admin)
    token = csrf_token(client, "/rules/new")
    wrongs = (
        {"courses": []}, {"due_days": ""}, {"trigger": "FIXED"}, {"renewal": "MONTHS"}, {"code": "a b"},
        {"renewal": "CALENDAR", "renewal_month": "2", "renewal_day": "30"}, {"roles": ["NOPE"]},
        {"last_on": (TODAY - timedelta(days=9)).isoformat()}, {"tenure_from": "30", "tenure_to": "10"}, {"note": " "},
    )  # fmt: skip
    for number, wrong in enumerate(wrongs):
        sent = form_of(cast, request_key=f"w{number}", **wrong) | {"csrf_token": token}
        assert client.post("/rules/new", data=sent).status_code == 422, wrong
    assert drafts(session) == []


def test_rules_are_the_training_teams(client: FlaskClient, session: Session, cast: Cast):
    for person in (cast.employee, cast.coordinator, cast.region_manager):
        sign_in(client, person)
        assert client.get("/rules").status_code == 403


def rehearsed(client: FlaskClient, session: Session, cast: Cast, **changes: object) -> tuple[str, str]:
    """Write a draft, rehearse it; return the rule's address and that of the rehearsal."""
    token = csrf_token(client, "/rules/new")
    written = client.post("/rules/new", data=form_of(cast, **changes) | {"csrf_token": token})
    assert written.status_code == 303, written.text
    key = f"r{changes.get('request_key', '')}"
    run = client.post(f"{written.location}/rehearse", data={"csrf_token": token, "request_key": key})
    return written.location, run.location


def assigned_by_rules(session: Session) -> dict[str, tuple[str, bool]]:
    """Return by staff number the course that rules assigned, and whether it counts."""
    session.rollback()
    rows = session.execute(
        select(Person.staff_no, Course.code, Enrollment.voided_on)
        .join(Enrollment, Enrollment.person_id == Person.id)
        .join(Course, Course.id == Enrollment.course_id)
        .where(Enrollment.source == "RULE")
    )
    return {staff_no: (code, voided_on is None) for staff_no, code, voided_on in rows}


def test_a_rule_is_rehearsed_published_and_undone(client: FlaskClient, session: Session, cast: Cast):
    net = Network(session)
    other = net.course("BASIC-02", due_days=10)
    far = {"courses": [other.public_id], "units": [], "roles": ["SA"], "due_days": "10"}
    session.commit()
    sign_in(client, cast.training_admin)
    token = csrf_token(client, "/rules/new")
    rule, run = rehearsed(client, session, cast, **far)
    assert assigned_by_rules(session) == {}  # a rehearsal changes nothing
    page = client.get(run).text
    assert "2건" in page
    closed = client.get(f"{run}/people?part=GAINS")
    assert closed.status_code == 303  # names open after a stated purpose
    client.post(closed.location, data={"csrf_token": token, "reason": "rehearsing a rule"})
    named = client.get(f"{run}/people?part=GAINS").text
    people = (cast.employee, cast.namesake, cast.colleague)
    assert [one.staff_no in named for one in people] == [True, True, False]
    published = client.post(f"{rule}/publish", data={"csrf_token": token, "request_key": "p"})
    assert client.post(f"{rule}/publish", data={"csrf_token": token, "request_key": "p"}).location == published.location
    gained = {cast.employee.staff_no: ("BASIC-02", True), cast.namesake.staff_no: ("BASIC-02", True)}
    assert assigned_by_rules(session) == gained
    assert "적용 중" in client.get(rule).text
    undone = client.post(
        f"{published.location}/undo", data={"csrf_token": token, "reason": "wrong", "request_key": "u"}
    )
    assert undone.status_code == 303, undone.text
    assert assigned_by_rules(session) == {staff_no: (code, False) for staff_no, (code, _) in gained.items()}
    assert client.get(undone.location).status_code == 200


def test_what_was_completed_cannot_be_undone_but_ended(client: FlaskClient, session: Session, cast: Cast):
    other = Network(session).course("BASIC-02", due_days=10)
    session.commit()
    sign_in(client, cast.training_admin)
    token = csrf_token(client, "/rules/new")
    rule, _ = rehearsed(client, session, cast, courses=[other.public_id], units=[])
    run = client.post(f"{rule}/publish", data={"csrf_token": token, "request_key": "p"}).location
    session.rollback()
    ruled = select(Enrollment).where(Enrollment.source == "RULE")
    session.scalars(ruled.where(Enrollment.person_id == cast.employee.id)).one().completed_on = TODAY
    session.commit()
    refused = client.post(f"{run}/undo", data={"csrf_token": token, "reason": "wrong", "request_key": "u"})
    assert refused.status_code == 422
    assert "이수한 사람이 있어" in refused.text
    ended = client.post(
        f"{rule}/end", data={"csrf_token": token, "last_on": TODAY.isoformat(), "reason": "enough", "request_key": "e"}
    )
    assert ended.status_code == 303, ended.text
    seen = client.post(f"{rule}/rehearse", data={"csrf_token": token, "request_key": "r2"}).location
    assert "1건" in client.get(seen).text  # the one that is open is lost on the day after, the completed one stays
    assert client.post(f"{rule}/publish", data={"csrf_token": token, "request_key": "p2"}).status_code == 303


def test_a_draft_changed_since_must_be_rehearsed_again(client: FlaskClient, session: Session, cast: Cast):
    other = Network(session).course("BASIC-02")
    session.commit()
    sign_in(client, cast.training_admin)
    token = csrf_token(client, "/rules/new")
    fixed = {"courses": [other.public_id], "due": "FIXED", "due_on": "2019-01-01"}
    rule, run = rehearsed(client, session, cast, **fixed)
    assert "지킬 수 없는 기한이 1건" in client.get(run).text
    early = {"courses": [other.public_id], "valid_from": "2019-01-02", "request_key": "k5"}
    again = form_of(cast, **early, known_since=known_since(client, rule)) | {"csrf_token": token}
    assert client.post(f"{rule}/edit", data=again).status_code == 303
    client.post(f"{rule}/publish", data={"csrf_token": token, "request_key": "p"})
    assert [one.state for one in drafts(session)] == ["DRAFT"]
    assert "예행하십시오" in client.get(rule).text
    late = client.post(f"{rule}/rehearse", data={"csrf_token": token, "request_key": "r9"}).location
    # One of two was done at the center; one of three is, once the course is due there.
    assert re.search(r"강남점.*?50\.0%.*?33\.3%.*?-16\.7%p", client.get(late).text, re.DOTALL)


def test_why_and_why_not_rule_by_rule(client: FlaskClient, session: Session, cast: Cast):
    other = Network(session).course("BASIC-02", due_days=10)
    session.commit()
    sign_in(client, cast.training_admin)
    token = csrf_token(client, "/rules/new")
    rule, _ = rehearsed(client, session, cast, courses=[other.public_id])
    client.post(f"{rule}/publish", data={"csrf_token": token, "request_key": "p"})
    sign_in(client, cast.employee)
    # On a phone the choice is folded away once it was made, not before.
    assert '<details class="filters" open>' in client.get("/me/why").text
    own = client.get(f"/me/why?course={other.public_id}").text
    assert '<details class="filters">' in own
    assert "R-1" in own
    assert "규칙이 이 과정을 요구합니다" in own
    before = client.get(f"/me/why?course={other.public_id}&as_of={TODAY - timedelta(days=1)}").text
    assert "이 과정을 다루는 규칙이 없습니다" in before
    assert client.get(f"/people/{cast.colleague.public_id}/why").status_code == 404
    sign_in(client, cast.coordinator)
    his = client.get(f"/people/{cast.colleague.public_id}/why?course={other.public_id}").text
    assert "직무나 직책이 규칙의 대상이 아닙니다" in his
    uncovered = client.get("/rules/uncovered").text
    assert [one.staff_no in uncovered for one in (cast.colleague, cast.employee, cast.namesake)] == [True, False, False]


def test_a_publication_goes_on_where_it_was_broken_off(
    app: Flask, client: FlaskClient, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    other = Network(session).course("BASIC-02", due_days=10)
    session.commit()
    sign_in(client, cast.training_admin)
    token = csrf_token(client, "/rules/new")
    rule, _ = rehearsed(client, session, cast, courses=[other.public_id], units=[])
    monkeypatch.setattr(actions, "BATCH", 3)
    monkeypatch.setattr(jobs, "BUSY", frozenset())  # the worker died: nothing is done
    client.post(f"{rule}/publish", data={"csrf_token": token, "request_key": "p"})
    monkeypatch.undo()
    monkeypatch.setattr(actions, "BATCH", 3)
    session.rollback()
    run = session.scalars(select(RuleRun).where(RuleRun.kind == "PUBLICATION")).one()
    assert (run.state, assigned_by_rules(session)) == ("WAITING", {})
    maker = Actor(person_id=None, label="t", origin="t", at=utcnow())
    assert actions.take_batch(session, run, actions.prepare(session, run), actor=maker)  # one batch, then a stop
    session.commit()
    assert (run.state, run.done, len(assigned_by_rules(session))) == ("RUNNING", 3, 2)
    with app.app_context():
        jobs.run(session, run_id=run.id)
    assert (run.state, run.done, run.sums["counts"]) == ("DONE", 8, {"ENROLL": 2})
    assert len(assigned_by_rules(session)) == 2


def test_courses_are_said_to_be_equal_and_no_longer(client: FlaskClient, session: Session, cast: Cast):
    newer = Network(session).course("NEWER-01", title_ko="새 과정 <b>", title_en="A newer course")
    Network(session).course("NOISE-01", title_ko="무관한 과정", title_en="Another course")
    session.commit()
    codes = (cast.course.code, newer.code)
    pair = {"course": cast.course.public_id, "counts": newer.public_id}
    sign_in(client, cast.training_admin)
    address = "/rules/equivalents"
    assert f'href="{address}"' in client.get("/rules").text
    assert "적용 중인 쌍이 없습니다" in client.get(address).text
    pair["csrf_token"] = csrf_token(client, address)
    for wrong in ({"counts": cast.course.public_id}, {"counts": ""}, {"course": "zzzzzzzzzzz"}):
        assert client.post(address, data=pair | wrong).status_code == 422, wrong

    def asked_instead() -> set[tuple[str, str]]:
        session.rollback()
        catalog = load_catalog(session)
        return {(one.code, catalog[other].code) for one in catalog.values() for other in one.equivalents}

    assert asked_instead() == set()
    for _twice in range(2):
        assert client.post(address, data=pair).status_code == 303
    assert asked_instead() == {codes}
    assert "새 과정 &lt;b&gt;" in client.get(address).text.partition("</table>")[0]
    for _twice in range(2):
        assert client.post(f"{address}/end", data=pair).status_code == 303
    assert asked_instead() == set()
    said = select(AuditEvent).where(AuditEvent.action == "rules.set_equivalence").order_by(AuditEvent.id)
    kept = [(one.object_id, one.detail, one.actor_id) for one in session.scalars(said)]
    who = cast.training_admin.id
    assert kept == [(codes[0], {"counts": codes[1], "holds": holds}, who) for holds in (True, False)]
    for person in (cast.employee, cast.coordinator, cast.region_manager):
        sign_in(client, person)
        assert client.get(address).status_code == 403

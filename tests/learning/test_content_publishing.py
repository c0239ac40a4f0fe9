"""Publishing a draft: what becomes a version, who is brought to it in each mode, and that it never changes."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.courses.models import Course
from lms.enrollments.assignment_rules.models import AssignmentRule, AssignmentRuleVersion
from lms.enrollments.assignment_rules.rules_terms import Audience, Due, RuleTerms, Trigger, VersionState, to_json
from lms.enrollments.models import Assignment, Enrollment, EnrollmentRevision
from lms.jobs.sweeps import sweep_all
from lms.learning.content import actions, queries
from lms.learning.content.actions_publishing import MOVE, faults_of
from lms.learning.content.jobs import ask, move
from lms.learning.content.models import Edition, Module
from lms.learning.content.rules import Keeps, ModuleKind, difference
from lms.people.models import Person
from lms.shared.clock import local_date, utcnow
from lms.shared.errors import DomainError
from tests.factories import noise
from tests.learning.content import SVG, add_page, author, keep, published
from tests.support.network import Cast, Network, small_cast

TODAY = local_date(utcnow(), "Asia/Seoul")
DUE = TODAY + timedelta(days=30)


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the small cast among people whom nobody means."""
    noise(session)
    return small_cast(session)


@pytest.fixture
def learner(session: Session, cast: Cast) -> dict[str, Person]:
    """Give an open, a completed, a left, an optional and a taken-out enrollment of the course's first edition."""
    published(session, cast.course)
    net, version = Network(session), cast.course.versions[-1]
    done = {"due_on": date(2019, 1, 31), "completed_on": date(2019, 1, 10), "course_version_id": version.id}
    until = {"left": date(2020, 1, 1)}
    people = {
        name: net.person(f"L{place}", f"배우는이{place}", at=cast.center, until=until.get(name))
        for place, name in enumerate(("open", "done", "left", "optional", "out", "away"))
    }
    net.leave(people["away"], date(2020, 1, 1), None)
    net.enroll(people["open"], cast.course, due_on=DUE, course_version_id=version.id)
    net.enroll(people["out"], cast.course, due_on=DUE, course_version_id=version.id, voided_on=date(2020, 1, 1))
    net.enroll(people["optional"], cast.course, **done, required=False)
    for name in ("done", "left", "away"):
        net.enroll(people[name], cast.course, **done)
    session.flush()
    return people


def publish(session: Session, cast: Cast, keeps: Keeps, **options: Any) -> Edition:
    draft = actions.start_draft(session, author(), cast.course)
    add_page(session, draft, "새 쪽")
    options = {"effective_on": TODAY, "due_on": DUE if keeps is Keeps.TOP_UP else None} | options
    actions.publish(session, author(), draft, keeps=keeps, today=TODAY, **options)
    session.commit()
    return draft


def bring(app: Flask, session: Session, edition: Edition) -> None:
    """Do what the background does for an edition."""
    with app.app_context():
        move(session, edition_id=edition.id)
    session.rollback()


def cycles(session: Session, person: Person) -> list[Enrollment]:
    found = select(Enrollment).where(Enrollment.person_id == person.id).order_by(Enrollment.cycle)
    return list(session.scalars(found))


def test_a_version_carries_the_criteria_and_the_keys_of_what_went_on(session: Session, cast: Cast):
    published(session, cast.course)
    draft = actions.start_draft(session, author(), cast.course)
    former = queries.newest_edition(session, cast.course.id)
    assert former is not None
    kept = draft.modules[0].key
    assert kept == former.modules[0].key
    assert draft.modules[0].public_id != former.modules[0].public_id
    add_page(session, draft, "둘째", minutes=7)
    actions.change_outline(session, author(), draft, pass_progress_pct=80, chapters=[{"ko": "하나", "en": "One"}])
    version = actions.publish(session, author(), draft, effective_on=TODAY, keeps=Keeps.KEEP, today=TODAY)
    assert (version.number, version.minutes, version.chapters, version.pass_progress_pct) == (3, 12, 1, 80)
    assert queries.edition_of(session, version.id) is draft
    changed = difference(queries.parts_of(former), queries.parts_of(draft))
    assert [part.title_ko for part in changed.added] == ["둘째"]
    assert changed.kept == 1


def test_keeping_leaves_everyone_where_they_are(app: Flask, session: Session, cast: Cast, learner):
    before = {name: [one.course_version_id for one in cycles(session, person)] for name, person in learner.items()}
    edition = publish(session, cast, Keeps.KEEP)
    bring(app, session, edition)
    assert before == {
        name: [one.course_version_id for one in cycles(session, person)] for name, person in learner.items()
    }
    assert session.get(Edition, edition.id, populate_existing=True).moved_at is not None
    assert session.scalar(select(func.count()).select_from(EnrollmentRevision)) == 0


def test_the_first_content_takes_open_enrollments_along(app: Flask, session: Session, cast: Cast):
    edition = publish(session, cast, Keeps.KEEP)
    bring(app, session, edition)
    (enrollment,) = cycles(session, cast.employee)
    assert enrollment.course_version_id == edition.course_version_id
    (former,) = session.scalars(select(EnrollmentRevision).where(EnrollmentRevision.enrollment_id == enrollment.id))
    assert former.course_version_id != edition.course_version_id
    assert former.cause == "VERSION_MOVED"


def test_topping_up_moves_the_open_and_asks_active_people_who_completed(
    app: Flask, session: Session, cast: Cast, learner
):
    edition = publish(session, cast, Keeps.TOP_UP)
    bring(app, session, edition)
    (moved,) = cycles(session, learner["open"])
    assert moved.course_version_id == edition.course_version_id
    assert moved.due_on == DUE
    first, second = cycles(session, learner["done"])
    assert (first.completed_on, first.has_later_cycle) == (date(2019, 1, 10), True)
    assert first.course_version_id != edition.course_version_id
    assert (second.cycle, second.completed_on, second.nominal_due_on, second.due_on) == (2, None, DUE, DUE)
    assert (second.course_version_id, second.assigned_on) == (edition.course_version_id, TODAY)
    assert second.required
    for name in ("left", "optional", "out", "away"):
        assert [one.course_version_id for one in cycles(session, learner[name])] != [edition.course_version_id], name
        assert len(cycles(session, learner[name])) == 1, name
    asking = session.scalars(select(Assignment)).one()
    # The colleague of the cast completed the version before there was any content.
    assert (asking.enrolled, asking.due_on, second.assignment_id) == (2, DUE, asking.id)
    line = session.scalars(select(AuditEvent).where(AuditEvent.action == "enrollments.ask_for_version")).one()
    assert sorted(line.subject_ids) == sorted([learner["done"].id, cast.colleague.id])


def test_bringing_people_again_changes_nothing(app: Flask, session: Session, cast: Cast, learner):
    edition = publish(session, cast, Keeps.TOP_UP)
    bring(app, session, edition)
    # As if the job had been broken off before its end was noted.
    session.get(Edition, edition.id, populate_existing=True).moved_at = None
    session.commit()
    before = session.scalar(select(func.count()).select_from(Enrollment))
    bring(app, session, edition)
    assert session.scalar(select(func.count()).select_from(Enrollment)) == before
    assert session.scalars(select(Assignment)).one().enrolled == 2


def test_a_retake_is_asked_by_the_rules_and_the_open_go_on_in_it(app: Flask, session: Session, cast: Cast, learner):
    write_rule(session, cast.course)
    edition = publish(session, cast, Keeps.RETAKE)
    assert edition.course_version is not None
    assert edition.course_version.requires_retake
    bring(app, session, edition)
    (moved,) = cycles(session, learner["open"])
    assert moved.course_version_id == edition.course_version_id
    first, second = cycles(session, learner["done"])
    assert first.completed_on == date(2019, 1, 10)
    assert (second.assigned_on, second.course_version_id) == (TODAY, edition.course_version_id)
    assert len(cycles(session, learner["left"])) == 1


def write_rule(session: Session, course: Course) -> None:
    since = TODAY - timedelta(days=5)
    terms = RuleTerms(
        course_ids=(course.id,),
        audience=Audience(role_codes=("SA",)),
        trigger=Trigger.ROLE,
        due=Due(days=20),
        includes_present=False,
        valid_from=since,
    )
    rule = AssignmentRule(code="R", name_ko="규칙", name_en="Rule", recorded_at=utcnow())
    rule.versions.append(
        AssignmentRuleVersion(
            number=1, state=VersionState.PUBLISHED, terms=to_json(terms), valid_from=since, recorded_at=utcnow(),
            published_at=utcnow(),
        )
    )  # fmt: skip
    session.add(rule)
    session.flush()


def test_what_takes_effect_later_waits_for_its_day(app: Flask, session: Session, cast: Cast, learner, time_machine):
    later = TODAY + timedelta(days=3)
    edition = publish(session, cast, Keeps.TOP_UP, effective_on=later)
    with app.app_context():
        assert ask(session) == 0
    (waiting,) = cycles(session, learner["open"])
    assert waiting.course_version_id != edition.course_version_id
    time_machine.move_to(f"{later}T09:00:00+09:00")
    with app.app_context():
        assert sweep_all(session) >= 1
    assert (MOVE, {"edition_id": edition.id}) in session.info.pop("pending_jobs")
    bring(app, session, edition)
    (moved,) = cycles(session, learner["open"])
    assert moved.course_version_id == edition.course_version_id


def test_many_people_take_few_statements(app: Flask, session: Session, cast: Cast, query_count: Callable[[], Any]):
    published(session, cast.course)
    net, version = Network(session), cast.course.versions[-1]
    for number in range(60):
        person = net.person(f"M{number}", f"이름{number}", at=cast.center)
        done = date(2019, 1, 10) if number % 2 else None
        net.enroll(person, cast.course, due_on=DUE, course_version_id=version.id, completed_on=done)
    edition = publish(session, cast, Keeps.TOP_UP)
    with query_count() as seen:
        bring(app, session, edition)
    assert seen.total <= 60
    assert session.scalar(select(func.count()).where(Enrollment.cycle == 2)) == 30 + 1


def test_an_unfinished_draft_is_not_published(session: Session, cast: Cast):
    draft = actions.start_draft(session, author(), cast.course, is_empty=True)
    assert [fault.code for fault in faults_of(session, draft)] == ["no_module"]
    page = add_page(session, draft, body_ko="![그림](there.svg)", required=False)
    actions.add_module(session, author(), draft, kind=ModuleKind.VIDEO, title_ko="영상", title_en="Video", chapter=2)
    actions.change_outline(session, author(), draft, pass_score=70)
    codes = [fault.code for fault in faults_of(session, draft)]
    assert codes == ["lacks_file", "lacks_seconds", "no_such_chapter", "no_quiz_for_score", "unknown_picture"]
    with pytest.raises(DomainError, match="unfinished"):
        actions.publish(session, author(), draft, effective_on=TODAY, keeps=Keeps.KEEP, today=TODAY)
    assert page.edition.course_version_id is None


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"effective_on": TODAY - timedelta(days=1)}, "effective_past"),
        ({"keeps": Keeps.TOP_UP}, "due_missing"),
        ({"keeps": Keeps.TOP_UP, "due_on": TODAY - timedelta(days=1)}, "due_early"),
    ],
)
def test_days_that_make_no_sense_are_refused(session: Session, cast: Cast, wish, code):
    draft = actions.start_draft(session, author(), cast.course)
    add_page(session, draft)
    wish = {"effective_on": TODAY, "keeps": Keeps.KEEP} | wish
    with pytest.raises(DomainError, match=code):
        actions.publish(session, author(), draft, today=TODAY, **wish)


def test_a_version_does_not_take_effect_before_the_one_before(session: Session, cast: Cast):
    draft = actions.start_draft(session, author(), cast.course)
    add_page(session, draft)
    later = TODAY + timedelta(days=9)
    actions.publish(session, author(), draft, effective_on=later, keeps=Keeps.KEEP, today=TODAY)
    session.refresh(cast.course)
    again = actions.start_draft(session, author(), cast.course)
    with pytest.raises(DomainError, match="before_last_version"):
        actions.publish(session, author(), again, effective_on=TODAY, keeps=Keeps.KEEP, today=TODAY)


def test_actions_refuse_what_is_published(session: Session, cast: Cast):
    published(session, cast.course)
    edition = queries.newest_edition(session, cast.course.id)
    assert edition is not None
    (module,) = edition.modules
    attempts: list[Callable[[], object]] = [
        lambda: add_page(session, edition),
        lambda: actions.change_module(session, author(), module, title_ko="다름"),
        lambda: actions.move_module(session, author(), module, up=True),
        lambda: actions.remove_module(session, author(), module),
        lambda: actions.change_outline(session, author(), edition, pass_score=10),
        lambda: actions.discard_draft(session, author(), edition),
        lambda: actions.remove_picture(session, author(), edition, name="a.svg"),
        lambda: actions.publish(session, author(), edition, effective_on=TODAY, keeps=Keeps.KEEP, today=TODAY),
    ]
    for attempt in attempts:
        with pytest.raises(DomainError, match="published"):
            attempt()
    assert session.scalars(select(Module.title_ko)).all() == ["쪽"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edition SET pass_score = 1 WHERE course_version_id IS NOT NULL",
        "UPDATE edition SET course_version_id = NULL WHERE course_version_id IS NOT NULL",
        "DELETE FROM edition WHERE course_version_id IS NOT NULL",
        "UPDATE module SET title_ko = 'x'",
        "DELETE FROM module",
        "INSERT INTO module (public_id, edition_id, key, position, chapter, kind, required, title_ko, title_en, "
        "summary_ko, summary_en, minutes, body_ko, body_en) SELECT 'q', edition_id, 'q', 9, 1, kind, required, '', '', "
        "'', '', 1, '', '' FROM module",
        "INSERT INTO edition_file (edition_id, name, file_id) SELECT id, 'x', 1 FROM edition",
        "UPDATE content_file SET sha256 = 'x'",
    ],
)
def test_the_database_refuses_to_change_what_is_published(session: Session, cast: Cast, tmp_path, statement):
    keep(session, cast.course, "a.svg", SVG, tmp_path)
    published(session, cast.course)
    session.commit()
    with pytest.raises(DBAPIError, match="never changes"):
        session.execute(text(statement))
    session.rollback()
    # Who published may turn out to be another row.
    session.execute(text("UPDATE edition SET published_by_id = NULL, moved_at = NULL"))

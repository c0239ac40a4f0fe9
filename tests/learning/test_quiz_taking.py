"""Someone takes a quiz: kept as one goes, graded once, and nothing right leaves the server before its time."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.learning.progress.models import ModuleProgress
from lms.learning.quizzes import actions, jobs
from lms.learning.quizzes.actions_questions import retire_question, revise_question
from lms.learning.quizzes.models import Attempt, AttemptItem, TimeGrant
from lms.learning.quizzes.queries import content_of
from lms.learning.quizzes.queries_analysis import analyses
from lms.learning.quizzes.rules_attempts import Release
from lms.people.models import Person
from lms.people.rules import DutyKind
from lms.shared.clock import utcnow
from lms.shared.db import db, writing
from lms.shared.errors import DomainError
from tests.learning.quizzing import QUESTIONS, Taking, attempts, form_of, said, taking, today
from tests.support.network import Network
from tests.support.sign_in import csrf_token, sign_in

# What stands in no answer to a learner before it is released.
SECRETS = ("zqwhy", "zqaccepted", "복창", "correct", "is_right", "accepted")


def signed_in(client: FlaskClient, person: Person) -> str:
    sign_in(client, person)
    client.set_cookie("language", "en")
    return csrf_token(client, "/account/password")


def test_an_attempt_is_answered_screen_by_screen_and_graded_once(session: Session, client: FlaskClient):
    quiz = taking(session, release=Release.EACH, wait_minutes=5)
    token = signed_in(client, quiz.cast.employee)
    start = client.get(quiz.path).text
    assert "6 questions" in start
    assert "50 of 100" in start
    first = client.post(quiz.path, data={"csrf_token": token}).headers["Location"]
    assert first.endswith("/1")
    (attempt,) = attempts(session)
    for item in quiz.reload(attempt).items:
        address = f"{quiz.path}/{attempt.public_id}/{item.position}"
        page = client.get(address).text
        assert f"Question {item.position} of 6" in page
        following = "end" if item.position == 6 else str(item.position + 1)
        form = form_of(item, rightly=item.position < 5, go=following, csrf_token=token)
        # The same again changes nothing.
        for _ in range(2):
            assert client.post(address, data=form).headers["Location"].endswith(following)
    assert "Every question is answered" in client.get(f"{quiz.path}/{attempt.public_id}/end").text
    client.post(f"{quiz.path}/{attempt.public_id}/end", data={"csrf_token": token})
    found = quiz.reload(attempt)
    assert (found.score, found.passed) == (66, True)
    result = client.get(f"{quiz.path}/{attempt.public_id}").text
    assert "4 of 6 right" in result
    assert sum(f"zqwhy{number}" in result for number in range(1, 7)) == 6
    noted = session.scalars(select(ModuleProgress).filter_by(record_id=quiz.record.id)).one()
    assert (noted.module_key, noted.score) == (quiz.module.key, 66)
    ended = session.scalars(select(AuditEvent).filter_by(action="quizzes.end")).one()
    assert ended.detail == {"number": 1, "score": 66, "passed": True}


def pages_of(client: FlaskClient, quiz: Taking, attempt: Attempt) -> list[str]:
    here = f"{quiz.path}/{attempt.public_id}"
    author = f"/authoring/{quiz.cast.course.public_id}/questions"
    addresses = [
        quiz.path, here, f"{here}/end", *(f"{here}/{number}" for number in range(1, 7)), author, f"{author}/new",
        f"{author}/import", f"{author}/template.csv", f"{author}/settings/{quiz.module.public_id}",
        *(f"{author}/{question.public_id}" for question in quiz.questions),
        f"/courses/{quiz.cast.course.public_id}", "/me", "/recall", "/recall/results",
    ]  # fmt: skip
    answers = [client.get(address) for address in addresses]
    return [answer.get_data(as_text=True) + str(answer.headers) for answer in answers]


@pytest.mark.parametrize("release", [Release.NEVER, Release.PASSED, Release.LAST])
def test_nothing_right_leaves_the_server_before_its_time(session: Session, client: FlaskClient, release: Release):
    quiz = taking(session, release=release, pass_score=100, max_attempts=2)
    token = signed_in(client, quiz.cast.employee)
    client.post(quiz.path, data={"csrf_token": token})
    (attempt,) = attempts(session)
    said_so_far = pages_of(client, quiz, attempt)
    for item in quiz.reload(attempt).items:
        address = f"{quiz.path}/{attempt.public_id}/{item.position}"
        for headers in ({}, {"Accept": "application/json"}):
            form = form_of(item, rightly=False, csrf_token=token)
            answer = client.post(address, data=form, headers=headers)
            said_so_far.append(answer.get_data(as_text=True) + str(answer.headers))
            refused = client.post(address, data={"csrf_token": token, "choice": "x"}, headers=headers)
            said_so_far.append(refused.get_data(as_text=True))
    client.post(f"{quiz.path}/{attempt.public_id}/end", data={"csrf_token": token})
    said_so_far += pages_of(client, quiz, attempt)
    given_away = [(word, page[:300]) for word in SECRETS for page in said_so_far if word in page]
    assert not given_away
    ids = {public_id for question in quiz.questions for public_id in (question.public_id, question.key)}
    assert not [one for one in ids if any(one in page for page in said_so_far)]


def test_names_and_order_of_options_tell_nothing(session: Session):
    quiz = taking(session)
    shown: dict[str, set[tuple[int, ...]]] = {}
    names: list[str] = []
    first_is_right = 0
    for _ in range(40):
        attempt = quiz.begin()
        for item in attempt.items:
            shown.setdefault(item.question.kind, set()).add(tuple(place for _, place in item.options))
            names += [name for name, _ in item.options]
            right = content_of(item.question).correct
            if item.question.kind == "SINGLE":
                # Names sorted as texts must not sort the right one to the front either.
                first_is_right += sorted(item.options)[0][1] == right[0]
        actions.end_attempt(session, quiz.actor(), quiz.study(), attempt, today=today())
    assert len(set(names)) == len(names), "no name is used again"
    assert all(re.fullmatch("[2-9b-z]{11}", name) for name in names)
    assert len(shown["ORDERING"]) == 6, "every order of three comes up in forty"
    assert len(shown["SINGLE"]) > 10
    assert 1 <= first_is_right <= 24
    assert shown["TRUE_FALSE"] == {(0, 1)}


def test_a_question_is_not_changed_under_who_answered_it(session: Session):
    quiz = taking(session)
    attempt = quiz.take(0)
    author = quiz.actor()
    asked = quiz.questions[0]
    changed = content_of(quiz.questions[1])
    retire_question(session, author, question=quiz.questions[1])
    successor = revise_question(session, author, question=asked, pool="다른 은행", content=changed)
    assert (successor.key, successor.version, asked.superseded_at is not None) == (asked.key, 2, True)
    assert revise_question(session, author, question=successor, pool="다른 은행", content=changed) is successor
    with pytest.raises(DomainError) as refused:
        revise_question(session, author, question=asked, pool="p", content=changed)
    assert refused.value.code == "superseded"
    session.commit()
    kept = {item.question_id: item.question.text_ko for item in quiz.reload(attempt).items}
    assert kept[asked.id] == QUESTIONS[0].text_ko
    assert len(quiz.begin().items) == 4, "two questions of the pool are asked no more"


def test_an_attempt_that_nobody_came_back_to_is_graded_with_what_was_saved(app: Flask, session: Session):
    quiz = taking(session, limit_minutes=10)
    long_ago = utcnow() - timedelta(minutes=11)
    attempt = quiz.begin(long_ago)
    for item in attempt.items[:3]:
        assert quiz.answer(attempt, item, rightly=True, at=long_ago + timedelta(minutes=2))
    session.commit()
    with app.app_context(), writing():
        for _ in range(2):
            jobs.end(db.session())
            db.session.commit()
    found = quiz.reload(attempt)
    assert (found.score, found.ended_at) == (50, found.deadline_at)
    assert session.scalar(select(ModuleProgress.score).filter_by(record_id=quiz.record.id)) == 50
    assert [item.seconds for item in found.items[:2]] == [120, 0]


def test_two_who_hand_in_at_once_get_one_result(app: Flask, session: Session):
    quiz = taking(session)
    person, path = quiz.cast.employee.id, quiz.path
    session.commit()
    clients = [app.test_client() for _ in range(4)]
    tokens = [signed_in(client, person) for client in clients]  # type: ignore[arg-type]
    session.rollback()

    def do(address: str) -> list[int]:
        def send(at: int) -> int:
            return clients[at].post(address, data={"csrf_token": tokens[at]}).status_code

        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(send, range(4)))

    for number in range(1, 4):
        assert do(path) == [303] * 4
        made = attempts(session)
        assert len(made) == number, "one is open at a time"
        assert do(f"{path}/{made[-1].public_id}/end") == [303] * 4
    session.rollback()
    assert session.scalar(select(func.count()).select_from(AttemptItem)) == 18
    ended = session.scalar(select(func.count()).where(AuditEvent.action == "quizzes.end"))
    assert ended == 3


def test_pages_of_a_quiz_ask_few_statements(session: Session, client: FlaskClient, query_count: Any):
    quiz = taking(session, limit_minutes=30)
    attempt = quiz.begin()
    session.commit()
    here = f"{quiz.path}/{attempt.public_id}"
    sign_in(client, quiz.cast.employee)
    session.rollback()
    client.get(quiz.path)
    base = statements(client, "/courses", query_count)
    for address, most in ((quiz.path, 7), (f"{here}/1", 5), (f"{here}/end", 5)):
        assert statements(client, address, query_count) <= base + most, address


def statements(client: FlaskClient, address: str, query_count: Any) -> int:
    with query_count() as seen:
        assert client.get(address).status_code == 200
    return int(seen.total)


GRANT = {"minutes": "15", "reason": "a slow screen reader", "request_key": "g1"}


def test_more_time_is_granted_by_who_is_in_charge_and_never_for_oneself(session: Session, client: FlaskClient):
    quiz = taking(session, limit_minutes=10)
    cast = quiz.cast
    net = Network(session)
    net.duty(cast.employee, DutyKind.DEPUTY_COORDINATOR, cast.center)
    stranger = net.person("00202", "먼 사람", at=cast.far_away)
    net.duty(stranger, DutyKind.COORDINATOR, cast.far_away)
    attempt = quiz.begin()
    session.commit()
    form = GRANT | {"quiz": f"{quiz.record.public_id}.{quiz.module.public_id}"}
    address = f"/people/{cast.employee.public_id}/quiz-time"
    expected = {cast.employee: 404, stranger: 404, cast.colleague: 403, cast.executive: 403, cast.coordinator: 303}
    for person, status in expected.items():
        token = signed_in(client, person)
        session.rollback()
        for _ in range(2):
            answer = client.post(address, data=form | {"csrf_token": token})
            assert answer.status_code == status, (person.name, answer.text[:500])
    granted = session.scalars(select(TimeGrant)).one()
    assert (granted.minutes, granted.granted_by_id) == (15, cast.coordinator.id)
    line = session.scalars(select(AuditEvent).filter_by(action="quizzes.grant_time")).one()
    assert line.reason == "a slow screen reader"
    assert [subject.person_id for subject in line.subjects] == [cast.employee.id]
    found = quiz.reload(attempt)
    assert found.deadline_at == found.started_at + timedelta(minutes=25)
    for wrong in ({"minutes": "999"}, {"reason": " "}, {"quiz": "x.y"}, {"minutes": "170", "request_key": "g2"}):
        signed_in(client, cast.coordinator)
        session.rollback()
        token = csrf_token(client, "/account/password")
        assert client.post(address, data=form | {"csrf_token": token} | wrong).status_code == 422
    assert session.scalar(select(func.count()).select_from(TimeGrant)) == 1


def test_figures_of_questions_come_from_first_attempts_alone(session: Session):
    quiz = taking(session, pass_score=100)
    quiz.take(3)
    quiz.take(6)
    found = analyses(session, course_id=quiz.cast.course.id)
    assert sum(one.number for one in found.values()) == 6
    assert sum(one.right for one in found.values()) == 3
    right = {item.question_id: item.is_right for item in session.scalars(select(AttemptItem).limit(6))}
    assert all(found[question_id].right == int(bool(one)) for question_id, one in right.items())


def test_names_of_one_attempt_are_worth_nothing_in_another(session: Session):
    quiz = taking(session, pass_score=100)
    former = quiz.take(0)
    again = quiz.begin()
    item = next(one for one in again.items if one.options)
    old = next(one for one in former.items if one.question_id == item.question_id)
    with pytest.raises(DomainError) as refused:
        actions.save_answer(
            session, quiz.actor(), quiz.study(), again, number=item.position, today=today(), **said(old, rightly=True)
        )
    assert refused.value.code == "not_offered"

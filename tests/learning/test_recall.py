"""Two questions come back a week, a month and three months after a course: answered once, and counted nowhere else."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.completion.queries import total_rate
from lms.enrollments.models import Enrollment
from lms.learning.quizzes.queries import content_of
from lms.learning.recall.models import RecallAnswer
from lms.learning.recall.queries import list_due, list_results
from lms.learning.recall.rules import INTERVALS, chosen, interval_on, options_of
from lms.people.rules import whole_network
from tests.learning.quizzing import Taking, taking, today
from tests.support.network import Network
from tests.support.sign_in import csrf_token, sign_in

SECRET = "a secret"


@pytest.fixture
def quiz(session: Session) -> Taking:
    """Give a course that asks again; 김하나 completed it a week ago."""
    found = taking(session, asks_recall=True)
    completed(found, today() - timedelta(days=7))
    return found


def completed(quiz: Taking, on: date) -> None:
    quiz.session.get_one(Enrollment, quiz.record.enrollment_id).completed_on = on
    quiz.session.commit()


def due(quiz: Taking, on: date) -> list[Any]:
    return list_due(quiz.session, person_id=quiz.cast.employee.id, on=on, secret=SECRET)


def test_days_and_choice_by_hand():
    first = date(2019, 1, 1)
    asked = {days: interval_on(first, first + timedelta(days=days)) for days in (0, 6, 7, 29, 30, 89, 90, 149, 150)}
    assert asked == {0: None, 6: None, 7: 7, 29: 7, 30: 30, 89: 30, 90: 90, 149: 90, 150: None}
    keys = [f"k{number}" for number in range(6)]
    taken = [chosen(keys, enrollment_id=1, interval=days, secret=SECRET) for days in INTERVALS]
    assert sorted(key for pair in taken for key in pair) == keys, "other questions at each interval"
    assert chosen(keys[::-1], enrollment_id=1, interval=7, secret=SECRET) == taken[0]
    assert chosen(["k"], enrollment_id=1, interval=90, secret=SECRET) == ["k"]
    assert chosen([], enrollment_id=1, interval=7, secret=SECRET) == []
    names = [options_of(5, about=(1, 7, question), secret=SECRET, keeps_order=False) for question in range(30)]
    assert len({tuple(place for _, place in one) for one in names}) > 10
    assert len({name for one in names for name, _ in one}) == 150
    assert names[0] != options_of(5, about=(1, 7, 0), secret="another", keeps_order=False)


def test_two_questions_wait_at_each_interval_for_who_works(quiz: Taking):
    on = today()
    assert len(due(quiz, on)) == 2
    assert due(quiz, on - timedelta(days=1)) == []
    later = due(quiz, on + timedelta(days=23))
    assert [one.days for one in later] == [30, 30]
    assert not {one.question.id for one in later} & {one.question.id for one in due(quiz, on)}
    leave = Network(quiz.session).leave(quiz.cast.employee, on, on + timedelta(days=1))
    assert due(quiz, on) == []
    leave.starts_on = on + timedelta(days=1)
    leave.ends_on = None
    quiz.session.flush()
    assert len(due(quiz, on)) == 2


def test_a_course_that_does_not_ask_again_asks_nobody(session: Session):
    quiz = taking(session, asks_recall=False)
    completed(quiz, today() - timedelta(days=7))
    assert due(quiz, today()) == []


def test_who_left_is_not_asked(quiz: Taking):
    person = Network(quiz.session).person("00777", "나간 사람", at=quiz.cast.center, until=today())
    Network(quiz.session).enroll(person, quiz.cast.course, due_on=None, completed_on=today() - timedelta(days=8))
    assert list_due(quiz.session, person_id=person.id, on=today(), secret=SECRET) == []
    assert len(list_due(quiz.session, person_id=person.id, on=today() - timedelta(days=1), secret=SECRET)) == 2


def test_an_answer_is_given_once_and_shown_at_once(quiz: Taking, session: Session, client: FlaskClient):
    before = total_rate(session, scope=whole_network(today()), as_of=today()).tally
    session.rollback()
    sign_in(client, quiz.cast.employee)
    client.set_cookie("language", "en")
    session.rollback()
    for left in (2, 1):
        page = client.get("/recall").text
        assert f"{left} question" in page
        assert "zqwhy" not in page
        assert "zqaccepted" not in page
        asked = re.search('name="asked" value="([0-9a-f]+)"', page)
        assert asked
        form = {"asked": asked[1], "csrf_token": csrf_token(client, "/recall")}
        unanswered = client.post("/recall", data=form)
        assert unanswered.status_code == 422
        assert "in full first" in unanswered.text or "does not belong" in unanswered.text
        form |= right_answer(quiz, client, asked[1])
        answer = client.post("/recall", data=form)
        assert answer.status_code == 200
        assert "zqwhy" in answer.text
        again = client.post("/recall", data=form)
        assert again.status_code == 409
        assert "answered already" in again.text
    assert "Nothing to answer today" in client.get("/recall").text
    session.rollback()
    assert session.scalar(select(func.count()).where(RecallAnswer.is_right)) == 2
    assert total_rate(session, scope=whole_network(today()), as_of=today()).tally == before
    (result,) = list_results(session)
    assert (result.days, result.answers, result.right, result.percent) == (7, 2, 2, 100)
    session.rollback()
    sign_in(client, quiz.cast.training_admin)
    assert "100%" in client.get("/recall/results").text
    sign_in(client, quiz.cast.coordinator)
    assert client.get("/recall/results").status_code == 403


def right_answer(quiz: Taking, client: FlaskClient, name: str) -> dict[str, Any]:
    secret = client.application.config["SECRET_KEY"]
    on = today()
    found = list_due(quiz.session, person_id=quiz.cast.employee.id, on=on, secret=secret)
    one = next(one for one in found if one.name == name)
    content = content_of(one.question)
    names = {place: option for option, place in one.options}
    quiz.session.rollback()
    return {"choice": [names[place] for place in content.correct], "text": (content.accepted or ("",))[0]}


def test_looking_stores_nothing_and_a_colleague_answers_nothing(quiz: Taking, session: Session, client: FlaskClient):
    sign_in(client, quiz.cast.employee)
    session.rollback()
    asked = re.search('name="asked" value="([0-9a-f]+)"', client.get("/recall").text)
    assert asked
    assert session.scalar(select(func.count()).select_from(RecallAnswer)) == 0
    session.rollback()
    sign_in(client, quiz.cast.colleague)
    form = {"asked": asked[1], "text": "x", "csrf_token": csrf_token(client, "/account/password")}
    assert client.post("/recall", data=form).status_code == 409
    with time_machine.travel(f"{today() + timedelta(days=200)}T12:00:00+09:00"):
        session.rollback()
        sign_in(client, quiz.cast.employee)
        assert 'name="asked"' not in client.get("/recall").text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(RecallAnswer)) == 0

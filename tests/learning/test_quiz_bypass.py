"""Ways around a quiz, each refused with a clear word and without a trace in the result."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.enrollments.models import Enrollment
from lms.learning.progress.models import ModuleProgress
from lms.learning.quizzes.models import Attempt
from lms.learning.quizzes.rules import Kind
from lms.learning.quizzes.rules_attempts import Release
from lms.people.models import Person
from lms.shared.clock import utcnow
from tests.learning.quizzing import attempts, form_of, taking
from tests.support.network import Network
from tests.support.sign_in import csrf_token, sign_in

LIMIT = 10
LATE = timedelta(minutes=LIMIT, seconds=31)


class Visitor:
    """Sends forms as a browser would, or as nobody's browser does."""

    def __init__(self, session: Session, client: FlaskClient) -> None:
        self.session, self.client = session, client
        self.quiz = taking(session, limit_minutes=LIMIT, max_attempts=2, wait_minutes=60, release=Release.LAST)
        self.be(self.quiz.cast.employee)

    def be(self, person: Person) -> None:
        """Sign in as someone."""
        self.session.commit()
        sign_in(self.client, person)
        self.token = csrf_token(self.client, "/account/password")

    def send(self, address: str, form: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        """Post a form with its token."""
        return self.client.post(address, data={"csrf_token": self.token} | (form or {}), headers=headers)

    def begin(self) -> Attempt:
        """Begin an attempt through its button."""
        assert self.send(self.quiz.path).status_code == 303
        return attempts(self.session)[-1]

    def of(self, attempt: Attempt) -> str:
        """Return the address of an attempt."""
        return f"{self.quiz.path}/{attempt.public_id}"

    def answer_all(self, attempt: Attempt, *, rightly: bool) -> None:
        """Answer every question."""
        for item in self.quiz.reload(attempt).items:
            assert self.send(f"{self.of(attempt)}/{item.position}", form_of(item, rightly=rightly)).status_code == 303

    def hand_in(self, attempt: Attempt) -> TestResponse:
        """Hand in."""
        return self.send(f"{self.of(attempt)}/end")

    def fail(self) -> Attempt:
        """Take the quiz and answer nothing."""
        attempt = self.begin()
        assert self.hand_in(attempt).status_code == 303
        return self.quiz.reload(attempt)

    def best(self) -> int | None:
        """Return the score that counts."""
        self.session.rollback()
        return self.session.scalar(select(ModuleProgress.score).where(ModuleProgress.record_id == self.quiz.record.id))


@pytest.fixture
def visitor(session: Session, client: FlaskClient) -> Visitor:
    return Visitor(session, client)


@dataclass
class Case:
    """What is tried, what is answered, and the words that say why."""

    do: Callable[[Visitor], TestResponse]
    status: int
    says: str = ""
    score: int | None = 0


def ended(visitor: Visitor) -> tuple[Attempt, Any]:
    attempt = visitor.fail()
    return attempt, attempt.items[0]


def after(visitor: Visitor, wait: timedelta, do: Callable[[], TestResponse]) -> TestResponse:
    """Do something later, signed in anew."""
    with time_machine.travel(utcnow() + wait, tick=True):
        visitor.be(visitor.quiz.cast.employee)
        return do()


def save_after_the_end(visitor: Visitor, **headers: str) -> TestResponse:
    attempt, item = ended(visitor)
    return visitor.send(f"{visitor.of(attempt)}/1", form_of(item), **headers)


def save_late(visitor: Visitor, wait: timedelta = LATE, **headers: str) -> TestResponse:
    attempt = visitor.begin()
    item = visitor.quiz.reload(attempt).items[0]
    return after(visitor, wait, lambda: visitor.send(f"{visitor.of(attempt)}/1", form_of(item), **headers))


def save_late_then_more(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    items = visitor.quiz.reload(attempt).items

    def both() -> TestResponse:
        visitor.send(f"{visitor.of(attempt)}/1", form_of(items[0]))
        return visitor.send(f"{visitor.of(attempt)}/2", form_of(items[1]))

    return after(visitor, LATE, both)


def clock_of_the_device(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    item = visitor.quiz.reload(attempt).items[0]
    lies = {"at": "2001-01-01T00:00:00Z", "deadline_at": "2099-01-01", "started_at": "2099-01-01", "now": "0"}
    return after(
        visitor, LATE,
        lambda: visitor.send(f"{visitor.of(attempt)}/1", form_of(item) | lies, Date="Mon, 01 Jan 2001 00:00:00 GMT"),
    )  # fmt: skip


def hand_in_late_with_answers(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    form = {"choice": [name for item in visitor.quiz.reload(attempt).items for name, _ in item.options], "score": "100"}
    return after(visitor, LATE, lambda: visitor.send(f"{visitor.of(attempt)}/end", form))


def options_of_another_attempt(visitor: Visitor) -> TestResponse:
    former, _ = ended(visitor)
    names = {item.question_id: form_of(item) for item in former.items}

    def replay() -> TestResponse:
        attempt = visitor.begin()
        item = next(one for one in visitor.quiz.reload(attempt).items if one.options)
        return visitor.send(f"{visitor.of(attempt)}/{item.position}", names[item.question_id])

    return after(visitor, timedelta(minutes=61), replay)


def of_kind(visitor: Visitor, kind: str) -> tuple[Attempt, Any]:
    attempt = visitor.begin()
    return attempt, next(one for one in visitor.quiz.reload(attempt).items if one.question.kind == kind)


def choose(kind: str, pick: Callable[[list[str]], Any], **more: str) -> Callable[[Visitor], TestResponse]:
    """Return what sends, for a question of a kind, names made of those offered."""

    def do(visitor: Visitor) -> TestResponse:
        attempt, item = of_kind(visitor, kind)
        form = {"choice": pick([name for name, _ in item.options])} | more
        return visitor.send(f"{visitor.of(attempt)}/{item.position}", form)

    return do


def places_instead_of_names(visitor: Visitor) -> TestResponse:
    attempt, item = of_kind(visitor, "SINGLE")
    return visitor.send(f"{visitor.of(attempt)}/{item.position}", {"choice": "2"})


def answer_of_the_neighbor(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    first, second = [one for one in visitor.quiz.reload(attempt).items if one.options][:2]
    return visitor.send(f"{visitor.of(attempt)}/{first.position}", form_of(second))


def question_number(number: str) -> Callable[[Visitor], TestResponse]:
    def do(visitor: Visitor) -> TestResponse:
        return visitor.send(f"{visitor.of(visitor.begin())}/{number}", {"text": "x"})

    return do


def third_attempt(visitor: Visitor) -> TestResponse:
    visitor.fail()

    def twice() -> TestResponse:
        visitor.fail()
        return after(visitor, timedelta(minutes=61), lambda: visitor.send(visitor.quiz.path))

    return after(visitor, timedelta(minutes=61), twice)


def attempt_again_at_once(visitor: Visitor) -> TestResponse:
    visitor.fail()
    return visitor.send(visitor.quiz.path)


def attempt_again_by_address(visitor: Visitor) -> TestResponse:
    attempt = visitor.fail()
    return visitor.client.get(f"{visitor.of(attempt)}/1")


def back_button_after_the_end(visitor: Visitor) -> TestResponse:
    attempt = visitor.fail()
    return visitor.client.get(f"{visitor.of(attempt)}/end")


def hand_in_twice(visitor: Visitor) -> TestResponse:
    attempt = visitor.fail()
    return visitor.hand_in(attempt)


def answer_then_hand_in_again(visitor: Visitor) -> TestResponse:
    attempt, item = ended(visitor)
    visitor.send(f"{visitor.of(attempt)}/{item.position}", form_of(item))
    return visitor.hand_in(attempt)


def reopen_by_form(visitor: Visitor) -> TestResponse:
    attempt, item = ended(visitor)
    columns = {"ended_at": "", "score": "100", "passed": "1", "is_right": "1", "pass_score": "0", "number": "9"}
    return visitor.send(f"{visitor.of(attempt)}/{item.position}", form_of(item) | columns)


def score_in_the_form(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    return visitor.send(f"{visitor.of(attempt)}/end", {"score": "100", "passed": "1", "answers": "all"})


def terms_in_the_form(visitor: Visitor) -> TestResponse:
    attempt = visitor.fail()
    assert attempt.number == 1
    return visitor.send(visitor.quiz.path, {"max_attempts": "99", "wait_minutes": "0", "limit_minutes": "999"})


def second_tab(visitor: Visitor) -> TestResponse:
    """Begin in a second tab: it is the same attempt."""
    first = visitor.begin()
    answer = visitor.send(visitor.quiz.path)
    assert first.public_id in answer.headers["Location"]
    assert visitor.hand_in(first).status_code == 303
    return answer


def stale_tab(visitor: Visitor) -> TestResponse:
    """Answer in a tab that was left open, after the other one handed in."""
    attempt = visitor.begin()
    item = visitor.quiz.reload(attempt).items[0]
    visitor.hand_in(attempt)
    return visitor.send(f"{visitor.of(attempt)}/{item.position}", form_of(item))


def someone_else(do: Callable[[Visitor, Attempt], TestResponse]) -> Callable[[Visitor], TestResponse]:
    """Return what a colleague does with the attempt of the employee."""

    def act(visitor: Visitor) -> TestResponse:
        attempt = visitor.begin()
        visitor.be(visitor.quiz.cast.colleague)
        return do(visitor, attempt)

    return act


def administrator(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    visitor.be(visitor.quiz.cast.training_admin)
    return visitor.hand_in(attempt)


def other_module(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    path = f"/study/{visitor.quiz.record.public_id}/{visitor.quiz.page.public_id}/quiz/{attempt.public_id}/end"
    return visitor.send(path)


def other_record(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    return visitor.send(f"/study/zzzzzzzzzzz/{visitor.quiz.module.public_id}/quiz/{attempt.public_id}/end")


def without_token(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    return visitor.client.post(f"{visitor.of(attempt)}/end")


def by_get(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    return visitor.client.get(f"{visitor.of(attempt)}/end?confirm=1&score=100")


def by_other_method(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    return visitor.client.put(f"{visitor.of(attempt)}/1", data={"csrf_token": visitor.token, "text": "zqaccepted"})


def as_json(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    items = visitor.quiz.reload(attempt).items
    written = next(item.position for item in items if item.question.kind == Kind.SHORT_TEXT)
    headers = {"X-CSRFToken": visitor.token}
    return visitor.client.post(
        f"{visitor.of(attempt)}/{written}", json={"choice": ["x"], "text": "zqaccepted"}, headers=headers
    )


def author_pages(visitor: Visitor) -> TestResponse:
    visitor.begin()
    return visitor.client.get(f"/authoring/{visitor.quiz.cast.course.public_id}/questions")


def question_of_the_author(visitor: Visitor) -> TestResponse:
    visitor.begin()
    course, question = visitor.quiz.cast.course.public_id, visitor.quiz.questions[0].public_id
    return visitor.client.get(f"/authoring/{course}/questions/{question}")


def more_time_for_oneself(visitor: Visitor) -> TestResponse:
    visitor.begin()
    form = {"quiz": "x", "minutes": "99", "reason": "r", "request_key": "k"}
    return visitor.send(f"/people/{visitor.quiz.cast.employee.public_id}/quiz-time", form)


def withdrawn(visitor: Visitor) -> TestResponse:
    visitor.session.rollback()
    enrollment = visitor.session.get_one(Enrollment, visitor.quiz.record.enrollment_id)
    enrollment.voided_on = enrollment.assigned_on
    visitor.session.commit()
    return visitor.send(visitor.quiz.path)


def after_passing(visitor: Visitor) -> TestResponse:
    attempt = visitor.begin()
    visitor.answer_all(attempt, rightly=True)
    visitor.hand_in(attempt)
    return after(visitor, timedelta(minutes=61), lambda: visitor.send(visitor.quiz.path))


def worse_after_better(visitor: Visitor) -> TestResponse:
    visitor.session.rollback()
    visitor.quiz.terms(pass_score=100)
    attempt = visitor.begin()
    items = visitor.quiz.reload(attempt).items
    for item in items[:5]:
        visitor.send(f"{visitor.of(attempt)}/{item.position}", form_of(item))
    visitor.hand_in(attempt)

    def worse() -> TestResponse:
        return visitor.hand_in(visitor.begin())

    return after(visitor, timedelta(minutes=61), worse)


def result_before_the_end(visitor: Visitor) -> TestResponse:
    return visitor.client.get(visitor.of(visitor.begin()))


def huge_text(visitor: Visitor) -> TestResponse:
    attempt, item = of_kind(visitor, "SHORT_TEXT")
    return visitor.send(f"{visitor.of(attempt)}/{item.position}", {"text": "복창" * 5000})


CASES = {
    "an answer after handing in": Case(save_after_the_end, 409, "has ended already"),
    "the same by script": Case(
        lambda visitor: save_after_the_end(visitor, Accept="application/json"), 409, "has ended already"
    ),
    "an answer 31 seconds late": Case(save_late, 303),
    "the same by script, late": Case(
        lambda visitor: save_late(visitor, Accept="application/json"), 200, "time was over"
    ),
    "a day late": Case(lambda visitor: save_late(visitor, timedelta(hours=3)), 303),
    "one more after a late one": Case(save_late_then_more, 409, "has ended already"),
    "a device whose clock is wrong": Case(clock_of_the_device, 303),
    "answers with handing in late": Case(hand_in_late_with_answers, 303),
    "options of a former attempt": Case(options_of_another_attempt, 422, "does not belong"),
    "two of one": Case(choose("SINGLE", lambda names: names[:2]), 422, "does not belong", None),
    "all of one": Case(choose("SINGLE", lambda names: names), 422, "does not belong", None),
    "true and false": Case(choose("TRUE_FALSE", lambda names: names), 422, "does not belong", None),
    "one twice": Case(choose("MULTIPLE", lambda names: names[:1] * 2), 422, "does not belong", None),
    "too few places": Case(choose("ORDERING", lambda names: names[:1]), 422, "does not belong", None),
    "too many places": Case(choose("MATCHING", lambda names: names * 2), 422, "does not belong", None),
    "a made-up name": Case(choose("SINGLE", lambda _names: "22222222222"), 422, "does not belong", None),
    "options of a text": Case(choose("SHORT_TEXT", lambda _names: "x", text="복창"), 422, "does not belong", None),
    "places instead of names": Case(places_instead_of_names, 422, "does not belong", None),
    "the neighbor's options": Case(answer_of_the_neighbor, 422, "does not belong", None),
    "question 0": Case(question_number("0"), 404, score=None),
    "question 7 of 6": Case(question_number("7"), 404, score=None),
    "question 99999999999": Case(question_number("99999999999"), 404, score=None),
    "question -1": Case(question_number("-1"), 404, score=None),
    "a third attempt of two": Case(third_attempt, 409, "made all attempts"),
    "an attempt at once": Case(attempt_again_at_once, 409, "next attempt opens at"),
    "a question after the end": Case(attempt_again_by_address, 303),
    "the back button": Case(back_button_after_the_end, 303),
    "handing in twice": Case(hand_in_twice, 303),
    "answering and handing in again": Case(answer_then_hand_in_again, 303),
    "columns that reopen": Case(reopen_by_form, 409, "has ended already"),
    "a score in the form": Case(score_in_the_form, 303),
    "terms in the form": Case(terms_in_the_form, 409, "next attempt opens at"),
    "a second tab": Case(second_tab, 303),
    "a tab left open": Case(stale_tab, 409, "has ended already"),
    "a colleague answers": Case(
        someone_else(lambda visitor, attempt: visitor.send(f"{visitor.of(attempt)}/1", {"text": "x"})), 404, score=None
    ),
    "a colleague hands in": Case(someone_else(lambda visitor, attempt: visitor.hand_in(attempt)), 404, score=None),
    "a colleague looks": Case(
        someone_else(lambda visitor, attempt: visitor.client.get(f"{visitor.of(attempt)}/1")), 404, score=None
    ),
    "an administrator hands in": Case(administrator, 404, score=None),
    "under another module": Case(other_module, 404, score=None),
    "under another record": Case(other_record, 404, score=None),
    "without a token": Case(without_token, 400, score=None),
    "handing in by reading": Case(by_get, 200, score=None),
    "another method": Case(by_other_method, 405, score=None),
    "a body of JSON": Case(as_json, 303, score=None),
    "the author's list": Case(author_pages, 403, score=None),
    "the author's question": Case(question_of_the_author, 403, score=None),
    "more time for oneself": Case(more_time_for_oneself, 403, score=None),
    "a withdrawn course": Case(withdrawn, 409, "no longer assigned", None),
    "again after passing": Case(after_passing, 409, "You have passed", 100),
    "worse after better": Case(worse_after_better, 303, score=83),
    "the result before the end": Case(result_before_the_end, 303, score=None),
    "a text without end": Case(huge_text, 422, "does not belong", None),
}


def test_there_are_more_than_forty_ways():
    assert len(CASES) >= 40


@pytest.mark.parametrize("name", CASES)
def test_a_way_around_leads_nowhere(visitor: Visitor, name: str):
    case = CASES[name]
    visitor.client.set_cookie("language", "en")
    answer = case.do(visitor)
    assert answer.status_code == case.status, answer.text[:2000]
    assert case.says in answer.text
    assert visitor.best() == case.score
    session = visitor.session
    opened = select(Attempt.record_id).where(Attempt.ended_at.is_(None)).group_by(Attempt.record_id)
    assert not session.execute(opened.having(func.count() > 1)).all(), "one open at a time"
    noise = Network(session).person("77777", "소음", at=visitor.quiz.cast.center)
    assert not session.scalar(select(func.count()).where(Enrollment.person_id == noise.id))

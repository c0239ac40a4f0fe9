"""Three questions after a completion: answered once, kept without a name, shown in completed groups of five."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from lms.enrollments.models import Enrollment
from lms.learning.progress.models import StudyRecord
from lms.learning.surveys.actions import answer
from lms.learning.surveys.models import SurveyAnswer, SurveyReply
from lms.learning.surveys.queries import find_open_survey, list_results
from lms.learning.surveys.rules import Answer
from lms.shared.errors import DomainError
from tests.learning.studying import actor_of, edition, study
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import csrf_token, sign_in


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


@pytest.fixture
def learned(session: Session, cast: Cast) -> list[StudyRecord]:
    """Give twelve records of a course with a survey, all completed; the first is the employee's."""
    net = Network(session)
    course = net.course("ASK-01")
    of = edition(session, course)
    people = [cast.employee] + [net.person(f"6{number:04}", f"응답{number}", at=cast.center) for number in range(11)]
    done = {"due_on": None, "completed_on": date(2019, 7, 1)}
    records = [study(session, net.enroll(person, course, **done), of) for person in people]
    session.commit()
    return records


def give(session: Session, record: StudyRecord, given: Answer) -> bool:
    said = answer(session, actor_of(record.enrollment.person), enrollment=record.enrollment, given=given)
    session.commit()
    return said


def shown(session: Session, record: StudyRecord) -> int:
    (version,) = list_results(session, course_id=record.enrollment.course_id)
    return version.result.number if version.result else 0


def test_the_employee_answers_once_and_the_first_answer_stands(
    client: FlaskClient, session: Session, cast: Cast, learned: list[StudyRecord]
):
    address = f"/study/{learned[0].public_id}/survey"
    assert find_open_survey(session, record=learned[0]) == learned[0].public_id
    session.rollback()
    sign_in(client, cast.employee)
    token = {"csrf_token": csrf_token(client, address)}
    assert client.post(address, data=token | {"helpful": "6", "clear": "1"}).status_code == 422
    assert client.post(address, data=token | {"helpful": "1"}).status_code == 422
    assert client.post(address, data=token | {"helpful": "1", "clear": "2", "comment": "x" * 301}).status_code == 422
    first = client.post(address, data=token | {"helpful": "4", "clear": "2", "comment": "<b>짧게</b>"})
    again = client.post(address, data=token | {"helpful": "1", "clear": "1"})
    assert (first.status_code, again.status_code) == (303, 303)
    session.rollback()
    (kept,) = session.scalars(select(SurveyAnswer))
    assert (kept.helpful, kept.clear, kept.comment, kept.is_shown) == (4, 2, "<b>짧게</b>", False)
    assert find_open_survey(session, record=learned[0]) is None
    assert "이미 응답했습니다" in client.get(address).get_data(as_text=True)


def test_another_ones_record_and_one_not_completed_are_not_there(
    client: FlaskClient, session: Session, cast: Cast, learned: list[StudyRecord]
):
    sign_in(client, cast.employee)
    missing = client.get("/study/zzzzzzzzzzz/survey")
    assert missing.status_code == 404
    assert client.get(f"/study/{learned[1].public_id}/survey").get_data() == missing.get_data()
    session.rollback()
    learned[0].enrollment.completed_on = None
    session.commit()
    assert client.get(f"/study/{learned[0].public_id}/survey").get_data() == missing.get_data()
    with pytest.raises(DomainError, match="not_completed"):
        answer(session, actor_of(cast.employee), enrollment=learned[0].enrollment, given=Answer(1, 1, None))


def test_answers_come_into_sight_five_at_a_time(session: Session, learned: list[StudyRecord]):
    seen = []
    for number, record in enumerate(learned, start=1):
        give(session, record, Answer(number % 5 + 1, 5, f"text {number:02}"))
        seen.append(shown(session, record))
    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]
    (version,) = list_results(session, course_id=learned[0].enrollment.course_id)
    assert version.result is not None
    assert version.result.comments == tuple(f"text {number:02}" for number in range(1, 11))
    assert sum(version.result.helpful) == 10
    assert version.result.mean_clear == 5


def test_nothing_of_an_answer_leads_back_to_who_gave_it(session: Session, learned: list[StudyRecord]):
    for number, record in enumerate(learned):
        give(session, record, Answer(3, 3, f"text {number:02}"))
    columns = {column.name for column in SurveyAnswer.__table__.columns}
    assert columns == {"key", "course_version_id", "helpful", "clear", "comment", "is_shown"}
    assert [column.name for column in SurveyReply.__table__.columns] == ["enrollment_id"]
    in_storage = list(session.scalars(text("SELECT comment FROM survey_answer")))
    assert sorted(in_storage) == [f"text {number:02}" for number in range(12)]
    assert in_storage != sorted(in_storage), "the order in storage is that of the answers"
    assert session.scalars(select(SurveyReply.enrollment_id)).all()


@pytest.mark.backend("sqlite")  # what the other database stores instead is asked below
def test_sqlite_keeps_no_hidden_number_of_an_answer(session: Session, learned: list[StudyRecord]):
    assert inspect(session.get_bind()).get_table_options("survey_answer") == {"sqlite_with_rowid": False}


@pytest.mark.backend("postgresql")
def test_a_transaction_of_postgresql_marks_many_answers_at_once(session: Session, learned: list[StudyRecord]):
    for record in learned:
        give(session, record, Answer(3, 3, None))
    marks = session.scalars(text("SELECT count(*) FROM survey_answer GROUP BY xmin")).all()
    assert marks == [12], "each answer is written together with those before it"


def test_the_training_administrator_reads_them_and_nobody_else(
    client: FlaskClient, session: Session, cast: Cast, learned: list[StudyRecord]
):
    for number, record in enumerate(learned[:6]):
        give(session, record, Answer(4, 3, f"<i>말 {number}</i>"))
    course = session.get_one(Enrollment, learned[0].enrollment_id).course
    address = f"/surveys/{course.public_id}"
    session.rollback()
    sign_in(client, cast.training_admin)
    page = client.get(address).get_data(as_text=True)
    assert page.count("&lt;i&gt;말") == 5
    assert "4.0" in page
    assert "응답1" not in page
    sign_in(client, cast.coordinator)
    assert client.get(address).status_code == 403

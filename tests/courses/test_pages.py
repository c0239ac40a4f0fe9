"""Everyone signed in browses the catalog."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.courses import queries
from lms.courses.models import Competency, Course, CourseVersion
from tests.courses.factories import RECORDED_AT, add_course, day
from tests.enrollments.factories import add_person, add_unit
from tests.support.sign_in import sign_in
from tests.support.statements import Statements


@pytest.fixture
def catalog(session: Session, client: FlaskClient) -> dict[str, Course]:
    """Give three committed courses, and sign an advisor in."""
    first = add_course(session, "CS-002", title_en="Basics", tier_level=0, is_critical=True, due_days=21, minutes=60)
    second = add_course(session, "CS-104", title_en="Listening 100%", tier_level=1, validity_months=12)
    third = add_course(session, "CS-301", title_en="Managing", tier_level=3, due_on=day("2019-09-30"), mandatory=False)
    second.prerequisites = [first]
    third.prerequisites = [second]
    second.competencies = list(session.scalars(select(Competency).where(Competency.code.in_(["C", "A"]))))
    person = add_person(session, "00000001", add_unit(session, "C1"))
    session.commit()
    sign_in(client, person)
    client.set_cookie("language", "en")
    return {course.code: course for course in (first, second, third)}


def shown(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", {"CS-002", "CS-104", "CS-301"}),
        ("?tier=0", {"CS-002"}),
        ("?competency=A", {"CS-104"}),
        ("?q=cs-3", {"CS-301"}),
        ("?q=100%25", {"CS-104"}),
        ("?q=과정&tier=3", {"CS-301"}),
        ("?tier=x", {"CS-002", "CS-104", "CS-301"}),
        ("?q=nothing-like-it", set()),
    ],
)
def test_the_list_is_filtered_by_tier_competency_and_text(
    client: FlaskClient, catalog: dict[str, Course], query: str, codes: set[str]
):
    page = shown(client, f"/courses{query}")
    assert {code for code, course in catalog.items() if course.public_id in page} == codes


def test_a_course_page_says_its_rules_in_words(client: FlaskClient, catalog: dict[str, Course]):
    page = shown(client, f"/courses/{catalog['CS-104'].public_id}")
    assert "Progress of at least 80 % and a test score of at least 60" in page
    assert "12 months after completion" in page
    assert "No due date" in page
    assert catalog["CS-002"].public_id in page  # what must come first
    assert catalog["CS-301"].public_id in page  # what it opens
    assert "21 days after assignment" in shown(client, f"/courses/{catalog['CS-002'].public_id}")
    assert "On 2019-09-30, for everyone" in shown(client, f"/courses/{catalog['CS-301'].public_id}")


def test_a_course_that_is_not_there_is_not_found(client: FlaskClient, catalog: dict[str, Course]):
    assert client.get("/courses/bcdfghjkmnp").status_code == 404


def test_the_version_in_force_follows_the_day(session: Session, catalog: dict[str, Course]):
    session.rollback()  # what was read before signing in is old by now
    course = session.get_one(Course, catalog["CS-104"].id)
    passing = {"pass_progress_pct": 80, "pass_score": 70, "validity_months": 0, "renewal_window_days": 0}
    course.versions.append(CourseVersion(number=2, effective_on=day("2019-06-01"), recorded_at=RECORDED_AT, **passing))
    session.flush()
    for on, number in (("2019-05-31", 1), ("2019-06-01", 2)):
        version = queries.version_in_force(course, day(on))
        assert version.number == number
        assert queries.versions_in_force(session, day(on))[course.id] == version.id


def test_the_list_asks_the_same_number_of_questions_however_long(
    session: Session, catalog: dict[str, Course], query_count: Callable[[], AbstractContextManager[Statements]]
):
    session.rollback()
    with query_count() as few:
        queries.list_courses(session)
    for number in range(30):
        add_course(session, f"XX-{number}").prerequisites = [session.get_one(Course, catalog["CS-002"].id)]
    session.expire_all()
    with query_count() as many:
        queries.list_courses(session)
    assert few.total == many.total == 5

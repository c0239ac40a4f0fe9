"""A training administrator imports the catalog, from either kind of file."""

from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.courses.models import Course, CourseVersion
from tests.courses.factories import add_course, day, write_csv

PLAIN = "course_code,title,tier,pass_score,due_on"
FULL = "course_code,title_ko,title_en,tier,pass_score,target_roles,prerequisites,i_care"


def found(session: Session, code: str) -> Course:
    session.rollback()
    return session.scalars(select(Course).where(Course.code == code)).one()


def test_the_plain_header_makes_courses(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    file = write_csv(tmp_path, "courses.csv", PLAIN, "A-1,Greeting,1,40,2013-10-20", "A-2,Farewell,2,0,")
    done = runner.invoke(args=["courses", "import", str(file)])
    assert done.exit_code == 0, done.output
    first, second = found(session, "A-1"), found(session, "A-2")
    assert (first.title_ko, first.title_en, first.tier_level, first.due_on) == (
        "Greeting",
        "Greeting",
        1,
        day("2013-10-20"),
    )
    assert (first.mandatory, first.versions[0].pass_score) == (True, 40)
    assert (second.due_on, second.due_days, second.versions[0].pass_score) == (None, None, 0)


def test_the_reference_catalog_is_taken_whole(runner: FlaskCliRunner, session: Session, shared_dir: Path):
    file = shared_dir / "domain" / "reference" / "courses.csv"
    done = runner.invoke(args=["courses", "import", str(file)])
    assert done.exit_code == 0, done.output
    assert "35 added" in done.output
    assert "0 refused" in done.output
    course = found(session, "CS-202")
    assert [one.code for one in course.prerequisites] == ["CS-104"]
    assert [one.code for one in course.competencies] == ["A", "R"]
    assert {role.code for role in course.audience} == {"SA", "MM", "CM"}
    assert (course.delivery, course.due_days, course.trigger) == ("BLENDED", 45, "ROLE")
    assert (course.field_check_from_days, course.field_check_to_days, course.recheck_days) == (14, 35, 90)
    assert found(session, "CS-304").mandatory is False
    assert found(session, "CS-002").is_critical is True


def test_the_same_file_twice_changes_nothing(runner: FlaskCliRunner, session: Session, shared_dir: Path):
    file = shared_dir / "domain" / "reference" / "courses.csv"
    runner.invoke(args=["courses", "import", str(file)])
    done = runner.invoke(args=["courses", "import", str(file)])
    assert "0 added, 0 changed, 35 unchanged, 0 new versions" in done.output
    assert session.scalar(select(func.count()).select_from(CourseVersion)) == 35
    noted = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "courses.import")
    assert session.scalar(noted) == 1


def test_a_changed_pass_rule_makes_a_version_and_keeps_the_old_one(
    runner: FlaskCliRunner, session: Session, tmp_path: Path
):
    runner.invoke(args=["courses", "import", str(write_csv(tmp_path, "a.csv", PLAIN, "A-1,Greeting,1,40,"))])
    done = runner.invoke(args=["courses", "import", str(write_csv(tmp_path, "b.csv", PLAIN, "A-1,Hello,1,70,"))])
    assert "1 changed" in done.output
    assert "1 new versions" in done.output
    course = found(session, "A-1")
    assert course.title_ko == "Hello"
    assert [(one.number, one.pass_score) for one in course.versions] == [(1, 40), (2, 70)]
    assert course.versions[0].effective_on is None
    assert course.versions[1].effective_on is not None


def test_columns_that_are_not_there_leave_the_course_as_it_is(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    add_course(session, "A-1", due_days=30, is_critical=True, title_en="Greeting", minutes=40, pass_score=60)
    session.commit()
    runner.invoke(
        args=["courses", "import", str(write_csv(tmp_path, "a.csv", "course_code,title_ko,tier", "A-1,인사,2"))]
    )
    course = found(session, "A-1")
    assert (course.title_ko, course.title_en, course.tier_level) == ("인사", "Greeting", 2)
    assert (course.due_days, course.is_critical, len(course.versions)) == (30, True, 1)


@pytest.mark.parametrize(
    ("row", "column", "value", "remedy"),
    [
        ("A B,인사,,1,60,,,", "course_code", "A B", "letters, digits"),
        ("A-1,,,1,60,,,", "title_ko", "", "fill it in"),
        ("A-1,인사,,x,60,,,", "tier", "x", "number of a tier"),
        ("A-1,인사,,7,60,,,", "tier", "7", "flask tiers set"),
        ("A-1,인사,,1,101,,,", "pass_score", "101", "correct it"),
        ("A-1,인사,,1,६,,,", "pass_score", "६", "correct it"),
        ("A-1,인사,,1,60,SA;XX,,", "target_roles", "XX", "job role list"),
        ("A-1,인사,,1,60,,B-9,", "prerequisites", "B-9", "correct the code"),
        ("A-1,인사,,1,60,,A-1,", "prerequisites", "A-1", "remove it"),
        ("A-1,인사,,1,60,,,C;X", "i_care", "X", "C, A, R and E"),
    ],
)
def test_a_bad_row_is_named_with_its_remedy_and_the_rest_is_taken(
    runner: FlaskCliRunner, session: Session, tmp_path: Path, row: str, column: str, value: str, remedy: str
):
    done = runner.invoke(
        args=["courses", "import", str(write_csv(tmp_path, "a.csv", FULL, row, "B-1,좋은 과정,,1,60,,,"))]
    )
    assert done.exit_code == 0, done.output
    assert f'line 2, column {column}: "{value}"' in done.output
    assert remedy in done.output
    assert session.scalars(select(Course.code)).all() == ["B-1"]


def test_a_course_that_needs_a_refused_one_is_refused_too(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    rows = ("A-1,첫째,,77,60,,,", "A-2,둘째,,1,60,,A-1,", "A-3,셋째,,1,60,,A-2,", "B-1,넷째,,1,60,,,")
    done = runner.invoke(args=["courses", "import", str(write_csv(tmp_path, "a.csv", FULL, *rows))])
    assert "3 refused" in done.output
    assert session.scalars(select(Course.code)).all() == ["B-1"]


def test_prerequisites_in_a_circle_are_refused(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    rows = ("A-1,첫째,,1,60,,A-2,", "A-2,둘째,,1,60,,A-1,", "B-1,셋째,,1,60,,,")
    done = runner.invoke(args=["courses", "import", str(write_csv(tmp_path, "a.csv", FULL, *rows))])
    assert done.output.count("lead back to the course itself") == 2
    assert session.scalars(select(Course.code)).all() == ["B-1"]


def test_a_course_twice_in_the_file_is_taken_once(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    file = write_csv(tmp_path, "a.csv", PLAIN, "A-1,Greeting,1,40,", "A-1,Other,1,50,")
    done = runner.invoke(args=["courses", "import", str(file)])
    assert "line 3, column course_code" in done.output
    assert found(session, "A-1").title_ko == "Greeting"


def test_a_file_without_its_columns_is_refused_in_a_sentence(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    done = runner.invoke(
        args=["courses", "import", str(write_csv(tmp_path, "a.csv", "course_code,title", "A-1,Greeting"))]
    )
    assert done.exit_code == 1
    assert "Columns are missing: tier" in done.output
    assert session.scalars(select(Course.code)).all() == []


def test_a_tier_can_be_added_and_used(runner: FlaskCliRunner, session: Session, tmp_path: Path):
    assert runner.invoke(args=["tiers", "set", "5", "5단계 명장", "Tier 5 Masters"]).exit_code == 0
    runner.invoke(args=["courses", "import", str(write_csv(tmp_path, "a.csv", PLAIN, "A-1,Greeting,5,40,"))])
    assert found(session, "A-1").tier.name_en == "Tier 5 Masters"
    assert "5단계 명장" in runner.invoke(args=["tiers", "list"]).output

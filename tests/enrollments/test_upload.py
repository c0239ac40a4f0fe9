"""What the imports page does with histories and catalogs, and how due dates follow a roster."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.imports import kinds
from lms.imports.files import open_table
from lms.imports.rules import ImportKind
from lms.people.models import OrgUnit
from tests.courses.factories import add_course, day, write_csv
from tests.enrollments.factories import actor_at, add_enrollment, add_person, add_run, add_unit

FILES = {
    ImportKind.HISTORY: ("staff_no,course_code,assigned_on", "00000001,CS-101,2019-03-04", Enrollment, 0),
    ImportKind.COURSES: ("course_code,title,tier", "CS-102,Farewell,1", Course, 1),
}


@pytest.fixture
def center(session: Session) -> OrgUnit:
    """Give a center with an advisor, and a course, committed."""
    center = add_unit(session, "C1")
    add_person(session, "00000001", center)
    add_course(session, "CS-101")
    session.commit()
    return center


@pytest.mark.parametrize("code", FILES)
def test_a_check_says_what_applying_then_does_and_changes_nothing(
    app: Flask, session: Session, center: OrgUnit, tmp_path: Path, code: ImportKind
):
    header, row, model, before = FILES[code]
    file = write_csv(tmp_path, "file.csv", header, row)
    kind = kinds.find(code)
    assert kind is not None
    run = add_run(session)
    rows = select(func.count()).select_from(model)
    with app.app_context(), open_table(file, file.name) as table:
        checked = kind.check(session, run, table)
    assert session.scalar(rows) == before
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 0
    with app.app_context(), open_table(file, file.name) as table:
        applied = kind.apply(session, actor_at(), run, table)
    assert checked.counts == applied.counts
    assert applied.counts["added"] == 1
    assert session.scalar(rows) == before + 1


@pytest.mark.parametrize("code", FILES)
def test_the_template_file_has_the_columns_that_are_read(
    app: Flask, session: Session, center: OrgUnit, tmp_path: Path, code: ImportKind
):
    kind = kinds.find(code)
    assert kind is not None
    file = write_csv(tmp_path, "template.csv", *(",".join(f'"{cell}"' for cell in row) for row in kind.template))
    with app.app_context(), open_table(file, file.name) as table:
        checked = kind.check(session, add_run(session), table)
    assert {one.code for one in checked.refusals} <= {"unknown_person", "unknown_course"}


def test_due_dates_follow_a_roster_at_once_and_back_when_it_is_undone(
    runner: FlaskCliRunner, session: Session, center: OrgUnit, tmp_path: Path
):
    person = add_person(session, "00000002", center)
    course = session.scalars(select(Course)).one()
    add_unit(session, "C2")
    enrollment = add_enrollment(session, person, course, day("2019-05-01"), due_on=day("2019-05-31"))
    session.commit()
    file = write_csv(
        tmp_path,
        "roster.csv",
        "staff_no,name,center_code,role_code,hired_on",
        "00000002,사람 00000002,C2,SA,2015-01-01",
    )
    moved = ["roster", "import", str(file), "--partial", "--effective", "2019-05-30", "--allow-large"]
    done = runner.invoke(args=moved)
    assert done.exit_code == 0, done.output
    session.rollback()
    assert session.get_one(Enrollment, enrollment.id).due_on == day("2019-06-13")
    import_id = done.output.split()[-1]
    session.rollback()
    done = runner.invoke(args=["roster", "undo", import_id])
    assert done.exit_code == 0, done.output
    session.rollback()
    assert session.get_one(Enrollment, enrollment.id).due_on == day("2019-05-31")

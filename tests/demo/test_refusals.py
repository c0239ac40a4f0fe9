"""Where the demo must not go."""

import dataclasses

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from lms.people.models import Person
from lms.shared.clock import utcnow
from lms.shared.db import db


def test_a_database_with_real_people_is_left_alone(runner, session: Session):
    session.add(Person(staff_no="0000001", name="실존인물", recorded_at=utcnow()))
    session.commit()
    result = runner.invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "not made up" in result.output
    once = runner.invoke(args=["demo", "load", "--once"])
    assert once.exit_code == 0
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_production_is_left_alone(settings):
    app = create_app(dataclasses.replace(settings, environment="production"))
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "production" in result.output
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 0
        db.session.remove()
        db.engine.dispose()


def test_without_the_demo_there_is_nobody_to_sign_in_as(runner):
    result = runner.invoke(args=["demo", "sign-ins"])
    assert result.exit_code == 1
    assert "flask demo load" in result.output


def test_a_day_that_is_none_is_refused(runner):
    result = runner.invoke(args=["demo", "load", "--today", "2019-13-01"])
    assert result.exit_code == 2
    assert "2019-06-30" in result.output, "the message shows how to write a date"

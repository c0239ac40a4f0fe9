"""The database itself keeps the trail: nothing changes, and nothing goes before it is two years old."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.audit.actions import record
from lms.audit.actions_retention import purge_old_lines
from lms.audit.models import AuditEvent, AuditReview, AuditSubject
from lms.audit.rules import Actor

NOW = datetime.now(UTC)


def actor(at: datetime) -> Actor:
    return Actor(person_id=7, label="김하나 (00101)", origin="192.0.2.1", at=at)


@pytest.fixture
def trail(session: Session) -> Session:
    """Give a trail with a line of today, one a month short of two years old, and one that is older."""
    for days, code in ((0, "today"), (700, "lately"), (731, "old")):
        record(session, actor(NOW - timedelta(days=days)), code, "person", "x", subject_ids=[1, 2])
    reviewed = {"month": date(2019, 6, 1), "findings": "nothing", "figures": {}, "signed_at": NOW}
    session.add(AuditReview(**reviewed, signed_by_id=7, signed_by="노감사"))
    session.commit()
    return session


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = 'another'",
        "UPDATE audit_event SET at = at WHERE action = 'old'",
        "UPDATE audit_subject SET person_id = 9",
        "UPDATE audit_review SET findings = 'another'",
        "DELETE FROM audit_event WHERE action = 'today'",
        "DELETE FROM audit_event WHERE action = 'lately'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_subject WHERE person_id = 1",
        "DELETE FROM audit_review",
    ],
)
def test_the_database_refuses_to_change_what_is_kept(trail: Session, statement: str):
    with pytest.raises(DBAPIError, match="only ever grows"):
        trail.execute(text(statement))
    trail.rollback()
    assert len(trail.scalars(select(AuditSubject)).all()) == 6
    assert trail.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all() == ["today", "lately", "old"]
    assert trail.scalars(select(AuditReview.findings)).one() == "nothing"


@pytest.mark.backend("postgresql")  # SQLite has no TRUNCATE
@pytest.mark.parametrize("table", ["audit_event", "audit_subject", "audit_review"])
def test_the_database_refuses_to_empty_a_table(trail: Session, table: str):
    with pytest.raises(DBAPIError, match="only ever grows"):
        trail.execute(text(f"TRUNCATE {table} CASCADE"))  # our own names


def test_what_is_older_than_two_years_goes_and_that_is_noted(trail: Session):
    assert purge_old_lines(trail, actor(NOW), now=NOW) == 1
    trail.commit()
    assert trail.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all() == ["today", "lately", "audit.purge"]
    assert len(trail.scalars(select(AuditSubject)).all()) == 4
    note = trail.scalars(select(AuditEvent).where(AuditEvent.action == "audit.purge")).one()
    assert note.detail["lines"] == 1
    assert purge_old_lines(trail, actor(NOW), now=NOW) == 0


def test_the_sweep_removes_them(trail: Session, runner: FlaskCliRunner):
    assert "0 jobs queued" in runner.invoke(args=["jobs", "sweep"]).output
    trail.rollback()
    assert "old" not in trail.scalars(select(AuditEvent.action)).all()

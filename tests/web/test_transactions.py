"""Where a request's transaction ends."""

import sqlite3

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from lms.audit.actions import record
from lms.audit.models import AuditEvent
from lms.audit.rules import Actor
from lms.shared.clock import utcnow
from lms.shared.db import db
from tests.support.sign_in import csrf_token


def lines(session: Session, action: str = "probe") -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(AuditEvent.action == action)) or 0


def post(client: FlaskClient, path: str, **values: str):
    return client.post(path, data={"csrf_token": csrf_token(client), **values})


def test_a_good_answer_to_a_writing_request_is_kept(probe: FlaskClient, session: Session):
    assert post(probe, "/probe/write").status_code == 200
    assert post(probe, "/probe/write?status=303").status_code == 303
    assert lines(session) == 2


@pytest.mark.parametrize("status", [400, 404, 422, 500])
def test_an_error_keeps_nothing(probe: FlaskClient, session: Session, status: int):
    assert post(probe, f"/probe/write?status={status}").status_code == status
    assert lines(session) == 0


def test_a_fault_keeps_nothing(app: Flask, probe: FlaskClient, session: Session):
    app.testing = False  # as in production: a fault becomes an answer
    assert post(probe, "/probe/write", fail="1").status_code == 500
    assert lines(session) == 0


def test_a_reading_request_keeps_nothing_whatever_its_view_does(probe: FlaskClient, session: Session):
    assert probe.get("/probe/write").status_code == 200
    assert probe.head("/probe/write").status_code == 200
    assert lines(session) == 0


def test_a_commit_that_fails_is_told(app: Flask, probe: FlaskClient, session: Session, monkeypatch):
    app.testing = False

    def fail() -> None:
        raise sqlite3.OperationalError("disk is full")

    token = csrf_token(probe)
    with monkeypatch.context() as patch:
        patch.setattr(db.session, "commit", fail)
        answer = probe.post("/probe/write", data={"csrf_token": token})
    assert answer.status_code == 500
    assert "written" not in answer.text
    assert lines(session) == 0


def test_a_streamed_answer_is_written_down_before_its_first_byte(probe: FlaskClient, session: Session):
    with probe.post("/probe/stream", data={"csrf_token": csrf_token(probe)}) as answer:
        assert (lines(session), lines(session, "probe.seen")) == (1, 1), "nothing has been read yet"
        assert answer.get_data(as_text=True) == "1,second"


def test_others_write_while_an_answer_streams(probe: FlaskClient, session: Session):
    with probe.post("/probe/stream", data={"csrf_token": csrf_token(probe)}) as answer:
        parts = answer.iter_encoded()
        assert next(parts) == b"1,", "the database is being read"
        nobody = Actor(person_id=None, label="x", origin="x", at=utcnow())
        record(session, nobody, "other", "x", "x")
        session.commit()
        assert list(parts) == [b"second"]
    assert lines(session, "other") == 1


@pytest.mark.backend("postgresql")
def test_what_is_prepared_outlives_what_only_reads_and_nothing_else_is_kept(app: Flask, session: Session):
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%count(audit_event.id)%'")
    with app.app_context():
        for _ in range(4):
            with Session(db.engine) as reader:
                assert reader.scalar(select(func.count(AuditEvent.id))) is not None
        with Session(db.engine) as reader:
            assert reader.scalar(prepared) == 1
            record(reader, Actor(person_id=None, label="probe", origin="here", at=utcnow()), "probe", "x", "y")
            reader.flush()
    assert lines(session) == 0

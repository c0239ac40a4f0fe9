"""Looking at other people's data leaves a line, also when the request itself may write nothing."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent
from tests.support.sign_in import csrf_token


def seen(session: Session) -> list[AuditEvent]:
    session.rollback()
    return list(session.scalars(select(AuditEvent).where(AuditEvent.action == "probe.seen")))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_view_is_noted_with_whose_data_and_why(probe: FlaskClient, session: Session, method: str):
    probe.open("/probe/see", method=method, data={"csrf_token": csrf_token(probe)} if method == "POST" else None)
    (line,) = seen(session)
    assert (line.actor, line.origin, line.object_type, line.reason) == ("anonymous", "127.0.0.1", "person", "to see")
    assert (line.subject_ids, line.subject_count) == ([1, 2], 2)


def test_what_was_refused_was_not_seen(probe: FlaskClient, session: Session):
    probe.get("/probe/see?status=404")
    assert seen(session) == []


def test_the_note_of_one_request_is_not_written_by_the_next(probe: FlaskClient, session: Session):
    probe.get("/probe/see?status=404")
    probe.get("/probe/see")
    probe.get("/sign-in")
    assert len(seen(session)) == 1

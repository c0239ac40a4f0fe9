"""The trail: what a line holds, and that lines are only ever added."""

import ast
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.actions import record
from lms.audit.models import AuditEvent
from lms.audit.rules import Actor
from tests.support.codebase import Source, product

NOON = datetime(2019, 6, 30, 12, tzinfo=UTC)
ACTOR = Actor(person_id=7, label="김하나 (00101)", origin="192.0.2.1", at=NOON)


def read(session: Session) -> AuditEvent:
    session.commit()
    session.expire_all()
    return session.scalars(select(AuditEvent)).one()


def test_a_line_says_who_did_what_to_whom_when_from_where_and_why(session: Session):
    record(session, ACTOR, "person.seen", "person", "abc", subject_ids=[3, 4], reason="monthly review")
    line = read(session)
    assert (line.at, line.actor_id, line.actor, line.origin) == (NOON, 7, "김하나 (00101)", "192.0.2.1")
    assert (line.action, line.object_type, line.object_id) == ("person.seen", "person", "abc")
    assert (line.subject_ids, line.subject_count, line.reason) == ([3, 4], 2, "monthly review")


def test_many_people_are_counted_and_found_again_by_the_query(session: Session):
    record(session, ACTOR, "list.downloaded", "list", "x", subject_ids=range(1001), detail={"area": "A1"})
    line = read(session)
    assert (line.subject_ids, line.subject_count, line.detail) == (None, 1001, {"area": "A1"})


def test_a_count_may_stand_without_the_people(session: Session):
    record(session, ACTOR, "list.seen", "list", "x", subject_count=50)
    assert read(session).subject_count == 50


def test_the_line_goes_with_the_change_it_tells_of(session: Session):
    record(session, ACTOR, "person.seen", "person", "abc")
    session.flush()
    session.rollback()
    assert session.scalars(select(AuditEvent)).all() == []


def names_in(source: Source) -> set[str]:
    """Return every name, attribute and text of a file."""
    nodes = list(ast.walk(source.tree))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return names | {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


# The one place where lines end, two years old; the database holds that limit as well.
RETENTION = "lms/audit/actions_retention.py"


def test_no_code_changes_or_removes_a_line():
    """A file that knows the table neither updates nor deletes, and nothing in `audit` sets a column of a line."""
    knowing = [source for source in product() if {"AuditEvent", "AuditSubject", "audit_event"} & names_in(source)]
    assert [source.name for source in knowing if source.name.startswith("lms/audit/")]
    for source in knowing:
        allowed = {"delete"} if source.name == RETENTION else set()
        forbidden = {"delete", "merge", "truncate"} - allowed
        # A set is updated as well: only the statement of that name is meant.
        called = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)} & {"update"}
        assert not called | forbidden & names_in(source), f"{source.name} may change the trail"
        if not source.name.startswith("lms/audit/"):
            continue  # attributes of its own; the database refuses a change of a line in any case
        stored = [node for node in ast.walk(source.tree) if isinstance(getattr(node, "ctx", None), ast.Store)]
        assert not [node for node in stored if isinstance(node, ast.Attribute)], f"{source.name} sets a column"


def test_someone_named_twice_is_one_person(session: Session):
    record(session, ACTOR, "person.seen", "person", "abc", subject_ids=[4, 3, 4])
    line = read(session)
    assert (line.subject_ids, line.subject_count, line.is_listed) == ([3, 4], 2, True)


def test_a_line_that_lists_only_some_says_so(session: Session):
    record(session, ACTOR, "roster.apply", "import", "x", subject_ids=[3], subject_count=5)
    line = read(session)
    assert (line.subject_ids, line.subject_count, line.is_listed) == ([3], 5, False)

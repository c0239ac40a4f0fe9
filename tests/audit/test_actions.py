"""The trail: what a line holds, and that lines are only ever added."""

import ast
import re
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


# The one place where lines end, two years old; the database holds that limit as well.
RETENTION = "lms/audit/actions_retention.py"
CHANGING_SQL = re.compile(r"\b(UPDATE|DELETE\s+FROM|TRUNCATE|MERGE\s+INTO)\s+audit_", re.IGNORECASE)


def names_in(source: Source) -> set[str]:
    """Return every name of a file, and every attribute but `update`: a set of its own is updated as well."""
    nodes = list(ast.walk(source.tree))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return {node.id for node in nodes if isinstance(node, ast.Name)} | (attributes - {"update"})


def test_no_code_changes_or_removes_a_line():
    """A file that knows the table neither updates nor deletes, and nothing in `audit` sets a column of a line."""
    knowing = [source for source in product() if {"AuditEvent", "AuditSubject"} & names_in(source)]
    assert [source.name for source in knowing if source.name.startswith("lms/audit/")]
    for source in knowing:
        allowed = {"delete"} if source.name == RETENTION else set()
        forbidden = {"update", "delete", "merge", "truncate"} - allowed
        assert not forbidden & names_in(source), f"{source.name} may change the trail"
        if source.name.startswith("lms/audit/"):
            stored = [node for node in ast.walk(source.tree) if isinstance(getattr(node, "ctx", None), ast.Store)]
            assert not [node for node in stored if isinstance(node, ast.Attribute)], f"{source.name} sets a column"


def test_no_text_of_the_product_is_a_statement_that_changes_the_trail():
    texts = [
        (source.name, node.value)
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not [name for name, text in texts if CHANGING_SQL.search(text)]


def test_someone_named_twice_is_one_person(session: Session):
    record(session, ACTOR, "person.seen", "person", "abc", subject_ids=[4, 3, 4])
    line = read(session)
    assert (line.subject_ids, line.subject_count, line.is_listed) == ([3, 4], 2, True)


def test_a_line_that_lists_only_some_says_so(session: Session):
    record(session, ACTOR, "roster.apply", "import", "x", subject_ids=[3], subject_count=5)
    line = read(session)
    assert (line.subject_ids, line.subject_count, line.is_listed) == ([3], 5, False)

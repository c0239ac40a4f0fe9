"""Numbers given as a list: one array for PostgreSQL, a list that leads into an index for SQLite."""

from sqlalchemy import or_, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from lms.people.models import Person
from lms.shared.db import among

ASKED = select(Person.id).where(or_(among(Person.id, "ids"), among(Person.id, "ids")), among(Person.id, "ids"))


def test_numbers_are_found_through_the_index(session: Session, backend: str):
    for asked in ([3, 1], []):
        assert session.execute(ASKED, {"ids": asked}).all() == []
    if backend == "sqlite":
        one = "EXPLAIN QUERY PLAN " + str(select(Person.id).where(among(Person.id, "ids")).compile(session.get_bind()))
        plan = session.execute(text(one.replace("(__[POSTCOMPILE_ids])", "(1, 2)"))).all()
        assert ["SEARCH" in row[-1] for row in plan] == [True], plan


def test_postgresql_takes_them_as_one_array():
    compiled = str(ASKED.compile(dialect=postgresql.dialect()))
    assert compiled.count("= ANY (%(ids)s") == 3

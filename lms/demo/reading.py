"""Who of the demo has read the service standard and said so."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from lms.demo.moments import at_work
from lms.demo.rules import dice
from lms.observations.models import StandardReading
from lms.observations.queries_standards import find_version
from lms.people.models import Posting
from lms.people.queries import active_postings
from lms.shared.db import insert_rows, table_of

# Of those at work so many have read it, within so many days of its coming into force or of their own first day.
HAVE_READ, LATEST = 0.9, 40


def write_readings(session: Session, *, today: date) -> int:
    """Let most people at work have read the version in force; return how many have."""
    version = find_version(session, on=today)
    if version is None or version.effective_from is None:
        return 0
    stream = dice("readings")
    rows: list[dict[str, Any]] = []
    here: Select[int, date] = (
        active_postings(today).with_only_columns(Posting.person_id, Posting.starts_on).order_by(Posting.person_id)
    )
    for person_id, since in session.execute(here):
        on = max(version.effective_from, since) + timedelta(days=stream.randint(0, LATEST))
        if stream.random() < HAVE_READ and on < today:
            rows.append({"item_set_id": version.id, "person_id": person_id, "read_at": at_work(on)})
    if rows:
        insert_rows(session.connection(), table_of(StandardReading), rows)
    return len(rows)

"""Writing the audit trail."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Integer, bindparam, func, insert, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent, AuditSubject
from lms.audit.rules import Actor
from lms.shared.db import table_of

# Beyond this many subjects the row keeps the count and, in `detail`, the query that finds them again.
MAX_SUBJECTS_LISTED = 1000
# As plain rows: a page names dozens of people, and an object for each took longer than the writing.
SUBJECTS = insert(table_of(AuditSubject))
# PostgreSQL takes them as one array: row by row it took as long as all other statements of a page.
SUBJECTS_AT_ONCE = SUBJECTS.from_select(
    ["event_id", "person_id"],
    select(bindparam("event_id", type_=Integer), func.unnest(bindparam("people", type_=ARRAY(Integer)))),
)


def record(
    session: Session,
    actor: Actor,
    action: str,
    object_type: str,
    object_id: str,
    *,
    subject_ids: Sequence[int] = (),
    subject_count: int | None = None,
    reason: str | None = None,
    detail: dict[str, object] | None = None,
) -> AuditEvent:
    """Add one line to the trail, in the transaction of the change it tells of.

    `subject_ids` are database ids of the people concerned; above 1,000 only their number is kept, and `detail`
    must then hold what finds them again (filters, as-of date). `subject_count` is needed where not all are known.
    """
    people = list(dict.fromkeys(subject_ids))
    count = len(people) if subject_count is None else subject_count
    listed = people if len(people) <= MAX_SUBJECTS_LISTED else []
    event = AuditEvent(
        at=actor.at,
        actor_id=actor.person_id,
        actor=actor.label,
        origin=actor.origin,
        action=action,
        object_type=object_type,
        object_id=object_id,
        subject_count=count,
        is_listed=len(listed) >= count,
        reason=reason,
        detail=detail or {},
    )
    session.add(event)
    if listed:
        session.flush()
        _name(session, event.id, listed)
    return event


def _name(session: Session, event_id: int, people: Sequence[int]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(SUBJECTS_AT_ONCE, {"event_id": event_id, "people": people})
    else:
        session.execute(SUBJECTS, [{"event_id": event_id, "person_id": person_id} for person_id in people])

"""The end of a line's life: the one place where lines of the trail go, and only once they are old enough.

The database holds the same limit: it refuses to remove a younger line, whoever asks (migration 0003).
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lms.audit.actions import record
from lms.audit.models import AuditEvent
from lms.audit.rules import Actor

# Two years, as the law asks of systems that hold data of 50,000 people or more; kept for all.
KEPT_FOR = timedelta(days=730)
AT_ONCE = 5_000


def purge_old_lines(session: Session, actor: Actor, *, now: datetime) -> int:
    """Remove lines older than two years, some thousand at a time, and note that; return how many went.

    Reviews stay. Whom the lines were about goes with them.
    """
    old = select(AuditEvent.id).where(AuditEvent.at < now - KEPT_FOR).order_by(AuditEvent.at).limit(AT_ONCE)
    limits = select(func.count(), func.max(AuditEvent.at)).where(AuditEvent.id.in_(old.subquery().select()))
    count, last = session.execute(limits).one()
    if not count:
        return 0
    session.execute(
        delete(AuditEvent).where(AuditEvent.id.in_(old.subquery().select())),
        execution_options={"synchronize_session": False},
    )
    detail: dict[str, object] = {"lines": count, "until": last.astimezone(UTC).isoformat(timespec="seconds")}
    record(session, actor, "audit.purge", "audit_trail", "", detail=detail)
    session.flush()
    return int(count)

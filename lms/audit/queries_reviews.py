"""What a reviewer of a month looks at, and which months were reviewed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEvent, AuditReview
from lms.audit.queries import COLUMNS, DOWNLOADS, NEWEST_FIRST, OPERATIONAL_DOWNLOADS, Line
from lms.audit.rules_downloads import BURST_WINDOW, Download, Flag, flags_of_downloads

REFUSED_SIGN_INS = ("sign_in.refused", "sign_in.flooded")
# Codes of changes to duties begin so, whatever the change.
DUTY_PREFIX = "duties."


@dataclass(frozen=True, slots=True)
class Judged:
    """A download with its flags."""

    line: Line
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """A month of the trail in numbers; `by_action` counts lines, `flagged` downloads by flag."""

    by_action: Mapping[str, int]
    downloads: int
    flagged: Mapping[str, int]
    flagged_downloads: int
    refused_sign_ins: int
    duty_changes: int

    def as_json(self) -> dict[str, Any]:
        """Return plain values to keep."""
        return asdict(self)


def figures_of(kept: Mapping[str, Any]) -> Figures:
    """Return figures that were kept with a review."""
    return Figures(**kept)


def list_downloads(session: Session, *, since: datetime, until: datetime, zone: tzinfo) -> list[Judged]:
    """List every download in [since, until) with its flags, newest first."""
    wanted = select(*COLUMNS).where(
        AuditEvent.action.in_(DOWNLOADS), AuditEvent.at >= since - BURST_WINDOW, AuditEvent.at < until
    )
    lines = [Line(*row) for row in session.execute(wanted.order_by(*NEWEST_FIRST))]
    flags = flags_of_downloads(
        (
            Download(line.id, line.at, line.actor if line.actor_id is None else line.actor_id, line.reason,
                     line.subject_count)
            for line in lines
        ),
        zone,
    )  # fmt: skip
    return [Judged(line, flags[line.id]) for line in lines if line.at >= since]


def load_figures(session: Session, *, since: datetime, until: datetime, downloads: Sequence[Judged]) -> Figures:
    """Count what happened in [since, until); `downloads` are those of the same time."""
    counted = (
        select(AuditEvent.action, func.count())
        .where(AuditEvent.at >= since, AuditEvent.at < until)
        .group_by(AuditEvent.action)
    )
    by_action = {row[0]: row[1] for row in session.execute(counted)}
    flagged = [one for one in downloads if one.flags]
    return Figures(
        by_action=dict(sorted(by_action.items(), key=lambda pair: (-pair[1], pair[0]))),
        downloads=len(downloads),
        flagged={flag.value: sum(flag in one.flags for one in flagged) for flag in Flag},
        flagged_downloads=len(flagged),
        refused_sign_ins=sum(by_action.get(action, 0) for action in REFUSED_SIGN_INS),
        duty_changes=sum(number for action, number in by_action.items() if action.startswith(DUTY_PREFIX)),
    )


def count_downloads_by(session: Session, *, actor_id: int, since: datetime, until: datetime) -> int:
    """Count how often someone took people's data away in [since, until), extracts of the trail aside."""
    wanted = select(func.count()).where(
        AuditEvent.actor_id == actor_id,
        AuditEvent.action.in_(OPERATIONAL_DOWNLOADS),
        AuditEvent.at >= since,
        AuditEvent.at < until,
    )
    return session.scalar(wanted) or 0


def list_reviews(session: Session) -> dict[date, AuditReview]:
    """Return every review by its month."""
    return {review.month: review for review in session.scalars(select(AuditReview))}


def find_review(session: Session, *, month: date) -> AuditReview | None:
    """Find the review of a month."""
    return session.get(AuditReview, month)


def find_first_moment(session: Session) -> datetime | None:
    """Return when the trail begins; None when it is empty."""
    return session.scalar(select(func.min(AuditEvent.at)))

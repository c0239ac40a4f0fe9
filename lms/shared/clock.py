"""The one place that reads the clock. Only the edge calls it; everything else is given a moment."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utcnow() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime, timezone: str) -> date:
    """Return the calendar day of an aware instant in the organization's zone.

    A due date is met through the end of that day there: 23:59:59 counts, 00:00 of the next day is late.
    """
    return moment.astimezone(ZoneInfo(timezone)).date()

"""The one place that reads the clock. Only the edge calls it; everything else is given a moment."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def utcnow() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime, timezone: str) -> date:
    """Return the calendar day of an aware instant in the organization's zone.

    A due date is met through the end of that day there: 23:59:59 counts, 00:00 of the next day is late.
    """
    return moment.astimezone(ZoneInfo(timezone)).date()


def instant_of(text: str, timezone: str) -> datetime:
    """Return the aware instant that a person writes: a day means its end in the organization's zone.

    A time of day is one in that zone unless it names another ("2019-06-30T18:00", "2019-06-30T09:00Z").

    Raises:
        ValueError: it is neither a day nor a time of a day, both as ISO writes them.
    """
    if len(text) == len("2019-06-30"):
        following = date.fromisoformat(text) + timedelta(days=1)
        return datetime.combine(following, time.min, ZoneInfo(timezone)) - timedelta(microseconds=1)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))

"""Instants of the demo's days at work."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache


@cache
def at_work(on: date, days: int = 0) -> datetime:
    """Return an instant in the working hours of a day, or of so many days later."""
    return datetime.combine(on + timedelta(days=days), time(5, 30), UTC)

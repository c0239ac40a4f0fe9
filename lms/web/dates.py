"""Days in requests."""

from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import abort, current_app, request

from lms.shared.clock import instant_of, local_date, utcnow

LAST_SECOND = time(23, 59, 59)


def today() -> date:
    """Return the present day in the organization's zone."""
    return local_date(utcnow(), current_app.config["SETTINGS"].timezone)


def day_of(moment: datetime) -> date:
    """Return the day of an instant in the organization's zone."""
    return local_date(moment, current_app.config["SETTINGS"].timezone)


def requested_day(name: str = "as_of", *, values: Mapping[str, str] | None = None) -> date:
    """Return the day the address, or a form's `values`, asks for, today when it does not; 400 when it is no date."""
    text = (request.args if values is None else values).get(name, "").strip()
    if not text:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(400)


def wall_clock(moment: datetime) -> str:
    """Write what the clock on the wall says at an instant in the organization's zone, such as "10:42"."""
    return f"{moment.astimezone(ZoneInfo(current_app.config['SETTINGS'].timezone)):%H:%M}"


def instant(text: str) -> datetime:
    """Return the instant that a person writes as a day, whose end it means, or as a time in the organization's zone.

    Raises:
        ValueError: it is neither.
    """
    return instant_of(text, current_app.config["SETTINGS"].timezone)


def clock_text(moment: datetime) -> str:
    """Write an instant as day and time in the organization's zone, to the second; its day's end as the day alone."""
    local = moment.astimezone(ZoneInfo(current_app.config["SETTINGS"].timezone))
    if local.time().replace(microsecond=0) == LAST_SECOND:
        return local.date().isoformat()
    return f"{local:%Y-%m-%d %H:%M:%S}"

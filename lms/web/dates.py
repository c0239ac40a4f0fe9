"""Days in requests."""

from datetime import date, datetime

from flask import abort, current_app, request

from lms.shared.clock import local_date, utcnow


def today() -> date:
    """Return the present day in the organization's zone."""
    return local_date(utcnow(), current_app.config["SETTINGS"].timezone)


def day_of(moment: datetime) -> date:
    """Return the day of an instant in the organization's zone."""
    return local_date(moment, current_app.config["SETTINGS"].timezone)


def requested_day(name: str = "as_of") -> date:
    """Return the day the address asks for, today when it does not; 400 when it is no date."""
    text = request.args.get(name, "").strip()
    if not text:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(400)

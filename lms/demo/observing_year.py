"""A year of looking at each other: checks after training and self-monitoring, since the standard is asked."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.demo import reference
from lms.demo.checking import Completions, first_day, write_checks
from lms.demo.judging import Chances
from lms.demo.monitoring import write_rounds
from lms.demo.observing import Observing
from lms.demo.places import Places
from lms.demo.reading import write_readings

YEAR = timedelta(days=365)


def write_year(session: Session, actor: Actor, places: Places, *, today: date) -> dict[str, int]:
    """Write the checks and rounds of the year and what was seen in them; return how many of each kind."""
    asked_since = first_day(session)
    if asked_since is None:
        return {}
    since = max(asked_since, today - YEAR)
    observing, chances = Observing(session, actor, places, since, today), Chances(reference.parameters())
    completions = Completions(session)
    counts = write_checks(session, actor, observing, chances, completions)
    counts |= write_rounds(session, actor, observing, chances, completions)
    observing.write_calibrations()
    counts["people who have read the standard"] = write_readings(session, today=today)
    session.expire_all()
    return counts

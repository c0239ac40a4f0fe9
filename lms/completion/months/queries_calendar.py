"""Days on which nobody works: public holidays of Korea, and the company's own days."""

from datetime import date
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.months.models import CompanyDay

Names = tuple[str, str]  # Korean, English


def list_company_days(session: Session) -> list[CompanyDay]:
    """List the company's own days off in force, the latest first."""
    wanted = select(CompanyDay).where(CompanyDay.superseded_at.is_(None)).order_by(CompanyDay.day.desc())
    return list(session.scalars(wanted))


def load_days_off(session: Session, *, month: date) -> dict[date, Names]:
    """Return the days off from a month's year through the next, with their names."""
    return public_holidays(month) | {one.day: (one.name, one.name) for one in list_company_days(session)}


def public_holidays(month: date) -> dict[date, Names]:
    """Return the public holidays of Korea of a month's year and the next, with lunar and substitute ones."""
    return _holidays_of(month.year) | _holidays_of(month.year + 1)


@lru_cache(maxsize=32)
def _holidays_of(year: int) -> dict[date, Names]:
    # Loading it takes half a second, and few pages ask.
    from holidays import country_holidays

    korean, english = (country_holidays("KR", years=year, language=language) for language in ("ko", "en_US"))
    return {day: (name, english[day]) for day, name in korean.items()}

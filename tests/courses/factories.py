"""Courses for tests."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from lms.courses.models import Course, CourseVersion
from lms.courses.rules import Delivery

RECORDED_AT = datetime(2019, 1, 1, tzinfo=UTC)


def add_course(session: Session, code: str = "CS-101", **values: Any) -> Course:
    """Add a course with one version; `values` are columns of the course or, for what passing means, of the version."""
    of_version = {name: values.pop(name) for name in list(values) if hasattr(CourseVersion, name)}
    passing = {"pass_progress_pct": 80, "pass_score": 60, "validity_months": 0, "renewal_window_days": 0}
    course = Course(
        code=code,
        **{"title_ko": f"{code} 과정", "title_en": f"Course {code}", "tier_level": 1, "delivery": Delivery.ONLINE}
        | values,
    )
    course.versions = [CourseVersion(number=1, recorded_at=RECORDED_AT, **passing | of_version)]
    session.add(course)
    session.flush()
    return course


def write_csv(folder: Path, name: str, *lines: str) -> Path:
    """Write lines as a UTF-8 file and return its path."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def day(text: str) -> date:
    """Return the day of an ISO text."""
    return date.fromisoformat(text)

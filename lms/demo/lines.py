"""Enrollments of the demo as the generator knows them, before they are written."""

from dataclasses import dataclass
from datetime import date


@dataclass(slots=True)
class Line:
    """An enrollment of the story, in words of the catalog."""

    course: str
    cycle: int
    has_later_cycle: bool
    required: bool
    assigned_on: date
    nominal_due_on: date
    due_on: date
    completed_on: date | None
    completed_minute: int
    score: int | None
    voided_on: date | None

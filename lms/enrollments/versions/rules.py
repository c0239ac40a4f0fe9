"""How people stand to a course of which a new version comes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """Numbers of people by their latest cycle of a course, leaving out what was taken out.

    `active` of those who `completed` are at work, not away, and must have the course: whom a new part can be asked of.
    """

    open: int = 0
    completed: int = 0
    active: int = 0

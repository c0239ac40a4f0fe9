"""Parameters of the pages of what training adds up to."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField
from wtforms.validators import AnyOf, Length, Optional

from lms.field_checks.transfer.rules import MONTHS, By, Show, Step
from lms.observations.forms import UNKNOWN
from lms.observations.practice.rules import By as Topic

PERIODS = ("3", "6", "12", "24")


class TransferForm(Form):
    """Which trainings, of whom, and how they are laid out; all may be absent."""

    show = StringField(_l("Part"), [Optional(), AnyOf(list(Show), message=UNKNOWN)])
    by = StringField(_l("Rows"), [Optional(), AnyOf(list(By), message=UNKNOWN)])
    topic = StringField(_l("Sorted by"), [Optional(), AnyOf(list(Topic), message=UNKNOWN)])
    months = StringField(_l("Period"), [Optional(), AnyOf(PERIODS, message=UNKNOWN)])
    unit = StringField(_l("Unit"))
    role = StringField(_l("Job role"))
    course = StringField(_l("Course"))
    key = StringField(_l("Row"), [Optional(), Length(max=40, message=_l("Write at most 40 characters."))])
    step = StringField(_l("Step"), [Optional(), AnyOf(list(Step), message=UNKNOWN)])
    took = StringField(_l("Taken"), [Optional(), AnyOf(("yes", "no"), message=UNKNOWN)])

    def __init__(self, values: Any, *, roles: Iterable[str], courses: Iterable[str]) -> None:
        super().__init__(values)
        self.role.validators = [Optional(), AnyOf(list(roles), message=UNKNOWN)]
        self.course.validators = [Optional(), AnyOf(list(courses), message=UNKNOWN)]
        for field in self:
            field.id = f"filter-{field.name}"

    @property
    def part(self) -> Show:
        """Return which part of the page is shown."""
        return Show(self.show.data) if self.show.data else Show.STEPS

    @property
    def rows(self) -> By:
        """Return what the rows of the breakdown stand for."""
        return By(self.by.data) if self.by.data else By.UNIT

    @property
    def topics(self) -> Topic:
        """Return what answers are added up by."""
        return Topic(self.topic.data) if self.topic.data else Topic.DIMENSION

    @property
    def behind(self) -> tuple[Step, bool]:
        """Return behind which step people are listed, and whether those who took it."""
        return Step.__members__.get(self.step.data or "", Step.COMPLETED), self.took.data != "no"

    @property
    def layout(self) -> dict[str, Any]:
        """Return which part of the page is shown, and how."""
        return {
            "show": self.part,
            "by": self.rows,
            "step": self.behind[0],
            "topic": self.topics,
            "key": self.key.data or "",
        }

    @property
    def narrowed(self) -> dict[str, Any]:
        """Return the period and what is filtered by."""
        return {
            "months": int(self.months.data or MONTHS),
            "roles": (self.role.data,) if self.role.data else (),
            "courses": (self.course.data,) if self.course.data else (),
        }

    @property
    def kept(self) -> dict[str, str]:
        """Return the filters in force, for links between the pages."""
        names = ("months", "unit", "role", "course")
        return {name: self[name].data for name in names if self[name].data}

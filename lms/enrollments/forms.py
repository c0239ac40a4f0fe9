"""The form that assigns a course."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Optional

from lms.enrollments.assignments.queries import Place
from lms.enrollments.assignments.rules import LONGEST_REASON, DueRule
from lms.web.forms import Form, at_most, required

BY_COURSE, BY_DATE, BY_DAYS = "course", "date", "days"
LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks for. `course` and `units` are public ids, `request_key` names the form."""

    course: str
    role_codes: list[str]
    units: list[str]
    due: DueRule
    reason: str
    request_key: str
    people: list[str]


class AssignmentForm(Form):
    """Which course, to whom, where, by when and why."""

    course = SelectField(_l("Course"), validators=[required()])
    roles = SelectMultipleField(_l("Job roles"))
    units = SelectMultipleField(_l("Centers, areas and regions"))
    due = RadioField(
        _l("When it is due"),
        choices=[
            SelectChoice(BY_COURSE, _l("As the course says")),
            SelectChoice(BY_DATE, _l("On a date")),
            SelectChoice(BY_DAYS, _l("After some days")),
        ],
        default=BY_COURSE,
        validators=[required()],
    )
    due_on = DateField(_l("Due date"), validators=[Optional()])
    due_days = IntegerField(_l("Days after assignment"), validators=[Optional()])
    reason = TextAreaField(_l("Reason"), validators=[required(), at_most(LONGEST_REASON)])
    request_key = HiddenField()
    # Picked one by one, by public id: then neither roles nor units are asked for.
    person = SelectMultipleField(_l("People"), choices=[], validate_choice=False)

    def offer(self, courses: Iterable[Any], roles: Iterable[Any], places: Iterable[Place], title: Any) -> None:
        """Fill in what can be chosen; `title` words a course or role in the reader's language."""
        self.course.choices = [
            SelectChoice(course.public_id, f"{course.code} {title(course, 'title')}") for course in courses
        ]
        self.roles.choices = [SelectChoice(role.code, title(role, "title")) for role in roles]
        self.units.choices = [SelectChoice(place.public_id, place.name) for place in places]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, then what belongs to the chosen kind of due date."""
        sound = bool(super().validate(extra_validators))
        for kind, field in ((BY_DATE, self.due_on), (BY_DAYS, self.due_days)):
            if self.due.data == kind and field.data is None and not field.errors:
                field.errors = [*field.errors, _l("Enter this.")]
                sound = False
        return sound

    @property
    def wish(self) -> Wish:
        """Return what is asked for."""
        due = DueRule()
        if self.due.data == BY_DATE:
            due = DueRule(on=self.due_on.data)
        elif self.due.data == BY_DAYS:
            due = DueRule(days=self.due_days.data)
        return Wish(
            course=self.course.data or "",
            role_codes=list(self.roles.data or ()),
            units=list(self.units.data or ()),
            due=due,
            reason=self.reason.data or "",
            request_key=(self.request_key.data or "")[:LONGEST_KEY],
            people=list(dict.fromkeys(self.person.data or ())),
        )

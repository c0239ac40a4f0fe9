"""The form that writes a rule: choices only, no free code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp

from lms.enrollments.assignment_rules.rules_terms import (
    MOST_DAYS,
    MOST_MONTHS,
    Audience,
    Due,
    DueKind,
    Renewal,
    RenewalBasis,
    RenewalKind,
    RuleTerms,
    Trigger,
)
from lms.enrollments.assignment_rules.wording import BASES, DUE_KINDS, MONTHS_SHORT, RENEWALS, TRIGGERS
from lms.enrollments.assignments.queries import Place
from lms.people.centers.wording import NETWORK_TYPES
from lms.people.duties.wording import TITLES
from lms.people.rules import DutyKind, NetworkType
from lms.web.forms import Form, at_most, required, text_of

LONGEST_NOTE, LONGEST_NAME, LONGEST_KEY, LONGEST_CODE = 300, 120, 40, 40
# What goes with months; a fixed day of the year has a basis of its own.
BASES_OF_MONTHS = {basis: BASES[basis] for basis in (RenewalBasis.COMPLETION, RenewalBasis.PREVIOUS_EXPIRY)}
_NUMBER = _l("Enter a whole number from %(min)s to %(max)s.")


def _whole(label: Any, most: int, least: int = 0) -> IntegerField:
    """Return a field for a whole number that may stay empty."""
    return IntegerField(label, validators=[Optional(), NumberRange(least, most, message=_NUMBER)])


def _choices(words: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(str(code), text) for code, text in words.items()]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a rule may be about, each with its words: courses by public id, job roles by code, tiers by level; units."""

    courses: Sequence[tuple[str, str]]
    roles: Sequence[tuple[str, str]]
    tiers: Sequence[tuple[int, str]]
    places: Sequence[Place]
    course_ids: Mapping[str, int]


class RuleForm(Form):
    """Whom a rule is for, what they take, when, by when, how often again, and how long it holds."""

    code = StringField(
        _l("Code"),
        validators=[
            required(),
            at_most(LONGEST_CODE),
            Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z", message=_l("Use letters, digits, dots, hyphens or underscores.")),
        ],
    )
    name_ko = StringField(_l("Name in Korean"), validators=[required(), at_most(LONGEST_NAME)])
    name_en = StringField(_l("Name in English"), validators=[required(), at_most(LONGEST_NAME)])
    courses = SelectMultipleField(_l("Courses"), validators=[required(_l("Choose at least one course."))])
    roles = SelectMultipleField(_l("Job roles"))
    duties = SelectMultipleField(_l("Duties"), choices=[SelectChoice(kind.value, TITLES[kind]) for kind in DutyKind])
    network_types = SelectMultipleField(
        _l("Network types"), choices=[SelectChoice(kind.value, NETWORK_TYPES[kind]) for kind in NetworkType]
    )
    units = SelectMultipleField(_l("Regions, areas and centers"))
    tenure_from = _whole(_l("At least so many days in service"), MOST_DAYS)
    tenure_to = _whole(_l("Less than so many days in service"), MOST_DAYS, 1)
    tiers = SelectMultipleField(_l("Tiers they have reached"), coerce=int)
    completed = SelectMultipleField(_l("Courses they have completed"))
    trigger = RadioField(_l("Occasion"), choices=_choices(TRIGGERS), default=Trigger.ROLE, validators=[required()])
    fixed_on = DateField(_l("Date of the occasion"), validators=[Optional()])
    includes_present = BooleanField(_l("Also those who are there already when the rule begins"), default=True)
    due = RadioField(
        _l("When it is due"),
        choices=_choices(DUE_KINDS),
        default=DueKind.DAYS,
        validators=[required()],
    )
    due_days = _whole(_l("Days after the occasion"), MOST_DAYS)
    due_on = DateField(_l("Due date"), validators=[Optional()])
    renewal = RadioField(
        _l("How often again"), choices=_choices(RENEWALS), default=RenewalKind.NONE, validators=[required()]
    )
    renewal_months = _whole(_l("Number of months"), MOST_MONTHS, 1)
    renewal_basis = RadioField(
        _l("The next expiry counts"),
        choices=_choices(BASES_OF_MONTHS),
        default=RenewalBasis.COMPLETION,
        validators=[Optional()],
    )
    renewal_month = SelectField(
        _l("Month of the year"),
        choices=[SelectChoice("", "–")]
        + [SelectChoice(str(number), text) for number, text in enumerate(MONTHS_SHORT, 1)],
    )
    renewal_day = _whole(_l("Day of the month"), 31, 1)
    window_days = _whole(_l("Opens so many days before"), MOST_DAYS)
    min_active_days = _whole(_l("Holds at least so many days"), MOST_DAYS)
    earlier_counts_days = _whole(_l("Earlier completions count within so many days"), MOST_DAYS)
    valid_from = DateField(_l("Holds from"), validators=[required()])
    last_on = DateField(_l("Last day"), validators=[Optional()])
    note = TextAreaField(_l("Note"), validators=[required(), at_most(LONGEST_NOTE)])
    request_key = HiddenField()
    known_since = HiddenField()

    def offer(self, choices: "Choices") -> None:
        """Fill in what can be chosen."""
        self.courses.choices = self.completed.choices = [
            SelectChoice(public_id, text) for public_id, text in choices.courses
        ]
        self.roles.choices = [SelectChoice(code, text) for code, text in choices.roles]
        self.tiers.choices = [SelectChoice(level, text) for level, text in choices.tiers]
        self.units.choices = [SelectChoice(place.public_id, place.name) for place in choices.places]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, then what belongs to the choices made."""
        sound = bool(super().validate(extra_validators))
        for is_wanted, field in self._wanted():
            if is_wanted and field.data in (None, "") and not field.errors:
                field.errors = [*field.errors, _l("Enter this.")]
                sound = False
        return sound

    def _wanted(self) -> Iterable[tuple[bool, Any]]:
        """Yield each field that some choice makes necessary, with whether it was made."""
        yield self.trigger.data == Trigger.FIXED, self.fixed_on
        yield self.due.data == DueKind.DAYS, self.due_days
        yield self.due.data == DueKind.FIXED, self.due_on
        yield self.renewal.data == RenewalKind.MONTHS, self.renewal_months
        yield self.renewal.data == RenewalKind.CALENDAR, self.renewal_month
        yield self.renewal.data == RenewalKind.CALENDAR, self.renewal_day

    def fill(self, terms: RuleTerms, choices: Choices) -> None:
        """Show what a rule says."""
        courses = {course_id: public_id for public_id, course_id in choices.course_ids.items()}
        units = {place.id: place.public_id for place in choices.places}
        audience, due, renewal = terms.audience, terms.due, terms.renewal
        shown = {
            self.courses: [courses[one] for one in terms.course_ids if one in courses],
            self.roles: list(audience.role_codes),
            self.duties: list(audience.duties),
            self.network_types: list(audience.network_types),
            self.units: [units[one] for one in audience.unit_ids if one in units],
            self.tenure_from: audience.tenure_from_days,
            self.tenure_to: audience.tenure_to_days,
            self.tiers: list(audience.tiers_reached),
            self.completed: [courses[one] for one in audience.completed_course_ids if one in courses],
            self.trigger: terms.trigger,
            self.fixed_on: terms.fixed_on,
            self.includes_present: terms.includes_present,
            self.due: due.kind,
            self.due_days: due.days,
            self.due_on: due.on,
            self.renewal: renewal.kind,
            self.renewal_months: renewal.months,
            self.renewal_basis: renewal.basis,
            self.renewal_month: str(renewal.month or ""),
            self.renewal_day: renewal.day,
            self.window_days: renewal.window_days or None,
            self.min_active_days: renewal.min_active_days or None,
            self.earlier_counts_days: renewal.earlier_counts_days,
            self.valid_from: terms.valid_from,
            self.last_on: terms.valid_to and terms.valid_to - timedelta(days=1),
        }
        for field, value in shown.items():
            field.data = value

    def terms(self, choices: Choices) -> RuleTerms:
        """Return what a sound form says; several courses in the order in which they are offered.

        Units out of reach and courses that are none cannot be chosen, so they do not get here.
        """
        chosen = set(self.courses.data or ())
        return RuleTerms(
            course_ids=tuple(choices.course_ids[one] for one, _ in choices.courses if one in chosen),
            audience=self._audience(choices),
            trigger=Trigger(self.trigger.data),
            fixed_on=self.fixed_on.data if self.trigger.data == Trigger.FIXED else None,
            includes_present=bool(self.includes_present.data),
            due=self._due(),
            renewal=self._renewal(),
            valid_from=self.valid_from.data,  # type: ignore[arg-type]  # the form is sound
            valid_to=self.last_on.data + timedelta(days=1) if self.last_on.data else None,
        )

    def _audience(self, choices: Choices) -> Audience:
        units = {place.public_id: place.id for place in choices.places}
        return Audience(
            role_codes=tuple(self.roles.data or ()),
            network_types=tuple(map(NetworkType, self.network_types.data or ())),
            unit_ids=tuple(units[one] for one in self.units.data or ()),
            duties=tuple(map(DutyKind, self.duties.data or ())),
            tenure_from_days=self.tenure_from.data,
            tenure_to_days=self.tenure_to.data,
            tiers_reached=tuple(self.tiers.data or ()),
            completed_course_ids=tuple(choices.course_ids[one] for one in self.completed.data or ()),
        )

    def _due(self) -> Due:
        kind = DueKind(self.due.data)
        return Due(
            kind=kind,
            days=self.due_days.data if kind is DueKind.DAYS else None,
            on=self.due_on.data if kind is DueKind.FIXED else None,
        )

    def _renewal(self) -> Renewal:
        kind = RenewalKind(self.renewal.data)
        if kind is RenewalKind.NONE:
            return Renewal(earlier_counts_days=self.earlier_counts_days.data)
        by_months = kind is RenewalKind.MONTHS
        return Renewal(
            kind=kind,
            months=self.renewal_months.data if by_months else None,
            month=None if by_months else int(self.renewal_month.data or 0),
            day=None if by_months else self.renewal_day.data,
            window_days=self.window_days.data or 0,
            basis=RenewalBasis(self.renewal_basis.data) if by_months else RenewalBasis.FIXED,
            min_active_days=self.min_active_days.data or 0,
            earlier_counts_days=self.earlier_counts_days.data,
        )

    @property
    def key(self) -> str:
        """Return what names this form among all that were ever sent."""
        return text_of(self.request_key)[:LONGEST_KEY]


class EquivalenceForm(Form):
    """Which course is asked for, and which one counts as it."""

    course = SelectField(_l("Course asked for"), validators=[InputRequired(_l("Choose a course."))])
    counts = SelectField(_l("Completed by"), validators=[InputRequired(_l("Choose a course."))])

    def offer(self, courses: Iterable[tuple[str, str]]) -> None:
        """Fill in the courses, by public id."""
        self.course.choices = self.counts.choices = [SelectChoice("", ""), *(SelectChoice(*one) for one in courses)]

"""What the addresses of rate and shortfall pages may ask for. Downloads read the same parameters."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, Form, IntegerField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from lms.completion.explain.rules import Why
from lms.completion.queries_enrollments import EnrollmentSort, Pick
from lms.completion.rules import RateFilter, Severity, ShortfallFilter, ShortfallSort
from lms.completion.rules_bases import Attribution, Basis, Measure, Period, code_of, word_of
from lms.web.dates import instant

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 1, 1)
EVERYONE = "everyone"
FRONTLINE = "frontline"
REASON_MIN, REASON_MAX = 5, 200
DEFAULT_SORT = "-oldest"
OPEN_ONLY = "open"
LONGEST_SEARCH = 60
BREAKDOWNS = ("role", "tier", "course")
MEASURE_PARAMETERS = ("basis", "attribution", "due_from", "due_to")
RATE_SORTS = ("code", "sure", "rate", "missing", "short", "change")


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class _Day(DateField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take an ISO date; say how to write one when it is not."""
        try:
            super().process_formdata([text.strip() for text in valuelist])
        except ValueError:
            raise ValueError(_l("Write the date as 2019-06-30.")) from None
        if self.data and not FIRST_DAY <= self.data < LAST_DAY:
            self.data = None
            raise ValueError(_l("Choose a date from 1990 to 2099."))


class _Moment(StringField):
    """A day, whose end it means, or a time of a day; `at` is the instant."""

    at: datetime | None = None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Take the instant; say how to write one when it is none."""
        if not self.data:
            return
        try:
            self.at = instant(self.data)
        except (ValueError, OverflowError):
            raise ValidationError(_l("Write the date as 2019-06-30.")) from None
        if not FIRST_DAY <= self.at.date() < LAST_DAY:
            raise ValidationError(_l("Choose a date from 1990 to 2099."))


class _Percentage(IntegerField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take a whole number from 1 to 100."""
        text = str(valuelist[0]).strip() if valuelist else ""
        if text and not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 100):
            raise ValueError(_l("Enter a percentage from 1 to 100."))
        self.data = int(text) if text else None


class _Choice(StringField):
    """One of some codes, or nothing."""

    def __init__(self, label: Any, allowed: Iterable[str] = (), **options: Any) -> None:
        super().__init__(label, filters=[lambda text: (text or "").strip()], **options)
        self.allowed = frozenset(allowed)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Say that a code is unknown."""
        if self.data and self.data not in self.allowed:
            raise ValidationError(_l("This choice is not known here. Pick one from the list."))


class _Choices(Field):
    """Any number of some codes, each said once: `?role=MT&role=SA`."""

    def __init__(self, label: Any, allowed: Iterable[str] = (), **options: Any) -> None:
        super().__init__(label, **options)
        self.allowed = frozenset(allowed)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the codes in the order of the address."""
        stripped = (str(text).strip() for text in valuelist)
        self.data: tuple[str, ...] = tuple(dict.fromkeys(text for text in stripped if text))

    def process_data(self, value: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Begin with none."""
        self.data = ()

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Say that a code is unknown."""
        if not self.allowed.issuperset(self.data):
            raise ValidationError(_l("This choice is not known here. Pick one from the list."))


class RateForm(Form):
    """Parameters of every page about rates; all may be absent."""

    as_of = _Day(_l("As-of date"), [Optional()])
    known_at = _Moment(_l("As known on"), filters=[_stripped])
    unit = StringField(_l("Unit"))
    role = _Choices(_l("Job role"))
    tier = _Choices(_l("Tier"))
    course = _Choices(_l("Course"))
    people = _Choice(_l("People"), (FRONTLINE, EVERYONE))

    def __init__(self, values: Any) -> None:
        super().__init__(values)
        for field in self:
            field.id = f"filter-{field.name}"  # as the filter bar draws it, so that errors lead there

    def offer(self, *, roles: Iterable[str], tiers: Iterable[str], courses: Iterable[str]) -> None:
        """Set the codes that may be chosen."""
        for field, codes in ((self.role, roles), (self.tier, tiers), (self.course, courses)):
            field.allowed = frozenset(codes)

    def shared(self) -> dict[str, Any]:
        """Return what every filter is made of, but the unit."""
        return {
            "role_codes": self.role.data,
            "tiers": tuple(map(int, self.tier.data)),
            "course_codes": self.course.data,
        }

    def filter(self, unit_id: int | None) -> RateFilter:
        """Return the filter these parameters mean; rates speak of everyone unless asked (ruling 29)."""
        return RateFilter(unit_id=unit_id, frontline=True if self.people.data == FRONTLINE else None, **self.shared())


class BreakdownForm(RateForm):
    """Parameters of the pages of rates: beside which other day, by what to break down, and in which order."""

    compare = _Day(_l("Compare with"), [Optional()])
    by = _Choice(_l("By"), BREAKDOWNS)
    sort = _Choice(_l("Order"), [sign + key for key in RATE_SORTS for sign in ("", "-")])


class MeasureForm(BreakdownForm):
    """Parameters of a rate on any basis: what it counts, at which center, and over which time."""

    basis = _Choice(_l("Basis"), tuple(map(word_of, Basis)))
    attribution = _Choice(_l("Counted at"), tuple(map(word_of, Attribution)))
    due_from = _Day(_l("Due from"), [Optional()])
    due_to = _Day(_l("Due to"), [Optional()])

    def measure(self, as_of: date) -> Measure:
        """Return how the rate is reckoned; a period that names no last day ends on the day asked for."""
        first, last = self.due_from.data, self.due_to.data or as_of
        return Measure(
            basis=Basis(code_of(self.basis.data)) if self.basis.data else Basis.COMPLETION,
            attribution=Attribution(code_of(self.attribution.data)) if self.attribution.data else Attribution.CURRENT,
            period=Period(first, last) if first else None,
        )

    def validate_due_to(self, field: DateField) -> None:
        """Refuse a period without a first day, or that ends before it begins."""
        if field.data and not self.due_from.data:
            raise ValidationError(_l("Choose the first day of the period too."))
        if field.data and self.due_from.data and field.data < self.due_from.data:
            raise ValidationError(_l("The period ends before it begins."))

    def validate_attribution(self, field: StringField) -> None:
        """Refuse the center of the due date for what is not due yet."""
        if field.data == word_of(Attribution.DUE_DATE) and self.basis.data == word_of(Basis.ASSIGNED):
            raise ValidationError(_l("What is assigned but not due yet has no center of its due date."))


def is_usual(values: Mapping[str, str]) -> bool:
    """Tell whether an address asks for rates as they are meant when nothing else is said."""
    usual = {word_of(Basis.COMPLETION), word_of(Attribution.CURRENT), ""}
    return all(values.get(name, "").strip() in usual for name in MEASURE_PARAMETERS)


class CourseForm(RateForm):
    """Parameters of a course's list of people."""

    show = _Choice(_l("Show"), (OPEN_ONLY,))
    sort = _Choice(_l("Order"), [sign + key for key in EnrollmentSort for sign in ("", "-")])

    @property
    def order(self) -> tuple[EnrollmentSort, bool]:
        """Return by what to sort, and whether from the greatest down."""
        text = self.sort.data or EnrollmentSort.STAFF_NO
        return EnrollmentSort(text.removeprefix("-")), text.startswith("-")

    @property
    def pick(self) -> Pick:
        """Return whether to list open enrollments only."""
        return Pick.OPEN if self.show.data == OPEN_ONLY else Pick.ALL


class RosterForm(RateForm):
    """Parameters of the roster behind a rate, and of its download: the people of which reason to show."""

    why = _Choice(_l("Reason"), tuple(Why))


class ShortfallForm(RateForm):
    """Parameters of the shortfall list and of its download."""

    q = StringField(_l("Name or staff number"), [Length(max=LONGEST_SEARCH)], filters=[_stripped])
    below = _Percentage(_l("Rate below"), [Optional()])
    severity = _Choice(_l("Severity"), tuple(Severity))
    sort = _Choice(_l("Order"), [sign + key for key in ShortfallSort for sign in ("", "-")])

    def filter(self, unit_id: int | None) -> ShortfallFilter:
        """Return the filter these parameters mean: front-line people unless everyone is asked for (ruling 29)."""
        return ShortfallFilter(
            unit_id=unit_id,
            frontline=None if self.people.data == EVERYONE else True,
            below=self.below.data,
            search=self.q.data or None,
            severity=Severity(self.severity.data) if self.severity.data else None,
            **self.shared(),
        )

    @property
    def order(self) -> tuple[ShortfallSort, bool]:
        """Return by what to sort, and whether from the greatest down.

        "-oldest" puts first who has waited longest, which is the smallest date.
        """
        text = self.sort.data or DEFAULT_SORT
        key, is_descending = ShortfallSort(text.removeprefix("-")), text.startswith("-")
        return key, is_descending is not (key is ShortfallSort.OLDEST)


class ReasonForm(Form):
    """Why someone opens or downloads names."""

    reason = TextAreaField(_l("Reason"), filters=[lambda text: " ".join((text or "").split())])

    def validate_reason(self, field: TextAreaField) -> None:
        """Refuse what says nothing: too short, or the same few characters again and again."""
        text = field.data or ""
        letters = [letter.casefold() for letter in text if letter.isalnum()]
        if len(letters) < REASON_MIN or len(set(letters)) < min(4, REASON_MIN):
            raise ValidationError(_l("Write in a few words what the list is needed for (at least 5 letters)."))
        if len(text) > REASON_MAX:
            raise ValidationError(_l("Use at most 200 characters."))


def active_parameters(form: Form) -> dict[str, str | list[str]]:
    """Return the parameters that are set, as they stand in the address: for links and hidden fields.

    A parameter that is said several times has a list of its texts.
    """
    said = {field.name: [text for one in field.raw_data or () if (text := str(one).strip())] for field in form}
    return {name: texts if len(texts) > 1 else texts[0] for name, texts in said.items() if texts}

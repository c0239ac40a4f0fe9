"""Building a small network of named people for tests: units, postings, duties, courses and enrollments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.courses.models import Course, CourseVersion
from lms.enrollments.models import Enrollment
from lms.people.models import Duty, JobRole, Leave, OrgPlacement, OrgUnit, Person, Posting, StaffNumber
from lms.people.rules import DutyKind, NetworkType, UnitKind
from lms.people.search.rules import search_text_of
from lms.shared.db import Base

LONG_AGO = date(2018, 1, 1)
# What nobody named gets a name that a page, a file or a query could trip over.
HOSTILE = " <script>alert('이름')</script>\"&{{7*7}}%s"
RECORDED = datetime(2018, 1, 1, tzinfo=UTC)

Row = TypeVar("Row", bound=Base)
Dated = TypeVar("Dated", Posting, Duty, Leave, OrgPlacement)


class Network:
    """Adds rows to a session; the caller commits. Everything holds from `LONG_AGO` unless told otherwise."""

    def __init__(self, session: Session, recorded_at: datetime = RECORDED) -> None:
        self.session = session
        self.recorded_at = recorded_at

    def unit(self, kind: UnitKind, code: str, *, under: OrgUnit | None = None, **columns: Any) -> OrgUnit:
        """Add an org unit, below another one if told."""
        names = {"name_ko": f"{code} 센터{HOSTILE}", "name_en": f"{code} Center{HOSTILE}"}
        unit = self._add(OrgUnit(kind=kind, code=code, **(names | columns)))
        if under is not None:
            self._add(self._dated(OrgPlacement(unit_id=unit.id, parent_id=under.id), LONG_AGO, None))
        return unit

    def there_is(self, kind: UnitKind) -> OrgUnit:
        """Return the one unit of its kind that the first migration made: the network, or the head office."""
        first = select(OrgUnit).where(OrgUnit.kind == kind).order_by(OrgUnit.id)
        return self.session.scalars(first.limit(1)).one()

    def person(
        self,
        staff_no: str,
        name: str,
        *,
        at: OrgUnit,
        role: str = "SA",
        since: date = LONG_AGO,
        until: date | None = None,
    ) -> Person:
        """Add someone who works at a unit in a job role."""
        search = search_text_of(name, [staff_no])
        person = self._add(Person(staff_no=staff_no, name=name, search_text=search, recorded_at=self.recorded_at))
        self._add(StaffNumber(person_id=person.id, staff_no=staff_no, issued_on=since))
        self.posting(person, at=at, role=role, since=since, until=until)
        return person

    def posting(
        self, person: Person, *, at: OrgUnit, role: str = "SA", since: date = LONG_AGO, until: date | None = None
    ) -> Posting:
        """Add a posting to someone already there."""
        role_id = self.session.scalars(select(JobRole.id).where(JobRole.code == role)).one()
        posting = Posting(person_id=person.id, center_id=at.id, role_id=role_id, is_primary=True)
        return self._add(self._dated(posting, since, until))

    def duty(
        self, person: Person, kind: DutyKind, unit: OrgUnit, *, since: date = LONG_AGO, until: date | None = None
    ) -> Duty:
        """Give someone a duty over a unit."""
        return self._add(self._dated(Duty(person_id=person.id, unit_id=unit.id, kind=kind), since, until))

    def leave(self, person: Person, since: date, until: date | None) -> Leave:
        """Let someone be away from `since`; `until` is the first day back."""
        return self._add(self._dated(Leave(person_id=person.id), since, until))

    def course(self, code: str, *, version: dict[str, Any] | None = None, **columns: Any) -> Course:
        """Add a course with one version, without a test and never expiring unless told."""
        titles = {"title_ko": f"{code} 과정{HOSTILE}", "title_en": f"{code} course{HOSTILE}"}
        usual = titles | {"tier_level": 1, "delivery": "ONLINE"}
        course = self._add(Course(code=code, **(usual | columns)))
        first = {"number": 1, "pass_progress_pct": 100, "pass_score": 0, "validity_months": 0, "renewal_window_days": 0}
        self._add(CourseVersion(course_id=course.id, recorded_at=self.recorded_at, **(first | (version or {}))))
        self.session.refresh(course)
        return course

    def enroll(self, person: Person, course: Course, *, due_on: date | None, **columns: Any) -> Enrollment:
        """Enroll someone: assigned long ago, required and open unless told."""
        usual = {
            "assigned_on": LONG_AGO,
            "nominal_due_on": due_on,
            "required": True,
            "source": "IMPORT",
            "course_version_id": course.versions[0].id,
            "recorded_at": self.recorded_at,
        }
        return self._add(Enrollment(person_id=person.id, course_id=course.id, due_on=due_on, **(usual | columns)))

    def _dated(self, row: Dated, since: date, until: date | None) -> Dated:
        row.starts_on, row.ends_on, row.recorded_at = since, until, self.recorded_at
        return row

    def _add(self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row


@dataclass(frozen=True)
class Cast:
    """Seoul has two centers, Busan one. Everyone is named; nobody shares a name but the two 김하나."""

    network: OrgUnit
    office: OrgUnit
    region: OrgUnit
    area: OrgUnit
    center: OrgUnit
    next_door: OrgUnit
    far_away: OrgUnit
    employee: Person
    colleague: Person
    namesake: Person
    coordinator: Person
    area_manager: Person
    region_manager: Person
    training_admin: Person
    executive: Person
    course: Course

    def everyone(self) -> dict[str, Person]:
        """Return the people by the part they play."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Person)}


def small_cast(session: Session) -> Cast:
    """Add the fixed cast: an employee with an overdue course, colleagues, and those who look after them."""
    net = Network(session)
    units: dict[str, Any] = _units(net)
    people: dict[str, Any] = _people(net, units)
    course = net.course("BASIC-01", title_ko="고객 응대 기본", title_en="Serving customers: the basics")
    net.enroll(people["employee"], course, due_on=date(2019, 1, 31))
    net.enroll(people["colleague"], course, due_on=date(2019, 1, 31), completed_on=date(2019, 1, 20))
    net.enroll(people["namesake"], course, due_on=date(2019, 1, 31))
    return Cast(**units, **people, course=course)


def _units(net: Network) -> dict[str, OrgUnit]:
    network, office = net.there_is(UnitKind.NETWORK), net.there_is(UnitKind.CENTER)
    region = net.unit(UnitKind.REGION, "R1", name_ko="수도권", name_en="Capital", under=network)
    area = net.unit(UnitKind.AREA, "A1", name_ko="서울", name_en="Seoul", under=region)
    south = net.unit(UnitKind.REGION, "R2", name_ko="영남", name_en="South-east", under=network)
    busan = net.unit(UnitKind.AREA, "A2", name_ko="부산", name_en="Busan", under=south)
    general: dict[str, Any] = {"network_type": NetworkType.GENERAL}
    return {
        "network": network,
        "office": office,
        "region": region,
        "area": area,
        "center": net.unit(UnitKind.CENTER, "C101", name_ko="강남점", name_en="Gangnam", under=area, **general),
        "next_door": net.unit(UnitKind.CENTER, "C102", name_ko="서초점", name_en="Seocho", under=area, **general),
        "far_away": net.unit(UnitKind.CENTER, "C201", name_ko="해운대점", name_en="Haeundae", under=busan, **general),
    }


def _people(net: Network, units: dict[str, OrgUnit]) -> dict[str, Person]:
    office = units["office"]
    people = {
        "employee": net.person("00101", "김하나", at=units["center"]),
        "colleague": net.person("00102", "이두리", at=units["center"], role="MT"),
        "namesake": net.person("00201", "김하나", at=units["far_away"]),
        "coordinator": net.person("00103", "박세나", at=units["center"], role="RC"),
        "area_manager": net.person("00901", "정나라", at=office, role="AM"),
        "region_manager": net.person("00902", "강다솜", at=office, role="RG"),
        "training_admin": net.person("00903", "한마루", at=office, role="TR"),
        "executive": net.person("00904", "윤바다", at=office, role="VW"),
    }
    net.duty(people["coordinator"], DutyKind.COORDINATOR, units["center"])
    net.duty(people["area_manager"], DutyKind.AREA_MANAGER, units["area"])
    net.duty(people["region_manager"], DutyKind.REGION_MANAGER, units["region"])
    net.duty(people["training_admin"], DutyKind.TRAINING_ADMIN, units["network"])
    net.duty(people["executive"], DutyKind.EXECUTIVE, units["network"])
    return people

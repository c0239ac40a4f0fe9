"""A small standard, a course that asks for checks of it, and checks of named people."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.courses.models import Course
from lms.enrollments.models import Enrollment
from lms.field_checks.models import FieldCheck, ObserverCalibration
from lms.field_checks.monitoring.models import Campaign, MonitoringRound
from lms.field_checks.rules_calibration import valid_until
from lms.observations.models import (
    Behavior,
    ItemSet,
    ItemSetItem,
    Observation,
    ObservationResult,
    Standard,
    StandardItem,
)
from lms.observations.rules_standards import SERVICE
from lms.people.models import JobRole as Role
from lms.people.models import OrgUnit, Person
from lms.people.queries import scope_of
from lms.people.rules import Scope
from lms.shared.clock import local_date, utcnow
from tests.support.network import Network

TODAY = local_date(utcnow(), "Asia/Seoul")
# Code, is it critical, how it is answered.
ITEMS = (("FC-1", False, "YN"), ("FC-2", True, "YN"), ("FC-3", False, "SCALE4"))


def actor_of(person: Person | None, at: datetime | None = None) -> Actor:
    return Actor(person_id=person.id if person else None, label="t", origin="t", at=at or utcnow())


def scope_on(session: Session, person: Person, day: date = TODAY) -> Scope:
    return scope_of(session, person_id=person.id, on=day, names="open")


class Checking:
    """Adds rows to a session; the caller commits."""

    def __init__(self, session: Session, items: tuple[tuple[str, bool, str], ...] = ITEMS) -> None:
        self.session = session
        self.net = Network(session)
        self.course = self.net.course(
            "GREET-01", title_ko="인사", title_en="Greeting", field_check_required=True, field_check_from_days=14,
            field_check_to_days=28, recheck_days=90,
        )  # fmt: skip
        standard = Standard(code=SERVICE, name_ko="서비스 표준", name_en="Service standard", recorded_at=utcnow())
        session.add(standard)
        session.flush()
        self.version = ItemSet(standard_id=standard.id, number=1, effective_from=date(2018, 8, 1), recorded_at=utcnow())
        session.add(self.version)
        session.flush()
        for place, item in enumerate(items):
            self._item(standard, place, *item)
        session.flush()

    def _item(self, standard: Standard, place: int, code: str, is_critical: bool, response_type: str) -> None:
        names = {"name_ko": f"행동 <b>{code}", "name_en": f"Behavior {code}"}
        behavior = Behavior(recorded_at=utcnow(), courses=[self.course], stage="BEFORE", dimension_code="D02", **names)
        item = StandardItem(standard_id=standard.id, behavior=behavior, code=code)
        self.session.add(item)
        self.session.flush()
        self.session.add(
            ItemSetItem(
                item_set_id=self.version.id, item_id=item.id, place=place, text_ko=f"행동 <b>{code}",
                text_en=f"Behavior {code}", is_critical=is_critical, response_type=response_type,
            )
        )  # fmt: skip

    def calibrate(self, person: Person, on: date | None = None, agreement: int = 95) -> None:
        """Add a calibration of an observer, of last week unless told."""
        day = on or TODAY - timedelta(days=7)
        self.session.add(
            ObserverCalibration(
                person_id=person.id, calibrated_on=day, agreement=agreement, valid_until=valid_until(day),
                recorded_at=datetime(2019, 1, 1, tzinfo=UTC),
            )
        )  # fmt: skip
        self.session.flush()

    def complete(self, person: Person, on: date, course: Course | None = None) -> Enrollment:
        """Let someone complete the course."""
        return self.net.enroll(person, course or self.course, due_on=on, completed_on=on)

    def round(self, at: OrgUnit, month: date, **columns: Any) -> MonitoringRound:
        """Add a round of a center."""
        usual = {"opens_on": month, "closes_on": month + timedelta(days=40), "recorded_at": utcnow()}
        made = MonitoringRound(center_id=at.id, month=month, **(usual | columns))
        self.session.add(made)
        self.session.flush()
        return made

    def monitor(self, person: Person, of: MonitoringRound, **columns: Any) -> FieldCheck:
        """Add a planned check of someone in a round, with a form of all items."""
        role = self.session.scalars(select(Role.id).where(Role.code == "SA")).one()
        usual = {
            "person_id": person.id, "center_id": of.center_id, "role_id": role, "kind": "MONITORING",
            "round_id": of.id, "item_set_id": self.version.id, "opens_on": of.opens_on, "closes_on": of.closes_on,
            "state": "PLANNED", "recorded_at": utcnow(),
        }  # fmt: skip
        check = FieldCheck(**(usual | columns))
        self.session.add(check)
        self.session.flush()
        return check

    def campaign(self, code: str, **columns: Any) -> Campaign:
        """Add a campaign about all items, a draft unless told."""
        items = self.session.scalars(select(StandardItem)).all()
        usual = {
            "kind": "BASICS", "title_ko": f"기본 <b>{code}", "title_en": f"Basics {code}", "starts_on": TODAY,
            "ends_on": TODAY + timedelta(days=20), "version_id": self.version.id, "wanted": 2, "items": list(items),
            "recorded_at": utcnow(),
        }  # fmt: skip
        made = Campaign(code=code, **(usual | columns))
        self.session.add(made)
        self.session.flush()
        return made

    def check(self, person: Person, at: OrgUnit, *, days_ago: int = 20, **columns: Any) -> FieldCheck:
        """Add a planned check of someone who completed the course some days ago."""
        done = TODAY - timedelta(days=days_ago)
        role = self.session.scalars(select(Role.id).where(Role.code == "SA")).one()
        usual = {
            "person_id": person.id, "center_id": at.id, "role_id": role, "course_id": self.course.id,
            "completed_on": done, "kind": "CHECK", "item_set_id": self.version.id,
            "opens_on": done + timedelta(days=14), "closes_on": done + timedelta(days=28), "state": "PLANNED",
            "recorded_at": utcnow(),
        }  # fmt: skip
        if "enrollment_id" not in columns:
            columns["enrollment_id"] = self.complete(person, done).id
        check = FieldCheck(**(usual | columns))
        self.session.add(check)
        self.session.flush()
        return check


def see(session: Session, check: FieldCheck, on: date, *failed: str) -> None:
    """Let a check be made, with everything met but the items named."""
    one = Observation(
        occasion="CHECK", kind="FIRST", center_id=check.center_id, subject_id=check.person_id,
        observer_kind="COORDINATOR", observed_on=on, item_set_id=check.item_set_id, items_applicable=3,
        items_met=3 - len(failed), recorded_at=utcnow(),
    )  # fmt: skip
    session.add(one)
    session.flush()
    for code in failed:
        item = session.scalars(select(StandardItem.id).where(StandardItem.code == code)).one()
        session.add(ObservationResult(observation_id=one.id, item_id=item, met=False, answer="NO"))
    check.observation_id, check.state = one.id, "CLOSED"
    session.flush()

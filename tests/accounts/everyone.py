"""One person of every kind that the product knows, on top of the small cast."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.people.models import Person, Posting
from lms.people.rules import DutyKind
from lms.shared.clock import utcnow
from tests.support.network import Cast, Network, small_cast

# Beside these the small cast has: employee, colleague, namesake (far away), coordinator, area and region manager,
# training administrator, executive.
KINDS = (
    "employee",
    "coordinator",
    "deputy",
    "representative",
    "center_manager",
    "area_manager",
    "region_manager",
    "training_admin",
    "cs_admin",
    "executive",
    "auditor",
    "system_admin",
    "on_leave",
    "leaver",
)


class Everyone:
    """People by kind, and the builder to add more with."""

    def __init__(self, session: Session) -> None:
        self.cast: Cast = small_cast(session)
        self.net = Network(session)
        office, center, network = self.cast.office, self.cast.center, self.cast.network
        self._people = self.cast.everyone() | {
            "deputy": self.net.person("00115", "배부관", at=center, role="RC"),
            "representative": self.net.person("00111", "오대표", at=center, role="OW"),
            "center_manager": self.net.person("00112", "최센터", at=center, role="CM"),
            "cs_admin": self.net.person("00911", "서기획", at=office, role="CS"),
            "auditor": self.net.person("00912", "노감사", at=office, role="PV"),
            "system_admin": self.net.person("00913", "도시스", at=office, role="SY"),
            "on_leave": self.net.person("00113", "문휴직", at=center),
            "leaver": self.net.person("00114", "전퇴사", at=center),
        }
        for kind, duty, unit in (
            ("deputy", DutyKind.DEPUTY_COORDINATOR, center),
            ("cs_admin", DutyKind.CS_ADMIN, network),
            ("auditor", DutyKind.AUDITOR, network),
            ("system_admin", DutyKind.SYSTEM_ADMIN, network),
            ("on_leave", DutyKind.COORDINATOR, center),
            ("leaver", DutyKind.COORDINATOR, center),
        ):
            self.net.duty(self._people[kind], duty, unit)
        self.net.leave(self._people["on_leave"], date(2019, 1, 1), None)

    def person(self, kind: str) -> Person:
        """Return the person of a kind."""
        return self._people[kind]


def end_posting(session: Session, person: Person, on: date) -> None:
    """Let a person leave: their posting's first day out is `on` (a new row supersedes the old one)."""
    old = session.scalars(select(Posting).where(Posting.person_id == person.id, Posting.superseded_at.is_(None))).one()
    old.superseded_at = utcnow()
    kept = {"person_id": person.id, "center_id": old.center_id, "role_id": old.role_id, "starts_on": old.starts_on}
    session.add(Posting(**kept, ends_on=on, recorded_at=utcnow()))
    session.flush()

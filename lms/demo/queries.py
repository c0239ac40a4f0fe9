"""Reads about the demo: whether it may be loaded, and with whom to sign in."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Account
from lms.demo.rules import SignInKind
from lms.people.models import Duty, JobRole, OrgUnit, Person, Posting
from lms.people.queries import covers


@dataclass(frozen=True, slots=True)
class People:
    """How many people there are, and how many of them are made up."""

    total: int
    synthetic: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """Someone of the demo with a password, and as what they sign in."""

    kind: SignInKind
    staff_no: str
    name: str
    unit_ko: str
    unit_en: str


def count_people(session: Session) -> People:
    """Count everyone, and those made up. It serves the loader and shows nobody."""
    total, synthetic = session.execute(
        select(func.count(Person.id), func.count(Person.id).filter(Person.is_synthetic))
    ).one()
    return People(total, synthetic)


def list_sign_ins(session: Session, *, on: date) -> list[SignIn]:
    """List the demo's people who can sign in, one for each kind, in the order of kinds. The demo's passwords are no
    secret, and neither are these few people, who do not exist."""
    duties = (
        select(Person.staff_no, Person.name, Duty.kind, OrgUnit.name_ko, OrgUnit.name_en)
        .join(Account, Account.person_id == Person.id)
        .join(Duty, Duty.person_id == Person.id)
        .join(OrgUnit, OrgUnit.id == Duty.unit_id)
        .where(Person.is_synthetic, Account.password_hash.is_not(None), covers(Duty, on))
    )
    jobs = (
        select(Person.staff_no, Person.name, JobRole.code, OrgUnit.name_ko, OrgUnit.name_en)
        .join(Account, Account.person_id == Person.id)
        .join(Posting, Posting.person_id == Person.id)
        .join(JobRole, JobRole.id == Posting.role_id)
        .join(OrgUnit, OrgUnit.id == Posting.center_id)
        .where(Person.is_synthetic, Account.password_hash.is_not(None), covers(Posting, on))
    )
    found: dict[str, SignIn] = {}
    for staff_no, name, held, unit_ko, unit_en in [*session.execute(duties), *session.execute(jobs)]:
        kind = SignInKind.of(held)
        if kind is not None:
            found.setdefault(staff_no, SignIn(kind, staff_no, name, unit_ko, unit_en))
    order = list(SignInKind)
    return sorted(found.values(), key=lambda sign_in: (order.index(sign_in.kind), sign_in.staff_no))

"""Reads about who has no password yet, and about codes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, case, exists, func, or_, select
from sqlalchemy.orm import Session

from lms.accounts.activation.rules import (
    ADMINISTRATORS,
    AccountState,
    CodeTerm,
    Issuer,
    may_issue,
    state_of,
)
from lms.accounts.models import Account, AccountCode, SignInAttempt
from lms.accounts.rules import FAILURES_PER_STAFF_NO, WINDOW, Outcome
from lms.people.models import Duty, JobRole, NamePurpose, OrgUnit, Person, Posting
from lms.people.queries import Names, covers, held_duties, is_open, visible_people
from lms.people.rules import CENTER_DUTIES, DutyKind, HeldDuty, Scope, UnitKind, implied_duties
from lms.shared.errors import NotFoundError
from lms.shared.paging import Page, offset_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """For whom a viewer may issue codes, as a scope of their own, and as whom they do."""

    scope: Scope
    issuer: Issuer

    @property
    def has_one_center(self) -> bool:
        """Tell whether the viewer issues codes at a single center."""
        return not self.scope.network and len(self.scope.center_ids) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CenterLine:
    """A center with how many people work there and how many of them have no password yet."""

    public_id: str
    code: str
    name_ko: str
    name_en: str
    people: int
    not_activated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """Someone of a center, how far their account is, and until when their last code holds."""

    person_id: int
    public_id: str
    staff_no: str
    name: str
    role_ko: str
    role_en: str
    has_password: bool
    state: AccountState
    locked_until: datetime | None
    code_issued_at: datetime | None
    code_expires_at: datetime | None
    is_issuable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCode:
    """The last code of a person: its row, what is kept of it, and whether its person still stands as when issued."""

    id: int
    digest: str
    term: CodeTerm
    is_rooted: bool


def reach_of(session: Session, *, scope: Scope, names: Names) -> Reach:
    """Return for whom the viewer may issue codes: the centers of their duties there; administrators everyone.

    Names of other centers open for a stated purpose as everywhere else (ruling 16).
    """
    if scope.person_id is None:
        return Reach(scope=scope, issuer=Issuer(person_id=None, administers=ADMINISTRATORS))
    held = held_duties(session, person_id=scope.person_id, on=scope.on)
    own = frozenset(duty.unit_id for duty in held if duty.kind in CENTER_DUTIES)
    administers = frozenset(duty.kind for duty in held if duty.kind in ADMINISTRATORS and duty.network)
    stated = _stated(session, scope.person_id, scope.on) if administers else frozenset()
    is_trainer = DutyKind.TRAINING_ADMIN in administers
    opened = scope.open_center_ids if is_trainer else frozenset()
    is_closed = names == "purpose" and not (is_trainer and not scope.purpose_needed)
    reached = replace(
        scope,
        network=bool(administers),
        center_ids=own,
        open_center_ids=own | opened | stated,
        purpose_needed=bool(administers) and is_closed,
    )
    return Reach(scope=reached, issuer=Issuer(person_id=scope.person_id, center_ids=own, administers=administers))


def _stated(session: Session, person_id: int, on: date) -> frozenset[int]:
    stated = select(NamePurpose.unit_id).where(NamePurpose.person_id == person_id, NamePurpose.stated_on == on)
    return frozenset(session.scalars(stated))


def get_center(session: Session, *, reach: Reach, public_id: str) -> OrgUnit:
    """Return an open center at which the viewer issues codes.

    Raises:
        NotFoundError: out of reach or missing.
    """
    wanted = select(OrgUnit).where(OrgUnit.public_id == public_id, *_reached(reach))
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def list_centers(
    session: Session, *, reach: Reach, text: str = "", unfinished: bool = False, page: int = 1
) -> Page[CenterLine]:
    """List the centers at which the viewer issues codes; `unfinished`: only where someone has no password yet."""
    on = reach.scope.on
    missing = func.count(Posting.person_id.distinct()).filter(Account.password_hash.is_(None))
    people = func.count(Posting.person_id.distinct())
    grouped = (
        select(OrgUnit, people, missing)
        .outerjoin(Posting, (Posting.center_id == OrgUnit.id) & covers(Posting, on))
        .outerjoin(Account, Account.person_id == Posting.person_id)
        .where(*_reached(reach))
        .group_by(OrgUnit.id)
    )
    if text:
        like = f"%{text.replace('%', '').replace('_', '')}%"
        grouped = grouped.where(or_(*(one.ilike(like) for one in (OrgUnit.code, OrgUnit.name_ko, OrgUnit.name_en))))
    if unfinished:
        grouped = grouped.having(missing > 0)
    total = session.scalar(select(func.count()).select_from(grouped.subquery())) or 0
    rows = session.execute(grouped.order_by(OrgUnit.code).limit(50).offset(offset_of(page)))
    lines = [
        CenterLine(
            public_id=unit.public_id,
            code=unit.code,
            name_ko=unit.name_ko,
            name_en=unit.name_en,
            people=count,
            not_activated=without,
        )
        for unit, count, without in rows
    ]
    return Page(lines, page, total)


def _reached(reach: Reach) -> list[ColumnElement[bool]]:
    conditions = [OrgUnit.kind == UnitKind.CENTER, is_open(reach.scope.on)]
    if not reach.scope.network:
        conditions.append(OrgUnit.id.in_(sorted(reach.scope.center_ids)))
    return conditions


def list_accounts(session: Session, *, reach: Reach, center_id: int, now: datetime) -> list[AccountLine]:
    """List everyone who works at a center the viewer reaches, those without a password first."""
    on = reach.scope.on
    rows = session.execute(
        select(Person, JobRole.title_ko, JobRole.title_en, Account.password_hash.is_not(None))
        .join(Posting, Posting.person_id == Person.id)
        .join(JobRole, JobRole.id == Posting.role_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Posting.center_id == center_id, covers(Posting, on), visible_people(reach.scope))
        .order_by(case((Account.password_hash.is_(None), 0), else_=1), Person.name, Person.staff_no)
    ).all()
    people = {row[0].id: row for row in rows}
    duties = _duties_of(session, list(people), on)
    codes = _last_codes(session, list(people))
    locks = _locked_until(session, [row[0].staff_no for row in people.values()], now)
    return [
        _account_line(reach, row, duties[person_id], codes.get(person_id), locks, now)
        for person_id, row in people.items()
    ]


def _account_line(
    reach: Reach,
    row: Row[Person, str, str, bool],
    duties: list[HeldDuty],
    code: CodeTerm | None,
    locks: dict[str, datetime],
    now: datetime,
) -> AccountLine:
    person, role_ko, role_en, has_password = row
    good = code if code and code.is_good(now) else None
    return AccountLine(
        person_id=person.id,
        public_id=person.public_id,
        staff_no=person.staff_no,
        name=person.name,
        role_ko=role_ko,
        role_en=role_en,
        has_password=bool(has_password),
        state=state_of(has_password=bool(has_password), is_held_back=person.staff_no in locks),
        locked_until=locks.get(person.staff_no),
        code_issued_at=good.issued_at if good else None,
        code_expires_at=good.expires_at if good else None,
        is_issuable=may_issue(reach.issuer, person_id=person.id, duties=duties),
    )


def _duties_of(session: Session, person_ids: Sequence[int], on: date) -> dict[int, list[HeldDuty]]:
    """Return what each person holds on a day or will hold: a code lives for days."""
    held: dict[int, list[HeldDuty]] = defaultdict(list)
    appointed = session.execute(
        select(Duty.person_id, Duty.kind, Duty.unit_id, OrgUnit.kind)
        .join(OrgUnit, OrgUnit.id == Duty.unit_id)
        .where(Duty.person_id.in_(person_ids), _lasts(Duty, on))
    )
    for person_id, kind, unit_id, level in appointed:
        held[person_id].append(HeldDuty(DutyKind(kind), unit_id, network=level == UnitKind.NETWORK))
    posted = session.execute(
        select(Posting.person_id, Posting.center_id, JobRole.code)
        .join(JobRole, JobRole.id == Posting.role_id)
        .where(Posting.person_id.in_(person_ids), _lasts(Posting, on))
    )
    for person_id, center_id, code in posted:
        held[person_id] += implied_duties([(center_id, code)])
    return held


def _lasts(row: type[Duty | Posting], on: date) -> ColumnElement[bool]:
    return row.superseded_at.is_(None) & or_(row.ends_on.is_(None), row.ends_on > on)


def _last_codes(session: Session, person_ids: Sequence[int]) -> dict[int, CodeTerm]:
    rows = session.scalars(select(AccountCode).where(AccountCode.person_id.in_(person_ids)).order_by(AccountCode.id))
    return {row.person_id: _term(row) for row in rows}


def _term(row: AccountCode) -> CodeTerm:
    return CodeTerm(issued_at=row.issued_at, expires_at=row.expires_at, used_at=row.used_at, revoked_at=row.revoked_at)


def _locked_until(session: Session, staff_nos: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Return the staff numbers that are locked at `now`, each with the moment its oldest counted failure passes."""
    success = (
        select(SignInAttempt.staff_no, func.max(SignInAttempt.id).label("id"))
        .where(SignInAttempt.staff_no.in_(staff_nos), SignInAttempt.outcome == Outcome.SUCCEEDED)
        .group_by(SignInAttempt.staff_no)
        .subquery()
    )
    rows = session.execute(
        select(SignInAttempt.staff_no, SignInAttempt.at)
        .outerjoin(success, success.c.staff_no == SignInAttempt.staff_no)
        .where(
            SignInAttempt.staff_no.in_(staff_nos),
            SignInAttempt.at > now - WINDOW,
            SignInAttempt.outcome == Outcome.FAILED,
            SignInAttempt.id > func.coalesce(success.c.id, 0),
        )
        .order_by(SignInAttempt.at)
    )
    failures: dict[str, list[datetime]] = defaultdict(list)
    for staff_no, at in rows:
        failures[staff_no].append(at)
    return {
        staff_no: ats[-FAILURES_PER_STAFF_NO] + WINDOW
        for staff_no, ats in failures.items()
        if len(ats) >= FAILURES_PER_STAFF_NO
    }


def find_code(session: Session, *, person_id: int | None, on: date) -> HeldCode | None:
    """Return the last code of a person, or None; asked for nobody (None) it costs the same.

    A code is rooted while its person works at the center that issued it and has been given no further duty since: it
    must not outlive what its issuer could reach.
    """
    posted = exists().where(
        Posting.person_id == AccountCode.person_id, Posting.center_id == AccountCode.center_id, covers(Posting, on)
    )
    risen = exists().where(
        Duty.person_id == AccountCode.person_id, Duty.recorded_at > AccountCode.issued_at, _lasts(Duty, on)
    )
    rooted = or_(AccountCode.center_id.is_(None), posted & ~risen)
    row = session.execute(
        select(AccountCode, rooted)
        .where(AccountCode.person_id == (person_id or 0))
        .order_by(AccountCode.id.desc())
        .limit(1)
    ).one_or_none()
    return row and HeldCode(id=row[0].id, digest=row[0].code_digest, term=_term(row[0]), is_rooted=bool(row[1]))

"""Accounts, sign-in sessions and attempts."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.people.models import Person
from lms.shared.db import Base, WithPublicId


class Account(Base):
    """How a person signs in, and how they like the pages. No password means: not yet activated.

    `must_change_password` tells that someone else knows it.
    """

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    language: Mapped[str | None] = mapped_column(String(5))
    theme: Mapped[str | None] = mapped_column(String(5))
    recorded_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class SignInSession(WithPublicId, Base):
    """One signed-in browser. The cookie holds a token; only its SHA-256 is kept here."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    ip: Mapped[str] = mapped_column(String(60))
    user_agent: Mapped[str] = mapped_column(String(300))


class SignInAttempt(Base):
    """A try to sign in, by what was typed and from where; too many failed ones close the door for a while.

    `outcome` is FAILED until the password proves right, so that tries at the same moment count each other.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_staff_no", "staff_no", "at"),
        Index("ix_sign_in_attempt_ip", "ip", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_no: Mapped[str] = mapped_column(String(64))
    ip: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(10))


class AccountCode(Base):
    """A one-time code, on paper, with which a person gives themselves a password. Only its keyed hash is kept here.

    It holds while the person is posted to `center_id`, whose people issued it; None: issued from the command line.
    """

    __tablename__ = "account_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    center_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    code_digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

"""Signing in, sessions and passwords, as rules."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.accounts.passwords import common_passwords, hash_password, is_right
from lms.accounts.rules import (
    PasswordFault,
    Refusal,
    SessionTimes,
    fault_of_password,
    is_flooding,
    is_held_back,
    refusal_of,
)

NOON = datetime(2019, 6, 30, 12, tzinfo=UTC)
IDLE = timedelta(minutes=15)


def times(seen_minutes_ago: int = 0, *, ends_in_minutes: int = 60, revoked: bool = False) -> SessionTimes:
    return SessionTimes(
        last_seen_at=NOON - timedelta(minutes=seen_minutes_ago),
        expires_at=NOON + timedelta(minutes=ends_in_minutes),
        revoked_at=NOON if revoked else None,
    )


def test_a_session_lives_until_it_rested_too_long():
    assert times(14).is_live(NOON, IDLE)
    assert not times(15).is_live(NOON, IDLE)


def test_a_session_ends_in_the_end_however_busy():
    assert times(ends_in_minutes=1).is_live(NOON, IDLE)
    assert not times(ends_in_minutes=0).is_live(NOON, IDLE)


def test_a_session_signed_out_is_dead():
    assert not times(revoked=True).is_live(NOON, IDLE)


def test_the_last_use_is_written_once_a_minute():
    assert not times(0).is_due_for_touch(NOON)
    assert times(1).is_due_for_touch(NOON)


def test_the_fifth_failure_locks_a_staff_number_and_the_fiftieth_an_address():
    assert [is_held_back(count) for count in (4, 5)] == [False, True]
    assert [is_flooding(count) for count in (49, 50)] == [False, True]


@pytest.mark.parametrize(
    ("fact", "refusal"),
    [
        ({}, None),
        ({"is_held_back": True}, Refusal.LOCKED),
        ({"known": False, "has_password": False, "is_right": False}, Refusal.UNKNOWN),
        ({"has_password": False, "is_right": False}, Refusal.NO_PASSWORD),
        ({"is_right": False}, Refusal.WRONG_PASSWORD),
        ({"is_employed": False}, Refusal.NOT_EMPLOYED),
    ],
)
def test_why_a_try_fails(fact: dict[str, bool], refusal: Refusal | None):
    all_well = {"known": True, "has_password": True, "is_employed": True, "is_right": True, "is_held_back": False}
    assert refusal_of(**(all_well | fact)) is refusal


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("nine char", PasswordFault.TOO_SHORT),
        ("x7" * 101, PasswordFault.TOO_LONG),
        ("12121212121212", PasswordFault.TOO_FEW_CHARACTERS),
        ("my number is A00123!", PasswordFault.CONTAINS_STAFF_NO),
        ("1Q2W3E4R5T", PasswordFault.COMMON),
        ("dkssudgktpdy", PasswordFault.COMMON),
        ("seven green bicycles", None),
        ("우리 센터는 오늘도 맑음", None),
        ("aaaaabbbbbcde", None),
    ],
)
def test_a_password_is_long_and_hard_to_guess(password: str, fault: PasswordFault | None):
    assert fault_of_password(password, staff_no="a00123", common=common_passwords()) is fault


def test_a_very_short_staff_number_forbids_nothing():
    assert fault_of_password("seven green bicycles 7", staff_no="7", common=frozenset()) is None


def test_common_passwords_are_all_long_enough_to_matter():
    assert len(common_passwords()) > 1500
    assert min(map(len, common_passwords())) >= 10


def test_a_hash_is_argon2id_with_the_settings_chosen_and_a_salt_of_its_own():
    first, second = hash_password("seven green bicycles"), hash_password("seven green bicycles")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert is_right("seven green bicycles", first)
    assert not is_right("seven green bicycle", first)


def test_no_password_is_right_where_there_is_none():
    assert not is_right("", None)
    assert not is_right("seven green bicycles", None)


def test_hangul_in_parts_is_the_same_password():
    assert is_right("\u1100\u1161\u1102\u1161 seven bicycles", hash_password("가나 seven bicycles"))

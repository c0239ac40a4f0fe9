"""Which codes there are, how they are read, and who issues one for whom."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.activation.rules import (
    ALPHABET,
    GOOD_FOR,
    CodeTerm,
    Issuer,
    digest_of,
    is_same_code,
    may_issue,
    new_code,
    read_code,
)
from lms.accounts.browsers.rules import Device, device_of
from lms.people.rules import CENTER_DUTIES, DutyKind, HeldDuty

KEY = "a house's secret"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANY_DUTY = st.builds(HeldDuty, st.sampled_from(DutyKind), st.integers(1, 4), st.booleans())
TRAINER = Issuer(person_id=1, administers=frozenset({DutyKind.TRAINING_ADMIN}))
SYSTEM = Issuer(person_id=1, administers=frozenset({DutyKind.SYSTEM_ADMIN}))


def test_a_code_has_sixty_random_bits_in_three_groups_of_four():
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert len(ALPHABET) == 32, "5 bits each, 12 of them"
    assert all([len(group) for group in code.split("-")] == [4, 4, 4] for code in codes)
    assert set("".join(codes)) - {"-"} == set(ALPHABET)
    assert not set(ALPHABET) & set("OILU"), "what looks like another sign on paper is not printed"


@given(st.text(alphabet=ALPHABET, min_size=12, max_size=12), st.data())
def test_a_code_is_read_however_it_is_typed(code: str, data: st.DataObject):
    twins = {"0": "0oO", "1": "1iIlL", "V": "vVuU"}
    typed = "".join(data.draw(st.sampled_from(twins.get(sign, sign + sign.lower()))) for sign in code)
    place = data.draw(st.integers(0, 12))
    typed = typed[:place] + data.draw(st.sampled_from(["-", " ", " - ", "–", ""])) + typed[place:]
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in typed)
    assert read_code(typed) == read_code(wide) == code
    assert is_same_code(typed, digest_of(code, key=KEY), key=KEY)


def test_a_digest_says_nothing_without_the_key_and_an_empty_code_opens_nothing():
    code = new_code()
    kept = digest_of(code, key=KEY)
    assert not is_same_code(code, digest_of(code, key="another secret"), key=KEY)
    assert not is_same_code(code[:-1], kept, key=KEY)
    assert not is_same_code("", digest_of("", key=KEY), key=KEY)
    assert not is_same_code(code, None, key=KEY)
    assert code not in kept


@pytest.mark.parametrize(
    ("after", "ended", "good"),
    [
        (timedelta(0), {}, True),
        (GOOD_FOR - timedelta(seconds=1), {}, True),
        (GOOD_FOR, {}, False),
        (timedelta(-1), {}, False),
        (timedelta(1), {"used_at": NOW}, False),
        (timedelta(1), {"revoked_at": NOW}, False),
    ],
)
def test_a_code_holds_fourteen_days_unless_it_ended(after: timedelta, ended: dict[str, datetime], good: bool):
    term = CodeTerm(issued_at=NOW, expires_at=NOW + GOOD_FOR, **ended)
    assert timedelta(days=14) == GOOD_FOR
    assert term.is_good(NOW + after) is good


@given(st.lists(ANY_DUTY, max_size=4), st.frozensets(st.integers(1, 4)))
def test_a_centers_people_never_issue_what_reaches_beyond_it(duties: list[HeldDuty], center_ids: frozenset[int]):
    issuer = Issuer(person_id=1, center_ids=center_ids)
    beyond = [duty for duty in duties if duty.kind not in CENTER_DUTIES or duty.unit_id not in center_ids]
    assert may_issue(issuer, person_id=2, duties=duties) is (not beyond)


@given(st.lists(ANY_DUTY, max_size=4))
def test_nobody_issues_a_code_for_themselves(duties: list[HeldDuty]):
    for issuer in (TRAINER, SYSTEM, Issuer(person_id=1, center_ids=frozenset({1, 2, 3, 4}))):
        assert not may_issue(issuer, person_id=1, duties=duties)


@pytest.mark.parametrize("kind", DutyKind)
def test_administrators_issue_for_the_network_but_not_for_those_set_apart(kind: DutyKind):
    duty = HeldDuty(kind, 1, network=True)
    assert may_issue(SYSTEM, person_id=2, duties=[duty])
    assert may_issue(TRAINER, person_id=2, duties=[duty]) is (kind not in {DutyKind.SYSTEM_ADMIN, DutyKind.AUDITOR})


WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S911N) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (WINDOWS, Device("Chrome", "Windows", False)),
        (f"{WINDOWS} Edg/120.0.0.0", Device("Microsoft Edge", "Windows", False)),
        (f"{WINDOWS} Whale/3.24.223.18", Device("Naver Whale", "Windows", False)),
        (f"{PHONE} Version/17.0 Mobile/15E148 Safari/604.1", Device("Safari", "iPhone", True)),
        (f"{PHONE} Mobile/15E148 KAKAOTALK 10.4.5", Device("KakaoTalk", "iPhone", True)),
        (
            f"{ANDROID} SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
            Device("Samsung Internet", "Android", True),
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", Device("Firefox", "Linux", False)),
        ("curl/8.0", Device("", "", False)),
        ("", Device("", "", False)),
    ],
)
def test_browsers_are_named_as_people_know_them(user_agent: str, device: Device):
    assert device_of(user_agent) == device

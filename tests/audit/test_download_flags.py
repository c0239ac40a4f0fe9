"""Which downloads are flagged, decided without a database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.audit.rules_downloads import Download, Flag, flags_of_downloads, is_poor

SEOUL = ZoneInfo("Asia/Seoul")
NOON = datetime(2019, 6, 28, 3, tzinfo=UTC)  # 12:00 in Seoul
GOOD = "7월 센터 발전회의 준비"


def download(number: int = 1, at: datetime = NOON, actor: int | str = 7, reason: str | None = GOOD, people: int = 10):
    return Download(number, at, actor, reason, people)


def flags(*downloads: Download) -> dict[int, tuple[Flag, ...]]:
    return flags_of_downloads(downloads, SEOUL)


def test_a_usual_download_has_no_flag():
    assert flags(download()) == {1: ()}


@pytest.mark.parametrize(
    "reason", [None, "", "     ", "회의 자료", "......", "ㅋㅋㅋㅋㅋㅋ", "asdasdasdasd", "aaaa 보고용으로", "1 2 3"]
)
def test_a_reason_that_says_nothing_is_flagged(reason: str | None):
    assert is_poor(reason)
    assert flags(download(reason=reason))[1] == (Flag.POOR_REASON,)


@pytest.mark.parametrize("reason", [GOOD, "본사 보고 자료", "monthly meeting", "2019년 1111번 요청 처리"])
def test_a_short_honest_reason_is_not(reason: str):
    assert not is_poor(reason)


@pytest.mark.parametrize(("people", "flagged"), [(500, False), (501, True)])
def test_more_than_500_people_are_flagged(people: int, flagged: bool):
    assert (Flag.MANY_PEOPLE in flags(download(people=people))[1]) is flagged


@pytest.mark.parametrize(
    ("local", "flagged"),
    [("06:59:59", True), ("07:00:00", False), ("20:59:59", False), ("21:00:00", True), ("00:00:00", True)],
)
def test_office_hours_are_those_of_the_organization(local: str, flagged: bool):
    at = datetime.fromisoformat(f"2019-06-28T{local}").replace(tzinfo=SEOUL).astimezone(UTC)
    assert (Flag.OFF_HOURS in flags(download(at=at))[1]) is flagged


def test_the_fourth_within_ten_minutes_is_flagged_and_what_follows():
    found = flags(*(download(number, NOON + timedelta(minutes=number)) for number in range(6)))
    assert [number for number, one in found.items() if Flag.BURST in one] == [3, 4, 5]


def test_ten_minutes_later_the_count_begins_anew():
    times = [0, 1, 2, 10]
    found = flags(*(download(number, NOON + timedelta(minutes=minute)) for number, minute in enumerate(times)))
    assert not any(Flag.BURST in one for one in found.values())


def test_others_do_not_add_up():
    found = flags(*(download(number, NOON, actor=number % 2 or "cli:root") for number in range(6)))
    assert not any(Flag.BURST in one for one in found.values())


@given(st.lists(st.tuples(st.integers(0, 3600), st.integers(1, 3)), max_size=40))
def test_bursts_are_those_found_by_counting(events: list[tuple[int, int]]):
    downloads = [
        download(number, NOON + timedelta(seconds=second), actor) for number, (second, actor) in enumerate(events)
    ]
    for one, found in flags(*downloads).items():
        mine = downloads[one]
        before = [
            other
            for other in downloads
            if other.actor == mine.actor
            and mine.at - timedelta(minutes=10) < other.at
            and (other.at, other.id) <= (mine.at, mine.id)
        ]
        assert (Flag.BURST in found) is (len(before) > 3)

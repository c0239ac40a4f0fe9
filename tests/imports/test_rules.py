"""Cells: days as people write them, Hangul as any system composes it."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.imports.rules import composed, has_control_characters, read_day

DAY = date(2019, 6, 3)


@pytest.mark.parametrize("text", ["2019-06-03", "2019.06.03", "2019/6/3", "20190603", "2019. 6. 3.", "2019-6-3"])
def test_days_are_read_as_people_write_them(text: str):
    assert read_day(text) == DAY


@pytest.mark.parametrize("text", ["", "9999-12-31", "99991231"])
def test_no_end_is_no_day(text: str):
    assert read_day(text) is None


@pytest.mark.parametrize(
    "text", ["2019-02-30", "06/03/2019", "43619", "2019", "201963", "1019-01-01", "today", "2019-06.03"]
)
def test_what_is_no_day_is_refused(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - any message; the edge words it
        read_day(text)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_comes_back(day: date):
    assert read_day(day.isoformat()) == read_day(day.strftime("%Y%m%d")) == day


def test_hangul_typed_on_another_system_is_the_same_name():
    assert composed(unicodedata.normalize("NFD", "김하늘")) == "김하늘"


def test_line_breaks_and_invisible_characters_are_noticed():
    assert has_control_characters("김\n하늘")
    assert has_control_characters("a\u2028b")
    assert not has_control_characters("<script>김 하늘</script>")

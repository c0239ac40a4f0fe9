"""Rows that no test means: people and units with names as hostile as real ones get. What is asked must not see them."""

from datetime import date

from sqlalchemy.orm import Session

from lms.people.models import Person
from lms.people.rules import DutyKind, UnitKind
from tests.support.network import Network

HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.org")',
    "O'Brien; DROP TABLE person;--",
    "{{ 7*7 }}",
    "%s %(name)s",
    "남궁\u202e민수",
    "김 철 수 😀",
)
# The same with a word in them that can be looked for; the last is as long as the column.
NAMES_WITH_A_WORD = (
    '<script>alert("WORD")</script>',
    '=HYPERLINK("http://127.0.0.1:9/?WORD","go")',
    "WORD'\" onmouseover=alert(1) x='",
    "{{7*7}}WORD%s%(name)s${7*7}",
    "WORD 남궁\u202e민수",
    "../../WORD%00%0d%0aX: y",
    "WORD 😀👨‍👩‍👧 김\u0301철수",
    "WORD" + "길" * 116,
    "-2+3+cmd|' /C calc'!WORD",
)
NUMBERS_WITH_A_WORD = (
    "=1+1WORD",
    "<b>WORD</b>",
    "-2WORD",
    "@SUM(WORD)",
    "../../WORD",
    "WORD'\"&lt;",
    "{{7*7}}WORD",
    "WORD%00\u202e1",
)
HOSTILE_NUMBERS = ("=1+1", "-2", "@SUM(A1)", "000", "9e9", "../../etc", "00001e5")


def hostile_name(word: str, which: int) -> str:
    """Return a name that a page, a file or a query could trip over, with `word` in it."""
    return NAMES_WITH_A_WORD[which % len(NAMES_WITH_A_WORD)].replace("WORD", word)[:120]


def hostile_number(word: str, which: int) -> str:
    """Return such a staff number."""
    return NUMBERS_WITH_A_WORD[which % len(NUMBERS_WITH_A_WORD)].replace("WORD", word)


def noise(session: Session) -> list[Person]:
    """Add a region of its own with people of every standing: employed, gone, to come, away, with a duty."""
    net = Network(session)
    region = net.unit(UnitKind.REGION, "R<9>", name_ko="=소음권")
    area = net.unit(UnitKind.AREA, "A'9", name_ko="<b>소음</b> 지역", under=region)
    open_one = net.unit(UnitKind.CENTER, "Z'901", name_ko="@소음 센터", under=area)
    closed = net.unit(UnitKind.CENTER, "Z902", name_ko="+닫힌 센터", under=area, closed_on=date(2018, 6, 1))
    people = [
        net.person(number, name, at=closed if place == 1 else open_one, role="RC")
        for place, (number, name) in enumerate(zip(HOSTILE_NUMBERS, HOSTILE_NAMES, strict=True))
    ]
    net.person("noise-gone", "나간 사람", at=open_one, until=date(2018, 5, 1))
    net.person("noise-to-come", "올 사람", at=open_one, since=date(2031, 1, 1))
    net.leave(people[2], date(2018, 2, 1), date(2031, 1, 1))
    net.duty(people[3], DutyKind.AREA_MANAGER, area)
    net.duty(people[4], DutyKind.COORDINATOR, open_one, until=date(2018, 3, 1))
    return people

"""Stories planted in the demo: people and places that show what a figure means, in the area whose people sign in.

| story                         | where and who                                                       |
|-------------------------------|---------------------------------------------------------------------|
| five people at exactly 80 %   | the center SMALL: below target, yet too few to be sure              |
| 24 people at 75 %             | the center SURE: flagged, as even the bound lies below the target   |
| counted once after a transfer | TRANSFEREE came to CENTER from NEXT_DOOR with something overdue     |
| back from leave, with grace   | RETURNED at CENTER: what fell due meanwhile may wait                |
| a closed center               | CLOSED, closed at the end of last month: in the figures before only |
| nobody is coordinator         | VACANT has lost its coordinator                                     |
| two people of one name        | two NAMESAKES at CENTER, told apart by number: one short, one not   |
| a course to be taken anew     | RETAKEN (`assigning`): its new version asks whoever had it done     |
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lms.demo.names import new_name
from lms.demo.people import Stint, Worker
from lms.demo.rules import Interval, dice
from lms.demo.staffing import Site

AREA, CENTER, NEXT_DOOR, SMALL, CLOSED, VACANT = "R5-A05", "C0388", "C0387", "C0398", "C0402", "C0403"
SURE = "C0389"
TRANSFEREE, RETURNED, NAMESAKES = "민가람", "한새봄", "김민서"
# Rates that some centers of the area tend to, so that its manager has something to look into.
TENDENCIES = {CENTER: 0.74, "C0396": 0.70, "C0390": 0.72, "C0401": 0.68}
FIVE = (("OW", "남해솔"), ("SA", "주은결"), ("RC", "서다온"), ("MT", "장도담"), ("MT", "허이룸"))
# Everyone of them meets customers; there for so long that all they are to learn has fallen due.
TWENTY_FOUR = (("OW", 1), ("CM", 1), ("SA", 6), ("RC", 3), ("PT", 2), ("DV", 2), ("MT", 9))
THERE_FOR_DAYS = 1200
MOVED_DAYS_AGO = 20
AWAY_DAYS_AGO, BACK_DAYS_AGO = 100, 9
# The course that some of the five took though they need not, so that a fifth of what is due is a whole number.
SPARED = "CS-102"


@dataclass(frozen=True, slots=True)
class Planted:
    """The people of the stories."""

    five: Sequence[Worker]
    twenty_four: Sequence[Worker]
    transferee: Worker
    returned: Worker
    short_namesake: Worker
    complete_namesake: Worker

    @property
    def people(self) -> list[Worker]:
        """Return all of them."""
        return [
            *self.five,
            *self.twenty_four,
            self.transferee,
            self.returned,
            self.short_namesake,
            self.complete_namesake,
        ]


def without_staff(sites: Sequence[Site]) -> list[Site]:
    """Return the sites as they are staffed by chance: the five and the twenty-four are planted instead."""
    return [replace(site, seats={}) if site.code in {SMALL, SURE} else site for site in sites]


def plant(staff: list[Worker], sites: Sequence[Site], today: date) -> Planted:
    """Add the people of the stories to the staff; and a center manager to their center, should it have none."""
    opened_on = next(site.opened_on for site in sites if site.code == SMALL)
    moved_on = today - timedelta(days=MOVED_DAYS_AGO)
    planted = Planted(
        five=[
            Worker(name, [Stint(SMALL, role, opened_on + timedelta(days=40 * place))])
            for place, (role, name) in enumerate(FIVE)
        ],
        twenty_four=_twenty_four(today),
        transferee=Worker(
            TRANSFEREE,
            [Stint(NEXT_DOOR, "SA", today - timedelta(days=1300), moved_on), Stint(CENTER, "SA", moved_on)],
        ),
        returned=Worker(RETURNED, [Stint(CENTER, "MT", today - timedelta(days=1700))]),
        short_namesake=Worker(NAMESAKES, [Stint(CENTER, "DV", today - timedelta(days=1500))]),
        complete_namesake=Worker(NAMESAKES, [Stint(CENTER, "MT", today - timedelta(days=2100))]),
    )
    staff.extend(planted.people)
    if not any(who.works and (who.last.center, who.last.role) == (CENTER, "CM") for who in staff):
        staff.append(Worker("문하람", [Stint(CENTER, "CM", today - timedelta(days=400))]))
    return planted


def _twenty_four(today: date) -> list[Worker]:
    stream = dice("twenty-four")
    roles = [role for role, number in TWENTY_FOUR for _ in range(number)]
    since = today - timedelta(days=THERE_FOR_DAYS)
    return [Worker(new_name(stream), [Stint(SURE, role, since)]) for role in roles]


def send_on_leave(planted: Planted, staff: Sequence[Worker], today: date) -> None:
    """Let the one who returned have been away, and none of the others; those in charge of the center stay."""
    for who in planted.people:
        who.leaves.clear()
    planted.returned.leaves.append(
        Interval(today - timedelta(days=AWAY_DAYS_AGO), today - timedelta(days=BACK_DAYS_AGO))
    )
    for who in staff:
        if who.works and who.last.center == CENTER and (who.charges or who.last.role == "CM"):
            who.leaves[:] = [leave for leave in who.leaves if not leave.covers(today)]


def needs_deputy(site: Site) -> bool:
    """Tell whether a center has a deputy coordinator whatever chance says: the one whose deputy signs in."""
    return site.code == CENTER

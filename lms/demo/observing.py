"""Checks of the demo as they ended, and writing them, many rows at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.demo.calibrating import Calibrations
from lms.demo.judging import Found
from lms.demo.moments import at_work
from lms.demo.places import Places
from lms.demo.rules import dice
from lms.field_checks.actions_form import form_set
from lms.field_checks.models import FieldCheck, ObserverCalibration
from lms.field_checks.rules import ANSWER_DAYS, SETTLE_DAYS, CheckState
from lms.observations.models import Observation, ObservationResult
from lms.observations.rules import ObserverKind, Occasion, VisitKind
from lms.observations.rules_standards import CheckItem
from lms.shared.db import insert_rows, table_of
from lms.shared.ids import draw_public_id

# Of those observed so many dispute it, and so many acknowledge it; the others never answer.
DISPUTES, ANSWERS = 0.03, 0.8
# How often the second pair of eyes does not agree, which is a dispute too.
DISAGREES = 0.05
# Days after the observation: when the person answers, when someone looks again, when a dispute is answered.
ANSWERED, LOOKED, RESOLVED = 1, 3, 9
DISPUTED = "그날은 다른 고객을 안내하고 있었습니다."
SECOND, NOT_SECOND = "같이 보았습니다.", "제가 볼 때는 하고 있었습니다."
RESOLUTIONS = ("당시 상황을 함께 확인하고 기록을 그대로 두기로 했습니다.", "다음 점검에서 다시 보기로 했습니다.")
BLANK: Mapping[str, Any] = dict.fromkeys(
    column.name for column in table_of(FieldCheck).columns if column.name not in {"id", "submit_key"}
) | {"needs_second": False, "state": CheckState.PLANNED}


@dataclass(slots=True, eq=False)
class Looked:
    """A check: its row, and what was observed, if it was made."""

    row: dict[str, Any]
    observation: dict[str, Any] | None = None
    results: Sequence[dict[str, Any]] = ()


@dataclass(slots=True)
class Observing:
    """Those in charge of centers look at people, over the year until `today`."""

    session: Session
    actor: Actor
    places: Places
    since: date
    today: date
    calibrations: Calibrations = field(init=False)
    _ids: Random = field(default_factory=lambda: dice("public ids of checks"))
    _sets: dict[tuple[int, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.calibrations = Calibrations(self.places, self.since, self.today)

    def planned(self, **columns: Any) -> Looked:
        """Return a check that waits."""
        return Looked({**BLANK, "recorded_at": self.actor.at, "public_id": draw_public_id(self._ids), **columns})

    def never_made(self, one: Looked) -> None:
        """End a check that nobody made: it waits while its window lasts, then it is missed, or void who has left."""
        row = one.row
        if row["closes_on"] < self.today:
            place = self.places.of(row["person_id"], row["closes_on"])
            is_there = place is not None and place.center_id == row["center_id"]
            row["state"] = CheckState.MISSED if is_there else CheckState.VOID
            row["closed_at"] = at_work(row["closes_on"], 1)

    def see(
        self, one: Looked, on: date, observer_id: int, found: Found, item_set_id: int, stream: Random,
        kinds: tuple[Occasion, VisitKind, ObserverKind],
    ) -> None:  # fmt: skip
        """Have a check made on a day, and end it as people have answered it until today."""
        row, (occasion, kind, seen_by) = one.row, kinds
        one.results = found.results
        one.observation = {
            "occasion": occasion, "kind": kind, "center_id": row["center_id"], "subject_id": row["person_id"],
            "observer_id": observer_id, "observer_kind": seen_by, "observed_on": on, "item_set_id": item_set_id,
            "items_applicable": found.applicable, "items_met": found.met, "public_id": draw_public_id(self._ids),
            "recorded_at": at_work(on),
        }  # fmt: skip
        row["observer_id"], row["submitted_at"], row["needs_second"] = observer_id, at_work(on), found.is_critical
        row["state"] = CheckState.SUBMITTED
        in_charge = self.places.in_charge(row["center_id"], on)
        others = [person for person in in_charge if person not in {row["person_id"], observer_id}]
        _end(row, on, (self.today - on).days, others, stream)

    def set_of(self, version_id: int, items: Sequence[CheckItem]) -> int:
        """Return the item set of a form."""
        key = (version_id, *(item.item_id for item in items))
        if key not in self._sets:
            made = form_set(self.session, version_id, items, self.actor)
            self.session.flush()
            self._sets[key] = made.id
        return self._sets[key]

    def write(self, checks: Sequence[Looked]) -> None:
        """Write checks with what was observed; what they follow is written already."""
        made = [one for one in checks if one.observation]
        latest = self.session.scalar(select(func.max(Observation.id))) or 0
        self._insert(Observation, [one.observation for one in made if one.observation])
        wanted = select(Observation.public_id, Observation.id).where(Observation.id > latest)
        ids = dict(self.session.execute(wanted).all())
        for one in made:
            one.row["observation_id"] = ids[(one.observation or {})["public_id"]]
        results = [row | {"observation_id": one.row["observation_id"]} for one in made for row in one.results]
        self._insert(ObservationResult, results)
        self._insert(FieldCheck, [one.row for one in checks])

    def write_calibrations(self) -> None:
        """Write how those who were asked to look were calibrated."""
        self._insert(ObserverCalibration, list(self.calibrations.rows()))

    def _insert(self, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            insert_rows(self.session.connection(), table_of(model), rows)


def day_between(opens_on: date, closes_on: date, stream: Random) -> date:
    """Return a day of a window."""
    return opens_on + timedelta(days=int(stream.random() * ((closes_on - opens_on).days + 1)))


def _end(row: dict[str, Any], on: date, days: int, others: Sequence[int], stream: Random) -> None:
    """Have people answer a check that was submitted `days` ago, `others` being those in charge besides."""
    answer, agrees = stream.random(), stream.random() >= DISAGREES
    if answer < ANSWERS and days > ANSWERED:
        disputes = answer < DISPUTES
        row["state"] = CheckState.DISPUTED if disputes else CheckState.ACKNOWLEDGED
        row["responded_at"], row["response"] = at_work(on, ANSWERED), DISPUTED if disputes else None
    if row["needs_second"] and others and days > LOOKED:
        row["second_observer_id"], row["second_at"], row["second_agrees"] = others[0], at_work(on, LOOKED), agrees
        row["second_note"] = SECOND if agrees else NOT_SECOND
        if not agrees:
            row["state"] = CheckState.DISPUTED
    _close(row, on, days, others, stream)


def _close(row: dict[str, Any], on: date, days: int, others: Sequence[int], stream: Random) -> None:
    """Close what nothing waits for any more; a dispute is answered by who neither observed nor looked again."""
    state, waits = row["state"], row["needs_second"] and row["second_at"] is None
    if state == CheckState.DISPUTED:
        answers = [one for one in others if one != row["second_observer_id"]]
        if answers and days > RESOLVED:
            row["state"], row["closed_at"], row["closed_by_id"] = CheckState.CLOSED, at_work(on, RESOLVED), answers[0]
            row["resolution"] = stream.choice(RESOLUTIONS)
        return
    settled = ANSWERED + SETTLE_DAYS if state == CheckState.ACKNOWLEDGED else ANSWER_DAYS
    if days > settled and not waits:
        row["state"], row["closed_at"] = CheckState.CLOSED, at_work(on, settled + 1)

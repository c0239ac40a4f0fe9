"""Who recorded that people of the demo attended the session of the month: their coordinator, as in life."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from lms.demo.lines import Line
from lms.demo.people import Worker
from lms.demo.rules import Interval
from lms.enrollments.rules import EvidenceKind
from lms.people.rules import DutyKind

SESSION = "CS-901"
EVIDENCE_NOTE = "전파교육 참석 서명부"
REASON = "월 전파교육 실시 결과 등록"


class Recorders:
    """Coordinators and representatives of every center, by the days they were in charge."""

    def __init__(self, people: Iterable[Worker]) -> None:
        self._in_charge: dict[str, list[tuple[Worker, Interval]]] = defaultdict(list)
        representatives: dict[str, list[tuple[Worker, Interval]]] = defaultdict(list)
        for worker in people:
            for charge in worker.charges:
                if charge.kind == DutyKind.COORDINATOR:
                    self._in_charge[charge.unit[1]].append((worker, charge.days))
            for stint in worker.stints:
                if stint.role == "OW":
                    representatives[stint.center].append((worker, Interval(stint.starts_on, stint.ends_on)))
        # The representative stands in where there is no coordinator, and for the coordinator's own attendance.
        for center, found in representatives.items():
            self._in_charge[center].extend(found)

    def of(self, worker: Worker, line: Line) -> Worker | None:
        """Return who recorded a completion by hand; None where it came by studying. Nobody recorded their own."""
        if line.course != SESSION or line.completed_on is None:
            return None
        return self._of_day(worker, line.completed_on)

    def _of_day(self, worker: Worker, day: date) -> Worker | None:
        center = next((stint.center for stint in worker.stints if stint.covers(day)), None)
        there = self._in_charge.get(center, ()) if center else ()
        return next((who for who, days in there if days.covers(day) and who is not worker), None)


@cache
def by_hand(recorder_id: int | None) -> Mapping[str, object]:
    """Return what stands beside a completion: who recorded it, on what evidence and why; nothing without anyone."""
    known = (EvidenceKind.ATTENDANCE, EVIDENCE_NOTE, REASON) if recorder_id is not None else (None, None, None)
    names = ("evidence_kind", "evidence_note", "completion_reason")
    return {"recorded_by_id": recorder_id, **dict(zip(names, known, strict=True))}

"""Writing what a sync found, in few statements whatever the number of people."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from lms.courses.models import Course, CourseVersion
from lms.enrollments.assignment_rules.models import EnrollmentReason
from lms.enrollments.assignment_rules.rules import RuleBook
from lms.enrollments.assignment_rules.rules_changes import Change, Kind, ended
from lms.enrollments.assignment_rules.rules_wanted import Reason
from lms.enrollments.dues.actions import keep_former_versions
from lms.enrollments.dues.queries import load_circumstances
from lms.enrollments.dues.rules import NOTHING_KNOWN, Circumstances
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Cause, Source
from lms.imports.models import ImportRun

CAUSES = {Kind.MOVE: Cause.DUE_MOVED, Kind.VOID: Cause.ENDED, Kind.RESTORE: Cause.RESTORED}


class Writer:
    """Writes changes known at an instant. Reasons carry the run, so that a publication can be found again."""

    def __init__(self, session: Session, at: datetime, book: RuleBook, run_id: int | None) -> None:
        self.session, self.at, self.book, self.run_id = session, at, book, run_id

    def write(self, found: Sequence[Change]) -> None:
        """Write all of them: new enrollments, changed ones, then every reason."""
        known = load_circumstances(self.session, {change.person_id for change in found})
        reasons = self._enroll([one for one in found if one.kind is Kind.ENROLL], known)
        self._change([one for one in found if one.kind in CAUSES], known)
        for change in found:
            if change.wanted.record is not None:
                reasons += [(change.wanted.record.id, reason) for reason in change.reasons]
        self._write_reasons(reasons)

    def _enroll(self, found: list[Change], known: dict[int, Circumstances]) -> list[tuple[int, Reason]]:
        """Insert new enrollments in the next cycles; return the reasons for each by its id."""
        if not found:
            return []
        found = sorted(found, key=lambda one: (one.person_id, one.wanted.course_id, one.wanted.assigned_on))
        latest = self._latest_cycles({one.person_id for one in found})
        versions = self._versions({one.wanted.course_id for one in found})
        rows: list[dict[str, Any]] = []
        for change in found:
            pair = (change.person_id, change.wanted.course_id)
            if rows and (rows[-1]["person_id"], rows[-1]["course_id"]) == pair:
                rows[-1]["has_later_cycle"] = True
            latest[pair] = cycle = latest.get(pair, 0) + 1
            rows.append(self._row(change, cycle, versions[pair[1]], known))
        self._note_later([row for row in rows if row["cycle"] > 1])
        ids = self.session.scalars(insert(Enrollment).returning(Enrollment.id, sort_by_parameter_order=True), rows)
        return [(key, reason) for key, one in zip(ids, found, strict=True) for reason in one.reasons]

    def _row(self, change: Change, cycle: int, of_course: "_Course", known: dict[int, Circumstances]) -> dict[str, Any]:
        one = change.wanted
        return {
            "person_id": change.person_id,
            "course_id": one.course_id,
            "cycle": cycle,
            "has_later_cycle": False,
            "source": Source.RULE,
            "required": of_course.mandatory,
            "assigned_on": one.assigned_on,
            "nominal_due_on": one.nominal_due,
            "due_on": known.get(change.person_id, NOTHING_KNOWN).due(one.nominal_due, one.assigned_on),
            "course_version_id": of_course.version_on(one.assigned_on),
            "recorded_at": self.at,
        }

    def _latest_cycles(self, person_ids: Iterable[int]) -> dict[tuple[int, int], int]:
        rows = self.session.execute(
            select(Enrollment.person_id, Enrollment.course_id, Enrollment.cycle).where(
                Enrollment.person_id.in_(person_ids), Enrollment.has_later_cycle.is_(False)
            )
        )
        return {(person_id, course_id): cycle for person_id, course_id, cycle in rows}

    def _versions(self, course_ids: Iterable[int]) -> dict[int, "_Course"]:
        rows = self.session.execute(
            select(Course.id, Course.mandatory, CourseVersion.id, CourseVersion.effective_on)
            .join(CourseVersion, CourseVersion.course_id == Course.id)
            .where(Course.id.in_(course_ids))
            .order_by(CourseVersion.number)
        )
        found: dict[int, _Course] = {}
        for course_id, mandatory, version_id, effective_on in rows:
            found.setdefault(course_id, _Course(mandatory)).versions.append((effective_on, version_id))
        return found

    def _note_later(self, rows: Sequence[dict[str, Any]]) -> None:
        """Tell the cycles before that a later one exists."""
        people: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            people[row["course_id"]].append(row["person_id"])
        for course_id, person_ids in people.items():
            before = update(Enrollment).where(Enrollment.course_id == course_id, Enrollment.person_id.in_(person_ids))
            self.session.connection().execute(before.values(has_later_cycle=True))

    def _change(self, found: list[Change], known: dict[int, Circumstances]) -> None:
        """Move, end or bring back what is on record, each former version kept."""
        ids: dict[Cause, list[int]] = defaultdict(list)
        for change in found:
            if change.wanted.record is not None:
                ids[CAUSES[change.kind]].append(change.wanted.record.id)
        stated = self._stated([key for some in ids.values() for key in some])
        for cause, some in ids.items():
            keep_former_versions(self.session, some, cause, self.at)
        values = [
            {
                "of": record.id,
                "nominal": change.wanted.nominal_due,
                "due": known.get(change.person_id, NOTHING_KNOWN).due(
                    change.wanted.nominal_due, record.assigned_on, stated.get(record.id), of=record.id
                ),
                "void": change.voided_on,
            }
            for change in found
            if (record := change.wanted.record) is not None
        ]
        if values:
            # On the connection: the session would look at every row for an object to bring up to date.
            changed = update(Enrollment).where(Enrollment.id == bindparam("of"))
            self.session.connection().execute(
                changed.values(
                    nominal_due_on=bindparam("nominal"),
                    due_on=bindparam("due"),
                    voided_on=bindparam("void"),
                    recorded_at=self.at,
                ),
                values,
            )
            self.session.expire_all()

    def _stated(self, ids: list[int]) -> dict[int, datetime]:
        """Return when an imported history stated the due date of those that one brought."""
        rows = self.session.execute(
            select(Enrollment.id, ImportRun.recorded_at)
            .join(ImportRun, ImportRun.id == Enrollment.import_id)
            .where(Enrollment.id.in_(ids))
        )
        return {row[0]: row[1] for row in rows}

    def _write_reasons(self, found: list[tuple[int, Reason]]) -> None:
        """Write reasons anew; one that changed supersedes the one on record."""
        if not found:
            return
        gone = [reason.kept.id for _, reason in found if reason.kept is not None]
        if gone:
            superseded = update(EnrollmentReason).where(EnrollmentReason.id.in_(gone))
            self.session.connection().execute(superseded.values(superseded_at=self.at))
        rows = [
            {
                "enrollment_id": enrollment_id,
                "version_id": reason.version_id,
                "occasion": reason.occasion,
                "starts_on": reason.starts_on,
                "ends_on": ended(reason, self.book.as_of),
                "due_on": reason.due_on,
                "run_id": self.run_id,
                "recorded_at": self.at,
            }
            for enrollment_id, reason in found
        ]
        self.session.execute(insert(EnrollmentReason), rows)


class _Course:
    """What a new enrollment takes from its course: whether it is required, and the version of the day."""

    def __init__(self, mandatory: bool) -> None:
        self.mandatory = mandatory
        self.versions: list[tuple[date | None, int]] = []

    def version_on(self, day: date) -> int:
        holding = [key for since, key in self.versions if since is None or since <= day]
        return holding[-1] if holding else self.versions[0][1]

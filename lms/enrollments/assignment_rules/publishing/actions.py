"""Rehearsing, publishing and undoing versions of rules: asked for here, done in batches that may stop and go on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import insert
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.assignment_rules.actions import sync_batch
from lms.enrollments.assignment_rules.actions_drafts import Wish, save_draft
from lms.enrollments.assignment_rules.models import AssignmentRule, AssignmentRuleVersion, RuleRun, RuleRunLine
from lms.enrollments.assignment_rules.publishing import queries
from lms.enrollments.assignment_rules.publishing.rules import Line, RunKind, RunState, added, rehearsal_day
from lms.enrollments.assignment_rules.publishing.rules_rehearsal import Stage, lines_of, narrow
from lms.enrollments.assignment_rules.queries import IN_FORCE, load_book, load_facts
from lms.enrollments.assignment_rules.queries_pages import RuleOnPage, find_by_request
from lms.enrollments.assignment_rules.queries_places import Places, load_places
from lms.enrollments.assignment_rules.rules import Rule, rule_of
from lms.enrollments.assignment_rules.rules_terms import VersionState, from_json
from lms.enrollments.dues.queries import load_circumstances
from lms.enrollments.dues.rules import NOTHING_KNOWN
from lms.shared.errors import DomainError

BATCH = 500


class Starting(Protocol):
    """What starts a run of a version: `rehearse` or `publish`."""

    def __call__(
        self, session: Session, *, version: AssignmentRuleVersion, today: date, request_key: str, actor: Actor
    ) -> RuleRun: ...


def rehearse(
    session: Session, *, version: AssignmentRuleVersion, today: date, request_key: str, actor: Actor
) -> RuleRun:
    """Ask for a rehearsal of a draft; the background does it. The same `request_key` again answers with the first run.

    Raises:
        DomainError: the version is no draft any more ("not_a_draft").
    """
    if before := queries.find_run_by_request(session, request_key):
        return before
    if version.state != VersionState.DRAFT:
        raise DomainError("not_a_draft")
    day = rehearsal_day(from_json(version.terms), today)
    run = _start(session, RunKind.REHEARSAL, version, day, request_key, actor)
    _note(session, actor, "rules.rehearse", version, version.note, {"day": day.isoformat()})
    return run


def publish(
    session: Session, *, version: AssignmentRuleVersion, today: date, request_key: str, actor: Actor
) -> RuleRun:
    """Put a draft in force at once and ask for it to be applied in the background.

    Raises:
        DomainError: it is no draft any more ("not_a_draft"), it was not rehearsed as it stands today
            ("not_rehearsed"), or another publication is being applied ("run_busy").
    """
    if before := queries.find_run_by_request(session, request_key):
        return before
    if version.state != VersionState.DRAFT:
        raise DomainError("not_a_draft")
    rehearsal = queries.find_rehearsal(session, version)
    if rehearsal is None or rehearsal.as_of != rehearsal_day(from_json(version.terms), today):
        raise DomainError("not_rehearsed")
    if queries.is_busy(session):
        raise DomainError("run_busy")
    version.state = VersionState.PUBLISHED
    version.published_by_id, version.published_at = actor.person_id, actor.at
    run = _start(session, RunKind.PUBLICATION, version, today, request_key, actor)
    _note(session, actor, "rules.publish", version, version.note, {"terms": version.terms})
    return run


def undo(session: Session, *, run: RuleRun, reason: str, today: date, request_key: str, actor: Actor) -> RuleRun:
    """Withdraw what a publication put in force and ask for it to be taken back in the background.

    Raises:
        DomainError: it is not done ("not_undoable"), a later version of the rule was published ("undo_overtaken"),
            someone completed what it brought ("undo_completed"), or no reason is given ("reason").
    """
    if before := queries.find_run_by_request(session, request_key):
        return before
    version = run.version
    if version is None or run.kind != RunKind.PUBLICATION or run.state != RunState.DONE:
        raise DomainError("not_undoable")
    if any(one.number > version.number and one.state in IN_FORCE for one in version.rule.versions):
        raise DomainError("undo_overtaken")
    if queries.has_completions(session, version_id=version.id, since=run.as_of):
        raise DomainError("undo_completed")
    if queries.is_busy(session):
        raise DomainError("run_busy")
    if not reason.strip():
        raise DomainError("reason")
    version.state, run.state = VersionState.WITHDRAWN, RunState.UNDONE
    undoing = _start(session, RunKind.UNDOING, version, today, request_key, actor)
    _note(session, actor, "rules.undo_publication", version, reason.strip(), {})
    return undoing


def draft_end(
    session: Session, *, found: RuleOnPage, last_on: date, reason: str, today: date, request_key: str, actor: Actor
) -> AssignmentRuleVersion:
    """Write a draft that says the same but ends after `last_on`; it is rehearsed and published like any other.

    Raises:
        DomainError: the rule is not in force ("not_in_force"), the day lies before today or before the rule begins
            ("last_on"), no reason is given ("reason"), or a draft waits already ("overtaken").
    """
    if before := find_by_request(session, request_key):
        return before
    version = found.version
    if version.state != VersionState.PUBLISHED:
        raise DomainError("not_in_force")
    begins = max(today, version.valid_from)
    if last_on < begins:
        raise DomainError("last_on", day=last_on)
    if not reason.strip():
        raise DomainError("reason")
    terms = replace(from_json(version.terms), valid_from=begins, valid_to=last_on + timedelta(days=1))
    wish = Wish(found.rule.name_ko, found.rule.name_en, terms, reason.strip())
    return save_draft(session, found=found, wish=wish, request_key=request_key, known_since=None, actor=actor)


def _start(
    session: Session, kind: RunKind, version: AssignmentRuleVersion, as_of: date, request_key: str, actor: Actor
) -> RuleRun:
    run = RuleRun(
        kind=kind, state=RunState.WAITING, version_id=version.id, as_of=as_of, people=queries.count_people(session),
        done=0, last_person_id=0, sums={}, requested_by_id=actor.person_id, recorded_at=actor.at, moved_at=actor.at,
        request_key=request_key or None,
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run


@dataclass(frozen=True, slots=True)
class Prepared:
    """What every batch of a run needs and none changes."""

    stage: Stage
    places: Places


def prepare(session: Session, run: RuleRun) -> Prepared:
    """Load what the batches of a run share. Only courses that some version of the rule names are asked about."""
    version = _version_of(run)
    rule = queries.get_rule_of(session, version)
    candidate = _candidate(rule, version)
    asked = {key for one in rule.versions for key in from_json(one.terms).course_ids}
    more = [candidate] if run.kind == RunKind.REHEARSAL else []
    stage = Stage(
        before=narrow(load_book(session, run.as_of), asked),
        after=narrow(load_book(session, run.as_of, more), asked),
        due=from_json(version.terms).due,
        mandatory=queries.mandatory_courses(session),
    )
    return Prepared(stage, load_places(session))


def _candidate(rule: AssignmentRule, version: AssignmentRuleVersion) -> Rule:
    """Return a rule as it would be with a version published."""
    speaking = [one for one in rule.versions if one.state in IN_FORCE or one.id == version.id]
    return rule_of(rule.id, rule.code, [(one.id, one.number, from_json(one.terms), one.valid_to) for one in speaking])


def take_batch(session: Session, run: RuleRun, prepared: Prepared, *, actor: Actor) -> bool:
    """Do the next people of a run and note how far it is; tell whether more remain. The caller commits each batch."""
    people = queries.next_people(session, after=run.last_person_id, most=BATCH)
    if people:
        if run.kind == RunKind.REHEARSAL:
            _look(session, run, prepared, people)
        else:
            _apply(session, run, prepared, people, actor)
        run.last_person_id, run.done, run.state = people[-1], run.done + len(people), RunState.RUNNING
    if len(people) < BATCH:
        run.state, run.finished_at, run.people = RunState.DONE, actor.at, run.done
    run.moved_at = actor.at
    session.flush()
    return len(people) == BATCH


def _look(session: Session, run: RuleRun, prepared: Prepared, people: Sequence[int]) -> None:
    known = load_circumstances(session, people)
    lines = [
        line
        for facts in load_facts(session, people, prepared.places)
        for line in lines_of(facts, prepared.stage, known.get(facts.person_id, NOTHING_KNOWN))
    ]
    if lines:
        session.execute(insert(RuleRunLine), [_row(run, line) for line in lines])
        run.sums = added(run.sums, lines)


def _row(run: RuleRun, line: Line) -> dict[str, object]:
    return {
        "run_id": run.id, "person_id": line.person_id, "center_id": line.center_id, "course_id": line.course_id,
        "enrollment_id": line.enrollment_id, "effect": line.effect, "due_on": line.due_on, "is_due": line.is_due,
        "is_overdue": line.is_overdue, "is_impossible": line.is_impossible,
    }  # fmt: skip


def _apply(session: Session, run: RuleRun, prepared: Prepared, people: Sequence[int], actor: Actor) -> None:
    counted = sync_batch(session, people, prepared.stage.after, prepared.places, actor=actor, run_id=run.id)
    counts = dict(run.sums.get("counts", {}))
    for kind, number in counted.items():
        counts[kind] = counts.get(kind, 0) + number
    run.sums = {**run.sums, "counts": counts}


def fail(run: RuleRun, code: str, *, actor: Actor) -> None:
    """Note that a run stopped; a publication stays in force, and the next sync goes on with it."""
    run.state, run.failure, run.finished_at = RunState.FAILED, code, actor.at


def _version_of(run: RuleRun) -> AssignmentRuleVersion:
    if run.version is None:
        raise DomainError("not_undoable")
    return run.version


def _note(
    session: Session,
    actor: Actor,
    action: str,
    version: AssignmentRuleVersion,
    reason: str,
    detail: dict[str, object],
) -> None:
    detail = {"rule": version.rule.code, "version": version.number, **detail}
    audit.record(session, actor, action, "rule", version.public_id, reason=reason, detail=detail)

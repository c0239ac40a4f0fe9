"""What a form sends: single answers, each kept as it came, and the form as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.field_checks.models import FieldCheck, FieldCheckAnswer, FieldCheckForm
from lms.field_checks.queries import list_calibrations
from lms.field_checks.queries_form import find_answer, list_given, list_items, photo_keys, settlers
from lms.field_checks.rules import (
    CheckKind,
    CheckState,
    Step,
    after,
    last_day,
    observed_fault,
    observer_fault,
    observer_kind,
)
from lms.field_checks.rules_calibration import calibration_fault
from lms.field_checks.rules_form import Given, answer_fault, count, form_fault, met_by, needs_second
from lms.observations.models import ItemSet, ItemSetItem, Observation, ObservationResult, Standard
from lms.observations.rules import Occasion, VisitKind
from lms.observations.rules_standards import FORMS, CheckItem
from lms.people.rules import Scope
from lms.shared.errors import DomainError, NotFoundError

VISIT_KINDS = {
    CheckKind.CHECK: VisitKind.FIRST,
    CheckKind.RECHECK: VisitKind.RECHECK,
    CheckKind.MONITORING: VisitKind.FIRST,
}


def answer(
    session: Session, actor: Actor, check: FieldCheck, *, scope: Scope, key: str, given: Given, sha256: str
) -> None:
    """Keep one answer of a form. The same key with the same body again does nothing.

    Raises:
        DomainError: the key was used for something else ("key_taken"), the viewer cannot observe here, the check
            cannot be answered now, or the answer is none: see `answer_fault`; `item` tells of which item.
        NotFoundError: the form does not ask the item.
    """
    session.refresh(check, with_for_update=True)
    if before := find_answer(session, check, key):
        if before.body_sha256 != sha256 or before.answered_by_id != actor.person_id:
            raise DomainError("key_taken")
        return
    check_observer(check, scope)
    state = step_on(check, Step.ANSWER, scope.on)
    item = next((one for one in list_items(session, check) if one.code == given.item), None)
    if item is None:
        raise DomainError("item", item=given.item)
    if fault := answer_fault(item, given):
        raise DomainError(fault, item=given.item)
    session.add(
        FieldCheckAnswer(
            check_id=check.id, item_id=item.item_id, key=key, body_sha256=sha256, answer=given.answer,
            value=given.value, note=given.note.strip() or None, answered_by_id=actor.person_id, recorded_at=actor.at,
        )
    )  # fmt: skip
    if check.state != state:
        check.state = state
        _note(session, actor, check, "field_checks.begin")
    session.flush()


def submit(
    session: Session, actor: Actor, check: FieldCheck, *, scope: Scope, key: str, answers: Sequence[str],
    photos: Sequence[str] | None = None, observed_on: date | None = None,
) -> Observation:  # fmt: skip
    """Submit a form: everything announced is there, every item is answered, and it becomes one observation.

    Of the photos that came, those announced stay; all of them where none are spoken of (`photos` None). It was seen
    on the day that the form says, else on the latest that can be.

    The same `key` again answers with what was made before.

    Raises:
        DomainError: see `answer`; besides "missing" with `keys`, "uncalibrated", "disagrees", "expired", or what
            `observed_fault` and `form_fault` say.
    """
    session.refresh(check, with_for_update=True)
    if check.submit_key == key and check.observation is not None:
        return check.observation
    check_observer(check, scope)
    if fault := calibration_fault(list_calibrations(session, person_id=scope.person_id or 0), scope.on):
        raise DomainError(fault)
    check.state = step_on(check, Step.SUBMIT, scope.on)
    day = observed_on or min(scope.on, check.closes_on)
    if fault := observed_fault(day, opens_on=check.opens_on, closes_on=check.closes_on, on=scope.on):
        raise DomainError(fault, first=check.opens_on, last=check.closes_on)
    items = list_items(session, check)
    given = _announced(session, check, answers, photos or ())
    if wrong := form_fault(items, given):
        raise DomainError(wrong.code, item=wrong.item)
    found = check.observation = _observe(session, actor, check, scope, items, given, day)
    check.submit_key, check.submitted_at, check.observer_id = key, actor.at, actor.person_id
    session.flush()
    if photos is not None:
        for settle in settlers():
            settle(session, actor, check, photos)
    detail: dict[str, object] = {"met": found.items_met, "of": found.items_applicable, "second": check.needs_second}
    _note(session, actor, check, "field_checks.submit", detail)
    return found


def check_observer(check: FieldCheck, scope: Scope) -> None:
    """Refuse whoever cannot observe this check."""
    if fault := observer_fault(
        scope, center_id=check.center_id, subject_id=check.person_id, kind=CheckKind(check.kind)
    ):
        raise NotFoundError if fault == "not_in_charge" else DomainError(fault)


def step_on(check: FieldCheck, step: Step, on: date) -> CheckState:
    """Return the state that a step of the observer leads to on a day."""
    state = after(CheckState(check.state), step)
    if state is None:
        raise DomainError("state", state=check.state)
    if on < check.opens_on:
        raise DomainError("early", day=check.opens_on)
    if on > last_day(CheckState(check.state), check.closes_on):
        raise DomainError("late", day=check.closes_on)
    return state


def _announced(session: Session, check: FieldCheck, answers: Sequence[str], photos: Sequence[str]) -> dict[str, Given]:
    """Return the answers announced by their keys, of an item the latest."""
    arrived = [pair for pairs in list_given(session, check).values() for pair in pairs]
    there = {key for key, _ in arrived} | photo_keys(session, check)
    if missing := [key for key in (*answers, *photos) if key not in there]:
        raise DomainError("missing", keys=missing)
    return {given.item: given for key, given in arrived if key in set(answers)}


def _observe(
    session: Session, actor: Actor, check: FieldCheck, scope: Scope, items: Sequence[CheckItem],
    given: Mapping[str, Given], day: date,
) -> Observation:  # fmt: skip
    met = met_by(items, given)
    kind, is_own = CheckKind(check.kind), check.kind == CheckKind.MONITORING
    seen_by = observer_kind(scope, check.center_id, kind)
    if seen_by is None:
        raise NotFoundError
    counts = count(met)
    seen = Observation(
        occasion=Occasion.SELF_MONITORING if is_own else Occasion.CHECK, kind=VISIT_KINDS[kind],
        center_id=check.center_id, subject_id=check.person_id, observer_id=actor.person_id, observer_kind=seen_by,
        observed_on=day, items_applicable=counts.applicable, items_met=counts.met, recorded_at=actor.at,
        item_set_id=check.item_set_id if is_own else form_set(session, check.item_set_id, items, actor).id,
    )  # fmt: skip
    check.needs_second = needs_second(items, met)
    session.add(seen)
    session.flush()
    for item in items:
        said = given[item.code]
        if met[item.code] is not True or said.value is not None or said.note.strip():
            session.add(
                ObservationResult(
                    observation_id=seen.id, item_id=item.item_id, met=met[item.code], answer=said.answer,
                    value=said.value, note=said.note.strip() or None,
                )
            )  # fmt: skip
    return seen


def form_set(session: Session, version_id: int, items: Iterable[CheckItem], actor: Actor) -> ItemSet:
    """Return the item set of what a form asked of a version: the one of an equal form, or a new one."""
    asked = list(items)
    name = " ".join(str(item.item_id) for item in asked)
    known = select(FieldCheckForm.item_set_id).where(
        FieldCheckForm.version_id == version_id, FieldCheckForm.items == name
    )
    if found := session.scalar(known):
        return session.get_one(ItemSet, found)
    standard = session.scalars(select(Standard).where(Standard.code == FORMS).with_for_update()).one_or_none()
    if standard is None:
        standard = Standard(code=FORMS, name_ko="점검 양식", name_en="Forms of checks", recorded_at=actor.at)
        session.add(standard)
        session.flush()
    number = session.scalar(select(func.max(ItemSet.number)).where(ItemSet.standard_id == standard.id)) or 0
    made = ItemSet(standard_id=standard.id, number=number + 1, recorded_at=actor.at)
    made.items = [
        ItemSetItem(
            item_id=item.item_id, place=place, text_ko=item.text_ko, text_en=item.text_en,
            is_critical=item.is_critical, response_type=item.response_type, weight=item.weight, method=item.method,
            evidence_ko=item.evidence_ko, na_allowed=item.na_allowed,
        )
        for place, item in enumerate(asked)
    ]  # fmt: skip
    session.add(made)
    session.flush()
    session.add(FieldCheckForm(version_id=version_id, items=name, item_set_id=made.id))
    return made


def _note(
    session: Session, actor: Actor, check: FieldCheck, action: str, detail: dict[str, object] | None = None
) -> None:
    audit.record(session, actor, action, "field_check", check.public_id, subject_ids=[check.person_id], detail=detail)

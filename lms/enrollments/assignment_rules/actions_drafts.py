"""Writing drafts of rules. What is published never changes: another version follows it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.assignment_rules.models import AssignmentRule, AssignmentRuleVersion
from lms.enrollments.assignment_rules.queries import IN_FORCE
from lms.enrollments.assignment_rules.queries_pages import RuleOnPage, find_by_request, is_code_taken
from lms.enrollments.assignment_rules.rules_terms import RuleTerms, VersionState, faults, from_json, going_on, to_json
from lms.shared.errors import DomainError


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone wants a rule to say, why, and under which names."""

    name_ko: str
    name_en: str
    terms: RuleTerms
    note: str


def add_rule(session: Session, *, code: str, wish: Wish, request_key: str, actor: Actor) -> AssignmentRuleVersion:
    """Add a rule with its first draft. The same `request_key` again answers with what was made the first time.

    Raises:
        DomainError: the code is taken ("code_taken"), or the terms are not sound (`rules_terms.faults`).
    """
    if before := find_by_request(session, request_key):
        return before
    _check(wish.terms)
    if is_code_taken(session, code):
        raise DomainError("code_taken")
    rule = AssignmentRule(code=code, created_by_id=actor.person_id, recorded_at=actor.at)
    _name(rule, wish)
    session.add(rule)
    session.flush()
    return _add_draft(session, rule, wish, request_key, actor)


def save_draft(
    session: Session, *, found: RuleOnPage, wish: Wish, request_key: str, known_since: datetime | None, actor: Actor
) -> AssignmentRuleVersion:
    """Write the draft of a rule, a new one if none waits. `known_since` is when the draft that was read was written.

    Raises:
        DomainError: someone wrote the draft meanwhile ("overtaken"), or the terms are not sound.
    """
    if before := find_by_request(session, request_key):
        return before
    _check(wish.terms)
    if (found.draft and found.draft.recorded_at) != known_since:
        raise DomainError("overtaken")
    if found.draft is None:
        return _add_draft(session, found.rule, wish, request_key, actor)
    if found.version.state == VersionState.DRAFT:
        _name(found.rule, wish)
    draft = found.draft
    before_terms = draft.terms
    _say(draft, wish, actor)
    session.flush()
    _note(session, actor, "rules.change_draft", draft, wish.note, {"before": before_terms, "after": draft.terms})
    return draft


def discard_draft(session: Session, *, draft: AssignmentRuleVersion, actor: Actor) -> None:
    """Drop a draft; its row stays, withdrawn, for the trail.

    Raises:
        DomainError: it is no draft any more ("not_a_draft").
    """
    if draft.state != VersionState.DRAFT:
        raise DomainError("not_a_draft")
    draft.state = VersionState.WITHDRAWN
    session.flush()
    _note(session, actor, "rules.discard_draft", draft, None, {})


def _check(terms: RuleTerms) -> None:
    if found := faults(terms):
        raise DomainError(found[0])


def _name(rule: AssignmentRule, wish: Wish) -> None:
    rule.name_ko, rule.name_en = wish.name_ko, wish.name_en


def _add_draft(
    session: Session, rule: AssignmentRule, wish: Wish, request_key: str, actor: Actor
) -> AssignmentRuleVersion:
    number = max((one.number for one in rule.versions), default=0) + 1
    draft = AssignmentRuleVersion(rule=rule, number=number, state=VersionState.DRAFT, request_key=request_key or None)
    _say(draft, wish, actor)
    session.add(draft)
    session.flush()
    _note(session, actor, "rules.write_draft", draft, wish.note, {"after": draft.terms})
    return draft


def _say(draft: AssignmentRuleVersion, wish: Wish, actor: Actor) -> None:
    terms = wish.terms
    if before := max((one for one in draft.rule.versions if one.state in IN_FORCE), key=_number, default=None):
        terms = going_on(terms, from_json(before.terms))
    draft.terms, draft.note = to_json(terms), wish.note
    draft.valid_from, draft.valid_to = terms.valid_from, terms.valid_to
    draft.created_by_id, draft.recorded_at = actor.person_id, actor.at


def _number(version: AssignmentRuleVersion) -> int:
    return version.number


def _note(
    session: Session,
    actor: Actor,
    action: str,
    version: AssignmentRuleVersion,
    reason: str | None,
    detail: dict[str, object],
) -> None:
    detail = {"rule": version.rule.code, "version": version.number, **detail}
    audit.record(session, actor, action, "rule", version.public_id, reason=reason, detail=detail)

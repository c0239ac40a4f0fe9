"""Which endpoint is open to whom. One line for every route; an endpoint without a line is closed and fails the build.

The policy decides by the kind of viewer. Which people and units they reach is decided by the scope that every query
takes: out of scope answers the same 404 as missing.
"""

from enum import StrEnum

from lms.accounts.activation.rules import ISSUING_DUTIES
from lms.people.duties.rules import GRANTS, LOOKING
from lms.people.rules import CENTER_DUTIES, COUNTING_DUTIES, NAMING_DUTIES, DutyKind


class Policy(StrEnum):
    """Kinds of viewer an endpoint may be open to."""

    PUBLIC = "PUBLIC"
    SIGNED_IN = "SIGNED_IN"
    COUNTS = "COUNTS"
    NAMES = "NAMES"
    TRAINING = "TRAINING"
    MONTHS = "MONTHS"
    ASSIGN = "ASSIGN"
    CENTER = "CENTER"
    ISSUE = "ISSUE"
    DUTIES = "DUTIES"
    APPOINT = "APPOINT"
    ORGANIZATION = "ORGANIZATION"
    AUDIT = "AUDIT"
    OBSERVE = "OBSERVE"
    CALIBRATE = "CALIBRATE"


DUTIES: dict[Policy, frozenset[DutyKind]] = {
    Policy.COUNTS: frozenset(COUNTING_DUTIES),
    Policy.NAMES: frozenset(NAMING_DUTIES),
    Policy.TRAINING: frozenset({DutyKind.TRAINING_ADMIN}),
    Policy.MONTHS: COUNTING_DUTIES | {DutyKind.AUDITOR},
    Policy.ASSIGN: CENTER_DUTIES | {DutyKind.TRAINING_ADMIN},
    Policy.CENTER: CENTER_DUTIES,
    Policy.ISSUE: ISSUING_DUTIES,
    Policy.DUTIES: LOOKING,
    Policy.APPOINT: frozenset(GRANTS),
    Policy.ORGANIZATION: frozenset({DutyKind.TRAINING_ADMIN, DutyKind.SYSTEM_ADMIN}),
    Policy.AUDIT: frozenset({DutyKind.AUDITOR}),
    Policy.OBSERVE: CENTER_DUTIES | {DutyKind.AREA_MANAGER},
    Policy.CALIBRATE: NAMING_DUTIES - CENTER_DUTIES,
}

ENDPOINTS: dict[str, Policy] = {
    "static": Policy.PUBLIC,
    "web.health": Policy.PUBLIC,
    "web.styles": Policy.PUBLIC,
    "accounts.home": Policy.SIGNED_IN,
    "accounts.sign_in": Policy.PUBLIC,
    "accounts.sign_out": Policy.SIGNED_IN,
    "accounts.set_preferences": Policy.PUBLIC,
    "accounts.change_password": Policy.SIGNED_IN,
    "browsers.account": Policy.SIGNED_IN,
    "browsers.end": Policy.SIGNED_IN,
    "browsers.end_others": Policy.SIGNED_IN,
    "browsers.stay": Policy.SIGNED_IN,
    "activation.activate": Policy.PUBLIC,
    "activation.centers": Policy.ISSUE,
    "activation.center": Policy.ISSUE,
    "activation.open_names": Policy.ISSUE,
    "activation.reset": Policy.ISSUE,
    "courses.catalog": Policy.SIGNED_IN,
    "courses.course": Policy.SIGNED_IN,
    "content.file": Policy.SIGNED_IN,
    "content.show": Policy.TRAINING,
    "content.start": Policy.TRAINING,
    "content.discard": Policy.TRAINING,
    "content.outline": Policy.TRAINING,
    "content.new_module": Policy.TRAINING,
    "content.edit_module": Policy.TRAINING,
    "content.move_module": Policy.TRAINING,
    "content.remove_module": Policy.TRAINING,
    "content.pictures": Policy.TRAINING,
    "content.remove_picture": Policy.TRAINING,
    "preview.module": Policy.TRAINING,
    "content.publish": Policy.TRAINING,
    "enrollments.assignments": Policy.ASSIGN,
    "enrollments.new_assignment": Policy.ASSIGN,
    "enrollments.new_for_people": Policy.ASSIGN,
    "enrollments.preview": Policy.ASSIGN,
    "enrollments.assign": Policy.ASSIGN,
    "rules.list_rules": Policy.TRAINING,
    "rules.show": Policy.TRAINING,
    "rules.new": Policy.TRAINING,
    "rules.edit": Policy.TRAINING,
    "rules.discard": Policy.TRAINING,
    "equivalence.list_pairs": Policy.TRAINING,
    "equivalence.add": Policy.TRAINING,
    "equivalence.end": Policy.TRAINING,
    "why.own": Policy.SIGNED_IN,
    "why.person": Policy.SIGNED_IN,
    "why.uncovered": Policy.NAMES,
    "rule_runs.rehearse": Policy.TRAINING,
    "rule_runs.publish": Policy.TRAINING,
    "rule_runs.end": Policy.TRAINING,
    "rule_runs.show": Policy.TRAINING,
    "rule_runs.progress": Policy.TRAINING,
    "rule_runs.people": Policy.TRAINING,
    "rule_runs.undo": Policy.TRAINING,
    "attendance.new": Policy.ASSIGN,
    "attendance.record": Policy.ASSIGN,
    "progress.post": Policy.SIGNED_IN,
    "progress.state": Policy.SIGNED_IN,
    "recording.new": Policy.ASSIGN,
    "recording.preview": Policy.ASSIGN,
    "recording.record": Policy.ASSIGN,
    "recording.history": Policy.SIGNED_IN,
    "recording.correct": Policy.ASSIGN,
    "exceptions.inbox": Policy.ASSIGN,
    "exceptions.own": Policy.SIGNED_IN,
    "exceptions.new_own": Policy.SIGNED_IN,
    "exceptions.person": Policy.SIGNED_IN,
    "exceptions.ask": Policy.SIGNED_IN,
    "exceptions.show": Policy.SIGNED_IN,
    "exceptions.decide": Policy.ASSIGN,
    "exceptions.withdraw": Policy.SIGNED_IN,
    "exceptions.end": Policy.TRAINING,
    "exceptions.outages": Policy.TRAINING,
    "exceptions.preview_outage": Policy.TRAINING,
    "exceptions.record_outage": Policy.TRAINING,
    "exceptions.withdraw_outage": Policy.TRAINING,
    "learner.course": Policy.SIGNED_IN,
    "learner.start": Policy.SIGNED_IN,
    "player.module": Policy.SIGNED_IN,
    "player.tell": Policy.SIGNED_IN,
    "completion.own": Policy.SIGNED_IN,
    "completion.own_records": Policy.SIGNED_IN,
    "completion.person_records": Policy.SIGNED_IN,
    "completion.person": Policy.SIGNED_IN,
    "completion.center": Policy.CENTER,
    "completion.center_of": Policy.NAMES,
    "completion.board": Policy.NAMES,
    "completion.rates": Policy.COUNTS,
    "completion.unit_rates": Policy.COUNTS,
    "completion.spread": Policy.COUNTS,
    "completion.roster": Policy.COUNTS,
    "completion.changes": Policy.COUNTS,
    "completion.shortfalls": Policy.NAMES,
    "flags.list_flags": Policy.COUNTS,
    "flags.show": Policy.COUNTS,
    "flags.hold": Policy.TRAINING,
    "flags.release": Policy.TRAINING,
    "targets.list_targets": Policy.COUNTS,
    "targets.set_target": Policy.TRAINING,
    "targets.end": Policy.TRAINING,
    "observations.network": Policy.COUNTS,
    "observations.center": Policy.COUNTS,
    "practice.practice": Policy.COUNTS,
    "completion.course_enrollments": Policy.NAMES,
    "months.list_months": Policy.MONTHS,
    "months.show": Policy.MONTHS,
    "months.close": Policy.TRAINING,
    "months.correct": Policy.TRAINING,
    "months.add_day": Policy.TRAINING,
    "months.remove_day": Policy.TRAINING,
    "frozen.download": Policy.TRAINING,
    "certificates.issue": Policy.SIGNED_IN,
    "certificates.paper": Policy.SIGNED_IN,
    "certificates.check": Policy.PUBLIC,
    "surveys.survey": Policy.SIGNED_IN,
    "surveys.results": Policy.TRAINING,
    "signals.doubts": Policy.TRAINING,
    "signals.show": Policy.TRAINING,
    "signals.check": Policy.TRAINING,
    "people.purpose": Policy.NAMES,
    "duties.units": Policy.APPOINT,
    "duties.vacancies": Policy.APPOINT,
    "duties.show": Policy.DUTIES,
    "duties.new": Policy.APPOINT,
    "duties.appoint": Policy.APPOINT,
    "duties.ask_end": Policy.APPOINT,
    "duties.end": Policy.APPOINT,
    "centers.units": Policy.ORGANIZATION,
    "centers.new": Policy.ORGANIZATION,
    "centers.show": Policy.ORGANIZATION,
    "centers.change": Policy.ORGANIZATION,
    "centers.undo": Policy.ORGANIZATION,
    "merging.search": Policy.TRAINING,
    "merging.merge": Policy.TRAINING,
    "merging.undo": Policy.TRAINING,
    "imports.list_runs": Policy.TRAINING,
    "imports.new": Policy.TRAINING,
    "imports.show": Policy.TRAINING,
    "imports.progress": Policy.TRAINING,
    "imports.apply": Policy.TRAINING,
    "imports.undo": Policy.TRAINING,
    "imports.download_refused": Policy.TRAINING,
    "imports.template": Policy.TRAINING,
    "reports.enrollments": Policy.NAMES,
    "reports.download": Policy.NAMES,
    "reports.download_rates": Policy.COUNTS,
    "transfer_files.download": Policy.COUNTS,
    "transfer_files.download_people": Policy.NAMES,
    "trail.search": Policy.AUDIT,
    "trail.event": Policy.AUDIT,
    "trail.extract": Policy.AUDIT,
    "trail.downloads": Policy.AUDIT,
    "trail.reviews": Policy.AUDIT,
    "trail.review": Policy.AUDIT,
    "search.people": Policy.NAMES,
    "saved.list_views": Policy.COUNTS,
    "saved.save": Policy.COUNTS,
    "saved.show": Policy.COUNTS,
    "saved.rename": Policy.COUNTS,
    "saved.start": Policy.COUNTS,
    "saved.delete": Policy.COUNTS,
    "quizzes.show": Policy.SIGNED_IN,
    "quizzes.begin": Policy.SIGNED_IN,
    "quizzes.question": Policy.SIGNED_IN,
    "quizzes.save": Policy.SIGNED_IN,
    "quizzes.review": Policy.SIGNED_IN,
    "quizzes.end": Policy.SIGNED_IN,
    "quizzes.result": Policy.SIGNED_IN,
    "quizzes.grant": Policy.ASSIGN,
    "questions.list_questions": Policy.TRAINING,
    "questions.new": Policy.TRAINING,
    "questions.edit": Policy.TRAINING,
    "questions.retire": Policy.TRAINING,
    "questions.take_in": Policy.TRAINING,
    "questions.template": Policy.TRAINING,
    "questions.settings": Policy.TRAINING,
    "recall.ask": Policy.SIGNED_IN,
    "recall.answer": Policy.SIGNED_IN,
    "recall.results": Policy.TRAINING,
    "field_checks.list_all": Policy.NAMES,
    "field_checks.list_own": Policy.SIGNED_IN,
    "field_checks.show": Policy.SIGNED_IN,
    "field_checks.acknowledge": Policy.SIGNED_IN,
    "field_checks.dispute": Policy.SIGNED_IN,
    "field_checks.second": Policy.OBSERVE,
    "field_checks.resolve": Policy.NAMES,
    "field_checks.observers": Policy.NAMES,
    "field_checks.calibrate": Policy.CALIBRATE,
    "field_check_forms.form": Policy.OBSERVE,
    "field_check_forms.answers": Policy.OBSERVE,
    "field_check_forms.submit": Policy.OBSERVE,
    "standards.browse": Policy.SIGNED_IN,
    "standards.acknowledge": Policy.SIGNED_IN,
    "standards.readers": Policy.CENTER,
    "standards.gaps": Policy.COUNTS,
    "standards.thread": Policy.SIGNED_IN,
    "standards.new": Policy.TRAINING,
    "standards.edit": Policy.TRAINING,
    "standards.drop": Policy.TRAINING,
    "device.manifest": Policy.PUBLIC,
    "device.worker": Policy.PUBLIC,
    "device.forms": Policy.PUBLIC,
    "device.state": Policy.SIGNED_IN,
    "check_photos.add": Policy.SIGNED_IN,
    "check_photos.show": Policy.SIGNED_IN,
    "transfer.funnel": Policy.COUNTS,
    "transfer.people": Policy.NAMES,
    "monitoring.rounds": Policy.COUNTS,
    "monitoring.show": Policy.NAMES,
    "campaigns.list_all": Policy.COUNTS,
    "campaigns.show": Policy.COUNTS,
    "campaigns.new": Policy.TRAINING,
    "campaigns.edit": Policy.TRAINING,
    "campaigns.publish": Policy.TRAINING,
    "campaigns.cancel": Policy.TRAINING,
}

# Pages ask these by themselves: asking is no sign that somebody is there, so it keeps no session alive.
# Posts of a player that are somebody's doing say so themselves (`web/presence.py`).
ASKED_BY_PAGES = frozenset({"imports.progress", "rule_runs.progress", "progress.post", "progress.state"})
# These show or take what is one's own alone, so nobody asks which people and units the viewer reaches.
WITHOUT_SCOPE = frozenset({"progress.post", "progress.state"})
# What these write is written only while the session is open, so nobody asks for it beforehand (`web/confirming.py`).
CONFIRMED_BY_WRITING = frozenset({"progress.post"})
# All that is open to someone whose password another one set, until they have chosen their own.
BEFORE_CHANGE = frozenset({"accounts.change_password", "accounts.sign_out", "browsers.stay"})


def is_open(policy: Policy, *, signed_in: bool, duties: frozenset[DutyKind]) -> bool:
    """Tell whether a viewer with these duties passes the policy."""
    if policy is Policy.PUBLIC:
        return True
    if policy is Policy.SIGNED_IN:
        return signed_in
    return signed_in and not duties.isdisjoint(DUTIES[policy])

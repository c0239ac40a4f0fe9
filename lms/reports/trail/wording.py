"""The codes of the trail in words."""

from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from lms.audit.queries import Line
from lms.audit.rules_downloads import Flag
from lms.audit.rules_reviews import ReviewState, Unsignable
from lms.completion.targets.wording import MEASURES
from lms.enrollments.exceptions.wording import KINDS, REASONS
from lms.enrollments.recording.wording import EVIDENCE
from lms.people.centers.wording import DONE, NETWORK_TYPES
from lms.people.duties.wording import TITLES
from lms.reports.exports import EXPORTS
from lms.reports.trail.queries import TrailWords

# Every code that the product writes has its words here; a test looks through the code for them.
ACTIONS: dict[str, Any] = {
    "view": _l("Viewed"),
    "people.search": _l("Searched for people"),
    "names.open": _l("Opened names for a purpose"),
    "download": _l("Downloaded"),
    "export": _l("Exported on the command line"),
    "sign_in.succeeded": _l("Signed in"),
    "sign_in.refused": _l("Sign-in refused"),
    "sign_in.flooded": _l("Sign-ins from an address shut out"),
    "sign_out": _l("Signed out"),
    "sign_out.others": _l("Other browsers signed out"),
    "password.set": _l("Password set"),
    "accounts.seen": _l("Viewed accounts of a center"),
    "accounts.purged": _l("Old sign-in data removed"),
    "code.issued": _l("Activation code issued"),
    "code.refused": _l("Activation code refused"),
    "code.activated": _l("Account activated"),
    "code.reset_password": _l("Password reset with a code"),
    "duties.search": _l("Searched for people to appoint"),
    "duties.view": _l("Viewed duties"),
    "duties.appoint": _l("Duty given"),
    "duties.end": _l("Duty ended"),
    "enrollments.enroll": _l("Enrolled"),
    "enrollments.preview": _l("Previewed an assignment"),
    "enrollments.assign": _l("Assigned a course"),
    "enrollments.recording": _l("Prepared completions by hand"),
    "enrollments.record": _l("Recorded completions by hand"),
    "enrollments.complete": _l("Completion recorded"),
    "enrollments.correct_completion": _l("Completion corrected"),
    "enrollments.void": _l("Enrollment withdrawn"),
    "enrollments.move_due": _l("Due dates moved"),
    "enrollments.import": _l("Enrollments imported"),
    "import.upload": _l("File uploaded"),
    "import.confirm": _l("Import confirmed"),
    "import.apply": _l("Import applied"),
    "import.undo": _l("Import undone"),
    "people.compare": _l("Compared two people"),
    "people.merge": _l("Two people merged into one"),
    "people.unmerge": _l("Merge of two people undone"),
    "save": _l("View saved"),
    "rename": _l("View renamed"),
    "start": _l("View made the first page"),
    "no_start": _l("View no longer the first page"),
    "delete": _l("View deleted"),
    "roster.apply": _l("Roster applied"),
    "centers.import": _l("Centers imported"),
    "centers.view": _l("Viewed a center"),
    "centers.rename": _l("Center renamed"),
    "centers.undo": _l("Change of a center undone"),
    "centers.open": _l("Center opened"),
    "centers.close": _l("Center closed"),
    "centers.reopen": _l("Center reopened"),
    "centers.move": _l("Center moved"),
    "courses.import": _l("Courses imported"),
    "courses.add_version": _l("Course version added"),
    "enrollments.ask_for_version": _l("New version asked of learners"),
    "enrollments.move_to_version": _l("Learners moved to a new version"),
    "observations.import": _l("Visits imported"),
    "standards.import": _l("Standard imported"),
    "standards.add_version": _l("Version of the standard made"),
    "standards.sort": _l("Behavior sorted anew"),
    "standards.link": _l("Item linked to another behavior"),
    "standards.read": _l("Standard acknowledged"),
    "standards.readers": _l("Who has read the standard"),
    "tiers.set": _l("Tiers renamed"),
    "months.close": _l("Month closed"),
    "months.correct": _l("Closed month corrected"),
    "months.add_day": _l("Company day off added"),
    "months.remove_day": _l("Company day off removed"),
    "list": _l("Viewed a list"),
    "enrollments.follow_rules": _l("Enrollments followed the rules"),
    "enrollments.request": _l("Exception asked for"),
    "enrollments.grant": _l("Exception granted"),
    "enrollments.decline": _l("Exception declined"),
    "enrollments.withdraw_request": _l("Request withdrawn"),
    "enrollments.end_exemption": _l("Exemption ended early"),
    "outages.record": _l("Outage recorded"),
    "outages.withdraw": _l("Outage withdrawn"),
    "progress.open": _l("Course opened"),
    "progress.attend": _l("Attendance recorded"),
    "rules.write_draft": _l("Draft of a rule written"),
    "rules.change_draft": _l("Draft of a rule changed"),
    "rules.discard_draft": _l("Draft of a rule discarded"),
    "rules.rehearse": _l("Rule rehearsed"),
    "rules.publish": _l("Rule published"),
    "rules.undo_publication": _l("Publication of a rule undone"),
    "rules.set_equivalence": _l("Equivalent course set"),
    "flags.evaluate": _l("Center flags evaluated"),
    "flags.hold": _l("Center flag held"),
    "flags.release": _l("Center flag released"),
    "targets.set": _l("Target set"),
    "targets.end": _l("Target ended"),
    "content.start_draft": _l("Draft of a course begun"),
    "content.discard_draft": _l("Draft of a course discarded"),
    "content.change_outline": _l("Outline of a course changed"),
    "content.add_module": _l("Module added"),
    "content.change_module": _l("Module changed"),
    "content.remove_module": _l("Module removed"),
    "content.move_module": _l("Module moved"),
    "content.store_file": _l("File of a course stored"),
    "content.show_picture": _l("Picture added to a course"),
    "content.hide_picture": _l("Picture taken out of a course"),
    "content.publish": _l("Course published"),
    "content.finish_moving": _l("Learners taken to the published course"),
    "questions.add": _l("Question added"),
    "questions.revise": _l("Question revised"),
    "questions.retire": _l("Question retired"),
    "questions.import": _l("Questions imported"),
    "quizzes.set": _l("Terms of a quiz set"),
    "quizzes.begin": _l("Quiz attempt begun"),
    "quizzes.end": _l("Quiz attempt ended"),
    "quizzes.grant_time": _l("More time for a quiz given"),
    "recall.answer": _l("Recall question answered"),
    "field_checks.plan": _l("Checks after training planned"),
    "field_checks.begin": _l("Check begun"),
    "field_checks.submit": _l("Check submitted"),
    "field_checks.second": _l("Second look at a check"),
    "field_checks.acknowledge": _l("Check acknowledged"),
    "field_checks.dispute": _l("Check disputed"),
    "field_checks.resolve": _l("Dispute of a check answered"),
    "field_checks.calibrate": _l("Observer calibrated"),
    "field_checks.add_photo": _l("Photo added to a check"),
    "field_checks.drop_photos": _l("Photos dropped from a check"),
    "monitoring.plan": _l("Self-monitoring planned"),
    "monitoring.save_campaign": _l("Campaign saved"),
    "monitoring.publish_campaign": _l("Campaign published"),
    "monitoring.cancel_campaign": _l("Campaign called off"),
    "certificates.issue": _l("Certificate issued"),
    "surveys.answer": _l("Survey answered"),
    "signals.evaluate": _l("Completions looked through for doubts"),
    "signals.check": _l("Doubtful completion checked"),
    "learning.attendance": _l("Prepared attendance"),
    "demo.load": _l("Demo loaded"),
    "audit.extract": _l("Access record downloaded"),
    "audit.review": _l("Monthly review signed"),
    "audit.purge": _l("Old access records removed"),
}
OBJECTS: dict[str, Any] = {
    "account": _l("Account"),
    "assignment": _l("Assignment"),
    "audit_downloads": _l("Downloads and reasons"),
    "audit_event": _l("Access record entry"),
    "audit_review": _l("Monthly review"),
    "audit_trail": _l("Access record"),
    "board": _l("People and courses board"),
    "center": _l("Center"),
    "company_day": _l("Company day off"),
    "completion": _l("Completion"),
    "course": _l("Course"),
    "course_enrollments": _l("People on a course"),
    "duty": _l("Duty"),
    "enrollment": _l("Enrollment"),
    "export": _l("List"),
    "import": _l("Import"),
    "month": _l("Month"),
    "network": _l("Network"),
    "org_unit": _l("Unit"),
    "people": _l("People"),
    "person": _l("Person"),
    "person_merge": _l("Merge of two people"),
    "rates": _l("Rates"),
    "recording": _l("Completions recorded by hand"),
    "records": _l("Learning record"),
    "saved_view": _l("Saved view"),
    "standard": _l("Standard"),
    "behavior": _l("Behavior"),
    "field_check_photo": _l("Photo of a check"),
    "shortfalls": _l("Shortfall list"),
    "sign_in_session": _l("Sign-in"),
    "study_record": _l("Study record"),
    "assignment_reasons": _l("Why someone is assigned"),
    "changes": _l("What changed since a report"),
    "exception": _l("Exception"),
    "exceptions": _l("Exceptions"),
    "explain": _l("How a rate adds up"),
    "outage": _l("Outage"),
    "people_without_rule": _l("People whom no rule covers"),
    "roster": _l("Who is counted"),
    "rule": _l("Assignment rule"),
    "rule_run": _l("Run of a rule"),
    "target": _l("Target"),
    "tier": _l("Tier"),
    "attempt": _l("Quiz attempt"),
    "certificate": _l("Certificate"),
    "content_file": _l("File of a course"),
    "course_version": _l("Course version"),
    "doubts": _l("Doubtful completions"),
    "edition": _l("Content of a course"),
    "module": _l("Module"),
    "question": _l("Question"),
    "quiz_time": _l("Time for a quiz"),
    "signal_check": _l("Doubtful completion"),
    "field_check": _l("Check after training"),
    "field_checks": _l("Checks after training"),
    "monitoring": _l("Self-monitoring"),
    "monitoring_round": _l("Round of self-monitoring"),
    "campaign": _l("Campaign"),
    "observers": _l("Observers"),
    "transfer": _l("People behind a step"),
    "lasting": _l("Does what was learned last?"),
}
DETAILS: dict[str, Any] = {
    "as_of": _l("As-of date"),
    "below": _l("Rate below"),
    "by": _l("By"),
    "counts": _l("Counts"),
    "course": _l("Course"),
    "file": _l("File"),
    "format": _l("Format"),
    "kind": _l("Kind"),
    "on": _l("Day"),
    "people": _l("People"),
    "q": _l("Searched for"),
    "role": _l("Job role"),
    "roles": _l("Job roles"),
    "severity": _l("Severity"),
    "since": _l("From"),
    "sort": _l("Order"),
    "synthetic": _l("Made up for the demo"),
    "tier": _l("Tier"),
    "unit": _l("Unit"),
    "units": _l("Units"),
    "until": _l("Through"),
    "why": _l("Why"),
    "step": _l("Step"),
    "months": _l("Period in months"),
    "took": _l("Taken"),
}
# What a change keeps beside its columns, where the code means something else than as a condition.
FACTS: dict[str, Any] = {
    "added": _l("Added"),
    "after": _l("After the change"),
    "before": _l("Before the change"),
    "center": _l("Center"),
    "changed": _l("Changed"),
    "code": _l("Reason chosen"),
    "completed_on": _l("Completed on"),
    "due_on": _l("Due on"),
    "duties_ended": _l("Duties ended"),
    "effective_on": _l("Takes effect on"),
    "ends_on": _l("Until before"),
    "enrolled": _l("Enrolled"),
    "evidence": _l("Evidence"),
    "expires_on": _l("Expires on"),
    "from": _l("From"),
    "first": _l("First day"),
    "last": _l("Last day"),
    "left": _l("Left as they were"),
    "measure": _l("Measure"),
    "moved": _l("Due dates moved"),
    "name": _l("Called"),
    "name_en": _l("Name in English"),
    "name_ko": _l("Name in Korean"),
    "network_type": _l("Network type"),
    "note": _l("Note"),
    "number": _l("Number"),
    "percent": _l("Target in percent"),
    "recorded": _l("Recorded"),
    "refused": _l("Refused"),
    "replaced": _l("Replaced codes"),
    "required": _l("Required"),
    "resets": _l("Of them resets"),
    "rows": _l("Rows"),
    "rule": _l("Rule"),
    "score": _l("Score"),
    "sessions_ended": _l("Sign-ins ended"),
    "starts_on": _l("From"),
    "until": _l("Until before"),
    "version": _l("Version"),
    "voided_on": _l("Withdrawn on"),
    "weeks": _l("Weeks"),
}
# Codes as values, by the detail that holds them.
VALUES: dict[str, dict[Any, Any]] = {
    "evidence": EVIDENCE,
    "kind": {**TITLES, **KINDS, **DONE},
    "code": REASONS,
    "measure": MEASURES,
    "network_type": NETWORK_TYPES,
}
# What only shows: everything else is a change, and what it keeps are facts instead of conditions.
LOOKS = frozenset(
    {
        "standards.readers",
        "accounts.seen", "audit.extract", "centers.view", "download", "duties.search", "duties.view",
        "enrollments.preview", "enrollments.recording", "export", "learning.attendance", "list", "names.open",
        "people.compare", "people.search", "view",
    }
)  # fmt: skip
FLAGS: dict[Flag, Any] = {
    Flag.POOR_REASON: _l("Reason says little"),
    Flag.MANY_PEOPLE: _l("More than 500 people"),
    Flag.BURST: _l("More than 3 in 10 minutes"),
    Flag.OFF_HOURS: _l("Outside 07–21"),
}
# Words, tone and symbol of the mark.
STATES: dict[ReviewState, tuple[Any, str, str]] = {
    ReviewState.RUNNING: (_l("Not over yet"), "neutral", "circle"),
    ReviewState.OPEN: (_l("Not reviewed"), "soon", "clock"),
    ReviewState.OVERDUE: (_l("Review overdue"), "overdue", "alert"),
    ReviewState.REVIEWED: (_l("Reviewed"), "done", "check"),
}
REFUSALS: dict[Unsignable, Any] = {
    Unsignable.NOT_AUDITOR: _l("Only a privacy auditor signs reviews."),
    Unsignable.ALREADY_SIGNED: _l("This month has been reviewed. A signed review is never changed."),
    Unsignable.MONTH_NOT_OVER: _l("This month is not over yet. It can be reviewed from the first of the next one."),
    Unsignable.OPERATIONAL_DUTY: _l(
        "You held a duty in operations since this month began. Someone independent of operations must sign."
    ),
    Unsignable.TOOK_DOWNLOADS: _l("You downloaded people's data in this month. Someone else must sign."),
}


def action_text(code: str) -> str:
    """Return an action in words; a code of a former version stands for itself."""
    return str(ACTIONS.get(code, code))


def object_text(code: str) -> str:
    """Return a kind of object in words."""
    return str(OBJECTS.get(code, code))


def is_change(line: Line) -> bool:
    """Tell whether a line is of something done rather than seen."""
    return line.action not in LOOKS


def detail_text(name: str, *, of_change: bool = False) -> str:
    """Return the name of a condition, or of what a change keeps, in words; an unknown one stands for itself."""
    known = {**DETAILS, **FACTS} if of_change else DETAILS
    return str(known.get(name, name))


def value_text(name: str, value: str) -> str:
    """Return a value in words where it is a code of what `name` is about."""
    return str(VALUES.get(name, {}).get(value, value))


def what(line: Line) -> str:
    """Return what a line tells: the action, and of what where the action alone leaves that open."""
    is_open = line.action in {"view", "download", "export", "names.open"}
    return f"{action_text(line.action)} · {list_text(line)}" if is_open else action_text(line.action)


def list_text(line: Line) -> str:
    """Return what was seen or taken away: a list that can be downloaded by its title, else the kind of object."""
    if line.action == "download" and line.object_id in EXPORTS:
        return str(EXPORTS[line.object_id].title)
    return object_text(line.object_type)


def trail_words(timezone: str) -> TrailWords:
    """Return the words for a file, for use after the request has ended."""
    return TrailWords(
        actions={code: str(text) for code, text in ACTIONS.items()},
        objects={code: str(text) for code, text in OBJECTS.items()},
        zone=ZoneInfo(timezone),
    )

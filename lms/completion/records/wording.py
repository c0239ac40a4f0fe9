"""Records in words: how a completion came to be recorded, what was changed, why something was withdrawn."""

from flask_babel import gettext as _

from lms.completion.records.queries import Records
from lms.completion.records.rules import Change, How, Record, Recorder, Version, WhyVoid
from lms.completion.rules import PersonLine
from lms.completion.wording import last_day
from lms.enrollments.recording.wording import evidence
from lms.enrollments.rules import Cause
from lms.people.duties.wording import TITLES
from lms.web.dates import day_of


def recorded(record: Record, records: Records) -> str:
    """Say who recorded the completion that stands, and how."""
    told, how = record.told, record.how
    if how is How.STUDIED:
        return str(_("Completed by studying."))
    if how is How.IMPORTED:
        return _from_file(told, records)
    if how is How.CORRECTED:
        return str(_("Corrected by %(who)s on %(date)s.", who=_who(told, records), date=day_of(told.recorded_at)))
    return str(_("Recorded by %(who)s on %(date)s.", who=_who(told, records), date=day_of(told.recorded_at)))


def _from_file(told: Version, records: Records) -> str:
    name, on = records.files.get(told.import_id or 0), day_of(told.recorded_at)
    if name is None:
        return str(_("Brought in with the training history on %(date)s.", date=on))
    return str(_("Brought in with the file %(file)s on %(date)s.", file=name, date=on))


def basis(version: Version) -> list[str]:
    """Return what a completion recorded by hand rests on and why it was recorded so, a sentence each."""
    kind, note, reason = evidence(version.evidence_kind), version.evidence_note, version.reason
    known = f"{kind}: {note}" if kind and note else kind or note or ""
    parts = (_("Evidence: %(text)s", text=known) if known else "", _("Reason: %(text)s", text=reason) if reason else "")
    return [str(part) for part in parts if part]


def _who(version: Version, records: Records) -> str:
    found = records.recorder(version, day_of(version.recorded_at))
    return str(_("the administration")) if found is None else _named(found)


def _named(recorder: Recorder) -> str:
    if recorder.duty is None:
        return recorder.name
    return str(_("%(name)s (%(duty)s)", name=recorder.name, duty=TITLES[recorder.duty]))


def change(one: Change, records: Records) -> str:
    """Say what was changed about a recorded completion, when and by whom."""
    before, after, on = one.before.completed_on, one.after.completed_on, day_of(one.after.recorded_at)
    if one.cause is Cause.IMPORTED:
        return str(
            _("%(on)s: the training history replaced %(before)s by %(after)s.", on=on, before=before, after=after)
        )
    if one.cause is Cause.COMPLETED:
        return str(_("%(on)s: a better result was recorded (before: %(before)s).", on=on, before=before))
    who = _who(one.after, records)
    if after is None:
        return str(_("%(on)s: %(who)s took back the completion of %(before)s.", on=on, who=who, before=before))
    if after == before:
        return str(_("%(on)s: %(who)s corrected the score.", on=on, who=who))
    return str(_("%(on)s: %(who)s corrected %(before)s to %(after)s.", on=on, who=who, before=before, after=after))


def withdrawn(record: Record, records: Records) -> str:
    """Say why an enrollment was withdrawn."""
    if record.why_void is WhyVoid.IMPORTED:
        return str(_("Withdrawn in the training history."))
    if record.why_void is WhyVoid.RULE:
        return str(_("The job role no longer asked for it."))
    reason = records.void_reasons.get(record.line.enrollment_id)
    return str(_("Withdrawn. Reason: %(text)s", text=reason)) if reason else str(_("Withdrawn by the administration."))


def validity(line: PersonLine) -> str:
    """Say until when a completion holds."""
    if line.expires_on is None:
        return str(_("Does not expire"))
    return str(_("valid until %(date)s", date=last_day(line.expires_on)))

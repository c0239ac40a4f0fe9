"""What people send: one form, well filled in, for every route that takes one; and every route that answers a file."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from werkzeug.routing import Rule

from tests.accounts.samples import NoSampleError
from tests.accounts.world import CODE, World
from tests.field_checks.photographs import plain as picture
from tests.learning.content import SVG
from tests.support.network import LONG_AGO, RECORDED
from tests.support.sign_in import PASSWORD

REASON = "preparing the meeting of the month"
Form = dict[str, Any]


def new_password(_world: World) -> Form:
    """Return the form of a new password."""
    return {"current": PASSWORD, "new": "nine purple umbrellas", "again": "nine purple umbrellas"}


def roster(_world: World) -> Form:
    """Return a roster that adds one person, as a file."""
    line = "staff_no,name,center_code,role_code,hired_on,left_on\nN0001,새사람,C101,SA,2019-01-01,\n"
    return {"file": (io.BytesIO(line.encode()), "roster.csv"), "effective_on": "2019-07-01", "partial": "y"}


def assignment(world: World) -> Form:
    """Return the form that assigns a course to a center."""
    return {
        "course": world.second.public_id, "roles": ["SA"], "units": [world.cast.center.public_id], "due": "date",
        "due_on": (world.day + timedelta(days=30)).isoformat(), "reason": REASON, "request_key": "k1",
    }  # fmt: skip


def export(world: World) -> Form:
    """Return the form of a download."""
    return {"format": "csv", "reason": REASON, "people": "everyone", "course": world.cast.course.code}


def appointment(world: World) -> Form:
    """Return the form that makes an inhabitant of the center its deputy coordinator."""
    return {"person": world.others["inside"].public_id, "kind": "DEPUTY_COORDINATOR", "starts_on": str(world.day)}


def ended_duty(world: World) -> Form:
    """Return the form that ends the coordinator's duty."""
    person = world.person("coordinator").public_id
    return {"duty": f"COORDINATOR.{person}.{LONG_AGO}", "last_on": str(world.day)}


def inside(world: World) -> str:
    """Return who lives at the center."""
    return world.others["inside"].public_id


def activation(world: World) -> Form:
    """Return the form of a first password, with the code of the slip."""
    new = "nine purple umbrellas"
    return {"staff_no": world.others["inside"].staff_no, "code": CODE, "new": new, "again": new}


def new_center(world: World) -> Form:
    """Return the form of a center that opens today, confirmed."""
    return {
        "code": "N100", "name_ko": "새 센터", "name_en": "New", "network_type": "GENERAL",
        "area": world.cast.area.public_id, "opened_on": str(world.day), "confirm": "1",
    }  # fmt: skip


def dated(world: World) -> Form:
    """Return a change from today on, confirmed."""
    return {"on": str(world.day), "confirm": "1"}


def below_an_area(world: World) -> Form:
    """Return a change that puts a unit under another area, confirmed."""
    return dated(world) | {"parent": world.cast.area.public_id}


def completion(world: World) -> Form:
    """Return the form that records a course of an inhabitant as completed."""
    return {
        "cell": [f"{inside(world)}.{world.cast.course.public_id}"], "completed_on": str(world.day),
        "evidence": "ATTENDANCE", "note": "folder 3", "reason": REASON, "request_key": "k2", "next": "/me",
    }  # fmt: skip


def attendance(world: World) -> Form:
    """Return the form that records that an inhabitant attended a session."""
    return {
        "cell": [f"{inside(world)}.{world.cast.course.public_id}"], "attended_on": str(world.day),
        "session": world.gathering, "reason": REASON, "next": "/me",
    }  # fmt: skip


def rule(world: World) -> Form:
    """Return a rule for those who work at the center, well filled in."""
    return {
        "code": "R-NEW", "name_ko": "새 규칙", "name_en": "A new rule", "courses": [world.second.public_id],
        "roles": ["SA"], "units": [world.cast.center.public_id], "trigger": "ROLE", "includes_present": "y",
        "due": "DAYS", "due_days": "30", "renewal": "NONE", "renewal_basis": "COMPLETION", "renewal_month": "",
        "valid_from": str(world.day), "note": REASON, "request_key": "k3",
    }  # fmt: skip


def ended_rule(world: World) -> Form:
    """Return the form that ends a rule today."""
    return {"last_on": str(world.day), "reason": REASON, "request_key": "k4"}


def exemption(world: World) -> Form:
    """Return the form that asks for an exemption for a month from today on."""
    return {
        "course": [world.cast.course.public_id], "starts_on": str(world.day),
        "last_on": str(world.day + timedelta(days=30)), "reason_code": "OTHER", "reason": REASON,
        "evidence": "folder 3", "request_key": "k3",
    }  # fmt: skip


def outage(_world: World) -> Form:
    """Return the form of days on which nobody could learn."""
    return {"starts_on": "2019-01-30", "last_on": "2019-01-31", "reason": REASON, "request_key": "k4"}


def two_courses(world: World) -> Form:
    """Return two courses of which one is to count as the other."""
    return {"course": world.cast.course.public_id, "counts": world.second.public_id}


def two_rows(world: World) -> Form:
    """Return the form that makes one person of two rows: one who left, and one who came later."""
    return {"first": world.others["left"].staff_no, "second": world.again.staff_no, "reason": REASON}


def own_completion(world: World) -> Form:
    """Return the form with which the employee asks for the certificate of a course."""
    person = world.person("employee").public_id
    return {"person": person, "course": world.learned.public_id, "cycle": "1"}


def correction(world: World) -> Form:
    """Return the form that moves a recorded completion to another day."""
    return {
        "what": "change", "completed_on": "2019-01-21", "reason": REASON,
        "known_since": RECORDED.isoformat(),
    }  # fmt: skip


def progress_post(world: World) -> Form:
    """Return what a player posts of a page."""
    return {
        "key": "0b5f0c4e-3c1d-4c6e-9a57-0d8f1d1f6a10", "module": world.page, "kind": "READ", "device": "d1",
        "said_at": "2019-07-01T12:00:00+09:00", "data": {"percent": 40, "position": {"y": 0.4}},
    }  # fmt: skip


def module(_world: World) -> Form:
    """Return the form of a module, well filled in for every kind."""
    return {
        "title_ko": "새 모듈", "title_en": "A new module", "chapter": "1", "minutes": "7", "required": "y",
        "summary_ko": "요약", "summary_en": "Summary", "body_ko": "글", "body_en": "Text", "url": "https://example.org",
        "seconds": "9",
    }  # fmt: skip


def outline(_world: World) -> Form:
    """Return the form of a course's outline and criteria."""
    return {
        "summary_ko": "요약", "summary_en": "Summary", "chapters": "하나 | One", "pass_progress_pct": "80",
        "pass_score": "0", "min_minutes": "5", "max_chapters_per_day": "2", "asks_survey": "y", "asks_recall": "y",
    }  # fmt: skip


def drawing(_world: World) -> Form:
    """Return a picture, as a file."""
    return {"file": (io.BytesIO(SVG.replace(b"<title>t", b"<title>another")), "b.svg")}


def publication(world: World) -> Form:
    """Return the form that publishes a draft today."""
    return {"effective_on": str(world.day), "keeps": "KEEP"}


def question(_world: World) -> Form:
    """Return a question, well written."""
    return {"kind": "SHORT_TEXT", "pool": "p", "text_ko": "무엇?", "answers": "이것\n저것"}


def questions(_world: World) -> Form:
    """Return a file of one question."""
    return {"file": (io.BytesIO("무엇? {=이것 ~저것}".encode()), "q.gift"), "pool": "p"}


def more_time(world: World) -> Form:
    """Return the form that gives an inhabitant more time for a quiz."""
    return {"quiz": world.lessons["timed"], "minutes": "5", "reason": REASON, "request_key": "k8"}


ITEM_EXTRAS = frozenset({"text_en", "is_critical", "na_allowed", "method", "evidence_ko", "dimension_code", "i_care"})


def new_version(world: World) -> Form:
    """Return from when the standard changes, and what it was when it was looked at."""
    return {"effective_from": str(world.day), "based_on": world.standard["version"]}


def item(world: World) -> Form:
    """Return an item of the standard in other words."""
    return new_version(world) | {"text_ko": "새 문구", "stage": "AFTER", "response_type": "YN", "weight": "2"}


NETWORK_TYPES = frozenset({"network_types"})
CAMPAIGN_EXTRAS = NETWORK_TYPES | {"title_en"}


def campaign(world: World) -> Form:
    """Return a campaign that asks one item for a month from today on."""
    last = world.day + timedelta(days=30)
    return {
        "code": "NEW-1", "kind": "SURVEY", "title_ko": "새 조사", "starts_on": str(world.day), "ends_on": str(last),
        "wanted": "2", "items": ["FC-1"],
    }  # fmt: skip


def check_answer(_world: World) -> Form:
    """Return an answer to an item of a check, as the form's script sends it."""
    return {"key": "0b5f0c4e-3c1d-4c6e-9a57-0d8f1d1f6a11", "item": "FC-1", "answer": "YES", "value": None, "note": ""}


def check_photo(_world: World) -> Form:
    """Return a photo of an item of a check."""
    file = (io.BytesIO(picture("JPEG")), "IMG.jpg")
    return {"key": "0b5f0c4e-3c1d-4c6e-9a57-0d8f1d1f6a12", "item": "FC-1", "file": file}


def plain(**values: str) -> Callable[[World], Form]:
    """Return a form that is the same in every world."""
    return lambda _world: dict(values)


@dataclass(frozen=True)
class Deed:
    """A form well filled in: what is sent, and by whom it is done.

    `names_others`: the form itself names people or things that not everyone reaches, so it may end in a 404 for others.
    `unwritten`: why no change is to be audited. `only_looks`: nothing changes but the trail. `about_sessions`: nothing
    but who is signed in where. `purpose_stated`: the doer opened the names of the whole network before. `at_the_door`:
    it is kept before the session begins, in a transaction of its own. `takes`: columns' names that the form offers
    besides those sent. `is_json`: it is sent by a script, as JSON, and refused whole with any other key.
    """

    by: str
    form: Callable[[World], Form] = field(default=plain())
    where: str = "in"
    names_others: bool = False
    unwritten: str = ""
    only_looks: bool = False
    about_sessions: bool = False
    purpose_stated: bool = False
    at_the_door: bool = False
    takes: frozenset[str] = frozenset()
    is_json: bool = False

    def sent(self, world: World, extra: Form | None = None) -> dict[str, Any]:
        """Return the form, with more keys on wish, as a client's `post` takes it."""
        return {"json" if self.is_json else "data": (extra or {}) | self.form(world)}


# What a question may have besides.
ENGLISH = frozenset({"text_en", "explanation_ko", "explanation_en"})
# By endpoint; where one endpoint takes several addresses, with the last word of the address.
DEEDS: dict[str, Deed] = {
    "accounts.sign_in": Deed("employee", plain(staff_no="00101", password=PASSWORD), about_sessions=True),
    "accounts.sign_out": Deed("employee", about_sessions=True),
    "accounts.set_preferences": Deed("employee", plain(theme="dark"), unwritten="one's own colors are no fact"),
    "accounts.change_password": Deed("employee", new_password),
    "activation.activate": Deed("anonymous", activation, at_the_door=True),
    "activation.center": Deed("coordinator", lambda world: {"person": inside(world)}, names_others=True),
    "activation.open_names": Deed("training_admin", plain(reason=REASON)),
    "browsers.end": Deed("employee", about_sessions=True),
    "browsers.end_others": Deed("employee", about_sessions=True),
    "browsers.stay": Deed("employee", about_sessions=True, unwritten="that somebody is there is no fact"),
    "learner.start": Deed("employee", unwritten="everyone's record is there already", only_looks=True),
    "player.tell": Deed("employee", plain(key="k7"), unwritten="each post is kept as it came"),
    "centers.new": Deed("training_admin", new_center),
    "centers.change close": Deed("training_admin", dated, names_others=True),
    "centers.change reopen": Deed("training_admin", below_an_area, where="shut", names_others=True),
    "centers.change move": Deed("training_admin", below_an_area, names_others=True),
    "centers.change rename": Deed("training_admin", plain(name_ko="새 이름", name_en="New name", confirm="1")),
    "centers.undo": Deed("training_admin", lambda world: {"change": world.change}, names_others=True),
    "merging.merge": Deed("training_admin", two_rows, purpose_stated=True),
    "merging.undo": Deed("training_admin", purpose_stated=True),
    "rules.new": Deed("training_admin", rule, takes=NETWORK_TYPES),
    "rules.edit": Deed("training_admin", rule, where="in force", takes=NETWORK_TYPES),
    "rules.discard": Deed("training_admin"),
    "equivalence.add": Deed("training_admin", two_courses),
    "equivalence.end": Deed("training_admin", lambda world: dict(zip(("course", "counts"), world.equals, strict=True))),
    "rule_runs.rehearse": Deed("training_admin", plain(request_key="k5")),
    "rule_runs.publish": Deed("training_admin", plain(request_key="k6")),
    "rule_runs.end": Deed("training_admin", ended_rule, where="in force"),
    "rule_runs.undo": Deed("training_admin", plain(reason=REASON, request_key="k7"), where="published"),
    "months.close": Deed("training_admin"),
    "months.correct": Deed("training_admin", plain(after="1", reason=REASON)),
    "months.add_day": Deed("training_admin", plain(day="2019-07-17", name="the founder's day")),
    "months.remove_day": Deed("training_admin", lambda world: {"day": str(world.day_off)}),
    "frozen.download": Deed("training_admin", plain(format="csv", reason=REASON), only_looks=True),
    "saved.save": Deed("executive", plain(address="/rates?by=role", name="by role", as_of="2019-06-30", day="FIXED")),
    "saved.rename": Deed("coordinator", plain(name="another name")),
    "saved.start": Deed("coordinator", plain(start="yes")),
    "saved.delete": Deed("coordinator"),
    "progress.post": Deed("employee", progress_post, unwritten="each post is kept as it came", is_json=True),
    "quizzes.begin": Deed("employee", where="fresh"),
    "quizzes.save": Deed(
        "employee",
        plain(text="복창"),
        unwritten="that an attempt ended, and how, is written; not each choice on the way",
    ),
    "quizzes.end": Deed("employee"),
    "quizzes.grant": Deed("coordinator", more_time, names_others=True),
    "questions.new": Deed("training_admin", question, takes=ENGLISH),
    "questions.edit": Deed("training_admin", question, takes=ENGLISH),
    "questions.retire": Deed("training_admin"),
    "questions.take_in": Deed("training_admin", questions, takes=frozenset({"pool"})),
    "questions.settings": Deed(
        "training_admin",
        plain(**{"draw:zqpool1": "1", "release": "NEVER"}),
        takes=frozenset({"pass_score", "max_attempts", "wait_minutes", "limit_minutes", "shuffles"}),
    ),
    "recall.answer": Deed(
        "employee", lambda world: {"asked": world.lessons["asked"], "text": "복창"}, names_others=True
    ),
    "recording.new": Deed("coordinator", completion, names_others=True, only_looks=True),
    "recording.preview": Deed("coordinator", completion, names_others=True, only_looks=True),
    "recording.record": Deed("coordinator", completion, names_others=True),
    "attendance.new": Deed("coordinator", attendance, names_others=True, only_looks=True),
    "attendance.record": Deed("coordinator", attendance, names_others=True),
    "recording.correct": Deed("coordinator", correction, where="done", names_others=True),
    "exceptions.ask": Deed("coordinator", exemption, names_others=True),
    "exceptions.decide": Deed("deputy", plain(what="decline", note=REASON), names_others=True),
    "exceptions.withdraw": Deed("coordinator", names_others=True),
    "exceptions.end": Deed(
        "training_admin",
        plain(ends_on="2019-02-01", note=REASON),
        where="granted",
        names_others=True,
        purpose_stated=True,
    ),
    "exceptions.preview_outage": Deed(
        "training_admin", outage, only_looks=True, unwritten="what would move is counted, nobody is named"
    ),
    "exceptions.record_outage": Deed("training_admin", outage),
    "exceptions.withdraw_outage": Deed("training_admin", plain(note=REASON)),
    "trail.extract": Deed("auditor", plain(format="csv", reason=REASON), only_looks=True),
    "trail.review": Deed("auditor", plain(findings="Looked at every download; nothing strange.")),
    "flags.hold": Deed(
        "training_admin", lambda world: {"last_on": str(world.day + timedelta(days=7)), "reason": REASON}
    ),
    "flags.release": Deed("training_admin"),
    "targets.set_target": Deed(
        "training_admin",
        lambda world: {"measure": "CENTER", "percent": "85", "starts_on": str(world.day), "reason": REASON},
        takes=frozenset({"tier", "role", "network_type", "last_on"}),
    ),
    "targets.end": Deed("training_admin"),
    "certificates.issue": Deed("employee", own_completion, names_others=True),
    "certificates.paper": Deed("coordinator", plain(reason=REASON), only_looks=True),
    "surveys.survey": Deed("employee", plain(helpful="4", clear="5", comment="shorter")),
    "signals.check": Deed("training_admin", plain(note=REASON), purpose_stated=True),
    "people.purpose": Deed("area_manager", plain(reason=REASON, next="/shortfalls")),
    "duties.appoint": Deed("representative", appointment, names_others=True),
    "duties.end": Deed("representative", ended_duty, names_others=True),
    "content.start": Deed("training_admin"),
    "content.discard": Deed("training_admin"),
    "content.outline": Deed("training_admin", outline),
    "content.new_module": Deed("training_admin", module),
    "content.edit_module": Deed("training_admin", module),
    "content.move_module": Deed("training_admin", plain(to="up")),
    "content.remove_module": Deed("training_admin"),
    "content.pictures": Deed("training_admin", drawing),
    "content.remove_picture": Deed("training_admin", plain(name="a.svg")),
    "content.publish": Deed("training_admin", publication),
    "enrollments.new_for_people": Deed(
        "coordinator", lambda world: {"person": [inside(world)]}, names_others=True, only_looks=True
    ),
    "enrollments.preview": Deed("coordinator", assignment, only_looks=True),
    "enrollments.assign": Deed("coordinator", assignment),
    "imports.new": Deed("training_admin", roster),
    "imports.apply": Deed("training_admin", where="waiting"),
    "imports.undo": Deed("training_admin"),
    "imports.download_refused": Deed("training_admin", plain(format="csv", reason=REASON), only_looks=True),
    "reports.download": Deed("area_manager", export, only_looks=True),
    "reports.download_rates": Deed("executive", export, only_looks=True),
    "transfer_files.download": Deed("executive", plain(format="csv", reason=REASON), only_looks=True),
    "transfer_files.download_people": Deed("coordinator", plain(format="csv", reason=REASON), only_looks=True),
    "standards.acknowledge": Deed("employee"),
    "standards.new": Deed("training_admin", lambda world: item(world) | {"code": "IT-3"}, takes=ITEM_EXTRAS),
    "standards.edit": Deed("training_admin", item, takes=ITEM_EXTRAS),
    "standards.drop": Deed("training_admin", new_version),
    "field_checks.acknowledge": Deed("employee", names_others=True),
    "field_checks.dispute": Deed("employee", plain(text=REASON), names_others=True),
    "field_checks.second": Deed("deputy", plain(agrees="yes", note=REASON), names_others=True),
    "field_checks.resolve": Deed("deputy", plain(text=REASON), names_others=True),
    "field_checks.calibrate": Deed(
        "training_admin",
        lambda world: {"person": world.person("coordinator").public_id, "agreement": "93"},
        names_others=True,
        purpose_stated=True,
    ),
    "field_check_forms.answers": Deed("coordinator", check_answer, names_others=True, is_json=True),
    "field_check_forms.submit": Deed(
        "coordinator",
        plain(**{"key": "k9k9k9k9", "answer-FC-1": "YES", "answer-FC-2": "YES", "answer-FC-3": "4"}),
        names_others=True,
        takes=frozenset({"observed_on"}),
    ),
    "campaigns.new": Deed("training_admin", campaign, takes=CAMPAIGN_EXTRAS),
    "campaigns.edit": Deed("training_admin", campaign, takes=CAMPAIGN_EXTRAS),
    "campaigns.publish": Deed("training_admin"),
    "campaigns.cancel": Deed("training_admin", plain(reason=REASON)),
    "check_photos.add": Deed("coordinator", check_photo, names_others=True),
}


def key_of(rule: Rule) -> str:
    """Return the name under which the form of a route stands in `DEEDS`.

    Raises:
        NoSampleError: there is none yet.
    """
    last = rule.rule.rsplit("/", 1)[-1]
    for key in (f"{rule.endpoint} {last}", rule.endpoint):
        if key in DEEDS:
            return key
    raise NoSampleError(f"{rule.endpoint} takes a form: add a line to DEEDS in tests/accounts/deeds.py")


# Every endpoint that answers with a file, each with the forms that make it give all it can.
FILES: dict[str, tuple[dict[str, str], ...]] = {
    "static": (),
    "imports.template": (),
    "questions.template": (),
    "imports.download_refused": ({"format": "csv"}, {"format": "xlsx"}),
    "trail.extract": ({"format": "csv"}, {"format": "xlsx"}),
    "certificates.paper": ({},),
    "frozen.download": ({"format": "csv"}, {"format": "xlsx"}),
    "reports.download": ({"format": "csv"}, {"format": "xlsx"}),
    "transfer_files.download": tuple(
        {"format": suffix, "show": show} for suffix in ("csv", "xlsx") for show in ("STEPS", "WHERE", "LASTS")
    ),
    "transfer_files.download_people": ({"format": "csv"}, {"format": "xlsx"}),
    "reports.download_rates": tuple(
        {"format": suffix, "by": by} for suffix in ("csv", "xlsx") for by in ("", "role", "course")
    )
    + tuple({"format": suffix, "basis": "headcount", "attribution": "due-date"} for suffix in ("csv", "xlsx")),
}

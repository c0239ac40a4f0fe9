"""A whole small house for the access tests: everyone of every kind, and things that few of them may ever see.

Who may see what of it is told by `reference.py`; every hidden thing carries a word that stands nowhere else, inside
text that a page, a file or a query could trip over.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.activation.rules import digest_of
from lms.accounts.models import Account, AccountCode, SignInSession
from lms.accounts.passwords import hash_password
from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.completion.flags.actions import hold_flag
from lms.completion.months.actions import add_company_day, freeze
from lms.completion.months.queries_freezing import MonthFacts
from lms.completion.months.rules_snapshot import pack
from lms.completion.targets.actions import set_target
from lms.completion.targets.rules import EVERYTHING, Measure, TargetTerms
from lms.courses.models import Course
from lms.enrollments.assignment_rules.actions_drafts import Wish, add_rule
from lms.enrollments.assignment_rules.actions_equivalence import let_stand_for
from lms.enrollments.assignment_rules.publishing.actions import publish, rehearse
from lms.enrollments.assignment_rules.publishing.rules import RunState
from lms.enrollments.assignment_rules.rules_terms import RuleTerms, Trigger
from lms.enrollments.exceptions.models import ExceptionRequest, Exemption, Outage
from lms.enrollments.models import Enrollment
from lms.imports.models import ImportRun
from lms.learning.certificates.actions import issue
from lms.learning.content.actions import add_module, start_draft
from lms.learning.content.models import ContentFile, Edition, EditionFile, Module
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import StudyRecord
from lms.learning.signals.models import SignalCheck
from lms.observations.models import Observation, StandardItem
from lms.observations.standards.queries import list_asked
from lms.people.centers.actions_changes import make
from lms.people.centers.rules_changes import Change, ChangeKind
from lms.people.merging.actions import merge
from lms.people.merging.queries import find_pair
from lms.people.models import Duty, Leave, NamePurpose, OrgPlacement, OrgUnit, Person, Posting
from lms.people.rules import DutyKind, UnitKind, whole_network
from lms.reports.saved.models import SavedView
from lms.shared.clock import local_date, utcnow
from lms.shared.db import Base
from tests.accounts.everyone import Everyone, end_posting
from tests.accounts.lessons import write_lessons
from tests.accounts.reference import Fact, Facts
from tests.factories import hostile_name, hostile_number
from tests.field_checks.checking import Checking
from tests.field_checks.photographs import photo_of
from tests.learning.content import SVG
from tests.support.databases import settings_for
from tests.support.sign_in import PASSWORD

PASSWORD_HASH = hash_password(PASSWORD)
WORDS = {
    "stranger": ("zqnumber1", "zqname1"),
    "moved": ("zqnumber2", "zqname2"),
    "left": ("zqnumber3", "zqname3"),
    "inside": ("zqnumber4", "zqname4"),
    "boss": ("zqnumber5", "zqname5"),
    "neighbor": ("zqnumber6", "zqname6"),
    "hidden": ("zqcode1", "zqunit1", "zqunit2"),
    "elsewhere": ("zqcode2", "zqarea1"),
}
# Who changes the organization, or hands out codes everywhere, knows what every unit is called.
NAMES_UNITS = {"system_admin", "training_admin"}
CODE = "7K2M-Q9XR-04TV"
TRACES = {
    "coordinator": ("zqview1",),
    "training_admin": ("zqfile1", "zqasker1"),
    "nobody": ("zqagent1",),
    "auditor": ("zqpurpose1", "zqlabel1", "zqorigin1", "zqreason1"),
}


def today() -> date:
    return local_date(utcnow(), "Asia/Seoul")


def facts(session: Session) -> Facts:
    """Read what is known now into the reference model, row by row."""
    units = session.scalars(select(OrgUnit)).all()
    (network,) = [unit.id for unit in units if unit.kind == UnitKind.NETWORK]

    def current(model: type[Posting | Duty | Leave | OrgPlacement]) -> Iterator[tuple[object, date, date | None]]:
        for row in session.scalars(select(model).where(model.superseded_at.is_(None))):
            yield row, row.starts_on, row.ends_on

    return Facts(
        network,
        postings=[Fact(row.person_id, row.center_id, row.role.code, *when) for row, *when in current(Posting)],
        duties=[Fact(row.person_id, row.unit_id, row.kind, *when) for row, *when in current(Duty)],
        leaves=[Fact(row.person_id, 0, "", *when) for row, *when in current(Leave)],
        places=[Fact(row.unit_id, row.parent_id, "", *when) for row, *when in current(OrgPlacement)],
        shut={unit.id: unit.closed_on for unit in units if unit.closed_on},
        purposes={(row.person_id, row.unit_id, row.stated_on) for row in session.scalars(select(NamePurpose))},
    )


class Marks(NamedTuple):
    """A person's database id, and the texts by which an answer speaks of them."""

    id: int
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Canary:
    """A word that stands at one place only. `closed` ones may be read in a file whose reason was asked for."""

    word: str
    what: str
    closed: bool = False
    in_trail: bool = False


class World(Everyone):
    """Everyone, and: somebody far away, somebody who moved there today, somebody who left; their traces."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self.day = today()
        self.others: dict[str, Person] = {}
        self._canaries: dict[str, list[Canary]] = {}
        self._add_people()
        self._add_units()
        self.second = self.net.course("SECOND-01", title_ko=hostile_name("과정", 0), title_en="A second course")
        self._add_traces()
        self._write_content()
        self.session.flush()
        self.facts = facts(session)
        self.marks = {part: self._marks(part, person) for part, person in (self._people | self.others).items()}

    def _add_people(self) -> None:
        center, far_away = self.cast.center, self.cast.far_away
        self.stranger = self._hostile("stranger", 0, far_away)
        self.moved = self._hostile("moved", 1, center, until=self.day)
        self.net.posting(self.moved, at=far_away, since=self.day)
        self.left = self._hostile("left", 2, center, until=date(2019, 3, 1))
        self.inside = self._hostile("inside", 3, center)
        self.boss = self._hostile("boss", 4, far_away, role="OW")
        self.net.duty(self.boss, DutyKind.COORDINATOR, far_away)
        enrolled = {self.cast.employee, self.cast.colleague, self.cast.namesake}
        for person in self._people.values():
            if person not in enrolled:
                self.net.enroll(person, self.cast.course, due_on=date(2019, 1, 31))
        end_posting(self.session, self.person("leaver"), date(2026, 1, 1))

    def _add_units(self) -> None:
        code, name = WORDS["elsewhere"]
        self.elsewhere = self.net.unit(
            UnitKind.AREA, hostile_number(code, 5), name_ko=hostile_name(name, 5), under=self.cast.region
        )
        code, korean, english = WORDS["hidden"]
        names = {"name_ko": hostile_name(korean, 6), "name_en": hostile_name(english, 0)}
        self.hidden = self.net.unit(UnitKind.CENTER, hostile_number(code, 1), under=self.elsewhere, **names)
        self.shut = self.net.unit(UnitKind.CENTER, "S900", closed_on=date(2019, 1, 1), under=self.elsewhere)
        self.neighbor = self._hostile("neighbor", 7, self.hidden)

    def _hostile(self, part: str, which: int, at: OrgUnit, **posting: Any) -> Person:
        number, name = WORDS[part]
        person = self.net.person(hostile_number(number, which), hostile_name(name, which), at=at, **posting)
        self.net.enroll(person, self.cast.course, due_on=date(2019, 1, 31))
        self.others[part] = person
        return person

    def _add_traces(self) -> None:
        self.run = ImportRun(
            kind="ROSTER", state="APPLIED", file_name=hostile_name("zqfile1", 8), sha256="0" * 64,
            requested_by="zqasker1", recorded_at=utcnow(), applied_at=utcnow(),
        )  # fmt: skip
        self.waiting = ImportRun(
            kind="ROSTER", state="READY", file_name="b.csv", sha256="1" * 64, requested_by="zqasker1",
            recorded_at=utcnow(), stored_as="gone.csv", effective_on=self.day,
        )  # fmt: skip
        view = SavedView(
            person_id=self.person("coordinator").id, name=hostile_name("zqview1", 2), address="/shortfalls?role=MT",
            is_start=False, recorded_at=utcnow(),
        )  # fmt: skip
        yesterday = {"stated_on": self.day - timedelta(days=1), "purpose": "zqpurpose1", "recorded_at": utcnow()}
        stated = NamePurpose(person_id=self.boss.id, unit_id=self.cast.far_away.id, **yesterday)
        self.session.add_all([self.run, self.waiting, view, stated])
        self.session.flush()
        self.view = view.public_id
        who = Actor(person_id=self.boss.id, label="zqlabel1", origin="zqorigin1", at=utcnow() - timedelta(days=40))
        line = audit.record(
            self.session, who, "view", "person", "x", subject_ids=[self.stranger.id], reason="zqreason1"
        )
        self.session.flush()
        self.line = line.public_id
        renamed = Change(
            kind=ChangeKind.RENAME, on=self.day, name_ko=self.hidden.name_ko, name_en=f"{self.hidden.name_en}."
        )
        maker = Actor(person_id=self.cast.training_admin.id, label="t", origin="t", at=utcnow())
        self.change = make(self.session, maker, unit=self.hidden, change=renamed).public_id
        self.session.add_all(self._own_things())
        self._merge_two()
        self._close_a_month()
        self._decide_targets()
        self._make_exceptions()
        self._write_rules()
        self._add_studies()
        self._learn()
        self.quizzed = self.net.course("QUIZ-01")
        for one in (self.person("employee"), self.inside):
            self.net.enroll(one, self.quizzed, due_on=self.day)
        self.lessons = write_lessons(self.net, self.person("employee"), self.inside, self.quizzed, self.day)
        self._plan_checks()
        self.session.flush()
        mine = select(SignInSession.public_id)
        self.browsers = {
            kind: self.session.scalars(mine.where(SignInSession.person_id == person.id)).one()
            for kind, person in self._people.items()
        }

    def _plan_checks(self) -> None:
        """Add a standard, checks of an inhabitant and of one far away, one of the employee's, a disputed one."""
        checking, observer = Checking(self.session), self.person("coordinator")
        checking.calibrate(observer)
        done = {"observer_id": observer.id, "submitted_at": utcnow(), "needs_second": True}
        made = {
            "in": checking.check(self.inside, self.cast.center),
            "out": checking.check(self.stranger, self.cast.far_away),
            "own": checking.check(self.person("employee"), self.cast.center, state="SUBMITTED", **done),
            "disputed": checking.check(self.cast.colleague, self.cast.center, state="DISPUTED", **done),
        }
        for place, check in enumerate((made["own"], made["disputed"])):
            seen = Observation(
                occasion="CHECK", kind="FIRST", center_id=self.cast.center.id, subject_id=check.person_id,
                observer_id=observer.id, observer_kind="COORDINATOR", observed_on=self.day,
                item_set_id=checking.version.id, items_applicable=3, items_met=place, recorded_at=utcnow(),
            )  # fmt: skip
            check.observation = seen
        self.session.flush()
        behavior = list_asked(self.session, checking.version)[0].behavior_id
        self.standard = {"version": checking.version.public_id, "behavior": behavior}
        self.checks = {where: one.public_id for where, one in made.items()}
        photo = photo_of(made["own"], self.session.scalars(select(StandardItem.id)).first() or 0, observer)
        self.session.add(photo)
        self.session.flush()
        self.photo = photo.public_id
        self._monitor(checking, observer)

    def _monitor(self, checking: Checking, observer: Person) -> None:
        """Add a round at the center and one far away, each with a check, and campaigns: a draft and a running one."""
        rounds = {}
        for where, center, person in (
            ("in", self.cast.center, self.inside),
            ("out", self.cast.far_away, self.stranger),
        ):
            rounds[where] = checking.round(center, self.day.replace(day=1))
            checking.monitor(person, rounds[where], observer_id=observer.id if where == "in" else None)
        drafted = {"starts_on": self.day, "ends_on": self.day + timedelta(days=30)}
        self.draft_campaign = checking.campaign("DRAFT", **drafted).public_id
        self.campaign = checking.campaign("RUNS", published_at=utcnow(), **drafted).public_id
        self.rounds = {where: one.public_id for where, one in rounds.items()}

    def _close_a_month(self) -> None:
        """Add a closed month of which nothing was known yet, and a day off."""
        maker = Actor(person_id=None, label="t", origin="t", at=utcnow())
        self.closed = (self.day.replace(day=1) - timedelta(days=40)).replace(day=1)
        freeze(self.session, maker, month=self.closed, facts=MonthFacts(pack([])))
        self.day_off = add_company_day(self.session, maker, day=date(2019, 5, 2), name="a day").day

    def _write_content(self) -> None:
        """Add a draft of the cast's course with two pages and a picture, and a file of another course."""
        maker = Actor(person_id=self.cast.training_admin.id, label="t", origin="t", at=utcnow())
        draft = start_draft(self.session, maker, self.cast.course)
        page = {"kind": ModuleKind.PAGE, "title_en": "A page", "body_ko": "글"}
        for title in ("쪽 하나", "쪽 둘"):
            self.module = add_module(self.session, maker, draft, title_ko=title, **page).public_id
        self.files = [self._file(course) for course in (self.cast.course, self.second)]
        draft.files.append(EditionFile(name="a.svg", file=self.files[0]))
        self.session.flush()

    def _file(self, course: Course) -> ContentFile:
        sha256 = hashlib.sha256(SVG).hexdigest()
        what = {"name": "a.svg", "media_type": "image/svg+xml", "sha256": sha256, "size": len(SVG), "measures": {}}
        file = ContentFile(course_id=course.id, recorded_at=utcnow(), **what)
        self.session.add(file)
        self.session.flush()
        return file

    def _write_rules(self) -> None:
        """Add a rule that waits as a rehearsed draft, and one that was published a while ago."""
        maker = Actor(person_id=self.cast.training_admin.id, label="t", origin="t", at=utcnow())
        terms = RuleTerms(course_ids=(self.cast.course.id,), trigger=Trigger.MONTHLY, valid_from=self.day)
        wish = Wish("규칙", "A rule", terms, "a note")
        draft = add_rule(self.session, code="R-DRAFT", wish=wish, request_key="", actor=maker)
        version = add_rule(self.session, code="R-FORCE", wish=wish, request_key="", actor=maker)
        # The other way round is what the matrix asks for.
        let_stand_for(self.session, course=self.second, counts=self.cast.course, actor=maker)
        self.equals = (self.second.public_id, self.cast.course.public_id)
        rehearsal = rehearse(self.session, version=draft, today=self.day, request_key="", actor=maker)
        looked = rehearse(self.session, version=version, today=self.day, request_key="", actor=maker)
        rehearsal.state = looked.state = RunState.DONE
        published = publish(self.session, version=version, today=self.day, request_key="", actor=maker)
        published.state = RunState.DONE
        self.rule, self.rule_in_force = draft.rule.public_id, version.rule.public_id
        self.rehearsal, self.published = rehearsal.public_id, published.public_id

    def _add_studies(self) -> None:
        """Let everyone study the course, each in a record of their own."""
        edition = Edition(course_id=self.cast.course.id, recorded_at=utcnow())
        self.session.add(edition)
        self.session.flush()
        titles = {"title_ko": hostile_name("모듈", 3), "title_en": hostile_name("module", 3)}
        page = Module(edition_id=edition.id, position=1, kind="PAGE", body_ko="글", **titles)
        gathering = Module(edition_id=edition.id, position=2, kind="SESSION", **titles)
        self.session.add_all([page, gathering])
        self.session.flush()
        self.gathering = gathering.key
        # Once published, nothing of it changes.
        edition.course_version_id = self.cast.course.versions[0].id
        self.session.flush()
        self.studies: dict[str, str] = {}
        enrolled = select(Enrollment.id).where(Enrollment.course_id == self.cast.course.id)
        for part, person in (self._people | self.others).items():
            times = {"started_at": utcnow(), "last_at": utcnow()}
            enrollment_id = self.session.scalars(enrolled.where(Enrollment.person_id == person.id)).one()
            record = StudyRecord(enrollment_id=enrollment_id, edition_id=edition.id, **times)
            self.session.add(record)
            self.session.flush()
            self.studies[part] = record.public_id
        self.page = page.public_id

    def _learn(self) -> None:
        """Add a course that the employee completed here: its record, a doubt about it, a certificate of a colleague."""
        learned = {"due_on": date(2019, 1, 31), "completed_on": date(2019, 1, 20)}
        self.learned = self.net.course("LEARN-01")
        enrollment = self.net.enroll(self.person("employee"), self.learned, **learned)
        edition = Edition(course_id=enrollment.course_id, course_version_id=enrollment.course_version_id)
        edition.recorded_at = edition.published_at = utcnow()
        times = {"started_at": utcnow(), "last_at": utcnow(), "completed_at": utcnow()}
        record = StudyRecord(enrollment=enrollment, edition=edition, evidence_level="SELF_REPORT", **times)
        signals = [{"signal": "BEFORE_ASSIGNED", "figures": {"days": 3}}]
        doubt = SignalCheck(record=record, rule_version=1, evaluated_at=utcnow(), is_doubtful=True, signals=signals)
        done = select(Enrollment).where(Enrollment.person_id == self.cast.colleague.id)
        certificate = issue(
            self.session,
            Actor(person_id=None, label="t", origin="t", at=utcnow()),
            enrollment=self.session.scalars(done).one(),
            today=self.day,
        )
        self.session.add_all([edition, record, doubt])
        self.session.flush()
        self.studied, self.doubt = record.public_id, doubt.public_id
        self.certificate, self.code = certificate.public_id, certificate.check_code

    def _make_exceptions(self) -> None:
        """Add a request that the coordinator made for an inhabitant, an exemption granted before, and an outage."""
        about = {
            "person_id": self.inside.id, "course_id": self.cast.course.id, "reason_code": "OTHER",
            "reason": "because", "evidence_note": "folder", "requested_by_id": self.person("coordinator").id,
            "requested_at": utcnow(),
        }  # fmt: skip
        first, last = date(2019, 1, 1), date(2019, 3, 1)
        asked = ExceptionRequest(kind="EXTENSION", due_on=last, state="PENDING", request_key="a", **about)
        granted = ExceptionRequest(
            kind="EXEMPTION", starts_on=first, ends_on=last, state="APPROVED", request_key="b", **about
        )
        days = {"starts_on": date(2019, 3, 10), "ends_on": date(2019, 3, 12), "recorded_at": utcnow()}
        outage = Outage(reason="power", request_key="c", **days)
        self.session.add_all([asked, granted, outage])
        self.session.flush()
        self.session.add(
            Exemption(
                person_id=self.inside.id,
                course_id=self.cast.course.id,
                starts_on=first,
                ends_on=last,
                reason_code="OTHER",
                evidence_note="folder",
                request_id=granted.id,
                recorded_at=utcnow(),
            )
        )
        self.asked, self.granted, self.outage = asked.public_id, granted.public_id, outage.public_id

    def _decide_targets(self) -> None:
        """Add a target in force, and hold the flag of the center."""
        maker = Actor(person_id=None, label="t", origin="t", at=utcnow())
        terms = TargetTerms(measure=Measure.CENTER, about=EVERYTHING, percent=88, starts_on=self.day)
        self.target = set_target(self.session, maker, terms=terms, reason="a trial", today=self.day).public_id
        center, until = self.cast.center, self.day + timedelta(days=7)
        held = {"center_id": center.id, "center_code": center.code, "until": until, "today": self.day}
        hold_flag(self.session, maker, reason="a trial", **held)

    def _merge_two(self) -> None:
        """Add two rows of one human, merged already, and one more who might be another row of the one who left."""
        since = date(2019, 6, 1)
        self.again = self.net.person("01900", "다시온이", at=self.cast.far_away, since=since)
        kept = self.net.person("01901", "하나둘이", at=self.cast.far_away, until=date(2019, 2, 1))
        merged = self.net.person("01902", "하나둘이", at=self.cast.far_away, since=since)
        pair = find_pair(self.session, scope=whole_network(self.day), first=kept.staff_no, second=merged.staff_no)
        assert pair is not None
        maker = Actor(person_id=self.person("training_admin").id, label="t", origin="t", at=utcnow())
        self.merge = merge(self.session, maker, pair=pair, reason="zqmerge1").public_id

    def _own_things(self) -> Iterator[Base]:
        """Yield a password and a browser of everyone's, and a code that was handed out."""
        now = utcnow()
        for person in (*self._people.values(), self.boss):
            yield Account(person_id=person.id, password_hash=PASSWORD_HASH, recorded_at=now)
            agent = "zqagent1" if person is self.boss else "a test"
            times = {"created_at": now, "last_seen_at": now, "expires_at": now + timedelta(hours=8)}
            yield SignInSession(
                person_id=person.id, token_sha256=f"{person.id:064}", ip="127.0.0.1", user_agent=agent, **times
            )
        kept = digest_of(CODE, key=settings_for("", Path()).secret_key)
        lasts = {"issued_at": now, "expires_at": now + timedelta(days=1)}
        yield AccountCode(
            person_id=self.inside.id, center_id=self.cast.center.id, code_digest=kept,
            issued_by_id=self.person("coordinator").id, **lasts,
        )  # fmt: skip

    def _marks(self, part: str, person: Person) -> Marks:
        name = WORDS[part][1] if part in WORDS else person.name
        shared = [one for one in self._people.values() if one.name == name and one is not person]
        return Marks(person.id, (person.public_id,) if shared else (person.public_id, name))

    def may_name(self, kind: str, person: Person) -> bool:
        """Tell by the reference whether a kind of person reaches another, or themselves."""
        return kind != "anonymous" and self.facts.may_name(self.person(kind).id, person.id, self.day)

    def sees_name(self, kind: str, person: Person) -> bool:
        """Tell by the reference whether a kind of person sees who another is."""
        return kind != "anonymous" and self.facts.sees_name(self.person(kind).id, person.id, self.day)

    def may_count(self, kind: str, unit: OrgUnit) -> bool:
        """Tell by the reference whether the figures of a unit are theirs to see."""
        return kind != "anonymous" and self.facts.may_count(self.person(kind).id, unit.id, self.day)

    def holds_above(self, kind: str, unit: OrgUnit, duties: set[str]) -> bool:
        """Tell by the reference whether someone holds one of these duties at a unit or above it."""
        held = self.facts.offices(self.person(kind).id, self.day, duties)
        return bool(held & self.facts.above(unit.id, self.day))

    def names_below(self, kind: str, unit: OrgUnit) -> bool:
        """Tell by the reference whether a kind of person reaches people of some center below a unit."""
        centers = (self.cast.center, self.cast.next_door, self.cast.far_away, self.hidden)
        below = [one.id for one in centers if unit.id in self.facts.above(one.id, self.day)]
        return kind != "anonymous" and any(
            self.facts.names_at(self.person(kind).id, center, self.day) for center in below
        )

    def canaries(self, kind: str) -> list[Canary]:
        """Return what may stand in no answer to this kind of person, as long as they stated no purpose."""
        if kind not in self._canaries:
            self._canaries[kind] = list(self._hidden_from(kind))
        return self._canaries[kind]

    def _hidden_from(self, kind: str) -> Iterator[Canary]:
        for name, person in self.others.items():
            if not self.sees_name(kind, person):
                for word in WORDS[name]:
                    yield Canary(word, f"{name}'s", closed=self.may_name(kind, person), in_trail=True)
        for unit, words in ((self.hidden, WORDS["hidden"]), (self.elsewhere, WORDS["elsewhere"])):
            if not self.may_count(kind, unit) and kind not in NAMES_UNITS:
                yield from (Canary(word, f"the name of {unit.code}", in_trail=True) for word in words)
        if not self.may_count(kind, self.cast.far_away) and kind not in NAMES_UNITS:
            yield Canary(self.cast.far_away.name_en, "where the stranger works", in_trail=True)
        for only, words in TRACES.items():
            if kind != only:
                yield from (Canary(word, f"for the {only} alone") for word in words)
        # What a template or a format string within the text would have become.
        yield from (Canary(f"49{word}", "worked out") for words in WORDS.values() for word in words)

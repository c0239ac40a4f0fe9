"""Undoing a roster: exactly what was, or a refusal that says why."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.imports.models import ImportRun
from lms.imports.rules import ImportState
from lms.people.models import Person, Posting
from tests.people.conftest import EVERYONE, HEADER, Roster, current_facts
from tests.support.network import Cast, Network

WIDE = (*HEADER, "previous_staff_no", "leave_from", "leave_to")
ALL_KINDS = (
    ("00101", "김하나 (개명)", "C101", "SA", "", "", "", "2019-08-01", "2019-09-01"),
    ("00102", "이두리", "C102", "MM", "", "", "", "", ""),
    ("00103", "박세나", "C102", "RC", "", "", "", "", ""),
    ("00901", "정나라", "HQ", "AM", "", "2019-08-01", "", "", ""),
    ("70001", "새 사람", "C201", "SA", "2019-06-01", "", "", "2019-08-01", ""),
    ("70002", "윤바다", "HQ", "VW", "", "", "00904", "", ""),
)


def test_undoing_brings_back_exactly_what_was(session: Session, cast: Cast, roster: Roster):
    before = current_facts(session)
    import_id = roster.apply(ALL_KINDS, "--allow-large", header=WIDE)
    assert current_facts(session) != before
    undone = roster.undo(import_id)
    assert undone.exit_code == 0, undone.output
    assert current_facts(session) == before
    run = session.scalars(select(ImportRun).where(ImportRun.public_id == import_id)).one()
    assert run.state == ImportState.UNDONE
    assert run.undone_at is not None


def test_what_was_known_between_stays_in_the_records(session: Session, cast: Cast, roster: Roster):
    rows = [list(row) for row in EVERYONE]
    rows[1][2] = "C102"
    roster.undo(roster.apply(rows, "--allow-large"))
    of_mover = select(Posting).where(Posting.person_id == cast.colleague.id).order_by(Posting.id)
    assert [(post.ends_on, post.superseded_at is None) for post in session.scalars(of_mover)] == [
        (None, False),
        (date(2019, 7, 1), False),
        (None, False),
        (None, True),
    ]


def test_undoing_twice_is_undoing_once(session: Session, cast: Cast, roster: Roster):
    import_id = roster.apply(ALL_KINDS, "--allow-large", header=WIDE)
    roster.undo(import_id)
    before = current_facts(session)
    again = roster.undo(import_id)
    assert (again.exit_code, "was undone before" in again.output) == (0, True)
    assert current_facts(session) == before


def test_an_undone_file_can_be_handed_in_again(session: Session, cast: Cast, roster: Roster):
    roster.undo(roster.apply(ALL_KINDS, "--allow-large", header=WIDE))
    roster.apply(ALL_KINDS, "--allow-large", header=WIDE)


def test_the_last_import_is_undone_first(session: Session, cast: Cast, roster: Roster):
    start = current_facts(session)
    first = roster.apply([("00102", "이두리", "C102", "MT", "", "")], "--partial", "--allow-large")
    between = current_facts(session)
    second = roster.apply([("00102", "이두리", "C201", "MT", "", "")], "--partial", "--allow-large")
    refused = roster.undo(first)
    assert refused.exit_code == 1
    assert "Undo the later import first" in refused.output
    assert roster.undo(second).exit_code == 0
    assert current_facts(session) == between
    assert roster.undo(first).exit_code == 0
    assert current_facts(session) == start


def test_a_joiner_with_other_records_is_kept_and_the_undo_says_why(session: Session, cast: Cast, roster: Roster):
    import_id = roster.apply([("70001", "새 사람", "C201", "SA", "", "")], "--partial")
    session.rollback()
    joiner = session.scalars(select(Person).where(Person.staff_no == "70001")).one()
    Network(session).enroll(joiner, cast.course, due_on=None)
    session.commit()
    before = current_facts(session)
    refused = roster.undo(import_id)
    assert refused.exit_code == 1
    assert "already have other records (enrollment)" in refused.output
    assert current_facts(session) == before


def test_only_rosters_that_were_applied_are_undone(cast: Cast, roster: Roster):
    assert "no import is called" in roster.undo("nothing").output

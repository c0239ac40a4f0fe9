"""Making enrollments what rules want: begun, joined, moved, ended and brought back, many people at a time."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.enrollments.assignment_rules.actions_writing import Writer
from lms.enrollments.assignment_rules.queries import load_book, load_facts
from lms.enrollments.assignment_rules.queries_places import Places, load_places
from lms.enrollments.assignment_rules.rules import RuleBook
from lms.enrollments.assignment_rules.rules_changes import Change, changes
from lms.enrollments.assignment_rules.rules_wanted import wanted
from lms.enrollments.dues.queries import person_ids_in_batches
from lms.people.models import Person

# For no more people than these, only the places they have been at are looked up.
FEW = 100


def sync_people(
    session: Session,
    person_ids: Collection[int] | None = None,
    *,
    as_of: date,
    actor: Actor,
    book: RuleBook | None = None,
    run_id: int | None = None,
) -> Counter[str]:
    """Make these people's enrollments (None: everyone's) what rules want on a day; count what changed by `Kind`.

    Doing it again changes nothing. People are taken in batches of 500, so that memory stays bounded; `book` can be
    kept between calls, `run_id` names the run on the reasons it brings.
    """
    book = load_book(session, as_of) if book is None else book
    done: Counter[str] = Counter()
    if not book.rules and not book.retired:
        return done
    places = load_places(session) if person_ids is None or len(person_ids) > FEW else None
    for batch in person_ids_in_batches(session, person_ids):
        done += sync_batch(session, batch, book, places, actor=actor, run_id=run_id)
    return done


def sync_batch(
    session: Session,
    person_ids: Sequence[int],
    book: RuleBook,
    places: Places | None,
    *,
    actor: Actor,
    run_id: int | None = None,
) -> Counter[str]:
    """Do the same for some hundred people, with what is shared already loaded; count what changed."""
    # SQLite has taken the write lock at BEGIN; PostgreSQL lets one sync of a person wait for another one here.
    session.execute(select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update())
    return apply_changes(session, list_changes(session, person_ids, book, places), book, actor=actor, run_id=run_id)


def list_changes(session: Session, person_ids: Collection[int], book: RuleBook, places: Places | None) -> list[Change]:
    """Return what a sync of these people would change, and change nothing: what a rehearsal asks."""
    return [
        change
        for facts in load_facts(session, person_ids, places)
        for change in changes(facts.person_id, wanted(facts, book), book.as_of)
    ]


def apply_changes(
    session: Session, found: Iterable[Change], book: RuleBook, *, actor: Actor, run_id: int | None = None
) -> Counter[str]:
    """Write changes with their reasons, former versions and one line of the trail; count them by `Kind`."""
    found = list(found)
    if not found:
        return Counter()
    Writer(session, actor.at, book, run_id).write(found)
    counted = Counter(str(change.kind) for change in found)
    courses = sorted({book.catalog[change.wanted.course_id].code for change in found})
    audit.record(
        session,
        actor,
        "enrollments.follow_rules",
        "enrollment",
        "many",
        subject_ids=sorted({change.person_id for change in found}),
        detail={"as_of": book.as_of.isoformat(), "courses": courses, **counted},
    )
    session.flush()
    return counted

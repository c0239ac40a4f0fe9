"""The properties of domain §3.10, each by what it says; those with a test of their own elsewhere are not repeated.

Observations and improvement actions are not built yet. With them come 15 (a reopened action keeps its verdict),
16 (a self-recorded check is refused), 18 (an expired observer cannot submit) and 20 (what was not observed counts
nowhere).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.rules import Actor
from lms.completion.known.queries import reading_as_known
from lms.completion.queries import list_rates, total_rate
from lms.completion.queries_labels import load_organization
from lms.completion.rules import Dimension, EnrollmentFacts, Standing, Tally, judge
from lms.enrollments.actions import enroll
from lms.enrollments.assignment_rules.queries_why import list_people_without_rule
from lms.enrollments.assignment_rules.rules_terms import Audience
from lms.enrollments.models import Enrollment
from lms.enrollments.rules import Source
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.actions import note_score, open_record
from lms.learning.progress.actions_posts import take_post
from lms.learning.progress.rules import PostKind, StudyState
from lms.people.rules import whole_network
from lms.shared.clock import local_date
from tests.completion import histories
from tests.completion.histories import FIRST, INSTANTS, LAST, Loader, draw_past
from tests.completion.oracle import Exemption, Interval, Leave
from tests.completion.oracle_histories import Belief
from tests.enrollments.test_assignment_rules import publish
from tests.learning.studying import TODAY, actor_of, edition, post
from tests.support.network import Network, small_cast

PEOPLE = 150
DAY = date(2019, 9, 30)
SCOPE = whole_network(DAY)
Tallies = dict[Dimension, dict[str, Tally]]


def tallies(session: Session, day: date) -> Tallies:
    lines = {by: list_rates(session, scope=SCOPE, as_of=day, by=by) for by in Dimension}
    return {by: {line.code: line.tally for line in of} for by, of in lines.items()}


def before_and_after(session: Session, change: Callable[[Random, Belief], None]) -> tuple[Tallies, Tallies]:
    """Return the figures of a random network, and the same after more became known of everyone."""
    chance = Random(change.__name__)
    past = draw_past(chance, PEOPLE)
    past.instants, past.outages = INSTANTS[:2], [[], []]
    for one in past.people:
        more = histories.another(one.beliefs[0])
        change(chance, more)
        one.beliefs = [one.beliefs[0], more]
    Loader(session, past).load()
    with reading_as_known(session, INSTANTS[0], scope=SCOPE) as then:
        before = tallies(then, DAY)
    session.rollback()
    after = tallies(session, DAY)
    assert before[Dimension.NETWORK]["NETWORK"].due > PEOPLE
    return before, after


def test_1_what_is_done_is_due_what_is_in_time_is_done_and_sums_reconcile_at_every_level(session: Session):
    past = draw_past(Random("sums"), PEOPLE)
    Loader(session, past).load()
    for days in range(0, (LAST - FIRST).days, 97):
        day = FIRST + timedelta(days=days)
        found = tallies(session, day)
        whole = total_rate(session, scope=SCOPE, as_of=day).tally
        for of in found.values():
            assert all(one.due >= one.done >= one.on_time >= 0 for one in of.values())
            assert sum(of.values(), Tally()) == whole
        organization = load_organization(session, as_of=day)
        ids = {label.code: key for key, label in organization.labels.items()}
        for level in (Dimension.AREA, Dimension.REGION):
            sums: dict[str, Tally] = {}
            for code, tally in found[Dimension.CENTER].items():
                above = organization.group_of(ids[code], level)
                key = organization.labels[above].code
                sums[key] = sums.get(key, Tally()) + tally
            assert sums == found[level]


def exempt_someone(chance: Random, belief: Belief) -> None:
    start = DAY - timedelta(days=chance.randrange(90))
    when = Interval(start, start + timedelta(days=chance.randint(1, 120)))
    belief.exemptions.append(Exemption(chance.choice(list(histories.COURSES)), when))


def test_2_another_exemption_never_raises_what_is_due(session: Session):
    before, after = before_and_after(session, exempt_someone)
    for by, found in after.items():
        assert all(tally.due <= before[by][code].due for code, tally in found.items())
    assert after[Dimension.NETWORK]["NETWORK"].due < before[Dimension.NETWORK]["NETWORK"].due


def let_the_future_come(chance: Random, belief: Belief) -> None:
    """Add facts that begin after the day asked about: a move or a new start, a leave, and more of every course."""
    tomorrow = DAY + timedelta(days=chance.randint(1, 20))
    last = belief.primary()[-1]
    if last.when.start < tomorrow and (last.when.end is None or last.when.end <= DAY):
        belief.postings.append(replace(last, center=chance.choice(histories.CENTERS), when=Interval(tomorrow)))
        last.when = Interval(last.when.start, last.when.end or tomorrow)
    belief.leaves.append(Leave(Interval(tomorrow, None)))
    belief.exemptions += [Exemption(code, Interval(tomorrow, date(2021, 1, 1))) for code in histories.COURSES]
    for cycle in belief.cycles.values():
        cycle.done = cycle.done or tomorrow
        cycle.voided = cycle.voided or tomorrow


def test_3_future_facts_never_change_a_report(session: Session):
    before, after = before_and_after(session, let_the_future_come)
    assert after == before


def test_9_a_course_twice_counts_once_and_10_only_a_recorded_completion_is_done(session: Session):
    cast = small_cast(session)
    before = total_rate(session, scope=SCOPE, as_of=DAY).tally
    actor = Actor(person_id=None, label="test", origin="test", at=datetime(2019, 5, 1, tzinfo=UTC))
    tested = Network(session).course("TESTED", version={"pass_score": 60})
    for course, person in ((cast.course, cast.colleague), (tested, cast.colleague)):
        again = enroll(
            session, person_id=person.id, course=course, assigned_on=date(2019, 5, 1), due_on=date(2019, 6, 1),
            source=Source.ASSIGNMENT, actor=actor,
        )  # fmt: skip
    again.score = 100
    session.flush()
    after = total_rate(session, scope=SCOPE, as_of=DAY).tally
    # The second cycle stands in for the first, which was done; the tested course is missing, whatever its score.
    assert (after.due, after.done) == (before.due + 1, before.done - 1)


def test_10_everything_read_without_the_test_is_missing_and_ready_for_it(session: Session):
    cast = small_cast(session)
    enrollment = session.scalars(select(Enrollment).filter_by(person_id=cast.employee.id)).one()
    before = total_rate(session, scope=SCOPE, as_of=DAY).tally
    assert (enrollment.completed_on, before.due > before.done) == (None, True)
    read = {"kind": ModuleKind.LINK, "minutes": 1, "url": "https://example.com/"}
    made = edition(session, cast.course, read, read, {"kind": ModuleKind.QUIZ}, pass_score=60, asks_survey=False)
    record = open_record(session, actor_of(cast.employee), enrollment=enrollment, edition=made, today=TODAY)
    for module in made.modules[:2]:
        said = take_post(session, actor_of(cast.employee), record, post(module, PostKind.ACKNOWLEDGE), today=TODAY)
    assert (said.course_percent, said.state) == (100, StudyState.EXAM_READY)
    session.refresh(enrollment)
    (line,) = [
        one
        for one in list_rates(session, scope=SCOPE, as_of=DAY, by=Dimension.PERSON)
        if one.code == cast.employee.staff_no
    ]
    assert enrollment.completed_on is None
    assert (line.tally.due, line.tally.done) == (1, 0)
    assert total_rate(session, scope=SCOPE, as_of=DAY).tally == before
    note_score(
        session, actor_of(cast.employee), record, module_key=made.modules[2].key, score=60, passed=True, today=TODAY
    )
    after = total_rate(session, scope=SCOPE, as_of=DAY).tally
    assert (after.due, after.done) == (before.due, before.done + 1), "the test alone was missing"


MOMENTS = st.timedeltas(timedelta(0), timedelta(days=800)).map(lambda since: datetime(2019, 1, 1, tzinfo=UTC) + since)


@given(MOMENTS)
@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1)])
def test_12_the_last_moment_of_the_due_day_in_korea_is_in_time_and_the_next_is_late(late: timedelta, moment: datetime):
    due = (moment + timedelta(hours=9)).date()
    midnight = datetime(due.year, due.month, due.day, tzinfo=UTC) + timedelta(hours=15)
    done = local_date(midnight - timedelta(microseconds=1) + late, "Asia/Seoul")
    judged = judge(EnrollmentFacts(True, due, due, done, None), Standing.ACTIVE, due + timedelta(days=1))
    assert judged.state == ("DONE_LATE" if late else "DONE")
    assert local_date(moment, "Asia/Seoul") == due


def test_14_whom_no_rule_reaches_is_in_no_denominator_and_on_the_list(session: Session):
    cast = small_cast(session)
    publish(session, "SA", cast.course.id, audience=Audience(role_codes=("SA",)), since=date(2019, 1, 1))
    listed = {one.person.staff_no for one in list_people_without_rule(session, scope=SCOPE, as_of=DAY)}
    judged = {line.code for line in list_rates(session, scope=SCOPE, as_of=DAY, by=Dimension.PERSON)}
    assert cast.coordinator.staff_no in listed
    assert cast.employee.staff_no not in listed
    assert judged == {one.staff_no for one in (cast.employee, cast.colleague, cast.namesake)}

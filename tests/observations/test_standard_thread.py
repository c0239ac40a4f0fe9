"""The thread of a behavior: what teaches it, what asks for it, what was seen of it; and where threads are broken."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.observations.models import Behavior, ItemSet, Observation, ObservationResult, StandardItem
from lms.observations.standards.queries_thread import find_gaps, get_behavior, list_seen
from lms.people.models import OrgUnit, Person
from lms.people.rules import Scope, whole_network
from lms.shared.clock import utcnow
from tests.observations.files import taken
from tests.observations.files import write as write_history
from tests.observations.standards import GREET, ROWS, add_courses, take
from tests.support.network import Cast, small_cast
from tests.support.sign_in import sign_in

DAY = date(2019, 5, 5)


@pytest.fixture
def cast(session: Session, runner: FlaskCliRunner, tmp_path: Path) -> Cast:
    """Give the fixed cast with a standard in two versions."""
    people = small_cast(session)
    add_courses(session)
    for first in (GREET, GREET.replace("1분", "30초").replace("2019-01-01", "2019-03-01")):
        assert take(runner, tmp_path, first, *ROWS[1:]).exit_code == 0
    session.rollback()
    return people


def observe(session: Session, center: OrgUnit, number: int, by: str, answers: dict[str, tuple[str, bool | None]],
            occasion: str = "CHECK", **columns: Any) -> None:  # fmt: skip
    asked = session.scalars(select(ItemSet.id).where(ItemSet.number == number)).one()
    usual = {"observed_on": DAY, "kind": "FIRST", "items_applicable": 3, "items_met": 0, "recorded_at": utcnow()}
    one = Observation(occasion=occasion, center_id=center.id, observer_kind=by, item_set_id=asked, **(usual | columns))
    session.add(one)
    session.flush()
    for code, (answer, met) in answers.items():
        item = session.scalars(select(StandardItem.id).where(StandardItem.code == code)).one()
        session.add(ObservationResult(observation_id=one.id, item_id=item, met=met, answer=answer))
    session.commit()


def greet(session: Session) -> Behavior:
    found = select(Behavior.public_id).join(StandardItem).where(StandardItem.code == "GREET")
    return get_behavior(session, public_id=session.scalars(found).one())


def seen(session: Session, scope: Scope) -> list[tuple[str, str, int, int]]:
    session.rollback()
    lines = list_seen(session, greet(session), scope=scope, as_of=DAY)
    return [(one.occasion, one.observer_kind, one.score.points, one.score.possible) for one in lines]


@pytest.fixture
def looked(session: Session, cast: Cast) -> Cast:
    """Have 강남점 and 해운대점 looked at, by both versions, from within and from without."""
    met, failed = {}, {"GREET": ("NO", False)}
    for number, answers in ((1, met), (2, met), (2, failed), (2, {"GREET": ("NOT_OBSERVED", None)})):
        observe(session, cast.center, number, "AREA", answers)
    observe(session, cast.center, 2, "COORDINATOR", {"GREET": ("NOT_APPLICABLE", None)})
    observe(session, cast.center, 2, "COORDINATOR", {"LISTEN": ("NO", False)}, occasion="SELF_MONITORING")
    observe(session, cast.far_away, 2, "AREA", failed)
    # Corrected since, and still to come: neither counts.
    observe(session, cast.center, 2, "AREA", failed, superseded_at=utcnow())
    observe(session, cast.center, 2, "AREA", failed, observed_on=date(2019, 5, 6))
    return cast


def test_results_of_all_versions_count_once_each_by_occasion_and_observer(session: Session, looked: Cast):
    assert seen(session, whole_network(DAY)) == [
        # Two met and two not met of five; one was not observed.
        ("CHECK", "AREA", 2, 4),
        ("CHECK", "COORDINATOR", 0, 0),
        ("SELF_MONITORING", "COORDINATOR", 1, 1),
    ]


def test_results_stay_within_what_the_viewer_counts(session: Session, looked: Cast):
    scope = Scope(person_id=looked.coordinator.id, on=DAY, counted_center_ids=frozenset({looked.center.id}))
    assert seen(session, scope)[0] == ("CHECK", "AREA", 2, 3)
    assert seen(session, Scope(person_id=looked.employee.id, on=DAY)) == []


@pytest.fixture
def look(client: FlaskClient) -> Callable[[Person, str], str]:
    def open_page(person: Person, path: str) -> str:
        sign_in(client, person)
        answer = client.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return " ".join(re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[1]).split())

    return open_page


Look = Callable[[Person, str], str]


def test_the_thread_leads_from_the_course_to_the_dimension(session: Session, look: Look, looked: Cast):
    page = look(looked.training_admin, f"/standard/behaviors/{greet(session).public_id}")
    for words in (
        "CS-101", "서비스 스탠더드 버전 2 · 2019-03-01 시행", "GREET 30초 안에 인사한다",
        "서비스 스탠더드 버전 1 · 2019-01-01 시행", "GREET 1분 안에 인사한다", "D02 맞이인사", "I CARE C",
    ):  # fmt: skip
        assert words in page
    assert page.index("버전 2") < page.index("버전 1")
    # By the area manager: 2 of 5 by now, as one more was seen since.
    assert re.search(r"지역 담당자 독립 점검 2 5 40\.0%", page), page


def test_learners_see_the_thread_without_figures(session: Session, look: Look, looked: Cast):
    page = look(looked.employee, f"/standard/behaviors/{greet(session).public_id}")
    assert "GREET 30초 안에 인사한다" in page
    assert "%" not in page.split("이수 관리")[0]
    assert "관찰 수" not in page
    assert "항목 변경" not in page


def test_gaps_name_what_is_taught_or_checked_alone(
    session: Session, runner: FlaskCliRunner, tmp_path: Path, looked: Cast
):
    # The history brings three items of its own, which no course teaches, in a standard of its own.
    taken(runner, write_history(tmp_path))
    session.rollback()
    gaps = find_gaps(session, on=DAY)
    assert [course.code for course in gaps.unchecked] == ["BASIC-01", "CS-900"]
    assert [(one.standard.code, one.code) for one in gaps.untaught] == [
        ("SERVICE", "BOARD"), ("INSPECTION", "GREET"), ("INSPECTION", "TIDY"), ("INSPECTION", "CALL"),
    ]  # fmt: skip
    assert gaps.unseen == []


def test_what_was_looked_for_in_vain_counts_as_not_yet_seen(session: Session, cast: Cast):
    observe(session, cast.center, 2, "AREA", {"BOARD": ("NOT_OBSERVED", None), "GREET": ("NO", False)})
    session.rollback()
    assert [one.code for one in find_gaps(session, on=DAY).unseen] == ["BOARD"]
    assert [one.code for one in find_gaps(session, on=date(2018, 1, 1)).unseen] == []


def test_the_page_of_gaps_is_for_those_who_see_figures(client: FlaskClient, look: Look, cast: Cast):
    page = look(cast.training_admin, "/standard/gaps")
    assert "가르치지만 점검하지 않음 2" in page
    assert "점검하지만 가르치지 않음 1" in page
    assert "묻지만 아직 관찰되지 않음 3" in page
    sign_in(client, cast.employee)
    assert client.get("/standard/gaps").status_code in {403, 404}

"""What becomes of a submitted check: seen by the one it is about, looked at twice, disputed, answered, closed."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.field_checks.actions import resolve
from lms.field_checks.actions_form import answer, submit
from lms.field_checks.models import ObserverCalibration
from lms.field_checks.rules_form import Given
from lms.observations.models import ObservationResult
from lms.observations.rules import Answer
from lms.shared.errors import DomainError
from tests.field_checks.checking import TODAY, actor_of, scope_on
from tests.support.sign_in import csrf_token, sign_in

FAILED = (Given("FC-1", Answer.YES), Given("FC-2", Answer.NO, None, "벨트 없음"), Given("FC-3", Answer.VALUE, 4))
FINE = (FAILED[0], Given("FC-2", Answer.YES), FAILED[2])


def observe(session: Session, made: SimpleNamespace, said: tuple[Given, ...] = FAILED) -> None:
    """Let the coordinator submit the employee's check."""
    session.rollback()
    actor, scope = actor_of(made.cast.coordinator), scope_on(session, made.cast.coordinator)
    for one in said:
        answer(session, actor, made.check, scope=scope, key=f"key-{one.item}", given=one, sha256="0" * 64)
    keys = [f"key-{one.item}" for one in said]
    submit(session, actor, made.check, scope=scope, key="k" * 8, answers=keys)
    session.commit()


class Hand:
    """Somebody at a browser."""

    def __init__(self, client: FlaskClient, made: Any, person: Any) -> None:
        sign_in(client, person)
        self.client, self.at = client, f"/field-checks/{made.check.public_id}"
        self.token = csrf_token(client, "/account/password")

    def do(self, step: str, **values: str) -> TestResponse:
        return self.client.post(f"{self.at}/{step}", data={"csrf_token": self.token, **values})

    def read(self, address: str = "") -> str:
        return self.client.get(address or self.at).get_data(as_text=True)


def state(session: Session, made: Any) -> str:
    session.rollback()
    return str(made.check.state)


def test_the_learner_sees_what_was_observed_of_them_and_acknowledges_it(session: Session, made: Any, client: Any):
    employee = Hand(client, made, made.cast.employee)
    assert client.get(employee.at).status_code == 404  # what is only planned is not announced
    observe(session, made, FINE)
    assert made.check.public_id in employee.read("/field-checks/own")
    shown = employee.read()
    assert "박세나" in shown
    assert shown.count('<td data-label="메모"></td>') == len(FINE)  # a note that nobody wrote takes no line on a phone
    assert "never used for discipline" in shown or "징계" in shown
    assert employee.do("acknowledge").status_code == 303
    assert state(session, made) == "ACKNOWLEDGED"
    assert employee.do("acknowledge").status_code == 422


def test_nobody_acknowledges_or_disputes_for_somebody_else(session: Session, made: Any, client: FlaskClient):
    observe(session, made)
    coordinator = Hand(client, made, made.cast.coordinator)
    assert coordinator.do("acknowledge").status_code == 404
    assert coordinator.do("dispute", text="x").status_code == 404
    for person in (made.cast.colleague, made.cast.namesake):
        assert Hand(client, made, person).do("acknowledge").status_code == 404
    assert state(session, made) == "SUBMITTED"


def test_a_dispute_is_answered_by_somebody_other_than_the_observer_and_closed(
    session: Session, made: Any, client: FlaskClient
):
    observe(session, made)
    employee = Hand(client, made, made.cast.employee)
    assert employee.do("dispute", text="  ").status_code == 422
    assert employee.do("dispute", text="벨트를 매고 있었습니다").status_code == 303
    assert state(session, made) == "DISPUTED"
    assert Hand(client, made, made.cast.coordinator).do("resolve", text="아니오").status_code == 422
    with pytest.raises(DomainError, match="oneself"):
        resolve(session, actor_of(made.cast.employee), made.check, text="맞습니다")
    session.rollback()
    assert Hand(client, made, made.cast.colleague).do("resolve", text="아니오").status_code in {403, 404}
    deputy = Hand(client, made, made.deputy)
    assert "벨트를 매고 있었습니다" in deputy.read()
    assert deputy.do("resolve", text="사진에 벨트가 보입니다").status_code == 303
    assert state(session, made) == "CLOSED"
    assert (made.check.closed_by_id, made.check.resolution) == (made.deputy.id, "사진에 벨트가 보입니다")
    # What was seen stays as it was recorded.
    assert [row.note for row in session.scalars(select(ObservationResult)) if row.met is False] == ["벨트 없음"]
    actions = {row.action for row in session.scalars(select(AuditEvent))}
    assert {"field_checks.dispute", "field_checks.resolve"} <= actions


@pytest.mark.parametrize(("agrees", "then"), [("yes", "SUBMITTED"), ("no", "DISPUTED")])
def test_a_second_pair_of_eyes_looks_where_a_critical_item_failed(
    session: Session, made: Any, client: FlaskClient, agrees: str, then: str
):
    observe(session, made)
    said = {"agrees": agrees, "note": "직접 보았습니다"}
    assert Hand(client, made, made.cast.coordinator).do("second", **said).status_code == 422
    deputy = Hand(client, made, made.deputy)
    assert deputy.do("second", agrees=agrees).status_code == 422
    assert deputy.do("second", **said).status_code == 303
    assert state(session, made) == then
    assert (made.check.second_observer_id, made.check.second_agrees) == (made.deputy.id, agrees == "yes")
    assert deputy.do("second", **said).status_code == 422
    # Who looked second is no outsider either.
    if then == "DISPUTED":
        assert deputy.do("resolve", text="x").status_code == 422


def test_no_second_look_is_asked_for_where_nothing_critical_failed(session: Session, made: Any, client: FlaskClient):
    observe(session, made, FINE)
    assert Hand(client, made, made.deputy).do("second", agrees="yes", note="x").status_code == 422
    assert made.check.second_observer_id is None


def test_the_list_shows_a_coordinator_their_people_and_no_others(session: Session, made: Any, client: FlaskClient):
    far = made.checking.check(made.cast.namesake, made.cast.far_away)
    own = made.checking.check(made.cast.coordinator, made.cast.center)
    session.commit()
    shown = Hand(client, made, made.cast.coordinator).read("/field-checks")
    assert f"/field-checks/{made.check.public_id}/form" in shown
    assert far.public_id not in shown
    assert own.public_id not in shown


def test_an_area_manager_states_a_purpose_before_names_are_shown(session: Session, made: Any, client: FlaskClient):
    manager = Hand(client, made, made.cast.area_manager)
    for page in ("/field-checks", "/field-checks/observers"):
        closed = manager.read(page)
        assert made.check.public_id not in closed
        assert f"{made.cast.area.name_ko}에 대해" in closed
        assert f"/units/{made.cast.area.public_id}/purpose" in closed
    assert client.get(f"{manager.at}/form").status_code == 303


def test_a_calibration_is_recorded_by_somebody_above_and_never_by_oneself(
    session: Session, made: Any, client: FlaskClient
):
    there = {"person": made.deputy.public_id, "agreement": "92"}
    manager = Hand(client, made, made.cast.area_manager)

    def post(hand: Hand, **values: str) -> TestResponse:
        return hand.client.post("/field-checks/observers", data={"csrf_token": hand.token, **values})

    assert post(manager, **there).status_code == 404
    center = manager.client.post(
        f"/units/{made.cast.area.public_id}/purpose",
        data={"csrf_token": manager.token, "reason": "관찰자 점검", "next": "/field-checks/observers"},
    )
    assert center.status_code in {302, 303}
    assert made.deputy.public_id in manager.read("/field-checks/observers")
    assert post(manager, person=made.deputy.public_id, agreement="101").status_code == 422
    assert post(manager, **there).status_code == 303
    session.rollback()
    rows = session.scalars(select(ObserverCalibration).where(ObserverCalibration.person_id == made.deputy.id)).all()
    assert [(row.agreement, row.calibrated_on) for row in rows][-1] == (92, TODAY)
    assert post(Hand(client, made, made.cast.coordinator), **there).status_code == 403

"""The form of a check: answer by answer, whole as a page, once however often it is sent."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.field_checks.actions_form import answer, submit
from lms.field_checks.models import FieldCheckAnswer
from lms.field_checks.queries_form import list_items
from lms.field_checks.rules_form import Given
from lms.observations.models import Observation, ObservationResult
from lms.observations.queries_reports import list_items as list_cited
from lms.observations.rules import Answer
from lms.observations.rules_reports import Where
from lms.people.rules import DutyKind, whole_network
from lms.shared.errors import DomainError
from tests.field_checks.checking import TODAY, actor_of, scope_on
from tests.support.sign_in import csrf_token, sign_in


class Phone:
    """Somebody's phone, sending a form."""

    def __init__(self, client: FlaskClient, check: Any, person: Any) -> None:
        sign_in(client, person)
        self.client, self.at = client, f"/field-checks/{check.public_id}"
        self.token = csrf_token(client, "/account/password")

    def post(self, path: str, body: Any) -> TestResponse:
        return self.client.post(f"{self.at}/{path}", json=body, headers={"X-CSRFToken": self.token})

    def answer(self, item: str, said: str, value: int | None = None, note: str = "", key: str = "") -> TestResponse:
        self.key = key or str(uuid.uuid4())
        return self.post("answers", {"key": self.key, "item": item, "answer": said, "value": value, "note": note})

    def fill(self) -> list[str]:
        keys = []
        for said in (("FC-1", "YES"), ("FC-2", "NO", None, "no belt"), ("FC-3", "VALUE", 4)):
            assert self.answer(*said).status_code == 200
            keys.append(self.key)
        return keys


@pytest.fixture
def phone(client: FlaskClient, made: Any) -> Phone:
    return Phone(client, made.check, made.cast.coordinator)


def seen(session: Session) -> list[Observation]:
    session.rollback()
    return list(session.scalars(select(Observation)))


def test_a_form_is_sent_item_by_item_and_becomes_one_observation(session: Session, made: Any, phone: Phone):
    keys = phone.fill()
    body = {"key": str(uuid.uuid4()), "answers": keys, "photos": []}
    first, again = phone.post("submit", body), phone.post("submit", body)
    (observation,) = seen(session)
    assert first.json == again.json == {"state": "SUBMITTED", "observation": observation.public_id}
    assert (observation.occasion, observation.kind, observation.observer_kind) == ("CHECK", "FIRST", "COORDINATOR")
    assert (observation.subject_id, observation.observer_id) == (made.cast.employee.id, made.cast.coordinator.id)
    assert (observation.items_applicable, observation.items_met, observation.observed_on) == (3, 2, TODAY)
    results = {row.answer: (row.met, row.value, row.note) for row in session.scalars(select(ObservationResult))}
    assert results == {"NO": (False, None, "no belt"), "VALUE": (True, 4, None)}
    assert (made.check.state, made.check.needs_second) == ("SUBMITTED", True)
    actions = [row.action for row in session.scalars(select(AuditEvent)) if row.object_type == "field_check"]
    assert actions == ["field_checks.begin", "field_checks.submit"]


def test_the_same_answer_again_is_one_and_another_under_its_key_is_refused(session: Session, made: Any, phone: Phone):
    key = str(uuid.uuid4())
    assert phone.answer("FC-1", "YES", key=key).json == {"key": key, "item": "FC-1"}
    assert phone.answer("FC-1", "YES", key=key).status_code == 200
    assert phone.answer("FC-1", "NO", note="x", key=key).status_code == 409
    session.rollback()
    assert len(session.scalars(select(FieldCheckAnswer)).all()) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (("FC-1", "NO"), "FC-1"),
        (("FC-1", "PERHAPS"), "FC-1"),
        (("FC-3", "VALUE", 5), "FC-3"),
        (("FC-3", "YES"), "FC-3"),
        (("FC-2", "NOT_APPLICABLE"), "FC-2"),
        (("FC-99", "YES"), "FC-99"),
    ],
)
def test_a_wrong_answer_says_why_and_of_which_item(session: Session, phone: Phone, said: Any, field: str):
    refused = phone.answer(*said)
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["field"] == field
    assert refused.json["error"]
    session.rollback()
    assert not session.scalars(select(FieldCheckAnswer)).all()


@pytest.mark.parametrize("body", [None, [], {"key": "x"}, {"key": 1, "answers": [], "photos": []}, "text"])
def test_what_is_no_submission_is_refused(session: Session, phone: Phone, body: Any):
    assert phone.post("submit", body).status_code == 422
    assert not seen(session)


def test_what_was_announced_and_is_not_there_is_told(session: Session, phone: Phone):
    keys, lost, photo = phone.fill(), str(uuid.uuid4()), str(uuid.uuid4())
    refused = phone.post("submit", {"key": str(uuid.uuid4()), "answers": [*keys, lost], "photos": [photo]})
    assert (refused.status_code, refused.json) == (409, {"missing": [lost, photo]})
    assert not seen(session)


def test_a_second_submission_under_another_key_is_refused(session: Session, phone: Phone):
    keys = phone.fill()
    assert phone.post("submit", {"key": str(uuid.uuid4()), "answers": keys, "photos": []}).status_code == 200
    assert phone.post("submit", {"key": str(uuid.uuid4()), "answers": keys, "photos": []}).status_code == 409
    assert phone.answer("FC-1", "YES").status_code == 409
    assert len(seen(session)) == 1


def test_an_empty_or_unfinished_form_is_refused(session: Session, made: Any, phone: Phone):
    empty = phone.post("submit", {"key": str(uuid.uuid4()), "answers": [], "photos": []})
    assert empty.status_code == 422
    phone.answer("FC-1", "YES")
    unfinished = phone.post("submit", {"key": str(uuid.uuid4()), "answers": [phone.key], "photos": []})
    assert unfinished.json is not None
    assert (unfinished.status_code, unfinished.json["field"]) == (422, "FC-2")
    assert not seen(session)
    session.refresh(made.check)
    assert made.check.state == "DRAFT"


def page(phone: Phone, **said: str) -> TestResponse:
    shown = phone.client.get(f"{phone.at}/form")
    assert shown.status_code == 200
    key = shown.get_data(as_text=True).split('name="key" value="')[1].split('"')[0]
    return phone.client.post(f"{phone.at}/submit", data={"csrf_token": phone.token, "key": key, **said})


def test_the_form_works_as_a_page_and_keeps_what_was_typed(session: Session, made: Any, phone: Phone):
    said = {"answer-FC-1": "YES", "answer-FC-2": "YES", "answer-FC-3": "2"}
    refused = page(phone, **said)
    assert refused.status_code == 422
    assert 'value="2" checked' in refused.get_data(as_text=True)
    assert not seen(session)
    done = page(phone, **said, **{"note-FC-3": "머뭇거림"})
    assert done.status_code == 303
    (observation,) = seen(session)
    assert (observation.items_applicable, observation.items_met) == (3, 2)
    assert phone.client.get(f"{phone.at}/form").status_code == 303


def test_nobody_checks_themselves(session: Session, made: Any, client: FlaskClient):
    own = made.checking.check(made.cast.coordinator, made.cast.center)
    session.commit()
    phone = Phone(client, own, made.cast.coordinator)
    assert phone.answer("FC-1", "YES").status_code == 404
    with pytest.raises(DomainError, match="oneself"):
        submit(
            session, actor_of(made.cast.coordinator), own, scope=scope_on(session, made.cast.coordinator),
            key="k" * 8, answers=[],
        )  # fmt: skip


@pytest.mark.parametrize("days", [183, 400])
def test_an_observer_whose_calibration_expired_cannot_submit(session: Session, made: Any, client: FlaskClient, days):
    late = made.checking.net.person("00105", "늦은이", at=made.cast.center, role="RC")
    made.checking.net.duty(late, DutyKind.COORDINATOR, made.cast.center)
    made.checking.calibrate(late, TODAY - timedelta(days=days + 2))
    session.commit()
    phone = Phone(client, made.check, late)
    refused = phone.post("submit", {"key": str(uuid.uuid4()), "answers": phone.fill(), "photos": []})
    assert refused.status_code == 422
    assert not seen(session)


@pytest.mark.parametrize("who", ["employee", "colleague", "namesake", "executive", "training_admin"])
def test_nobody_else_opens_the_form(made: Any, client: FlaskClient, who: str):
    phone = Phone(client, made.check, getattr(made.cast, who))
    assert client.get(f"{phone.at}/form").status_code in {303, 403, 404}
    assert phone.answer("FC-1", "YES").status_code in {403, 404}


@pytest.mark.parametrize(("days_ago", "code"), [(10, "early"), (29, "late")])
def test_a_check_is_made_in_its_window(session: Session, made: Any, days_ago: int, code: str):
    outside = made.checking.check(made.cast.colleague, made.cast.center, days_ago=days_ago)
    with pytest.raises(DomainError, match=code):
        answer(
            session, actor_of(made.deputy), outside, scope=scope_on(session, made.deputy), key="k" * 8,
            given=Given("FC-1", Answer.YES), sha256="0" * 64,
        )  # fmt: skip


def test_a_recheck_asks_what_failed_and_what_is_critical(session: Session, made: Any, phone: Phone):
    keys = []
    for said in (("FC-1", "NO", None, "did not look up"), ("FC-2", "YES"), ("FC-3", "VALUE", 3)):
        phone.answer(*said)
        keys.append(phone.key)
    phone.post("submit", {"key": str(uuid.uuid4()), "answers": keys, "photos": []})
    session.rollback()
    again = made.checking.check(
        made.cast.employee, made.cast.center, kind="RECHECK", follows_id=made.check.id,
        enrollment_id=made.check.enrollment_id,
    )  # fmt: skip
    assert [item.code for item in list_items(session, again)] == ["FC-1", "FC-2"]
    session.commit()
    second = Phone(phone.client, again, made.deputy)
    keys = []
    for item in ("FC-1", "FC-2"):
        second.answer(item, "YES")
        keys.append(second.key)
    assert second.post("submit", {"key": str(uuid.uuid4()), "answers": keys, "photos": []}).status_code == 200
    first, last = seen(session)
    assert (last.kind, last.items_applicable, last.items_met) == ("RECHECK", 2, 2)
    assert first.item_set_id != last.item_set_id


def test_what_a_check_found_counts_among_all_observations(session: Session, made: Any, phone: Phone):
    phone.post("submit", {"key": str(uuid.uuid4()), "answers": phone.fill(), "photos": []})
    session.rollback()
    cited = list_cited(session, scope=whole_network(TODAY), as_of=TODAY, where=Where())
    assert [tuple(row) for row in cited] == [("FC-2", 1)]

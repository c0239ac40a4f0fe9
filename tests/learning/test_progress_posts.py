"""A player posts what someone does; the answer tells what is kept, and never more than that."""

import json
import random
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lms.accounts.models import SignInSession
from lms.enrollments.models import Enrollment
from lms.learning.progress import actions_posts
from lms.learning.progress.models import ModuleProgress, ProgressPost, StudyRecord
from lms.learning.progress.queries_memory import RecentRecords
from lms.learning.progress.views import RECENT
from lms.shared.clock import utcnow
from tests.learning.studying import Player, Studying, body
from tests.support.sign_in import sign_in
from tests.support.statements import Statements

# The record, the module and the post are written, on PostgreSQL by one statement. Who asks and how the record stood
# after the latest post is remembered, and checked by what is written.
STATEMENTS = {"sqlite": 3, "postgresql": 1}


@pytest.fixture
def studying(session: Session) -> Studying:
    return Studying(session)


@pytest.fixture
def player(client: FlaskClient, studying: Studying) -> Player:
    return Player(client, studying)


def kept(session: Session, record: StudyRecord) -> int:
    session.rollback()
    wanted = select(func.count()).select_from(ProgressPost).where(ProgressPost.record_id == record.id)
    return session.scalar(wanted) or 0


def test_a_post_is_answered_with_what_is_kept(player: Player, studying: Studying, session: Session):
    page = studying.modules[0]
    said = body(page.public_id, "READ", percent=40, position={"y": 0.4})
    answer = player.post(said)
    assert answer.status_code == 200
    told = answer.json
    assert told["key"] == said["key"]
    assert told["module"] == {"percent": 40, "done": False}
    assert told["course"] == {"percent": 16, "state": "IN_PROGRESS", "missing": 4}
    session.rollback()
    post = session.scalars(select(ProgressPost)).one()
    assert (post.record_id, post.module_key, post.kind) == (studying.record.id, page.key, "READ")
    assert post.received_at.isoformat() == told["saved_at"]
    assert told["saved"] == f"{post.received_at + timedelta(hours=9):%H:%M}"
    assert session.get(ModuleProgress, (studying.record.id, page.key)).position == {"y": 0.4}
    assert kept(session, studying.neighbors) == 0


def test_the_state_tells_another_device_where_to_go_on(player: Player, studying: Studying):
    page, video, *_ = studying.modules
    player.post(body(page.public_id, "READ", percent=40, position={"y": 0.4}))
    state = player.state()
    assert state["last"] == page.public_id
    assert state["modules"] == {page.public_id: {"percent": 40, "done": False, "position": {"y": 0.4}}}
    assert state["course"]["missing"][1] == {"kind": "MODULE", "module": video.public_id, "have": 0, "needed": 100}
    assert len(state["course"]["missing"]) == 4


def test_the_same_post_again_is_answered_the_same_and_counts_once(player: Player, studying: Studying, session: Session):
    said = body(studying.modules[1].public_id, "WATCH", ranges=[[0, 2]])
    first = player.post(said)
    player.post(body(studying.modules[3].public_id, "ACKNOWLEDGE"))
    again = player.post(said)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert kept(session, studying.record) == 2


def test_a_key_is_good_for_one_body(player: Player, studying: Studying, session: Session):
    said = body(studying.modules[0].public_id, "READ", percent=10)
    player.post(said)
    other = player.post(said | {"data": {"percent": 90}})
    assert (other.status_code, other.json) == (409, {"error": "key_taken"})
    assert kept(session, studying.record) == 1
    assert session.scalars(select(ModuleProgress.percent)).all() == [10]


def test_a_record_of_somebody_else_is_not_there(client: FlaskClient, app: Flask, player: Player, studying: Studying):
    said = body(studying.modules[0].public_id, "OPEN")
    stranger = Player(app.test_client(), studying, studying.cast.namesake)
    stranger.token = stranger.client.get(f"/study/{studying.neighbors.public_id}/state").json["csrf"]
    foreign = stranger.post(said)
    stranger.address = "/study/zzzzzzzzzzz"
    missing = stranger.post(said)
    assert foreign.status_code == missing.status_code == 404
    assert foreign.data == missing.data
    assert stranger.client.get(f"{studying.address}/state").data == missing.data
    assert player.post(said).status_code == 200


def test_who_is_not_signed_in_is_told_so_and_never_sent_elsewhere(
    client: FlaskClient, player: Player, studying: Studying, session: Session
):
    said = body(studying.modules[0].public_id, "OPEN")
    session.rollback()
    session.execute(update(SignInSession).values(revoked_at=utcnow()))
    session.commit()
    ended = player.post(said)
    assert (ended.status_code, ended.json) == (401, {"error": "signed_out"})
    with client.session_transaction() as browser:
        browser.clear()
    gone = player.post(said)
    assert (gone.status_code, gone.json) == (401, {"error": "signed_out"})
    assert client.get(f"{studying.address}/state", headers={"Accept": "application/json"}).status_code == 401
    assert kept(session, studying.record) == 0


def test_a_stale_token_is_told_apart_and_a_fresh_one_comes_with_the_state(
    client: FlaskClient, player: Player, studying: Studying
):
    said = body(studying.modules[0].public_id, "OPEN")
    stale = player.token
    sign_in(client, studying.cast.employee)
    refused = player.post(said)
    assert (refused.status_code, refused.json) == (400, {"error": "csrf"})
    player.token = player.state()["csrf"]
    assert player.token != stale
    assert player.post(said).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"key": "1"}, "key"),
        ({"key": "F" * 36}, "key"),
        ({"module": "' OR 1=1 --"}, "module"),
        ({"module": "zzzzzzzzzzz"}, "module"),
        ({"kind": "COMPLETE"}, "kind"),
        ({"kind": "TURN", "data": {"pages": [[1, 2]]}}, "kind"),
        ({"kind": "ACKNOWLEDGE", "data": {}}, "kind"),
        ({"said_at": "yesterday"}, "said_at"),
        ({"said_at": "2019-07-01T12:00:00"}, "said_at"),
        ({"said_at": "0001-01-01T00:00:00+09:00"}, "said_at"),
        ({"said_at": 1561950000}, "said_at"),
        ({"device": "<script>"}, "device"),
        ({"device": "d" * 41}, "device"),
        ({"data": {"percent": 101}}, "data"),
        ({"data": {"percent": True}}, "data"),
        ({"data": {"percent": 10, "score": 100}}, "data"),
        ({"data": {"percent": 10, "position": {"y": 2}}}, "data"),
        ({"data": {"percent": 10, "position": {"x": 0}}}, "data"),
        ({"data": {}}, "data"),
        ({"person": 1}, "fields"),
    ],
)
@pytest.mark.backend("sqlite")  # refused before the database is asked
def test_what_no_player_says_is_refused_for_good(player: Player, studying: Studying, wrong: dict[str, Any], code: str):
    said = body(studying.modules[0].public_id, "READ", percent=10) | wrong
    answer = player.post(said)
    assert (answer.status_code, answer.json) == (422, {"error": code})


@pytest.mark.backend("sqlite")
def test_a_body_that_is_no_post_is_refused_for_good(player: Player, studying: Studying):
    said = body(studying.modules[0].public_id, "READ", percent=10)
    assert player.post(b"").json == {"error": "json"}
    assert player.post(b"[" * 9000).json == {"error": "json"}
    assert player.post(json.dumps(said).encode("utf-16")).json == {"error": "json"}
    assert player.post(json.dumps(said).replace("10", "NaN")).json == {"error": "json"}
    assert player.post(json.dumps(said).replace("10", "1e999")).json == {"error": "data"}
    assert player.post(json.dumps(said).replace("10", "9" * 5000)).json == {"error": "json"}
    assert player.post(said, **{"Content-Type": "text/plain"}).json == {"error": "json"}
    large = player.post(json.dumps(said | {"device": "d" * 17_000}))
    assert (large.status_code, large.json) == (422, {"error": "too_large"})


PIECES = (
    b'"', b"{", b"}", b"[[", b"null", b"-1", b"1e400", b"\\ud800", b"\\u0000", b"\x00", b"\xff\xfe", b"true", b",",
    b'{"a":{"b":[]}}', b'"2019-02-30T00:00:00Z"', b"99999999999999999999999", b"0.5", b'""', "가😀".encode(),
)  # fmt: skip
HOSTILE = (
    None,
    True,
    -1,
    1e308,
    2**63,
    "",
    "\0",
    "\ud800",
    "x" * 500,
    [],
    {},
    [[]],
    {"": None},
    [[5, 1]],
    [[0, 2**70]],
)


def malformed(dice: random.Random, said: dict[str, Any]) -> bytes:
    """Return a post with a field that holds something else, or with bytes that do not belong."""
    if dice.random() < 0.6:
        where = dice.choice([said, said["data"]])
        where[dice.choice([*where, "else"])] = dice.choice(HOSTILE)
        return json.dumps(said).encode()
    raw = bytearray(json.dumps(said).encode())
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(raw) + 1)
        raw[at : at + dice.randint(0, 6)] = dice.choice(PIECES)
    return bytes(raw)


def test_a_thousand_malformed_bodies_make_nothing_fail(
    app: Flask, client: FlaskClient, player: Player, studying: Studying, record_property: Callable[[str, object], None]
):
    app.testing = False
    dice = random.Random(5)
    page, video, document, link = (module.public_id for module in studying.modules)
    sound = (
        lambda: body(page, "READ", percent=10, position={"y": 0.1}),
        lambda: body(video, "WATCH", ranges=[[0, 12]], position={"t": 12}, rate=1.5),
        lambda: body(document, "TURN", pages=[[1, 2]], position={"page": 1}),
        lambda: body(link, "BEAT", seconds=15, position={}),
    )
    answers: Counter[int] = Counter()
    for _ in range(1_000):
        answers[player.post(malformed(dice, dice.choice(sound)())).status_code] += 1
    assert set(answers) <= {200, 422}
    assert answers[422] > 800
    record_property("malformed posts", answers.total())


def test_posts_send_few_statements(
    player: Player, studying: Studying, backend: str, query_count: Callable[[], AbstractContextManager[Statements]]
):
    page = studying.modules[0].public_id
    player.post(body(studying.modules[1].public_id, "OPEN"))
    for said in (body(page, "OPEN"), body(page, "READ", percent=40)):
        with query_count() as seen:
            assert player.post(said).status_code == 200
        assert seen.total == STATEMENTS[backend], "\n".join(seen.texts)


@pytest.mark.backend("postgresql")  # SQLite lets nobody read what is about to change
def test_a_post_that_read_what_another_changed_meanwhile_loses_neither(
    app: Flask, player: Player, studying: Studying, session: Session, monkeypatch: pytest.MonkeyPatch
):
    video, other = studying.modules[1].public_id, Player(app.test_client(), studying)
    player.post(body(video, "WATCH", ranges=[[0, 1]]))
    app.extensions.pop(RECENT)
    read, answers = actions_posts.read_for_post, []

    def read_then_wait(*args: Any, **kwargs: Any) -> Any:
        found = read(*args, **kwargs)
        if not answers:  # the other one comes in between, once
            answers.append(None)
            answers.append(other.post(body(video, "WATCH", ranges=[[1, 2]])).status_code)
        return found

    monkeypatch.setattr(actions_posts, "read_for_post", read_then_wait)
    answers.append(player.post(body(video, "BEAT", seconds=1)).status_code)
    assert answers == [None, 200, 200]
    assert kept(session, studying.record) == 3
    assert session.get_one(StudyRecord, studying.record.id).revision == 3
    assert session.scalars(select(ModuleProgress.ranges)).all() == [[[0, 2]]]


def test_what_is_remembered_gives_way_to_what_another_process_wrote(
    app: Flask, player: Player, studying: Studying, session: Session
):
    video, link = studying.modules[1].public_id, studying.modules[3].public_id
    mine, anothers = RecentRecords(), RecentRecords()
    for number in range(3):
        for memory, said in (
            (mine, body(video, "WATCH", ranges=[[2 * number, 2 * number + 1]])),
            (anothers, body(link, "BEAT", seconds=number)),
        ):
            app.extensions[RECENT] = memory
            assert player.post(said).status_code == 200
    assert player.post(body(link, "ACKNOWLEDGE")).status_code == 200
    app.extensions[RECENT] = mine
    assert player.post(body(video, "BEAT", seconds=0)).json["course"]["missing"] == 3
    assert kept(session, studying.record) == 8
    assert session.get_one(StudyRecord, studying.record.id, populate_existing=True).revision == 8


def test_a_completion_recorded_meanwhile_is_seen_by_the_next_post(player: Player, studying: Studying, session: Session):
    said = body(studying.modules[0].public_id, "READ", percent=10)
    assert player.post(said).json["course"]["state"] == "IN_PROGRESS"
    session.rollback()
    session.execute(update(Enrollment).filter_by(id=studying.enrollment.id).values(completed_on=date(2019, 7, 1)))
    session.commit()
    told = player.post(said | {"key": str(uuid.uuid4())}).json
    assert told["course"] == {"percent": 4, "state": "COMPLETED", "missing": 0}


def test_a_record_that_went_to_another_person_is_not_there_any_more(
    player: Player, studying: Studying, session: Session
):
    said = body(studying.modules[0].public_id, "READ", percent=10)
    assert player.post(said).status_code == 200
    session.rollback()
    moved = {"person_id": studying.cast.namesake.id, "cycle": 99}
    session.execute(update(Enrollment).filter_by(id=studying.enrollment.id).values(moved))
    session.commit()
    assert player.post(said | {"key": str(uuid.uuid4())}).status_code == 404
    assert player.post(said).status_code == 404
    assert kept(session, studying.record) == 1


def last_seen(session: Session) -> datetime:
    session.rollback()
    return session.scalars(select(SignInSession.last_seen_at)).one()


def test_a_page_that_lies_open_keeps_no_session_alive_but_watching_does(
    player: Player, studying: Studying, session: Session
):
    video = studying.modules[1].public_id
    long_ago = utcnow() - timedelta(minutes=14)
    session.rollback()
    session.execute(update(SignInSession).values(last_seen_at=long_ago))
    session.commit()
    assert player.post(body(video, "BEAT", seconds=15)).status_code == 200
    player.state()
    assert last_seen(session) == long_ago
    assert player.post(body(video, "WATCH", ranges=[[0, 1]])).status_code == 200
    assert last_seen(session) > long_ago + timedelta(minutes=13)


def test_a_post_that_is_refused_keeps_nothing(player: Player, studying: Studying, session: Session):
    assert player.post(body(studying.modules[3].public_id, "READ", percent=10)).status_code == 422
    assert kept(session, studying.record) == 0
    assert session.scalars(select(ModuleProgress)).all() == []


def test_the_last_module_completes_the_enrollment(player: Player, studying: Studying, session: Session):
    session.rollback()
    for module in studying.modules[:3]:
        state = ModuleProgress(
            record_id=studying.record.id, module_key=module.key, percent=100, opened_at=utcnow(),
            opened_on=utcnow().date(), last_at=utcnow(), completed_at=utcnow(),
        )  # fmt: skip
        session.add(state)
    session.commit()
    link = studying.modules[3].public_id
    told = player.post(body(link, "ACKNOWLEDGE")).json
    assert told["course"] == {"percent": 100, "state": "COMPLETED", "missing": 0}
    session.rollback()
    enrollment = session.get(Enrollment, studying.enrollment.id)
    assert enrollment.completed_at.isoformat() == told["saved_at"]
    assert player.post(body(link, "ACKNOWLEDGE")).json["course"]["state"] == "COMPLETED"
    session.rollback()
    assert session.get(Enrollment, studying.enrollment.id).completed_at.isoformat() == told["saved_at"]

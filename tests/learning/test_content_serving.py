"""Files of courses: who is sent them, in which pieces, under which policy."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.people.models import Person
from tests.factories import noise
from tests.learning.content import SVG, WEBM, document, keep
from tests.support.network import Cast, Network, small_cast
from tests.support.sign_in import sign_in


@pytest.fixture
def cast(session: Session) -> Cast:
    noise(session)
    return small_cast(session)


@pytest.fixture
def kept(app: Flask, session: Session, cast: Cast) -> dict[str, str]:
    """Give the addresses of a drawing, a video and a document of the cast's course, and of one of another course."""
    folder = app.config["SETTINGS"].data_dir / "content"
    other = Network(session).course("OTHER-01")
    files = {
        "drawing": keep(session, cast.course, "a.svg", SVG, folder),
        "video": keep(session, cast.course, "a.webm", WEBM, folder),
        "document": keep(session, cast.course, "a.pdf", document(), folder),
        "other": keep(session, other, "a.svg", SVG, folder),
    }
    session.commit()
    return {name: f"/content/files/{file.public_id}" for name, file in files.items()}


def read(client: FlaskClient, address: str, **options: Any) -> TestResponse:
    """Ask for a file and read it to its end, as a browser does."""
    with client.get(address, **options) as answer:
        answer.get_data()
    return answer


@pytest.fixture
def learner(client: FlaskClient, cast: Cast) -> Callable[[Person], FlaskClient]:
    def enter(person: Person) -> FlaskClient:
        sign_in(client, person)
        return client

    return enter


def test_a_learner_is_sent_the_files_of_their_course_alone(learner, cast: Cast, kept):
    client = learner(cast.employee)
    assert read(client, kept["drawing"]).data.startswith(b"<svg")
    absent = read(client, "/content/files/zzzzzzzzzzz")
    hidden = read(client, kept["other"])
    assert (hidden.status_code, hidden.data, list(hidden.headers)) == (404, absent.data, list(absent.headers))


def test_who_is_not_enrolled_is_not_even_told_that_it_exists(learner, cast: Cast, kept):
    assert read(learner(cast.coordinator), kept["drawing"]).status_code == 404


def test_the_training_administrator_sees_every_file(learner, cast: Cast, kept):
    client = learner(cast.training_admin)
    assert {read(client, address).status_code for address in kept.values()} == {200}


def test_a_stranger_is_sent_to_sign_in(client: FlaskClient, kept):
    assert read(client, kept["drawing"]).status_code in {302, 303}


def test_a_file_can_do_nothing_when_it_is_opened_by_itself(learner, cast: Cast, kept):
    client = learner(cast.employee)
    for name, media_type in (("drawing", "image/svg+xml"), ("document", "application/pdf"), ("video", "video/webm")):
        answer = read(client, kept[name])
        assert answer.headers["Content-Type"].split(";")[0] == media_type
        policy = set(answer.headers["Content-Security-Policy"].split("; "))
        assert {"default-src 'none'", "sandbox", "frame-ancestors 'none'"} <= policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert "Content-Disposition" not in answer.headers


def test_nothing_of_a_refusal_is_kept(learner, cast: Cast, kept):
    answer = read(learner(cast.employee), kept["other"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" not in answer.headers["Content-Security-Policy"]


def test_a_video_is_sent_in_the_pieces_asked_for(learner, cast: Cast, kept):
    client = learner(cast.employee)
    piece = read(client, kept["video"], headers={"Range": "bytes=4-9"})
    assert (piece.status_code, piece.data) == (206, WEBM[4:10])
    assert piece.headers["Content-Range"] == f"bytes 4-9/{len(WEBM)}"
    assert piece.headers["Accept-Ranges"] == "bytes"
    assert read(client, kept["video"], headers={"Range": "bytes=-5"}).data == WEBM[-5:]
    assert read(client, kept["video"], headers={"Range": f"bytes={len(WEBM)}-"}).status_code == 416
    stale = read(client, kept["video"], headers={"Range": "bytes=4-9", "If-Range": '"another"'})
    assert (stale.status_code, stale.data) == (200, WEBM)


def test_what_a_browser_has_is_not_sent_again(learner, cast: Cast, kept):
    client = learner(cast.employee)
    tag = read(client, kept["document"]).headers["ETag"]
    again = read(client, kept["document"], headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"].startswith("private")


def test_a_file_that_is_gone_is_not_found(app: Flask, learner, cast: Cast, kept):
    for path in (app.config["SETTINGS"].data_dir / "content").glob("*/*"):
        path.unlink()
    assert read(learner(cast.employee), kept["drawing"]).status_code == 404


def test_a_file_takes_few_statements(learner, cast: Cast, kept, query_count: Callable[[], Any]):
    client = learner(cast.employee)
    read(client, kept["drawing"])
    with query_count() as seen:
        read(client, kept["drawing"])
    assert seen.total <= 8, seen.texts

"""Photos of a check: kept as they came, shown clean, flagged when they came before, for who may see the check."""

import hashlib
import io
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from lms.audit.models import AuditEvent
from lms.field_checks.photos.models import FieldCheckPhoto
from lms.learning.content.storage import path_of
from tests.field_checks.photographs import HTML, photograph, plain
from tests.support.sign_in import csrf_token, sign_in


class Camera:
    """Somebody's phone, sending photos of a check."""

    def __init__(self, client: FlaskClient, check: Any, person: Any) -> None:
        self.client, self.at = client, f"/field-checks/{check.public_id}"
        self.change_hands(person)

    def change_hands(self, person: Any) -> None:
        """Let somebody else sign in."""
        sign_in(self.client, person)
        self.headers = {"X-CSRFToken": csrf_token(self.client, "/account/password")}

    def send(self, data: bytes, item: str = "FC-1", key: str = "") -> TestResponse:
        """Send a photo of an item."""
        self.key = key or str(uuid.uuid4())
        form = {"key": self.key, "item": item, "file": (io.BytesIO(data), "../../IMG.svg")}
        return self.client.post(f"{self.at}/photos", data=form, headers=self.headers)

    def submit(self, photos: list[str]) -> TestResponse:
        """Answer everything, and submit it with photos."""
        said = {"FC-1": ("YES", None, ""), "FC-2": ("NO", None, "no belt"), "FC-3": ("VALUE", 4, "")}
        keys = [str(uuid.uuid4()) for _ in said]
        for key, (item, (answer, value, note)) in zip(keys, said.items(), strict=True):
            body = {"key": key, "item": item, "answer": answer, "value": value, "note": note}
            assert self.client.post(f"{self.at}/answers", json=body, headers=self.headers).status_code == 200
        body = {"key": str(uuid.uuid4()), "answers": keys, "photos": photos}
        return self.client.post(f"{self.at}/submit", json=body, headers=self.headers)


@pytest.fixture
def camera(client: FlaskClient, made: Any) -> Camera:
    return Camera(client, made.check, made.cast.coordinator)


def kept(session: Session) -> list[FieldCheckPhoto]:
    session.rollback()
    return list(session.scalars(select(FieldCheckPhoto).order_by(FieldCheckPhoto.id)))


def test_a_photo_is_kept_as_it_came_and_shown_without_what_the_camera_wrote(
    session: Session, settings: Settings, made: Any, camera: Camera
):
    data = photograph()
    answer = camera.send(data)
    sha256 = hashlib.sha256(data).hexdigest()
    assert answer.json == {"key": camera.key, "sha256": sha256}
    (photo,) = kept(session)
    assert (photo.check_id, photo.item.code, photo.size) == (made.check.id, "FC-1", len(data))
    assert path_of(settings.data_dir / "photos", sha256).read_bytes() == data
    with camera.client.get(f"{camera.at}/photos/{photo.public_id}") as shown:
        body = shown.get_data()
        assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/jpeg", "no-store")
        assert "sandbox" in shown.headers["Content-Security-Policy"]
        assert "Content-Disposition" not in shown.headers
    assert b"Secret Camera" in data
    assert b"Secret Camera" not in body
    with Image.open(io.BytesIO(body)) as picture:
        assert not picture.getexif()
    lines = [row for row in session.scalars(select(AuditEvent)) if row.action == "field_checks.add_photo"]
    assert [line.detail["sha256"] for line in lines] == [sha256]
    assert made.check.state == "DRAFT"


def test_the_same_photo_sent_again_is_one_and_another_under_its_key_is_refused(session: Session, camera: Camera):
    data = photograph()
    first = camera.send(data)
    assert camera.send(data, key=camera.key).json == first.json
    assert camera.send(photograph(shade=60), key=camera.key).status_code == 409
    assert camera.send(data, "FC-2", key=camera.key).status_code == 409
    assert len(kept(session)) == 1


def test_a_photo_that_came_before_is_flagged_whatever_is_written_into_it(session: Session, camera: Camera, made: Any):
    data = plain("JPEG", (40, 30))
    marked = data[:2] + b"\xff\xfe\x00\x06abcd" + data[2:]
    keys = []
    for one in (data, plain("PNG"), marked, data):
        assert camera.send(one, "FC-2").status_code == 200
        keys.append(camera.key)
    photos = kept(session)
    first = photos[0].id
    assert [photo.same_as_id for photo in photos] == [None, None, first, first]
    assert len({photo.sha256 for photo in photos}) == 3
    assert camera.submit(keys).status_code == 200
    page = camera.client.get(camera.at).get_data(as_text=True)
    assert page.count(f"{camera.at}/photos/") == 8
    assert page.count("같은 사진이 이미 있음") == 2


@pytest.mark.parametrize(
    ("data", "item", "key", "code"),
    [
        (HTML, "FC-1", "", "file_kind"),
        (plain("JPEG") + HTML, "FC-1", "", "file_active"),
        (plain("PNG")[:50], "FC-1", "", "file_broken"),
        (plain("PNG"), "FC-77", "", "item"),
        (plain("PNG"), "FC-1", "x", "fields"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(session: Session, camera: Camera, data, item, key, code):
    answer = camera.send(data, item, key)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert len(answer.json["error"]) > 10
    assert kept(session) == []


def test_a_form_waits_for_its_photos_and_lets_the_others_go(session: Session, camera: Camera):
    camera.send(photograph(shade=40))
    dropped = camera.key
    camera.send(photograph(shade=90))
    missing = str(uuid.uuid4())
    answer = camera.submit([camera.key, missing])
    assert (answer.status_code, answer.json) == (409, {"missing": [missing]})
    assert camera.submit([camera.key]).status_code == 200
    assert [photo.key for photo in kept(session)] == [camera.key]
    assert dropped != camera.key
    assert camera.send(photograph(), key=str(uuid.uuid4())).json["code"] == "state", "submitted is submitted"


def test_photos_are_for_who_may_see_the_check(client: FlaskClient, session: Session, made: Any, camera: Camera):
    camera.send(photograph())
    (photo,) = kept(session)
    address = f"{camera.at}/photos/{photo.public_id}"
    camera.change_hands(made.cast.employee)
    assert client.get(address).status_code == 404, "what is only a draft is not told"
    assert camera.send(photograph()).status_code == 404
    camera.change_hands(made.cast.coordinator)
    assert camera.submit([photo.key]).status_code == 200
    camera.change_hands(made.cast.employee)
    with client.get(address) as shown:
        assert shown.status_code == 200, "of oneself one sees everything"
    camera.change_hands(made.cast.namesake)
    absent = client.get(f"{camera.at}/photos/zzzzzzzzzzz")
    assert client.get(address).get_data() == absent.get_data()
    assert client.get(address).status_code == 404


def test_without_its_token_nothing_is_taken(session: Session, camera: Camera):
    camera.headers = {}
    assert camera.send(photograph()).status_code == 400
    assert kept(session) == []

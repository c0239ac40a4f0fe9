"""Bytes of photos that were dropped from a form are deleted after a grace; whatever is referred to stays."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy.orm import Session

from config import Settings
from lms.field_checks.photos.rules import FOLDER, GRACE
from lms.learning.content import storage
from tests.field_checks.photographs import photograph
from tests.field_checks.test_photos import Camera, kept

OLD = time.time() - GRACE.total_seconds() - 3600


@pytest.fixture
def camera(client: FlaskClient, made: Any) -> Camera:
    return Camera(client, made.check, made.cast.coordinator)


@pytest.fixture
def folder(settings: Settings) -> Path:
    return Path(settings.data_dir) / FOLDER


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("??/*")}


def age(folder: Path) -> None:
    """Let all files be as old as if nobody kept them since."""
    for path in folder.glob("??/*"):
        os.utime(path, (OLD, OLD))


def test_what_was_dropped_goes_after_the_grace_and_what_is_shown_stays(
    session: Session, runner: FlaskCliRunner, camera: Camera, folder: Path
):
    camera.send(photograph(shade=40))
    (dropped,) = kept(session)
    gone = {dropped.sha256, dropped.shown_sha256}
    camera.send(photograph(shade=90))
    assert camera.submit([camera.key]).status_code == 200
    (photo,) = kept(session)
    stays = {photo.sha256, photo.shown_sha256}
    assert files(folder) == gone | stays
    assert "0 rows and files" in runner.invoke(args=["jobs", "sweep"]).output, "not yet"
    age(folder)
    assert "2 rows and files" in runner.invoke(args=["jobs", "sweep"]).output
    assert files(folder) == stays
    assert "0 rows and files" in runner.invoke(args=["jobs", "sweep"]).output, "a second one finds nothing to do"
    assert files(folder) == stays


def test_a_photo_that_two_checks_show_stays_while_one_of_them_does(
    session: Session, runner: FlaskCliRunner, made: Any, client: FlaskClient, camera: Camera, folder: Path
):
    camera.send(photograph(shade=40))
    session.rollback()
    other = made.checking.check(made.cast.colleague, made.cast.center, observer_id=made.cast.coordinator.id)
    session.commit()
    second = Camera(client, other, made.cast.coordinator)
    second.send(photograph(shade=40))
    camera.change_hands(made.cast.coordinator)
    assert camera.submit([]).status_code == 200
    age(folder)
    runner.invoke(args=["jobs", "sweep"])
    (photo,) = kept(session)
    assert files(folder) == {photo.sha256, photo.shown_sha256}


def test_bytes_that_are_kept_again_are_as_new(tmp_path: Path):
    digest = storage.keep(tmp_path, b"picture")
    age(tmp_path)
    assert storage.keep(tmp_path, b"picture") == digest
    assert list(storage.list_older(tmp_path, than=OLD + 60)) == []
    # It was kept again after the sweep had looked.
    assert not storage.drop(storage.path_of(tmp_path, digest), unless_since=OLD)
    assert files(tmp_path) == {digest}


def test_bytes_that_another_sweep_deleted_are_no_error(tmp_path: Path):
    digest = storage.keep(tmp_path, b"picture")
    age(tmp_path)
    path = storage.path_of(tmp_path, digest)
    assert [storage.drop(path, unless_since=time.time()) for _ in range(2)] == [True, False]
    assert files(tmp_path) == set()


def test_what_a_stopped_machine_left_half_written_goes_too(runner: FlaskCliRunner, folder: Path, camera: Camera):
    camera.send(photograph())
    half = next(folder.glob("??/*")).with_name(f"{'0' * 64}.abcd")
    half.write_bytes(b"half")
    os.utime(half, (OLD, OLD))
    runner.invoke(args=["jobs", "sweep"])
    assert not half.exists()

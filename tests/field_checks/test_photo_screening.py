"""Photos that come in: what cameras make is shown without what they wrote, and 200 crafted ones do nothing."""

import io

import pytest
from PIL import Image

from lms.field_checks.photos.rules import LARGEST, LONGEST_SIDE, PHOTOS, fault_of
from lms.field_checks.photos.screening import screen_photo
from lms.learning.content.rules_files import JPEG
from lms.shared.errors import DomainError
from tests.field_checks.photographs import (
    KINDS,
    broken,
    mangled,
    no_photos,
    photograph,
    plain,
    polyglots,
    with_comment,
)
from tests.learning.content import MP4

REFUSED = {"file_kind", "file_broken", "file_pixels", "file_active", "photo_size"}
# What must stand in no copy that is shown.
TELLING = (b"Secret Camera", b"Exif", b"GPS", b"<script", b"<html", b"<svg", b"PK\x05\x06", b"%PDF", b"javascript:")


def refusal(data: bytes) -> str | None:
    try:
        screen_photo("a.jpg", data)
    except DomainError as error:
        return error.code
    return None


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_is_shown_upright_and_without_what_the_camera_wrote(kind: str):
    data = photograph(kind)
    assert b"Secret Camera" in data
    shown = screen_photo("a.jpg", data)
    assert shown.media_type in PHOTOS
    assert not [mark for mark in TELLING if mark in shown.data]
    with Image.open(io.BytesIO(shown.data)) as picture:
        assert picture.size == (48, 64), "it was held upright"
        assert not picture.getexif()


def test_a_large_photo_is_shown_smaller():
    shown = screen_photo("a.jpg", plain("JPEG", (4_000, 3_000)))
    assert (shown.measures["width"], shown.measures["height"]) == (LONGEST_SIDE, LONGEST_SIDE * 3 // 4)


@pytest.mark.parametrize(
    "tail",
    [b"\0" * 30, plain("JPEG"), b"\0\0" + plain("JPEG") * 2, MP4, b"\0\0\x01\x0aImage_UTC_Data\x16SEFH\0\0SEFT"],
    ids=["padding", "a smaller one", "two smaller ones", "a moment of film", "a maker's trailer"],
)
def test_what_phones_write_behind_a_photo_is_no_reason_to_refuse_it(tail: bytes):
    assert screen_photo("a.jpg", plain("JPEG") + tail).data == screen_photo("a.jpg", plain("JPEG")).data


def test_an_ordinary_comment_is_none_either():
    assert refusal(with_comment("정비 접수 — <3 / 100%".encode())) is None


def test_two_hundred_crafted_images_are_refused(record_property):
    crafted = {"else besides": list(polyglots()), "no photo": list(no_photos()), "broken": list(broken())}
    taken = [(why, place) for why, ones in crafted.items() for place, data in enumerate(ones) if not refusal(data)]
    assert not taken
    codes = {why: {refusal(data) for data in ones} for why, ones in crafted.items()}
    assert set().union(*codes.values()) <= REFUSED
    assert codes["no photo"] == {"file_kind"}
    count = sum(map(len, crafted.values()))
    record_property("crafted images refused", count)
    assert count >= 200


def test_photos_mangled_by_chance_open_clean_or_are_refused(record_property):
    opened = 0
    for data in mangled():
        if (code := refusal(data)) is not None:
            assert code in REFUSED
            continue
        opened += 1
        shown = screen_photo("a.jpg", data)
        assert not [mark for mark in TELLING if mark in shown.data]
        with Image.open(io.BytesIO(shown.data)) as picture:
            picture.load()
    record_property("mangled photos that still opened", opened)
    assert 0 < opened < 60


def test_size_is_limited():
    assert refusal(plain("JPEG") + b"\0" * LARGEST) == "photo_size"


def test_bytes_by_chance_are_not_taken_for_something_else():
    noise = Image.effect_noise((1_500, 1_500), 100).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "JPEG", quality=98)
    assert not fault_of(written.getvalue(), JPEG)

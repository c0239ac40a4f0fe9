"""The web font has the letters that the pages use, in slices that a page loads only when it needs them."""

import hashlib
import re

import pytest
from fontTools.ttLib import TTFont

from tests.support import ROOT
from tests.support.fonts import (
    FAMILY,
    FOLDER,
    SHEET,
    common_syllables,
    data_letters,
    interface_letters,
)

FACE = re.compile(r"@font-face \{(.*?)\}", re.DOTALL)
FACES = FACE.findall(SHEET.read_text())
MAKE = "the texts have letters that the font has not: run `make fonts` and commit static/fonts"


def file_of(face: str) -> str:
    return re.search(r'url\("([^"]+)"\)', face)[1]


def face_of(name: str) -> str:
    return next(face for face in FACES if file_of(face).startswith(f"{name}."))


def letters_in(name: str) -> set[str]:
    return set(map(chr, TTFont(FOLDER / file_of(face_of(name))).getBestCmap()))


def test_every_letter_of_the_interface_is_in_its_slices():
    # Initials, as people search by them, come with the letters of names.
    there = letters_in("latin") | letters_in("first") | letters_in("interface") | letters_in("names")
    assert not {letter for letter in interface_letters() if letter.isprintable()} - there, MAKE


def test_every_name_and_title_of_the_network_is_in_a_slice():
    syllables = {letter for letter in data_letters() if "가" <= letter <= "힣"}
    there = letters_in("first") | letters_in("names")
    assert not syllables - there, MAKE


def claimed(face: str) -> set[str]:
    """Return the letters that a face's range claims."""
    parts = re.search(r"unicode-range: ([^;]+);", face)[1].replace("U+", "").split(", ")
    ends = [part.split("-") for part in parts]
    return {chr(code) for first, *last in ends for code in range(int(first, 16), int((last or [first])[0], 16) + 1)}


@pytest.mark.parametrize("face", FACES, ids=file_of)
def test_a_slice_holds_what_its_range_claims(face: str):
    rare = {letter for letter in claimed(face) if "가" <= letter <= "힣"} - common_syllables()
    missing = claimed(face) - letters_in(file_of(face).split(".")[0]) - rare
    assert not {letter for letter in missing if letter.isprintable()}


def test_nearly_all_korean_is_covered_and_nothing_twice():
    assert len(common_syllables()) == 2350
    every = [letter for face in FACES for letter in claimed(face)]
    assert common_syllables() <= set(every)
    assert len(every) == len(set(every)), "a browser would load both slices"


def test_files_are_named_after_their_content_and_none_is_left_over():
    named = {file_of(face) for face in FACES}
    assert named == {path.name for path in FOLDER.glob("*.woff2")}
    for file in named:
        assert hashlib.sha256((FOLDER / file).read_bytes()).hexdigest().startswith(file.split(".")[1])


def test_the_changed_font_has_a_name_of_its_own_and_carries_its_license():
    for file in map(file_of, FACES):
        said = {one.nameID: str(one) for one in TTFont(FOLDER / file)["name"].names}
        assert said[1] == FAMILY
        assert "Pretendard" not in said[1] + said[4] + said[6]
        assert "Open Font License" in said[13]
    assert (FOLDER / "OFL.txt").read_text() == (ROOT / "static/vendor/pretendard/OFL.txt").read_text()

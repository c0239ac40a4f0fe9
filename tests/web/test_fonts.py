"""The web font has the letters that the pages use, in slices that a page loads only when it needs them."""

import hashlib
import re

import pytest
from fontTools.ttLib import TTFont

from tests.support import ROOT
from tests.support.fonts import FAMILY, FOLDER, SHEET, common_syllables, data_letters, interface_letters, slices

FACE = re.compile(r"@font-face \{(.*?)\}", re.DOTALL)
FACES = FACE.findall(SHEET.read_text())
WANTED = {name: (set(letters), ranges) for name, letters, ranges in slices()}
MAKE = "the texts have letters that the font has not: run `make fonts` and commit static/fonts"


def file_of(face: str) -> str:
    return re.search(r'url\("([^"]+)"\)', face)[1]


def face_of(name: str) -> str:
    return next(face for face in FACES if file_of(face).startswith(f"{name}."))


def letters_in(name: str) -> set[str]:
    return set(map(chr, TTFont(FOLDER / file_of(face_of(name))).getBestCmap()))


def test_every_letter_of_the_interface_is_in_the_first_two_slices():
    first = letters_in("latin") | letters_in("interface")
    assert not {letter for letter in interface_letters() if letter.isprintable()} - first, MAKE


def test_every_name_and_title_of_the_network_is_in_the_first_three():
    syllables = {letter for letter in data_letters() if "가" <= letter <= "힣"}
    assert not syllables - letters_in("interface") - letters_in("names"), MAKE


def test_the_sheet_names_the_slices_as_the_texts_are_now():
    assert [re.search(r"unicode-range: ([^;]+);", face)[1] for face in FACES] == [
        ranges for _, ranges in WANTED.values()
    ], MAKE


@pytest.mark.parametrize("name", [name for name in WANTED if not name.startswith("more")])
def test_a_slice_holds_what_its_range_says(name: str):
    missing = WANTED[name][0] - letters_in(name)
    assert not missing, MAKE


def test_nearly_all_korean_is_covered():
    assert len(common_syllables()) == 2350
    covered = set().union(*(letters for letters, _ in WANTED.values()))
    assert common_syllables() <= covered


def test_no_letter_is_in_two_slices():
    assert sum(len(letters) for letters, _ in WANTED.values()) == len(
        set().union(*(letters for letters, _ in WANTED.values()))
    )


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

"""`make fonts`: cut our own web font from the upstream one, so that a first visit loads little.

The face is renamed, as its license asks of a changed version. Slices, each loaded only when a page has a letter of it:
Latin, the syllables that everyone meets first, those of the other pages, those of names in the network's own data, and
the rest of the 2,350 that nearly all Korean is written with. Rarer ones are left to the device's own Korean font.
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from copy import deepcopy
from io import BytesIO
from typing import Any

from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from lms.demo import names
from tests.support import ROOT
from tests.support.codebase import templates

FAMILY = "Tracker Sans"
TEMPLATES = ROOT / "templates"
FIRST_MET = (
    *sorted((TEMPLATES / "layout").glob("*.html")),
    *(TEMPLATES / "accounts" / name for name in ("sign_in.html", "password.html")),
    *(TEMPLATES / "components" / f"{name}.html" for name in ("empty", "errors", "forms", "help", "rate", "status")),
    *sorted((TEMPLATES / "completion").glob("own*.html")),
    *sorted((TEMPLATES / "learning").glob("player*.html")),
    *(TEMPLATES / "learning" / name for name in ("course.html", "study_words.html")),
    *sorted((ROOT / "lms" / "completion" / "learning").glob("*.py")),
    ROOT / "lms" / "learning" / "player" / "wording.py",
    ROOT / "lms" / "accounts" / "navigation.py",
    ROOT / "lms" / "accounts" / "forms.py",
)
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "_l": None, "lazy_gettext": None}
SOURCE = ROOT / "static" / "vendor" / "pretendard" / "PretendardVariable.woff2"
FOLDER = ROOT / "static" / "fonts"
SHEET = FOLDER / "fonts.css"
CATALOG = ROOT / "lms" / "web" / "translations" / "ko" / "LC_MESSAGES" / "messages.po"
DATA = ROOT / "lms" / "demo" / "data"
ASCII = {chr(code) for code in range(0x20, 0x7F)}
# What wording.py, charts and figures use beside ASCII, and what people type in names and titles.
SIGNS = set("\u00a0·×÷±–—‘’“”…•→←↑↓≥≤≈−√σ‰「」『』※○●△▲▽▼□■★☆°㎡")
# Consonants and vowels alone, as names are searched by.
INITIALS = {chr(code) for code in range(0x3131, 0x3164)}
WEIGHTS = (400, 700)
FEATURES = ("kern", "tnum", "ccmp", "mark", "mkmk")
HEAD = f"/* {FAMILY}: cut from Pretendard 1.3.9 by `make fonts`; SIL Open Font License, see OFL.txt. */\n"
A_SLICE = 120
ENGLISH = 0x409
FACE = """@font-face {{
  font-family: "{family}";
  font-style: normal;
  font-weight: {weights[0]} {weights[1]};
  font-display: swap;
  src: url("{file}") format("woff2");
  unicode-range: {ranges};
}}
"""


def is_syllable(letter: str) -> bool:
    """Tell whether a letter is a Hangul syllable."""
    return "가" <= letter <= "힣"


def interface_letters() -> set[str]:
    """Return every letter of the interface's texts, in both languages."""
    written = {
        letter for message in _messages() for text in (message.id, message.string) for letter in "".join(text or "")
    }
    # What is said in its own language whatever the page's, as the names of the languages are.
    return written.union(*(path.read_text() for path in templates()))


def _messages() -> list[Message]:
    with CATALOG.open("rb") as file:
        return [message for message in read_po(file) if message.id]


def first_letters() -> set[str]:
    """Return the letters of what everyone meets first: signing in, the frame of a page, one's own learning."""
    korean = {_first(message.id): "".join(message.string or "") for message in _messages()}
    letters: set[str] = set()
    for path in FIRST_MET:
        letters.update(path.read_text())
        method = "jinja2.ext.babel_extract" if path.suffix == ".html" else "python"
        with path.open("rb") as file:
            for _line, text, _comments, _context in extract(method, file, keywords=KEYWORDS):
                letters.update(korean.get(_first(text), ""))
    return letters


def _first(text: str | tuple[str | None, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0] or ""


def data_letters() -> set[str]:
    """Return the letters of people's names, courses, job roles and centers as the network has them."""
    # What the standard asks stands on pages of its own, not on the first ones.
    texts = [file.read_text() for file in DATA.glob("*.csv") if not file.name.endswith("_items.csv")]
    texts += [name for name, _ in names.SURNAMES] + [part for pair in names.SYLLABLES for part in pair]
    return set("".join(texts))


def common_syllables() -> set[str]:
    """Return the 2,350 syllables of KS X 1001."""
    return {letter for letter in map(chr, range(ord("가"), ord("힣") + 1)) if _is_common(letter)}


def _is_common(letter: str) -> bool:
    encoded = letter.encode("euc_kr", "ignore")
    return len(encoded) == 2  # others are spelled out in several bytes, or not at all


def slices() -> Iterator[tuple[str, list[str], str]]:
    """Yield each slice, none of whose letters is in two: its name, its letters and its `unicode-range`.

    A slice of the rest claims the rare syllables between its own too, which says its range in fewer words; but never
    a letter of another slice: a browser would load both.
    """
    interface = {letter for letter in interface_letters() if is_syllable(letter)}
    in_data = {letter for letter in data_letters() if is_syllable(letter)}
    others = {letter for letter in interface_letters() if letter.isprintable()} - interface - INITIALS
    first = interface & first_letters()
    # What both the data and later pages say goes with the data: names and titles stand on the first page already.
    for name, letters in (
        ("latin", ASCII | SIGNS | others),
        ("first", first),
        ("names", in_data - first | INITIALS),
        ("interface", interface - first - in_data),
    ):
        yield name, sorted(letters), ranges(letters)
    rest = sorted(common_syllables() - interface - in_data)
    for number, start in enumerate(range(0, len(rest), A_SLICE), start=1):
        some = rest[start : start + A_SLICE]
        between = set(map(chr, range(ord(some[0]), ord(some[-1]) + 1))) - interface - in_data
        yield f"more-{number:02}", some, ranges(between)


def ranges(letters: Iterable[str]) -> str:
    """Return letters as a `unicode-range`."""
    found: list[list[int]] = []
    for code in sorted(map(ord, letters)):
        if found and code == found[-1][1] + 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return ", ".join(f"U+{first:x}" if first == last else f"U+{first:x}-{last:x}" for first, last in found)


def narrowed(font: Any, letters: Iterable[str]) -> Any:
    """Take every letter but these out of a font, and every feature that the pages do not ask for."""
    options = subset.Options(
        layout_features=list(FEATURES), hinting=False, glyph_names=False, notdef_outline=True, name_IDs=["*"]
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(letter) for letter in letters])
    cutter.subset(font)
    return font


def open_source() -> Any:
    """Open the upstream font with the weights and letters that the pages use, under our own name."""
    # The time of the last change stays the upstream's: the same input gives the same file.
    whole = narrowed(
        TTFont(SOURCE, recalcTimestamp=False), (letter for _, letters, _ in slices() for letter in letters)
    )
    font = instancer.instantiateVariableFont(whole, {"wght": WEIGHTS})
    names = {1: FAMILY, 2: "Regular", 3: FAMILY, 4: FAMILY, 6: FAMILY.replace(" ", "")}
    # 0 the copyright, 13 and 14 the license.
    font["name"].names = [one for one in font["name"].names if one.nameID in {0, 13, 14} and one.langID == ENGLISH]
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, ENGLISH)
    return font


def woff2(font: Any) -> bytes:
    """Return a font as a browser takes it."""
    font.flavor = "woff2"
    written = BytesIO()
    font.save(written)
    return written.getvalue()


def main() -> None:
    """Write all slices and the sheet that tells a browser which to load when."""
    source, faces = open_source(), []
    for old in FOLDER.glob("*.woff2"):
        old.unlink()
    for name, letters, range_text in slices():
        content = woff2(narrowed(deepcopy(source), letters))
        file = f"{name}.{hashlib.sha256(content).hexdigest()[:10]}.woff2"
        (FOLDER / file).write_bytes(content)
        faces.append(FACE.format(family=FAMILY, weights=WEIGHTS, file=file, ranges=range_text))
        sys.stdout.write(f"{len(content):>7,} bytes  {len(letters):>4} letters  {file}\n")
    SHEET.write_text(HEAD + "\n".join(faces))


if __name__ == "__main__":
    main()

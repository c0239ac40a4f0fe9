"""The Korean catalog is complete in both directions: every text of the code translated, no text left over."""

import io
import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.support import ROOT

TRANSLATIONS = ROOT / "lms" / "web" / "translations"
CATALOGS = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
# As pybabel's own, and the lazy one that forms use.
KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "_l": None, "lazy_gettext": None, "pgettext": ((1, "c"), 2),
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd%]")
HANGUL = re.compile(r"[가-힣]")


@cache
def texts_in_code() -> dict[str, str]:
    """Return each text that the code shows, with the first file that does."""
    with (ROOT / "babel.cfg").open() as file:
        mapping, options = parse_mapping_cfg(file)
    folders = ("lms", "templates", "static")
    found: dict[str, str] = {}
    for path, _line, text, _comments, _context in extract_from_dir(
        ROOT, mapping, options, keywords=KEYWORDS, directory_filter=lambda folder: keeps(folder, folders)
    ):
        found.setdefault(text if isinstance(text, str) else text[0], str(path))
    return found


def keeps(folder: str, wanted: tuple[str, ...]) -> bool:
    return folder == str(ROOT) or any(f"/{name}" in folder.removeprefix(str(ROOT)) for name in wanted)


def catalog(path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def messages(path) -> Iterator[Message]:
    return (message for message in catalog(path) if message.id)


def first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def placeholders(text: str) -> set[str]:
    return {found.group() for found in PLACEHOLDER.finditer(text)}


def test_there_is_a_korean_catalog():
    assert TRANSLATIONS / "ko" / "LC_MESSAGES" / "messages.po" in CATALOGS


def test_texts_in_the_code_are_english():
    korean = {text: path for text, path in texts_in_code().items() if HANGUL.search(text)}
    assert not korean, "the English text is the key; Korean goes into the catalog"


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parent.parent.name)
def test_every_text_is_translated(path):
    translated = {first(message.id) for message in messages(path) if all(strings(message)) and not message.fuzzy}
    missing = {text: where for text, where in texts_in_code().items() if text not in translated}
    assert not missing, f"{len(missing)} texts: run make translations, then translate"


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parent.parent.name)
def test_no_translation_is_left_over(path):
    assert not {first(message.id) for message in messages(path)} - set(texts_in_code())
    assert not catalog(path).obsolete


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parent.parent.name)
def test_translations_keep_the_values_of_their_text(path):
    for message in messages(path):
        # "%%" is no value but a percent sign, which a language may write elsewhere or not at all, never alone.
        wanted = placeholders(message.id if isinstance(message.id, str) else message.id[-1])
        for text in strings(message):
            assert placeholders(text) - {"%%"} == wanted - {"%%"}, f"{message.id!r} and {text!r}"
            assert not (message.python_format and "%" in PLACEHOLDER.sub("", text)), text


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parent.parent.name)
def test_the_compiled_catalog_is_up_to_date(path):
    compiled = io.BytesIO()
    write_mo(compiled, catalog(path))
    assert path.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run make translations"


def strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)

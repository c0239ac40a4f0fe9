"""The lessons that ship with the demo, read from their folders.

A folder is `data/lessons/<COURSE CODE>`: `lesson.toml`, the files it names and the pictures that its pages show.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from lms.demo.reference import DATA

LESSONS = DATA / "lessons"
PICTURE = re.compile(r"!\[(?P<text>[^\]]*)\]\((?P<name>[^)\s]+)\)")
# What a module of each kind names beside its titles, chapter and minutes.
FILES = {"page": ("file",), "document": ("file",), "quiz": ("file",), "video": ("file", "captions", "poster")}
TEXTS = {"page": ("summary_en",), "link": ("address",), "session": ("summary_ko", "summary_en")}
NUMBERS = {"quiz": ("draw",), "video": ("seconds",), "document": ("pages",)}
KINDS = frozenset({"page", "video", "document", "quiz", "link", "session"})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LessonQuestion:
    """A question; what its kind has no use for is empty.

    `correct` holds places in `options`; a statement that is to be judged has its `truth`; `items` stand in the right
    order; `pairs` hold what belongs together; `accepted` are the short answers that count.
    """

    kind: str
    text_ko: str
    explanation_ko: str
    options: tuple[str, ...] = ()
    correct: tuple[int, ...] = ()
    truth: bool | None = None
    items: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LessonModule:
    """A part of a lesson; `pictures` are the files that a page shows."""

    kind: str
    chapter: int
    title_ko: str
    title_en: str
    minutes: int
    required: bool = True
    file: Path | None = None
    captions: Path | None = None
    poster: Path | None = None
    seconds: int | None = None
    pages: int | None = None
    address: str | None = None
    summary_ko: str | None = None
    summary_en: str | None = None
    draw: int | None = None
    questions: tuple[LessonQuestion, ...] = ()
    pictures: tuple[Path, ...] = ()

    def files(self) -> tuple[Path, ...]:
        """Return every file of the module."""
        return tuple(path for path in (self.file, self.captions, self.poster, *self.pictures) if path)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a course teaches, in the order it is learned."""

    code: str
    summary_ko: str
    summary_en: str
    chapters_ko: tuple[str, ...]
    chapters_en: tuple[str, ...]
    modules: tuple[LessonModule, ...]


def lesson_folders() -> list[Path]:
    """Return the folders of all lessons, in the order of course codes."""
    return sorted(path for path in LESSONS.iterdir() if path.is_dir())


def read_lesson(folder: Path) -> Lesson:
    """Read one folder.

    Raises:
        ValueError: with file and field, when something is missing, misshapen or unknown, or a named file is not there.
    """
    fields = _Fields.of(folder / "lesson.toml")
    chapters_ko, chapters_en = fields.texts("chapters_ko"), fields.texts("chapters_en")
    if len(chapters_ko) != len(chapters_en):
        raise fields.refused("chapters_en", "must be as many as chapters_ko")
    lesson = Lesson(
        code=folder.name,
        summary_ko=fields.text("summary_ko"),
        summary_en=fields.text("summary_en"),
        chapters_ko=chapters_ko,
        chapters_en=chapters_en,
        modules=tuple(_module(each, folder, len(chapters_ko)) for each in fields.tables("module")),
    )
    fields.end()
    return lesson


def _module(fields: "_Fields", folder: Path, chapters: int) -> LessonModule:
    kind = fields.text("kind")
    if kind not in KINDS:
        raise fields.refused("kind", f"must be one of {', '.join(sorted(KINDS))}")
    own: dict[str, Any] = {name: fields.file(name, folder) for name in FILES.get(kind, ())}
    own |= {name: fields.text(name) for name in TEXTS.get(kind, ())}
    own |= {name: fields.number(name) for name in NUMBERS.get(kind, ())}
    file = own.get("file")
    module = LessonModule(
        kind=kind,
        chapter=fields.number("chapter", most=chapters),
        title_ko=fields.text("title_ko"),
        title_en=fields.text("title_en"),
        minutes=fields.number("minutes"),
        required=fields.truth("required", default=True),
        questions=_questions(file) if file and kind == "quiz" else (),
        pictures=_pictures(file) if file and kind == "page" else (),
        **own,
    )
    if module.draw and module.draw > len(module.questions):
        raise fields.refused("draw", "must not be more than there are questions")
    fields.end()
    return module


def _pictures(page: Path) -> tuple[Path, ...]:
    found = tuple(page.parent / picture["name"] for picture in PICTURE.finditer(page.read_text(encoding="utf-8")))
    for path in found:
        if path.parent != page.parent or not path.is_file():
            raise ValueError(f"{page}: picture: {path.name} is not in the folder")
    return found


def _questions(file: Path) -> tuple[LessonQuestion, ...]:
    fields = _Fields.of(file)
    questions = tuple(_question(each) for each in fields.tables("question"))
    fields.end()
    return questions


def _question(fields: "_Fields") -> LessonQuestion:
    kind, text, why = fields.text("kind"), fields.text("text_ko"), fields.text("explanation_ko")
    answer: dict[str, Any]
    match kind:
        case "single" | "multiple":
            options = fields.texts("options", least=2)
            answer = {"options": options, "correct": fields.places("correct", options, only_one=kind == "single")}
        case "true_false":
            answer = {"truth": fields.truth("correct")}
        case "ordering":
            answer = {"items": fields.texts("items", least=2)}
        case "matching":
            answer = {"pairs": fields.pairs("pairs")}
        case "short_text":
            answer = {"accepted": fields.texts("accepted")}
        case _:
            raise fields.refused("kind", f"is not a kind of question: {kind}")
    fields.end()
    return LessonQuestion(kind, text, why, **answer)


class _Fields:
    """The fields of one table, each taken once; `place` says in complaints where the table stands."""

    def __init__(self, values: dict[str, Any], place: str) -> None:
        self._values = dict(values)
        self._place = place

    @classmethod
    def of(cls, file: Path) -> "_Fields":
        """Read a file."""
        try:
            return cls(tomllib.loads(file.read_text(encoding="utf-8")), str(file))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ValueError(f"{file}: {error}") from error

    def refused(self, name: str, why: str) -> ValueError:
        """Return the complaint about a field."""
        return ValueError(f"{self._place}: {name} {why}")

    def end(self) -> None:
        """Refuse what nobody asked for."""
        for name in self._values:
            raise self.refused(name, "is unknown here")

    def text(self, name: str) -> str:
        """Take a text that says something."""
        return self._said(name, self._take(name, str))

    def number(self, name: str, *, most: int | None = None) -> int:
        """Take a whole number from 1."""
        number = self._take(name, int)
        if number < 1 or (most is not None and number > most):
            raise self.refused(name, f"is out of range: {number}")
        return number

    def truth(self, name: str, *, default: bool | None = None) -> bool:
        """Take true or false."""
        return default if default is not None and name not in self._values else self._take(name, bool)

    def texts(self, name: str, *, least: int = 1) -> tuple[str, ...]:
        """Take different texts."""
        return self._distinct(name, self._take(name, list), least)

    def tables(self, name: str) -> list["_Fields"]:
        """Take a list of tables."""
        found = self._take(name, list)
        if not found or not all(isinstance(each, dict) for each in found):
            raise self.refused(name, "must be tables, one at least")
        return [_Fields(each, f"{self._place}: {name} {number}") for number, each in enumerate(found, start=1)]

    def file(self, name: str, folder: Path) -> Path:
        """Take the name of a file in the folder."""
        path = folder / self.text(name)
        if path.parent != folder or not path.is_file():
            raise self.refused(name, f"names no file of the folder: {path.name}")
        return path

    def places(self, name: str, options: tuple[str, ...], *, only_one: bool) -> tuple[int, ...]:
        """Take places in `options`, counted from 0."""
        found = self._take(name, list)
        if not found or any(type(place) is not int or not 0 <= place < len(options) for place in found):
            raise self.refused(name, f"must be places from 0 to {len(options) - 1}")
        if len(set(found)) != len(found) or (only_one and len(found) != 1):
            raise self.refused(name, "must be exactly one place" if only_one else "must be different places")
        return tuple(found)

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Take pairs; neither side says the same twice."""
        found = self._take(name, list)
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in found):
            raise self.refused(name, "must be pairs")
        left, right = (self._distinct(name, [pair[side] for pair in found], 2) for side in (0, 1))
        return tuple(zip(left, right, strict=True))

    def _distinct(self, name: str, found: list[Any], least: int) -> tuple[str, ...]:
        texts = tuple(self._said(name, text) for text in found)
        if len(texts) < least or len(set(texts)) != len(texts):
            raise self.refused(name, f"must be different texts, {least} at least")
        return texts

    def _said(self, name: str, text: object) -> str:
        if not isinstance(text, str) or not text.strip():
            raise self.refused(name, "must be a text")
        return text.strip()

    def _take(self, name: str, kind: type[T]) -> T:
        value = self._values.pop(name, None)
        # true is an int to isinstance.
        if not isinstance(value, kind) or type(value) is not kind:
            raise self.refused(name, f"must be given as {kind.__name__}")
        return value

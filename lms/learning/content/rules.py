"""Words of content: kinds of modules, and what publishing asks of people on earlier versions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class ModuleKind(StrEnum):
    """What a module is made of, and so what completes it."""

    PAGE = "PAGE"
    VIDEO = "VIDEO"
    DOCUMENT = "DOCUMENT"
    QUIZ = "QUIZ"
    LINK = "LINK"
    SESSION = "SESSION"


class Keeps(StrEnum):
    """What publishing a version asks of people on an earlier one.

    KEEP leaves everyone where they are; TOP_UP asks those who completed for the new part by a date, as a new cycle in
    which what they did counts; RETAKE asks everyone for all of it anew.
    """

    KEEP = "KEEP"
    TOP_UP = "TOP_UP"
    RETAKE = "RETAKE"


# What a module of a kind must have before it is published; a page may be written in either language.
NEEDS: dict[ModuleKind, tuple[str, ...]] = {
    ModuleKind.VIDEO: ("file", "seconds"),
    ModuleKind.DOCUMENT: ("file",),
    ModuleKind.LINK: ("url",),
}
LONGEST_TITLE, LONGEST_TEXT, LONGEST_URL = 200, 200_000, 500
MOST_CHAPTERS, MOST_MINUTES = 60, 600


@dataclass(frozen=True, slots=True)
class Part:
    """A module as far as publishing compares and checks it; `lacks` names what is missing of what its kind needs."""

    key: str
    title_ko: str
    title_en: str
    kind: ModuleKind
    required: bool
    chapter: int
    minutes: int
    lacks: tuple[str, ...] = ()
    # Whatever a learner sees of it.
    said: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What a draft changes of the edition before it."""

    added: tuple[Part, ...]
    changed: tuple[Part, ...]
    removed: tuple[Part, ...]
    kept: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What must be mended before a draft can be published; `title` names the module, if it is about one."""

    code: str
    part: Part | None = None
    detail: str = ""


def difference(before: Iterable[Part], after: Iterable[Part]) -> Difference:
    """Compare by key: what is to be taken again has a new one, so it is one removed and one added."""
    former = {part.key: part for part in before}
    now = {part.key: part for part in after}
    both = [part for key, part in now.items() if key in former]
    changed = tuple(part for part in both if part != former[part.key])
    return Difference(
        added=tuple(part for key, part in now.items() if key not in former),
        changed=changed,
        removed=tuple(part for key, part in former.items() if key not in now),
        kept=len(both) - len(changed),
    )


def faults(parts: Sequence[Part], *, chapters: int, pass_score: int, unknown: Iterable[str] = ()) -> list[Fault]:
    """Return what keeps a draft from being published, in the order of its modules."""
    found = [Fault("no_module")] if not parts else []
    if parts and not any(part.required for part in parts):
        found.append(Fault("nothing_required"))
    for part in parts:
        found += [Fault(f"lacks_{name}", part) for name in part.lacks]
        if part.chapter > max(chapters, 1):
            found.append(Fault("no_such_chapter", part))
    if pass_score and not any(part.kind is ModuleKind.QUIZ and part.required for part in parts):
        found.append(Fault("no_quiz_for_score"))
    empty = set(range(1, chapters + 1)) - {part.chapter for part in parts}
    found += [Fault("empty_chapter", detail=str(number)) for number in sorted(empty)] if parts else []
    return found + [Fault("unknown_picture", detail=name) for name in sorted(set(unknown))]


def body_in(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """Return the language and text of a page for a reader: theirs if it is written, else the other one."""
    for code in (language, *texts):
        if texts.get(code):
            return code, texts[code]
    return language, ""


def moved(keys: Sequence[str], key: str, *, up: bool) -> list[str]:
    """Return keys with one of them a place further up or down; at the end it stays."""
    order = list(keys)
    place = order.index(key)
    other = place - 1 if up else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    return order

"""The shape of posts as they come over the wire: every field is checked, nothing unknown is let through."""

import hashlib
import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lms.learning.progress.rules import Answer, Post, PostKind
from lms.shared.errors import DomainError

LARGEST_BODY = 16 * 1024
MOST_PAIRS = 200
FURTHEST = 1_000_000
FIELDS = frozenset({"key", "module", "kind", "said_at", "device", "data"})
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
PUBLIC_ID = re.compile(r"[0-9a-z]{11}")
DEVICE = re.compile(r"[\w-]{1,40}", re.ASCII)
LONGEST_INSTANT = 40


def read_post(raw: bytes) -> Post:
    """Return the post that a body says.

    Raises:
        DomainError: it is larger than a post can be ("too_large"), no JSON object ("json"), has other fields than a
            post ("fields"), or one of them says nothing that can be meant: its name is the code.
    """
    if len(raw) > LARGEST_BODY:
        raise DomainError("too_large")
    said = _object(raw)
    if said.keys() != FIELDS:
        raise DomainError("fields")
    kind = _kind(said["kind"])
    return Post(
        key=_text(said["key"], KEY, "key"),
        module=_text(said["module"], PUBLIC_ID, "module"),
        kind=kind,
        said_at=_instant(said["said_at"]),
        device=_text(said["device"], DEVICE, "device"),
        data=_data(said["data"], DATA[kind]),
        sha256=hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest(),
    )


def shown(answer: Answer) -> dict[str, Any]:
    """Return an answer as a player reads it; what the clock on the wall says is the edge's to add."""
    return {
        "key": answer.key,
        "saved_at": answer.saved_at.isoformat(),
        "module": {"percent": answer.module_percent, "done": answer.module_done},
        "course": {"percent": answer.course_percent, "state": answer.state, "missing": answer.missing},
    }


def _object(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise DomainError("json")
    return said


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _kind(said: object) -> PostKind:
    if not isinstance(said, str) or said not in PostKind.__members__:
        raise DomainError("kind")
    return PostKind(said)


def _text(said: object, pattern: re.Pattern[str], code: str) -> str:
    if not isinstance(said, str) or not pattern.fullmatch(said):
        raise DomainError(code)
    return said


def _instant(said: object) -> datetime:
    try:
        if not isinstance(said, str) or len(said) > LONGEST_INSTANT:
            raise ValueError(said)
        found = datetime.fromisoformat(said)
        if found.tzinfo is None:
            raise ValueError(said)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise DomainError("said_at") from None


def _data(said: object, fields: dict[str, Callable[[object], Any]]) -> dict[str, Any]:
    """Return the checked fields of a post's data. A position is never needed, nor is a rate; all else is."""
    if not isinstance(said, dict) or not fields.keys() - OPTIONAL <= said.keys() <= fields.keys():
        raise DomainError("data")
    try:
        return {name: fields[name](value) for name, value in said.items()}
    except ValueError:
        raise DomainError("data") from None


def _number(least: float, most: float) -> Callable[[object], float]:
    def check(said: object) -> float:
        is_number = isinstance(said, int | float) and not isinstance(said, bool) and math.isfinite(said)
        if not is_number or not least <= said <= most:  # type: ignore[operator]
            raise ValueError(said)
        return said  # type: ignore[return-value]

    return check


def _whole(least: int, most: int) -> Callable[[object], int]:
    number = _number(least, most)
    return lambda said: int(number(said))


def _pairs(least: int) -> Callable[[object], list[list[int]]]:
    number = _whole(least, FURTHEST)

    def check(said: object) -> list[list[int]]:
        if not isinstance(said, list) or len(said) > MOST_PAIRS:
            raise ValueError(said)
        found = [[number(end) for end in pair] for pair in said if isinstance(pair, list) and len(pair) == 2]
        if len(found) < len(said) or any(start > end for start, end in found):
            raise ValueError(said)
        return found

    return check


def _position(said: object) -> dict[str, float]:
    if not isinstance(said, dict) or not said.keys() <= PLACES.keys():
        raise ValueError(said)
    return {name: PLACES[name](value) for name, value in said.items()}


PLACES = {"y": _number(0, 1), "t": _number(0, FURTHEST), "page": _whole(1, FURTHEST)}
OPTIONAL = frozenset({"position", "rate"})
DATA: dict[PostKind, dict[str, Callable[[object], Any]]] = {
    PostKind.OPEN: {},
    PostKind.BEAT: {"seconds": _whole(0, 3600), "position": _position},
    PostKind.READ: {"percent": _whole(0, 100), "position": _position},
    PostKind.WATCH: {"ranges": _pairs(0), "position": _position, "rate": _number(0.1, 16)},
    PostKind.TURN: {"pages": _pairs(1), "position": _position},
    PostKind.ACKNOWLEDGE: {},
}

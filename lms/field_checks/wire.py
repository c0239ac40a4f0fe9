"""The shape of what a form's script sends: every field is checked, nothing unknown is let through."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from lms.field_checks.rules_form import LONGEST_KEY, Given
from lms.observations.rules import Answer
from lms.shared.errors import DomainError

LARGEST_BODY = 32 * 1024
MOST_KEYS = 300
KEY = re.compile(rf"[\w-]{{8,{LONGEST_KEY}}}", re.ASCII)
ANSWER_FIELDS = frozenset({"key", "item", "answer", "value", "note"})
SUBMIT_FIELDS, OBSERVED = frozenset({"key", "answers", "photos"}), frozenset({"observed_on"})
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Sent(NamedTuple):
    """An answer as it came, with the digest of all it said."""

    key: str
    given: Given
    sha256: str


class Submission(NamedTuple):
    """That a form is complete, the keys of all that belongs to it, and the day it was filled in, if it says so."""

    key: str
    answers: Sequence[str]
    photos: Sequence[str]
    observed_on: date | None


def read_answer(raw: bytes) -> Sent:
    """Return the answer that a body says.

    Raises:
        DomainError: it cannot be meant ("fields"), or is no answer ("answer").
    """
    said = _object(raw, ANSWER_FIELDS)
    item, note, value = said["item"], said["note"], said["value"]
    if not (isinstance(item, str) and isinstance(note, str) and (value is None or type(value) is int)):
        raise DomainError("fields")
    if abs(value or 0) > 1000 or "\0" in item + note:
        raise DomainError("fields")
    if not isinstance(said["answer"], str) or said["answer"] not in Answer.__members__:
        raise DomainError("answer", item=item)
    return sent(_key(said["key"]), Given(item, Answer(said["answer"]), value, note))


def sent(key: str, given: Given) -> Sent:
    """Return an answer with the digest of all it says."""
    return Sent(key, given, hashlib.sha256(json.dumps(given).encode()).hexdigest())


def read_submission(raw: bytes) -> Submission:
    """Return what a body says about a form that is complete.

    Raises:
        DomainError: it cannot be meant ("fields").
    """
    said = _object(raw, SUBMIT_FIELDS, OBSERVED)
    return Submission(_key(said["key"]), _keys(said["answers"]), _keys(said["photos"]), _day(said.get("observed_on")))


def _object(raw: bytes, fields: frozenset[str], may_have: frozenset[str] = frozenset()) -> dict[str, Any]:
    try:
        said = json.loads(raw.decode()) if len(raw) <= LARGEST_BODY else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or said.keys() - may_have != fields:
        raise DomainError("fields")
    return said


def _keys(said: object) -> list[str]:
    if not isinstance(said, list) or len(said) > MOST_KEYS:
        raise DomainError("fields")
    return [_key(one) for one in said]


def _day(said: object) -> date | None:
    """Return a day; None where there is none: a form that lay on a device for long may tell of none."""
    if said is None:
        return None
    if not isinstance(said, str) or not DAY.fullmatch(said):
        raise DomainError("fields")
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise DomainError("fields") from None


def _key(said: object) -> str:
    if not isinstance(said, str) or not KEY.fullmatch(said):
        raise DomainError("fields")
    return said

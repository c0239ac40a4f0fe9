"""The form of a check: what it asks, and which answers it takes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from lms.field_checks.rules import LONGEST_TEXT
from lms.observations.rules import Answer, ResponseType, is_met
from lms.observations.rules_standards import CheckItem

# What a number may be, by response type.
RANGES = {ResponseType.SCALE4: (1, 4), ResponseType.SCORE: (0, 100)}
LONGEST_KEY = 40


class Given(NamedTuple):
    """An answer to an item of a form."""

    item: str
    answer: Answer
    value: int | None = None
    note: str = ""


class Fault(NamedTuple):
    """Why an answer, or a whole form, is refused, and of which item (None: of the form)."""

    code: str
    item: str | None = None


def items_asked(items: Sequence[CheckItem], failed: Collection[int] | None = None) -> list[CheckItem]:
    """Return what a form asks; of a re-check, what failed in the first check (`failed`) and what is critical.

    Where nothing was either, the re-check asks everything again: it is to tell whether it lasted.
    """
    if failed is None:
        return list(items)
    return [item for item in items if item.item_id in failed or item.is_critical] or list(items)


def answer_fault(item: CheckItem, given: Given) -> str | None:
    """Return why an answer is none to an item; None when it is."""
    if given.answer is Answer.NOT_APPLICABLE and not item.na_allowed:
        return "not_applicable"
    try:
        met = is_met(given.answer, ResponseType(item.response_type), given.value)
    except ValueError:
        return "answer"
    if given.value is not None and not _within(item, given.value):
        return "value"
    if len(given.note) > LONGEST_TEXT:
        return "note_long"
    return "note" if met is False and not given.note.strip() else None


def _within(item: CheckItem, value: int) -> bool:
    least, most = RANGES[ResponseType(item.response_type)]
    return least <= value <= most


def form_fault(items: Sequence[CheckItem], given: Mapping[str, Given]) -> Fault | None:
    """Return why a form cannot be submitted: an empty one, then the first item without a sound answer."""
    if all(one.answer in {Answer.NOT_OBSERVED, Answer.NOT_APPLICABLE} for one in given.values()):
        return Fault("empty")
    for item in items:
        if item.code not in given:
            return Fault("unanswered", item.code)
        if fault := answer_fault(item, given[item.code]):
            return Fault(fault, item.code)
    return None


class Counts(NamedTuple):
    """Items that counted, and those of them that were met."""

    applicable: int
    met: int


def met_by(items: Iterable[CheckItem], given: Mapping[str, Given]) -> dict[str, bool | None]:
    """Return of every item whether it was met, from the answers of a sound form."""
    return {
        item.code: is_met(given[item.code].answer, ResponseType(item.response_type), given[item.code].value)
        for item in items
    }


def count(met: Mapping[str, bool | None]) -> Counts:
    """Return how many items counted and were met; what was not observed or does not apply is in neither."""
    return Counts(sum(one is not None for one in met.values()), sum(one is True for one in met.values()))


def needs_second(items: Iterable[CheckItem], met: Mapping[str, bool | None]) -> bool:
    """Tell whether a second pair of eyes must look: a critical item failed."""
    return any(item.is_critical and met[item.code] is False for item in items)

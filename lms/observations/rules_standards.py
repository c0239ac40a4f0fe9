"""How a standard is sorted, and what its items ask."""

from dataclasses import dataclass
from enum import StrEnum

# The standard that the network holds its service to.
SERVICE = "SERVICE"
# What mystery visits look at; each of its items asks for the behavior of an item of the service standard.
MYSTERY = "MYSTERY"
# Under this standard stand the item sets of forms, beside the versions they are parts of.
FORMS = "CHECK-FORMS"
# What the standard sorts behaviors by, as the public index of customer contact does.
DIMENSIONS = tuple(f"D{number:02}" for number in range(1, 12))
I_CARE = "CARE"


class Stage(StrEnum):
    """Where in a customer's visit a behavior belongs."""

    BEFORE = "BEFORE"
    ON = "ON"
    AFTER = "AFTER"


@dataclass(frozen=True, slots=True)
class CheckItem:
    """An item as one version of the standard asks it; `code` and `item_id` are the same in every version."""

    item_id: int
    item_set_id: int
    code: str
    text_ko: str
    text_en: str
    stage: Stage | None
    dimension_code: str | None
    i_care: str
    is_critical: bool
    response_type: str
    weight: int
    method: str
    evidence_ko: str
    na_allowed: bool

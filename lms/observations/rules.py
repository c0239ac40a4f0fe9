"""Words about observations, and when an item counts as met."""

from enum import StrEnum


class Occasion(StrEnum):
    """What an observation was made for."""

    INSPECTION = "INSPECTION"
    CHECK = "CHECK"
    SELF_MONITORING = "SELF_MONITORING"
    MYSTERY_VISIT = "MYSTERY_VISIT"


class VisitKind(StrEnum):
    """FIRST is as scheduled; RECHECK follows up on what a former one found."""

    FIRST = "FIRST"
    RECHECK = "RECHECK"


class ObserverKind(StrEnum):
    """Who observed. What is seen from within is never mixed with what is seen from without (domain §0, 6)."""

    SELF = "SELF"
    PEER = "PEER"
    COORDINATOR = "COORDINATOR"
    AREA = "AREA"
    SHOPPER = "SHOPPER"
    INSPECTOR = "INSPECTOR"

    @property
    def is_independent(self) -> bool:
        """Tell whether the observer stands outside the center they observe."""
        return self in {ObserverKind.AREA, ObserverKind.SHOPPER, ObserverKind.INSPECTOR}


class ResponseType(StrEnum):
    """How an item is answered: yes or no, on a scale of four, or with a score of 100."""

    YN = "YN"
    SCALE4 = "SCALE4"
    SCORE = "SCORE"


class Answer(StrEnum):
    """What was seen of an item. VALUE carries a number: of the scale, or the score."""

    YES = "YES"
    NO = "NO"
    VALUE = "VALUE"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    NOT_OBSERVED = "NOT_OBSERVED"


# The lowest number that passes, by response type (ruling 13; a score passes as a mystery visit does).
PASSING = {ResponseType.SCALE4: 3, ResponseType.SCORE: 80}


def is_met(answer: Answer, response_type: ResponseType, value: int | None = None) -> bool | None:
    """Tell whether an item was met; None when it is in neither numerator nor denominator.

    Raises:
        ValueError: a number is missing, or given where none is asked for.
    """
    if answer in {Answer.NOT_APPLICABLE, Answer.NOT_OBSERVED}:
        return None
    if (answer is Answer.VALUE) is not (response_type in PASSING) or (value is None) is (answer is Answer.VALUE):
        raise ValueError(f"{answer} {value} is no answer to {response_type}")
    return answer is Answer.YES if value is None else value >= PASSING[response_type]

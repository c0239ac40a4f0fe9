"""How the standard is called, and what is wrong with its rows."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.imports import wording
from lms.observations.rules import ResponseType
from lms.observations.rules_standards import Stage
from lms.shared.errors import DomainError

STAGES = {
    Stage.BEFORE: _l("Before service"),
    Stage.ON: _l("During service"),
    Stage.AFTER: _l("After service"),
}
DIMENSIONS = {
    "D01": _l("Premises"),
    "D02": _l("Welcome"),
    "D03": _l("Appearance"),
    "D04": _l("Speech and address"),
    "D05": _l("Listening"),
    "D06": _l("Kindness"),
    "D07": _l("Initiative"),
    "D08": _l("Knowledge of the work"),
    "D09": _l("Explaining"),
    "D10": _l("Consideration"),
    "D11": _l("Farewell"),
}
RESPONSES = {
    ResponseType.YN: _l("Yes or no"),
    ResponseType.SCALE4: _l("Scale of 4"),
    ResponseType.SCORE: _l("Score of 100"),
}
REFUSALS: dict[str, LazyString] = {
    "changed_meanwhile": _l("Somebody changed the standard meanwhile. Look at it again, then make your change."),
    "before_last_version": _l("The latest version holds from %(effective_from)s. Choose that day or a later one."),
    "last_item": _l("A standard asks at least one item. Add another one first."),
    "code_taken": _l("There is an item of this code already. Choose another code."),
}
WORDS: dict[str, tuple[LazyString, LazyString]] = {
    "item_code": (
        _l("This is no item code"),
        _l("use 1 to 40 letters, digits, dots, hyphens or underscores, beginning with a letter or digit"),
    ),
    "bad_stage": (_l("No such stage"), _l("write BEFORE, ON or AFTER")),
    "bad_dimension": (_l("No such dimension"), _l("write D01 to D11, or leave it empty")),
    "bad_i_care": (_l("These are no I CARE letters"), _l("use C, A, R and E, separated by semicolons")),
    "item_weight": (_l("This is no weight"), _l("write a whole number from 1 to 9")),
    "unknown_course": (_l("No such course"), _l("correct the code, or add the course to the catalog first")),
    "unknown_twin": (_l("No such check item"), _l("write the code of an item of the service standard in force")),
    "bad_channel": (_l("No such channel"), _l("write VISIT, CALL or both, separated by a semicolon")),
    "ends_first": (_l("The item ends before it begins"), _l("correct one of the two days")),
    "before_last_version": (
        _l("The latest version holds from %(effective_from)s."),
        _l("Correct effective_from in the file: that day or a later one."),
    ),
}


def refusal(error: DomainError) -> str:
    """Return what stands in the way, as a sentence."""
    return str(REFUSALS[error.code] % error.values)


def register() -> None:
    """Make the words of rows known to the imports page and commands."""
    wording.add(WORDS)

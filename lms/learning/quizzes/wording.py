"""Words of quizzes in the reader's language."""

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.imports import wording as table_words
from lms.learning.quizzes.rules import LONGEST_OPTION, LONGEST_POOL, LONGEST_TEXT, MOST_OPTIONS, Kind
from lms.learning.quizzes.rules_attempts import LONGEST_EXTRA, LONGEST_LIMIT, MOST_ATTEMPTS, MOST_DRAWN, Release
from lms.shared.errors import DomainError
from lms.web.dates import clock_text

KINDS: dict[str, LazyString] = {
    Kind.SINGLE: _l("One answer"),
    Kind.MULTIPLE: _l("Several answers"),
    Kind.TRUE_FALSE: _l("True or false"),
    Kind.ORDERING: _l("Put in order"),
    Kind.MATCHING: _l("Match"),
    Kind.SHORT_TEXT: _l("Short text"),
}
TASKS: dict[str, LazyString] = {
    Kind.SINGLE: _l("Choose one."),
    Kind.MULTIPLE: _l("Choose all that are right."),
    Kind.TRUE_FALSE: _l("Is it true or false?"),
    Kind.ORDERING: _l("Choose what comes at each place."),
    Kind.MATCHING: _l("Choose what belongs to each."),
    Kind.SHORT_TEXT: _l("Write a word or two. Spaces and capitals do not matter."),
}
JUDGED = (_l("True"), _l("False"))
RELEASES: dict[str, LazyString] = {
    Release.NEVER: _l("Never"),
    Release.PASSED: _l("After passing"),
    Release.LAST: _l("When no further attempt is possible"),
    Release.EACH: _l("After each attempt"),
}
FLAGS: dict[str, LazyString] = {
    "easy": _l("Nearly everyone gets it right"),
    "hard": _l("Few get it right"),
    "flat": _l("Those who know more do no better"),
}
FIELDS: dict[str, LazyString] = {
    "pool": _l("Pool"),
    "kind": _l("Kind"),
    "text_ko": _l("Question in Korean"),
    "text_en": _l("Question in English"),
    "explanation_ko": _l("Explanation in Korean"),
    "explanation_en": _l("Explanation in English"),
    "answers": _l("Answers"),
    "options": _l("Answers"),
    "lefts": _l("Answers"),
    "correct": _l("Answers"),
    "accepted": _l("Answers"),
}
FAULTS: dict[str, LazyString] = {
    "empty": _l("It is empty. Write something."),
    "long_text": _l("It is too long. Use at most %(max)d characters.", max=LONGEST_TEXT),
    "long_option": _l("An answer is too long. Use at most %(max)d characters.", max=LONGEST_OPTION),
    "few_options": _l("There are too few answers. Give at least two, of an order at least three."),
    "many_options": _l("There are too many answers. Give at most %(max)d.", max=MOST_OPTIONS),
    "same_options": _l("Two answers are the same. Change one of them."),
    "pairs": _l("Left and right are not equally many. Complete the pairs."),
    "equals": _l("The left of a pair holds an equals sign. Write it in words."),
    "correct": _l("No right answer is marked. Put * before each right one."),
    "one_correct": _l("Several right answers are marked. Mark one, or choose “Several answers”."),
    "judged": _l("It is neither true nor false. Write O or X."),
    "pair": _l("A pair has no right side. Write it as “left = right”."),
    "pool": _l("Name a pool with at most %(max)d characters.", max=LONGEST_POOL),
    "kind": _l("This kind is not known. Use single, multiple, true_false, ordering, matching or short_text."),
    "kind_unknown": _l("This kind of question is not asked here. Rewrite it as another kind."),
    "no_answers": _l("There are no answers in it. Write them between { and }."),
    "fraction": _l("What an answer is worth is no number. Correct the fraction."),
    "wildcard": _l("An accepted text holds *, which stands for anything elsewhere. Write out what counts."),
}
REFUSALS: dict[str, LazyString] = {
    "passed": _l("You have passed. No further attempt is needed."),
    "no_attempts": _l("You have made all attempts. Ask whoever looks after education at your center."),
    "waiting": _l("The next attempt opens at %(at)s."),
    "no_questions": _l("This quiz has no questions yet. Please come back later."),
    "chapters": _l("You have begun as many chapters today as this course allows. Go on tomorrow."),
    "withdrawn": _l("This course is no longer assigned to you."),
    "ended": _l("This attempt has ended already. The answer was not saved."),
    "late": _l("The time was over when the answer arrived. What was saved before counts."),
    "no_question": _l("There is no such question in this attempt. Nothing was saved."),
    "not_offered": _l("This answer does not belong to the question. Nothing was saved. Please choose again."),
    "same_question": _l("The same question is in this pool already."),
    "superseded": _l("Someone has changed this question meanwhile. Open it again."),
    "published": _l("This version is published, and its quiz fixed. Change it in the draft of the next version."),
    "draws": _l("Draw at least one question."),
    "many_drawn": _l("Draw at most %(max)d questions altogether.", max=MOST_DRAWN),
    "few_questions": _l("A pool has fewer questions than are drawn from it."),
    "pass_score": _l("The pass mark is 0 to 100."),
    "max_attempts": _l("Allow 1 to %(max)d attempts, or leave it empty.", max=MOST_ATTEMPTS),
    "wait_minutes": _l("Let people wait for a week at most."),
    "limit_minutes": _l("The time limit is 1 to %(max)d minutes, or empty.", max=LONGEST_LIMIT),
    "reason": _l("Give a reason of up to 300 characters."),
    "minutes": _l("Grant at most %(max)d minutes altogether.", max=LONGEST_EXTRA),
    "large": _l("The file is larger than 2 MB. Split it."),
    "many": _l("The file holds more than 1,000 questions. Split it."),
    "unreadable": _l("The file cannot be read. Use CSV, XLSX, GIFT (.gift, .txt) or Moodle XML (.xml)."),
}


def words(error: DomainError) -> str:
    """Return why something is refused."""
    if error.code == "question":
        return fault_words(str(error.values["field"]), str(error.values["fault"]))
    found = REFUSALS.get(error.code)
    if found is None:  # what is wrong with a table is worded where tables are read
        return f"{table_words.problem(error.code, error.values)} {table_words.remedy(error.code, error.values)}"
    if error.code == "waiting":
        at = error.values.get("at")
        return str(found) % {"at": clock_text(at)[:16] if at else ""}  # type: ignore[arg-type]
    return str(found)


def fault_words(field: str, code: str) -> str:
    """Return what is wrong in which field of a question, and what to do."""
    return f"{FIELDS[field]}: {FAULTS[code]}"


def minutes_text(minutes: int) -> str:
    """Say how long a time is."""
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return str(_("%(hours)d h %(minutes)d min", hours=hours, minutes=rest))
    return str(_("%(hours)d h", hours=hours)) if hours else str(_("%(minutes)d min", minutes=rest))

"""Words of content: kinds of modules, and what publishing asks of people on earlier versions."""

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

"""Public ids: what addresses carry instead of staff numbers and database ids."""

import secrets
from random import Random

PUBLIC_ID_LENGTH = 11
# No vowels and no look-alikes, so that an id never spells a word and can be read over the telephone.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"


# Letters are taken two by two: a roster or a history asks for tens of thousands of ids.
PAIRS = [one + other for one in ALPHABET for other in ALPHABET]
NUMBERS = len(ALPHABET) ** PUBLIC_ID_LENGTH


def new_public_id() -> str:
    """Return a fresh random id of 11 characters (about 52 bits)."""
    # One number for all letters: the system's randomness is dear by the call.
    return spell(secrets.randbelow(NUMBERS))


def draw_public_id(stream: Random) -> str:
    """Return an id drawn from a seeded stream, the same on every run: for data that must come out alike."""
    return spell(int(stream.random() * NUMBERS))


def spell(number: int) -> str:
    """Return the public id that a number below `NUMBERS` stands for."""
    number, place = divmod(number, len(ALPHABET))
    letters = [ALPHABET[place]]
    for _ in range(PUBLIC_ID_LENGTH // 2):
        number, place = divmod(number, len(PAIRS))
        letters.append(PAIRS[place])
    return "".join(letters)

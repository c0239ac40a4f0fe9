"""Public ids: what addresses carry instead of staff numbers and database ids."""

import secrets

PUBLIC_ID_LENGTH = 11
# No vowels and no look-alikes, so that an id never spells a word and can be read over the telephone.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"


def new_public_id() -> str:
    """Return a fresh random id of 11 characters (about 52 bits)."""
    # One number for all letters: a roster asks for tens of thousands, and the system's randomness is dear by the call.
    number = secrets.randbelow(len(ALPHABET) ** PUBLIC_ID_LENGTH)
    letters = []
    for _ in range(PUBLIC_ID_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)

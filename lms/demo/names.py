"""Names of people who do not exist: common surnames, given names put together from syllables."""

import random

# Surname and how many of a thousand people bear it, roughly as in Korea.
SURNAMES = (
    ("김", 215), ("이", 147), ("박", 84), ("최", 47), ("정", 44), ("강", 24), ("조", 22), ("윤", 21), ("장", 20),
    ("임", 17), ("한", 15), ("오", 15), ("서", 15), ("신", 15), ("권", 14), ("황", 14), ("안", 14), ("송", 14),
    ("전", 12), ("홍", 11), ("유", 13), ("고", 9), ("문", 9), ("양", 9), ("손", 9), ("배", 8), ("백", 8), ("허", 6),
    ("남", 5), ("심", 5), ("노", 5), ("하", 4), ("곽", 4), ("성", 4), ("차", 4), ("주", 4), ("우", 4), ("구", 4),
    ("민", 3), ("류", 3), ("나", 3), ("진", 3), ("지", 3), ("엄", 3), ("원", 2), ("천", 2), ("방", 2), ("공", 2),
    ("남궁", 1), ("황보", 1), ("선우", 1),
)  # fmt: skip
# First and second syllables of given names that go together.
SYLLABLES = (
    (
        "민서지현준도재승태성동정영상진종병경광용철인선기형건찬원창대",
        "준우현호민진영수훈석환철원빈혁섭식균범용태규찬성재욱",
    ),
    (
        "서지하은수유예소미혜경정영현민윤연채보선희효다가",
        "은연주원서린희숙경아윤선정미란화옥나영진빈인",
    ),
)


def new_name(stream: random.Random) -> str:
    """Return a full name, family name first."""
    surname = stream.choices([name for name, _ in SURNAMES], [weight for _, weight in SURNAMES])[0]
    firsts, seconds = SYLLABLES[stream.random() < 0.35]
    first, second = stream.choice(firsts), stream.choice(seconds)
    while second == first:
        second = stream.choice(seconds)
    return surname + first + second

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
        "민 서 지 현 준 도 재 승 태 성 동 정 영 상 진 종 병 경 광 용 철 인 선 기 형 건 찬 원 창 대".split(),
        "준 우 현 호 민 진 영 수 훈 석 환 철 원 빈 혁 섭 식 균 범 용 태 규 찬 성 재 욱".split(),
    ),
    (
        "서 지 하 은 수 유 예 소 미 혜 경 정 영 현 민 윤 연 채 보 선 희 효 다 가".split(),
        "은 연 주 원 서 린 희 숙 경 아 윤 선 정 미 란 화 옥 나 영 진 빈 인".split(),
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

"""Questions come in from files: what is sound once, what is not by line and field; nothing breaks whatever comes."""

import io
import random
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.demo.quizzing import content_of, write_questions
from lms.learning.content.models import Edition, Module
from lms.learning.quizzes import importing, wording
from lms.learning.quizzes.importing import TEMPLATE, read_questions
from lms.learning.quizzes.importing_rules import content_of_lines
from lms.learning.quizzes.models import Question
from lms.learning.quizzes.queries import find_quiz
from lms.learning.quizzes.rules import Kind, content_fault
from lms.shared.errors import DomainError
from tests.learning.studying import NOON, actor_of
from tests.support.network import small_cast
from tests.support.sign_in import csrf_token, sign_in

GIFT = r"""// a comment
$CATEGORY: $course$/top/인사

::첫인사:: 먼저 할 말은? \{중괄호\} {=안녕하세요 # 잘했습니다 ~비켜요 ~빨리요 #### 인사가 먼저입니다.}

모두 고르면? { ~%50%인사 ~%50%이름 ~%-100%재촉 }

모르면 아는 척한다.{F# 모르면 알아봅니다.}

되묻는 것을 ____ 라 한다. {=복창 =%100%되묻기}

이으세요. { =기다림 -> 잠시만요 =떠남 -> 살펴 가세요 }

몇 분? {#3:1}

길게 쓰세요. {}

[html]<p>맞는 것은?</p><script>zqscript</script>{=예 &amp; 네 ~아니요}
"""
MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- <question type="none"> -->
<question type="category"><category><text>$course$/인사</text></category></question>
<question type="multichoice"><questiontext><text><![CDATA[<p>먼저 할 말은?</p><question >]]></text></questiontext>
<generalfeedback><text>인사가 먼저</text></generalfeedback><single>true</single>
<answer fraction="100"><text>안녕하세요</text></answer><answer fraction="0"><text>비켜요</text></answer></question>
<question type="truefalse"><questiontext><text>참?</text></questiontext>
<answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer></question>
<question type="shortanswer"><questiontext><text>한 말?</text></questiontext>
<answer fraction="100"><text>복창</text></answer></question>
<question type="matching"><questiontext><text>이으세요</text></questiontext>
<subquestion><text>가</text><answer><text>A</text></answer></subquestion>
<subquestion><text>나</text><answer><text>B</text></answer></subquestion></question>
<question type="ordering"><questiontext><text>순서</text></questiontext>
<answer><text>1</text></answer><answer><text>2</text></answer><answer><text>3</text></answer></question>
<question type="essay"><questiontext><text>길게</text></questiontext></question>
<question type="multichoice"><questiontext><text>?</text></questiontext>
<answer fraction="viel"><text>a</text></answer></question>
</quiz>
"""


def csv_of(rows: tuple[tuple[str, ...], ...] = TEMPLATE) -> bytes:
    lines = [",".join(importing.COLUMNS), *(",".join(f'"{cell}"' for cell in row) for row in rows)]
    return "\n".join(lines).encode()


def test_the_template_is_taken_in_as_it_stands():
    found = read_questions("q.csv", csv_of(), pool="p")
    assert not found.refused
    assert [draft.content.kind for draft in found.drafts] == list(Kind)
    assert all(content_fault(draft.content) is None for draft in found.drafts)
    assert found.drafts[1].content.correct == (0, 1)
    assert read_questions("q.csv", csv_of().decode().encode("cp949"), pool="p") == found


def test_gift_is_read_with_what_it_escapes():
    found = read_questions("q.gift", GIFT.encode(), pool="p")
    by_kind = {draft.content.kind: draft.content for draft in found.drafts[:5]}
    assert {draft.pool for draft in found.drafts} == {"인사"}
    single = by_kind[Kind.SINGLE]
    assert (single.text_ko, single.explanation_ko) == ("먼저 할 말은? {중괄호}", "인사가 먼저입니다.")
    assert (single.options, single.correct) == (("안녕하세요", "비켜요", "빨리요"), (0,))
    assert (by_kind[Kind.MULTIPLE].correct, len(by_kind[Kind.MULTIPLE].options)) == ((0, 1), 3)
    assert (by_kind[Kind.TRUE_FALSE].correct, by_kind[Kind.TRUE_FALSE].explanation_ko) == ((1,), "모르면 알아봅니다.")
    assert by_kind[Kind.SHORT_TEXT].accepted == ("복창", "되묻기")
    assert by_kind[Kind.MATCHING].lefts == ("기다림", "떠남")
    marked_up = found.drafts[5].content
    assert (marked_up.text_ko, marked_up.options) == ("맞는 것은?", ("예 & 네", "아니요"))
    assert [(one.line, one.field) for one in found.refused] == [(14, "kind"), (16, "kind")]


def test_moodle_xml_is_read_by_line():
    found = read_questions("q.xml", MOODLE.encode(), pool="p")
    assert [draft.content.kind for draft in found.drafts] == [
        Kind.SINGLE, Kind.TRUE_FALSE, Kind.SHORT_TEXT, Kind.MATCHING, Kind.ORDERING,
    ]  # fmt: skip
    assert all(content_fault(draft.content) is None for draft in found.drafts)
    assert [draft.line for draft in found.drafts] == [5, 8, 10, 12, 15]
    assert found.drafts[0].content.explanation_ko == "인사가 먼저"
    assert [tuple(one) for one in found.refused] == [(17, "kind", "kind_unknown"), (18, "answers", "fraction")]


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "aaaa"><!ENTITY y "&x;&x;&x;">]><quiz>&y;</quiz>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question>&x;</question></quiz>'


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("q.xml", BOMB, "unreadable"), ("q.xml", OUTSIDE, "unreadable"), ("q.xml", b"<quiz>", "unreadable"),
        ("q.xml", b"", "unreadable"), ("q.pdf", b"%PDF", "unreadable"), ("q", b"x", "unreadable"),
        ("q.gift", b"\xff\xfe\x00\x81", "unreadable"), ("q.gift", b"x" * (importing.MOST_BYTES + 1), "large"),
        ("q.gift", b"a{T}\n\n" * 1001, "many"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_whole(name: str, data: bytes, code: str):
    with pytest.raises(DomainError) as refused:
        read_questions(name, data, pool="p")
    assert refused.value.code == code
    assert wording.REFUSALS[code]


def spoilt(data: bytes, chance: random.Random) -> bytes:
    """Return a file with bytes changed, cut, doubled and moved."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(out) or 1)
        kind = chance.randrange(5)
        if kind == 0:
            out[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del out[at : at + chance.randint(1, 40)]
        elif kind == 2:
            out[at:at] = chance.choice([b"{", b"}", b"=", b"~", b"#", b"->", b"%", b'"', b"|", b"*", b"<", b"&", b"\0"])
        elif kind == 3:
            out[at:at] = out[at : at + chance.randint(1, 60)]
        else:
            out = out[: chance.randrange(len(out) or 1)]
    return bytes(out)


@pytest.mark.backend("sqlite")  # words are the same on both
@pytest.mark.parametrize(
    ("name", "make"), [("q.csv", csv_of), ("q.gift", GIFT.encode), ("q.xml", MOODLE.encode)], ids=["csv", "gift", "xml"]
)
def test_a_thousand_spoilt_files_are_told_and_break_nothing(app: Flask, name: str, make: Callable[[], bytes]):
    with app.test_request_context():
        assert all_told(name, make) > 100


def all_told(name: str, make: Callable[[], bytes]) -> int:
    """Read a thousand spoilt files; return how many times something was told."""
    chance, told, unworded = random.Random(name), 0, 0
    for _ in range(1000):
        try:
            found = read_questions(name, spoilt(make(), chance), pool="p")
        except DomainError as error:
            told += " " in wording.words(error)
            unworded += " " not in wording.words(error)
            continue
        for refusal in found.refused:
            assert wording.FIELDS[refusal.field]
            assert wording.FAULTS[refusal.code]
            told += 1
        for draft in found.drafts:
            fault = content_fault(draft.content)
            assert fault is None or (wording.FIELDS[fault.field] and wording.FAULTS[fault.code])
            assert "\0" not in str(draft.content)
    assert not unworded
    return told


def test_a_file_is_taken_in_once_and_what_is_refused_is_named(session: Session, client: FlaskClient):
    cast = small_cast(session)
    session.commit()
    sign_in(client, cast.training_admin)
    client.set_cookie("language", "en")
    address = f"/authoring/{cast.course.public_id}/questions/import"
    session.rollback()

    def send(name: str, data: bytes) -> str:
        token = csrf_token(client, address)
        form = {"csrf_token": token, "pool": "p", "file": (io.BytesIO(data), name)}
        return client.post(address, data=form).text

    first = send("q.gift", GIFT.encode())
    assert "Added: 6. There already, or asked no more: 0. Refused: 2." in first
    assert "Rewrite it as another kind" in first
    assert "Added: 0. There already, or asked no more: 6. Refused: 2." in send("q.gift", GIFT.encode())
    assert "Added: 6." in send("q.csv", csv_of())
    broken = csv_of((("", "single", "무엇?", "가|나", "", "", ""), ("", "what", "무엇?", "*가|나", "", "", "")))
    told = send("q.csv", broken)
    assert "Added: 0" in told
    assert "Put * before each right one" in told
    assert "Use single, multiple" in told
    assert "cannot be read" in send("q.xml", BOMB)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Question)) == 12
    assert not session.scalars(select(Question.id).where(Question.text_ko.contains("zqscript"))).all()


def test_lessons_of_the_demo_become_questions_and_terms(session: Session):
    cast = small_cast(session)
    edition = Edition(course_id=cast.course.id, recorded_at=NOON, chapters=[])
    session.add(edition)
    session.flush()
    module = Module(edition_id=edition.id, position=1, kind="QUIZ", title_ko="시험", title_en="Quiz")
    session.add(module)
    session.flush()
    empty = {
        "options": (),
        "correct": (),
        "truth": None,
        "items": (),
        "pairs": (),
        "accepted": (),
        "explanation_ko": "x",
    }
    lessons = [
        SimpleNamespace(**(empty | {"text_ko": f"{number}?"} | own))
        for number, own in enumerate(
            (
                {"kind": "single", "options": ("가", "나"), "correct": (1,)},
                {"kind": "multiple", "options": ("가", "나"), "correct": (0, 1)},
                {"kind": "true_false", "truth": True},
                {"kind": "ordering", "items": ("가", "나", "다")},
                {"kind": "matching", "pairs": (("가", "A"), ("나", "B"))},
                {"kind": "short_text", "accepted": ("복창",)},
            )
        )
    ]
    for _ in range(2):
        write_questions(session, actor_of(None), edition, module, lessons, draw=3)
    assert session.scalar(select(func.count()).select_from(Question)) == 6
    quiz = find_quiz(session, edition=edition, module_key=module.key)
    assert quiz is not None
    assert quiz.draws == [{"pool": "시험", "number": 3}]
    assert content_of(lessons[2]).correct == (0,)
    lonely = SimpleNamespace(**(empty | {"kind": "single", "text_ko": "?", "options": ("가",), "correct": (0,)}))
    with pytest.raises(ValueError, match="few_options"):
        write_questions(session, actor_of(None), edition, module, [lonely], draw=1)


def test_a_star_and_a_backslash_can_be_said():
    content = content_of_lines(Kind.SINGLE, ["**별", "\\*별", "나"], text_ko="?")
    assert (content.options, content.correct) == (("*별", "*별", "나"), (0,))

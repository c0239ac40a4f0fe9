"""Questions from files: our own CSV or XLSX, GIFT, and Moodle XML. What is refused is told by line and field."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from lms.imports.cells import FileError
from lms.imports.files import open_table
from lms.learning.quizzes.actions_questions import Draft, Refusal
from lms.learning.quizzes.importing_gift import read_gift
from lms.learning.quizzes.importing_moodle import read_moodle
from lms.learning.quizzes.importing_rules import UnreadableError, content_of_lines
from lms.learning.quizzes.rules import Kind
from lms.shared.errors import DomainError

MOST_BYTES = 2 * 1024 * 1024
MOST_QUESTIONS = 1000
COLUMNS = ("pool", "kind", "text_ko", "answers", "explanation_ko", "text_en", "explanation_en")
NEEDED = COLUMNS[:4]
TEMPLATE = (
    ("기본", "single", "고객이 통화 중입니다. 무엇을 합니까?", "*눈을 맞추고 기다린다 | 다음 고객을 부른다 | 재촉한다",
     "기다린다는 뜻을 눈으로 알립니다.", "", ""),
    ("기본", "multiple", "첫인사에 들어가는 것을 모두 고르세요.", "*인사 | *이름 | 할인 안내", "", "", ""),
    ("기본", "true_false", "모르는 것은 아는 척하고 넘긴다.", "X", "모르면 알아보고 다시 알려 드립니다.", "", ""),
    ("기본", "ordering", "응대 순서대로 놓으세요.", "맞이한다 | 듣는다 | 되묻는다 | 답한다", "", "", ""),
    ("기본", "matching", "상황에 맞는 말을 이으세요.", "기다리실 때 = 잠시만요 | 떠나실 때 = 살펴 가세요", "", "", ""),
    ("기본", "short_text", "들은 말을 다시 확인하는 것을 무엇이라 합니까?", "되묻기 | 복창", "", "", ""),
)  # fmt: skip


class Reading(NamedTuple):
    """What a file holds: questions, and what is none."""

    drafts: Sequence[Draft]
    refused: Sequence[Refusal]


def read_questions(name: str, data: bytes, *, pool: str) -> Reading:
    """Read a file of questions; `pool` is where those go that name none.

    Raises:
        DomainError: the file as a whole cannot be read ("unreadable", "large", "many", or what `open_table` says).
    """
    if len(data) > MOST_BYTES:
        raise DomainError("large")
    suffix = Path(name).suffix.lower()
    if suffix in {".csv", ".xlsx"}:
        found = _read_table(name, data, pool)
    elif suffix == ".xml":
        found = Reading(*read_moodle(data, pool))
    elif suffix in {".gift", ".txt"}:
        found = Reading(*read_gift(_decoded(data), pool))
    else:
        raise DomainError("unreadable")
    if len(found.drafts) + len(found.refused) > MOST_QUESTIONS:
        raise DomainError("many", limit=MOST_QUESTIONS)
    return found


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise DomainError("unreadable")


def _read_table(name: str, data: bytes, pool: str) -> Reading:
    drafts, refused = list[Draft](), list[Refusal]()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "questions"
        path.write_bytes(data)
        try:
            with open_table(path, name) as table:
                table.require(*NEEDED)
                places = {column: table.place(column) for column in COLUMNS}
                for line, cells in table.rows():
                    row = {column: "" if at is None else cells[at] for column, at in places.items()}
                    found = _question_of(line, row, pool)
                    (drafts if isinstance(found, Draft) else refused).append(found)  # type: ignore[arg-type]
                    if len(drafts) + len(refused) > MOST_QUESTIONS:
                        break
        except FileError as error:
            raise DomainError(error.code, **error.values) from error
    return Reading(drafts, refused)


def _question_of(line: int, row: dict[str, str], pool: str) -> Draft | Refusal:
    row = {column: text.replace("\0", "").strip() for column, text in row.items()}
    if row["kind"].upper() not in list(Kind):
        return Refusal(line, "kind", "kind")
    try:
        content = content_of_lines(
            Kind(row["kind"].upper()), row["answers"].split("|"),
            **{column: row[column] for column in COLUMNS if column.startswith(("text", "explanation"))},
        )  # fmt: skip
    except UnreadableError as error:
        return Refusal(line, error.field, error.code)
    return Draft(line, row["pool"] or pool, content)

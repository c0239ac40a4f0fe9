"""The lessons that ship with the demo: complete, well-formed, as long as the catalog says, and safe to show."""

import csv
import re
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import av
import pytest

from lms.demo.lessons import PICTURE, Lesson, LessonQuestion, lesson_folders, read_lesson
from lms.demo.reference import DATA

FOLDERS = lesson_folders()
KINDS = {"single", "multiple", "true_false", "ordering", "matching", "short_text"}
PAGE_LEAST = 800
FILM_MOST, POSTER_MOST = 600_000, 60_000
HTML = re.compile(r"<[A-Za-z/!?]|&[a-z]+;")
BOLD = re.compile(r"\*\*(.+?)\*\*")
CUE = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})")

each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def unclosed(text: str) -> list[str]:
    """Return what CommonMark would not set in bold: a sign inside the asterisks, a letter right outside them."""
    return [
        bold[0]
        for bold in BOLD.finditer(text)
        if any(inside.isspace() for inside in (bold[1][0], bold[1][-1]))
        or (not bold[1][0].isalnum() and text[bold.start() - 1 : bold.start()].isalnum())
        or (not bold[1][-1].isalnum() and text[bold.end() : bold.end() + 1].isalnum())
    ]


def catalog() -> dict[str, dict[str, str]]:
    with (DATA / "courses.csv").open(encoding="utf-8", newline="") as file:
        return {row["course_code"]: row for row in csv.DictReader(file)}


def pages(lesson: Lesson) -> dict[Path, str]:
    return {module.file: module.file.read_text() for module in lesson.modules if module.kind == "page" and module.file}


def questions(lesson: Lesson) -> list[LessonQuestion]:
    return [question for module in lesson.modules for question in module.questions]


def test_every_course_for_newcomers_has_a_lesson():
    assert {f"CS-00{number}" for number in range(1, 7)} <= {folder.name for folder in FOLDERS}


@each_folder
def test_chapters_and_minutes_are_those_of_the_catalog(folder):
    lesson, course = read_lesson(folder), catalog()[folder.name]
    assert len(lesson.chapters_ko) == int(course["chapters"])
    assert sum(module.minutes for module in lesson.modules) == pytest.approx(int(course["minutes"]), rel=0.25)
    chapters = [module.chapter for module in lesson.modules]
    assert chapters == sorted(chapters)
    assert set(chapters) == set(range(1, len(lesson.chapters_ko) + 1))


@each_folder
def test_only_a_blended_course_has_people_meet(folder):
    meetings = [module for module in read_lesson(folder).modules if module.kind == "session"]
    assert bool(meetings) == (catalog()[folder.name]["delivery"] == "BLENDED")
    assert all(module.required for module in meetings)


@each_folder
def test_a_quiz_comes_last_and_its_pool_is_deep_enough(folder):
    *before, last = read_lesson(folder).modules
    assert last.kind == "quiz"
    for quiz in (module for module in (*before, last) if module.kind == "quiz"):
        assert quiz.draw
        assert len(quiz.questions) >= (2 * quiz.draw if quiz.draw < 6 else 8)
        asked = [question.text_ko for question in quiz.questions]
        assert len(set(asked)) == len(asked)


@each_folder
def test_right_answers_are_not_given_away_by_their_place(folder):
    found = questions(read_lesson(folder))
    singles = [question for question in found if question.kind == "single"]
    assert len({question.correct for question in singles}) > 1
    assert all(set(question.correct) != {0} for question in found if question.kind == "multiple")
    assert all(
        any(answer.strip() for answer in question.accepted) for question in found if question.kind == "short_text"
    )


def test_every_kind_of_question_occurs_in_every_tier():
    kinds = defaultdict(set)
    for folder in FOLDERS:
        kinds[catalog()[folder.name]["tier"]] |= {question.kind for question in questions(read_lesson(folder))}
    assert all(found == KINDS for found in kinds.values())


@each_folder
def test_pages_are_long_enough_korean_without_html(folder):
    for path, text in pages(read_lesson(folder)).items():
        assert len(text) >= PAGE_LEAST, path.name
        assert not HTML.search(text), path.name
        assert sum("가" <= letter <= "힣" for letter in text) > len(text) / 3, path.name


@each_folder
def test_what_is_meant_to_be_bold_is(folder):
    for path, text in pages(read_lesson(folder)).items():
        assert text.count("**") % 2 == 0, path.name
        assert not unclosed(text), path.name


@pytest.mark.parametrize(
    ("text", "found"),
    [("**센터**가", 0), ("**(센터)** 가", 0), ("**(센터)**가", 1), ("가**'센터'** 나", 1), ("** 센터**", 1)],
)
def test_bold_that_fails_is_found(text, found):
    assert len(unclosed(text)) == found


@each_folder
def test_every_picture_says_what_it_shows(folder):
    texts = [picture["text"] for text in pages(read_lesson(folder)).values() for picture in PICTURE.finditer(text)]
    assert texts
    assert all(len(text) >= 8 for text in texts)


@each_folder
def test_nothing_lies_in_a_folder_that_the_lesson_does_not_name(folder):
    named = {path.name for module in read_lesson(folder).modules for path in module.files()} | {"lesson.toml"}
    assert {path.name for path in folder.iterdir()} == named


@each_folder
def test_drawings_do_nothing_but_show(folder):
    for path in folder.glob("*.svg"):
        root = ElementTree.fromstring(path.read_text())  # noqa: S314  the files are ours
        assert root.get("viewBox"), path.name
        assert root.find("{http://www.w3.org/2000/svg}title") is not None, path.name
        for element in root.iter():
            assert element.tag.rpartition("}")[2] not in {"script", "foreignObject", "image", "style"}, path.name
            for full_name, value in element.attrib.items():
                name = full_name.rpartition("}")[2]
                assert not name.lower().startswith("on"), path.name
                assert name != "href" or value.startswith("#"), path.name
                assert "url(" not in value or "url(#" in value, path.name
                assert name != "style", path.name


@each_folder
def test_documents_are_pdf(folder):
    for module in read_lesson(folder).modules:
        if module.kind == "document" and module.file:
            assert module.file.read_bytes().startswith(b"%PDF-"), module.file.name


def films() -> list[object]:
    found = [(folder, module) for folder in FOLDERS for module in read_lesson(folder).modules if module.kind == "video"]
    return [pytest.param(module, id=f"{folder.name}-{module.file.name}") for folder, module in found]


@pytest.mark.parametrize("film", films())
def test_a_film_plays_for_as_long_as_it_says(film):
    assert film.file.read_bytes()[:4] == b"\x1a\x45\xdf\xa3"
    assert film.file.stat().st_size < FILM_MOST
    with av.open(str(film.file)) as opened:
        assert opened.streams.video[0].codec_context.name in {"vp8", "vp9", "libvpx-vp9", "libvpx"}
        last = max(frame.time for frame in opened.decode(video=0))
    assert last == pytest.approx(film.seconds, abs=0.5)
    assert film.poster.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert film.poster.stat().st_size < POSTER_MOST


@pytest.mark.parametrize("film", films())
def test_captions_follow_each_other_to_the_end_of_the_film(film):
    head, *cues = film.captions.read_text().strip().split("\n\n")
    assert head == "WEBVTT"
    now = 0.0
    for cue in cues:
        times, *words = cue.strip().split("\n")
        found = CUE.fullmatch(times)
        assert found
        hours, minutes, seconds, *until = map(float, found.groups())
        begins, ends = hours * 3600 + minutes * 60 + seconds, until[0] * 3600 + until[1] * 60 + until[2]
        assert now <= begins < ends <= film.seconds
        assert any(word.strip() for word in words)
        now = ends


LESSON = """
summary_ko = "요약"
summary_en = "Summary"
chapters_ko = ["하나"]
chapters_en = ["One"]

[[module]]
kind = "page"
chapter = 1
title_ko = "쪽"
title_en = "Page"
minutes = 5
file = "page.ko.md"
summary_en = "What it says."

[[module]]
kind = "quiz"
chapter = 1
title_ko = "문제"
title_en = "Quiz"
minutes = 5
file = "quiz.toml"
draw = 1
"""
QUIZ = """
[[question]]
kind = "single"
text_ko = "무엇입니까?"
explanation_ko = "까닭"
options = ["가", "나"]
correct = [1]

[[question]]
kind = "true_false"
text_ko = "맞습니까?"
explanation_ko = "까닭"
correct = true

[[question]]
kind = "matching"
text_ko = "이으십시오."
explanation_ko = "까닭"
pairs = [["가", "나"], ["다", "라"]]
"""


def written(folder: Path, *, lesson: str = LESSON, quiz: str = QUIZ, page: str = "![그림](one.svg)") -> Path:
    for name, content in (("lesson.toml", lesson), ("quiz.toml", quiz), ("page.ko.md", page), ("one.svg", "<svg/>")):
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def test_a_lesson_is_read_as_it_is_written(tmp_path):
    page, quiz = read_lesson(written(tmp_path)).modules
    assert (page.required, page.pictures) == (True, (tmp_path / "one.svg",))
    assert [question.kind for question in quiz.questions] == ["single", "true_false", "matching"]
    single, statement, matching = quiz.questions
    assert (single.correct, statement.truth, matching.pairs) == ((1,), True, (("가", "나"), ("다", "라")))


@pytest.mark.parametrize(
    ("was", "becomes", "complaint"),
    [
        ('summary_ko = "요약"', "", r"lesson\.toml: summary_ko"),
        ('chapters_en = ["One"]', "chapters_en = []", r"lesson\.toml: chapters_en"),
        ('chapters_en = ["One"]', 'chapters_en = ["One", "Two"]', r"lesson\.toml: chapters_en must be as many"),
        ('kind = "page"', 'kind = "song"', r"lesson\.toml: module 1: kind"),
        ("chapter = 1", "chapter = 2", r"lesson\.toml: module 1: chapter is out of range"),
        ("minutes = 5", "minutes = true", r"lesson\.toml: module 1: minutes"),
        ('file = "page.ko.md"', 'file = "other.md"', r"lesson\.toml: module 1: file names no file"),
        ('file = "page.ko.md"', 'file = "../page.ko.md"', r"lesson\.toml: module 1: file names no file"),
        ("draw = 1", "draw = 4", r"lesson\.toml: module 2: draw"),
        ("draw = 1", "draw = 1\ncolor = 3", r"lesson\.toml: module 2: color is unknown"),
        ("draw = 1", "draw 1", r"lesson\.toml: "),
    ],
)
def test_a_faulty_lesson_is_refused_by_file_and_field(tmp_path, was, becomes, complaint):
    assert was in LESSON
    with pytest.raises(ValueError, match=complaint):
        read_lesson(written(tmp_path, lesson=LESSON.replace(was, becomes, 1)))


@pytest.mark.parametrize(
    ("was", "becomes", "complaint"),
    [
        ("correct = [1]", "correct = [2]", "question 1: correct must be places from 0 to 1"),
        ("correct = [1]", "correct = [0, 1]", "question 1: correct must be exactly one"),
        ('["가", "나"]', '["가", "가"]', "question 1: options must be different"),
        ("correct = true", "correct = 1", "question 2: correct must be given as bool"),
        ('["다", "라"]]', '["다", "나"]]', "question 3: pairs must be different"),
        ('["다", "라"]]', '["다"]]', "question 3: pairs must be pairs"),
        ('kind = "matching"', 'kind = "essay"', "question 3: kind is not a kind"),
        ('explanation_ko = "까닭"', "", "question 1: explanation_ko"),
    ],
)
def test_a_faulty_question_is_refused_by_number_and_field(tmp_path, was, becomes, complaint):
    assert was in QUIZ
    with pytest.raises(ValueError, match=rf"quiz\.toml: {complaint}"):
        read_lesson(written(tmp_path, quiz=QUIZ.replace(was, becomes, 1)))


def test_a_picture_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"page\.ko\.md: picture: two\.svg"):
        read_lesson(written(tmp_path, page="![그림](two.svg)"))

"""The training administrator writes a course: draft, modules of each kind, pictures, preview, publishing."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.audit.models import AuditEvent
from lms.enrollments.models import Enrollment
from lms.learning.content.models import ContentFile, Edition, Module
from lms.shared.clock import local_date, utcnow
from tests.factories import noise
from tests.learning.content import SVG, VTT, WEBM, document, published
from tests.support.network import Cast, small_cast
from tests.support.sign_in import csrf_token, sign_in

TODAY = local_date(utcnow(), "Asia/Seoul")
PLAIN = {"title_ko": "첫 쪽", "title_en": "First page", "chapter": "1", "minutes": "8", "required": "y"}


class Author:
    """A training administrator with a browser, at the pages of one course."""

    def __init__(self, client: FlaskClient, cast: Cast) -> None:
        sign_in(client, cast.training_admin)
        self.client = client
        self.at = f"/authoring/{cast.course.public_id}"

    def get(self, path: str = "") -> str:
        answer = self.client.get(self.at + path)
        assert answer.status_code == 200
        return answer.text

    def post(self, path: str, _from: str = "", **form: Any) -> TestResponse:
        """Send a form; its token is taken from the page before."""
        token = csrf_token(self.client, self.at + _from)
        return self.client.post(self.at + path, data={"csrf_token": token, **form})

    def add(self, kind: str, **form: Any) -> TestResponse:
        return self.post(f"/modules/new/{kind}", **(PLAIN | form))


@pytest.fixture
def cast(session: Session) -> Cast:
    noise(session)
    made = small_cast(session)
    session.commit()
    return made


def begun(author: Author, session: Session, cast: Cast) -> None:
    """Begin a draft from a published edition of one page."""
    session.rollback()
    published(session, cast.course)
    session.commit()
    author.post("/draft", **{"from": "newest"})


@pytest.fixture
def author(client: FlaskClient, cast: Cast) -> Author:
    return Author(client, cast)


def drafted(session: Session) -> list[Module]:
    session.rollback()
    found = select(Module).join(Edition).where(Edition.course_version_id.is_(None)).order_by(Module.position)
    return list(session.scalars(found))


def test_a_course_is_written_from_nothing_to_its_publication(author: Author, session: Session, cast: Cast):
    assert author.at in author.client.get(f"/courses/{cast.course.public_id}").text
    assert author.post("/draft", **{"from": "empty"}).status_code == 303
    assert "과정을 마칠 수" in author.get() or "모듈" in author.get()
    outline = {"chapters": "약속 | Promise\n말투", "pass_progress_pct": "90", "pass_score": "0", "asks_survey": "y"}
    assert author.post("/outline", **outline, min_minutes="20").status_code == 303
    assert author.post("/pictures", file=(io.BytesIO(SVG), "그림 1.svg")).status_code == 303
    assert author.add("page", body_ko="## 약속\n\n![네모](그림-1.svg)", chapter="1").status_code == 303
    assert author.add("link", url="https://example.org/a", title_ko="읽기", chapter="2").status_code == 303
    assert author.add("session", title_ko="모임", chapter="2").status_code == 303
    assert [one.kind for one in drafted(session)] == ["PAGE", "LINK", "SESSION"]
    edition = session.scalars(select(Edition)).one()
    assert edition.chapters == [{"ko": "약속", "en": "Promise"}, {"ko": "말투", "en": "말투"}]
    assert (edition.pass_progress_pct, edition.min_minutes, edition.asks_recall) == (90, 20, False)
    page = author.get("/publish")
    assert "열려" in page or "version" in page or "버전" in page
    answer = author.post("/publish", _from="/publish", effective_on=str(TODAY), keeps="KEEP")
    assert answer.status_code == 303
    session.rollback()
    version = session.scalars(select(Edition)).one().course_version
    assert version is not None
    assert (version.number, version.chapters, version.pass_progress_pct, version.minutes) == (2, 2, 90, 24)
    # Nothing was to be learned before: who was to take the course takes this.
    employee = select(Enrollment.course_version_id).where(Enrollment.person_id == cast.employee.id)
    assert session.scalars(employee).all() == [version.id]
    done = set(session.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == cast.training_admin.id)))
    assert {"content.start_draft", "content.add_module", "content.publish", "courses.add_version"} <= done


def test_a_video_comes_with_captions_and_a_poster(author: Author, session: Session):
    author.post("/draft", **{"from": "empty"})
    files = {
        "file": (io.BytesIO(WEBM), "a.webm"),
        "captions": (io.BytesIO(VTT), "a.vtt"),
        "poster": (io.BytesIO(SVG), "a.svg"),
    }
    assert author.add("video", seconds="24", **files).status_code == 303
    (module,) = drafted(session)
    assert module.file
    assert module.captions
    assert module.poster
    assert (module.file.media_type, module.captions.media_type) == ("video/webm", "text/vtt")
    page = author.get(f"/preview/{module.public_id}")
    assert '<track kind="captions"' in page
    assert f"/content/files/{module.file.public_id}" in page
    # A change of the title leaves the files as they are.
    change = PLAIN | {"title_ko": "새 제목", "seconds": "30"}
    assert author.post(f"/modules/{module.public_id}", **change).status_code == 303
    (after,) = drafted(session)
    assert (after.title_ko, after.seconds, after.file_id) == ("새 제목", 30, module.file_id)


def test_a_document_tells_its_pages_and_another_file_is_refused_with_its_name(author: Author, session: Session):
    author.post("/draft", **{"from": "empty"})
    assert author.add("document", file=(io.BytesIO(document(4)), "안내.pdf")).status_code == 303
    assert [one.pages for one in drafted(session)] == [4]
    wrong = author.add("document", file=(io.BytesIO(SVG), "그림.svg"))
    assert wrong.status_code == 422
    assert "그림.svg" in wrong.text
    broken = author.add("document", file=(io.BytesIO(b"MZ" * 50), "바이러스.pdf"))
    assert broken.status_code == 422
    assert "바이러스.pdf" in broken.text
    session.rollback()
    assert session.scalars(select(ContentFile.name)).all() == ["안내.pdf"]


def test_modules_are_moved_and_removed_with_buttons(author: Author, session: Session):
    author.post("/draft", **{"from": "empty"})
    for title in ("하나", "둘", "셋"):
        author.add("page", title_ko=title, body_ko="글")
    first, _, third = drafted(session)
    author.post(f"/modules/{third.public_id}/move", to="up")
    author.post(f"/modules/{first.public_id}/move", to="down")
    assert [one.title_ko for one in drafted(session)] == ["셋", "하나", "둘"]
    author.post(f"/modules/{third.public_id}/move", to="up")
    assert [one.title_ko for one in drafted(session)] == ["셋", "하나", "둘"]
    author.post(f"/modules/{first.public_id}/remove")
    assert [one.title_ko for one in drafted(session)] == ["셋", "둘"]


def test_what_is_to_be_taken_again_gets_a_new_key(author: Author, session: Session, cast: Cast):
    begun(author, session, cast)
    (module,) = drafted(session)
    key = module.key
    change = PLAIN | {"body_ko": "다른 글"}
    author.post(f"/modules/{module.public_id}", **change)
    assert drafted(session)[0].key == key
    author.post(f"/modules/{module.public_id}", **change, is_new_part="y")
    assert drafted(session)[0].key != key
    # One is removed, one is added.
    assert author.get("/publish").count("<li>쪽") + author.get("/publish").count("<li>첫 쪽") == 2


def test_wrong_input_is_said_beside_its_field_and_nothing_is_written(author: Author, session: Session):
    author.post("/draft", **{"from": "empty"})
    for wrong in ({"title_ko": ""}, {"minutes": "0"}, {"minutes": "x"}, {"chapter": "9"}, {"title_en": "x" * 201}):
        assert author.add("page", **wrong).status_code == 422
    assert author.add("link", url="javascript:alert(1)").status_code == 422
    for wrong in ({"pass_score": "101"}, {"pass_progress_pct": ""}, {"chapters": "x" * 201}, {"min_minutes": "-1"}):
        form = {"pass_progress_pct": "100", "pass_score": "0"} | wrong
        assert author.post("/outline", **form).status_code == 422
    assert author.post("/pictures").status_code == 422
    assert author.client.get(f"{author.at}/modules/new/film").status_code == 404
    assert drafted(session) == []


def test_publishing_says_what_is_wrong_with_its_days(author: Author, session: Session):
    author.post("/draft", **{"from": "empty"})
    author.add("page", body_ko="글")
    for wrong in (
        {"effective_on": str(TODAY - timedelta(days=1)), "keeps": "KEEP"},
        {"effective_on": str(TODAY), "keeps": "TOP_UP"},
        {"effective_on": "x", "keeps": "KEEP"},
        {"effective_on": str(TODAY), "keeps": "ALL"},
    ):
        assert author.post("/publish", _from="/publish", **wrong).status_code == 422
    assert len(drafted(session)) == 1


def test_the_author_sees_a_page_as_its_readers_do(author: Author, session: Session, cast: Cast):
    author.post("/draft", **{"from": "empty"})
    author.add("page", body_ko="# 제목\n\n<script>alert(1)</script>", body_en="")
    (module,) = drafted(session)
    page = author.get(f"/preview/{module.public_id}")
    assert '<div class="prose" lang="ko" data-read><h2>제목</h2>' in page
    assert "<script>alert" not in page
    assert "/study/" not in page


def test_dropping_a_draft_leaves_what_is_published(author: Author, session: Session, cast: Cast):
    begun(author, session, cast)
    author.post("/draft/discard")
    assert drafted(session) == []
    assert session.scalars(select(Module.title_ko)).all() == ["쪽"]
    assert author.client.get(f"{author.at}/outline").status_code == 404


def test_only_the_training_administrator_writes(client: FlaskClient, cast: Cast):
    for person in (cast.employee, cast.coordinator, cast.area_manager, cast.executive):
        sign_in(client, person)
        assert client.get(f"/authoring/{cast.course.public_id}").status_code == 403
        assert "/authoring/" not in client.get(f"/courses/{cast.course.public_id}").text


def test_pages_take_as_many_statements_for_one_module_as_for_many(
    author: Author, session: Session, query_count: Callable[[], Any]
):
    author.post("/draft", **{"from": "empty"})
    counts = []
    for number in (1, 12):
        while len(drafted(session)) < number:
            author.add("page", body_ko="글")
        for path in ("", "/publish", f"/preview/{drafted(session)[0].public_id}", "/pictures", "/outline"):
            with query_count() as seen:
                author.get(path)
            counts.append(seen.total)
    assert counts[:5] == counts[5:]
    assert max(counts) <= 24

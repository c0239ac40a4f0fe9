"""Of a large network a page reads what it shows; what it shows is what the page of a small one would."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from lms.completion import pages, pages_rates, queries_places
from tests.support.network import Cast
from tests.support.statements import counted_statements

AS_OF = f"as_of={date(2019, 6, 30)}"
# What differs from one answer to the next, and the choice of units, which a large network has fewer of.
PASSING = re.compile(
    r'<select class="input" id="filter-unit".*?</select>|value="[^"]{60,}"|left="\d+"|\d\d:\d\d', re.DOTALL
)


@pytest.fixture
def as_large(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Give a function from which on every network is large, and one area is too many to choose from."""

    def begin() -> None:
        for module in (queries_places, pages_rates):
            monkeypatch.setattr(module, "LARGE_NETWORK", 1)
        for module in (queries_places, pages):
            monkeypatch.setattr(module, "MOST_TO_CHOOSE", 1)

    return begin


def addresses(cast: Cast) -> Iterator[str]:
    for unit in (cast.region, cast.area, cast.center, cast.far_away):
        yield f"/rates/{unit.public_id}?{AS_OF}"
        yield f"/shortfalls?{AS_OF}&unit={unit.public_id}"
    yield f"/rates/{cast.area.public_id}/spread?{AS_OF}"
    yield f"/rates?{AS_OF}"
    yield f"/rates?{AS_OF}&by=role&compare=2019-05-31"
    yield f"/shortfalls?{AS_OF}"
    yield f"/courses/{cast.course.public_id}/enrollments?{AS_OF}&unit={cast.area.public_id}"


def choices(page: str) -> list[str]:
    options = page.split('id="filter-unit"')[1].split("</select>", maxsplit=1)[0]
    return re.findall(r"<option[^>]*>([^<]+)</option>", options)[1:]


def test_pages_are_the_same(cast: Cast, look: Callable, as_large: Callable):
    small = {address: look(cast.training_admin, address) for address in addresses(cast)}
    as_large()
    for address, expected in small.items():
        found = look(cast.training_admin, address)
        assert PASSING.sub("", found) == PASSING.sub("", expected), address


def test_what_is_out_of_place_is_not_found(cast: Cast, client, look: Callable, as_large: Callable):
    as_large()
    look(cast.training_admin, f"/rates?{AS_OF}")
    assert client.get("/rates/nothing1234").status_code == 404
    assert client.get("/shortfalls?unit=nothing1234").status_code == 400
    look(cast.area_manager, f"/rates/{cast.area.public_id}?{AS_OF}")
    assert client.get(f"/rates/{cast.far_away.public_id}").status_code == 404


def test_regions_are_offered_first_and_then_the_areas_of_the_chosen_one(cast: Cast, look: Callable, as_large: Callable):
    assert choices(look(cast.training_admin, f"/shortfalls?{AS_OF}"))[:4] == ["수도권", "영남", "서울", "부산"]
    as_large()
    assert choices(look(cast.training_admin, f"/shortfalls?{AS_OF}")) == ["수도권", "영남"]
    for unit in (cast.region, cast.area):
        page = look(cast.training_admin, f"/shortfalls?{AS_OF}&unit={unit.public_id}")
        assert choices(page) == ["수도권", "영남", "서울"]
    center = choices(look(cast.training_admin, f"/shortfalls?{AS_OF}&unit={cast.center.public_id}"))
    assert center == ["강남점", "수도권", "영남", "서울"]


def test_no_center_is_read_that_is_not_shown(cast: Cast, look: Callable, as_large: Callable):
    as_large()
    look(cast.training_admin, f"/rates?{AS_OF}")
    with counted_statements() as seen:
        page = look(cast.training_admin, f"/rates?{AS_OF}")
    assert "수도권" in page
    assert not [text for text in seen.texts if "AS placement" in text and "IN (" not in text]

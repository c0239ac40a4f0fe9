"""Where the frame leads, and where someone starts."""

import re

import pytest
from flask.testing import FlaskClient

from tests.accounts.everyone import Everyone
from tests.support.sign_in import sign_in

RAIL = re.compile(r'<nav class="rail".*?</nav>', re.DOTALL)
FIGURES = ("/rates", "/shortfalls", "/flags", "/observations")
OWN = ("/courses", "/standard", "/me", "/me/records")
LINK = re.compile(r'<a class="destination" href="([^"]+)"( aria-current="page")?')


def places(client: FlaskClient, path: str) -> list[tuple[str, str]]:
    found = RAIL.search(client.get(path).text)
    assert found, f"{path} has no rail"
    return LINK.findall(found[0])


@pytest.mark.parametrize(
    ("kind", "first", "all_places"),
    [
        ("employee", "/me", ["/me", "/me/records", "/courses", "/standard"]),
        ("auditor", "/audit", ["/audit", "/audit/downloads", "/audit/reviews", "/months", *OWN]),
        ("on_leave", "/me", ["/me", "/me/records", "/courses", "/standard"]),
        (
            "coordinator",
            "/center",
            [
                "/center",
                *FIGURES,
                "/field-checks",
                "/monitoring",
                "/exceptions",
                "/assignments",
                "/accounts",
                "/months",
                "/views",
                *OWN,
            ],
        ),
        ("area_manager", "/rates", [*FIGURES, "/field-checks", "/monitoring", "/duties", "/months", "/views", *OWN]),
        ("executive", "/rates", ["/rates", "/flags", "/observations", "/monitoring", "/months", "/views", *OWN]),
        (
            "training_admin",
            "/rates",
            [
                *FIGURES,
                "/field-checks",
                "/monitoring",
                "/imports/",
                "/exceptions",
                "/doubts",
                "/assignments",
                "/rules",
                "/duties",
                "/accounts",
                "/months",
                "/views",
                *OWN,
            ],
        ),
    ],
)
@pytest.mark.backend("sqlite")
def test_everyone_starts_with_what_they_need_most(
    client: FlaskClient, everyone: Everyone, kind: str, first: str, all_places: list[str]
):
    sign_in(client, everyone.person(kind))
    home = client.get("/")
    assert (home.status_code, home.headers["Location"]) == (303, first)
    assert [address for address, _ in places(client, "/account/password")] == all_places
    for address in all_places:
        assert client.get(address, follow_redirects=True).status_code == 200


@pytest.mark.backend("sqlite")
def test_the_place_where_one_is_is_marked(client: FlaskClient, everyone: Everyone):
    sign_in(client, everyone.person("training_admin"))
    for address in ("/rates", "/courses", "/imports/", "/assignments"):
        assert [place for place, marked in places(client, address) if marked] == [address]
    below = {
        f"/rates/{everyone.cast.region.public_id}": "/rates",
        f"/courses/{everyone.cast.course.public_id}": "/courses",
        "/imports/new/roster": "/imports/",
        "/assignments/new": "/assignments",
    }
    for page, place in below.items():
        assert [address for address, marked in places(client, page) if marked] == [place]

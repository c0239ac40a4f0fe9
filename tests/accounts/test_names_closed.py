"""Who sees figures only takes no name away in a file either, nor does a manager before a purpose is stated."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.accounts.world import World
from tests.support.sign_in import csrf_token, sign_in


@pytest.mark.parametrize("kind", ["executive", "area_manager", "training_admin", "auditor", "employee"])
@pytest.mark.parametrize("what", ["rates", "shortfalls", "course-enrollments", "enrollments"])
def test_no_name_in_any_file(app: Flask, client: FlaskClient, world: World, kind: str, what: str):
    sign_in(client, world.person(kind))
    wish = {
        "csrf_token": csrf_token(client, "/account/password"),
        "reason": "for the meeting of the month",
        "format": "csv",
        "unit": world.cast.center.public_id,
        "course": world.cast.course.public_id,
        "people": "everyone",
        "by": "person",
    }
    for unit in (wish["unit"], ""):
        with client.post(f"/reports/{what}", data=wish | {"unit": unit}) as answer:
            text = answer.get_data(as_text=True)
        assert not [one for one in (canary.word for canary in world.canaries(kind)) if one in text], answer.status_code


def test_a_purpose_opens_the_names_of_that_scope_and_no_others(client: FlaskClient, world: World):
    sign_in(client, world.person("area_manager"))
    page, unit = f"/people/{world.cast.colleague.public_id}", world.cast.center.public_id
    assert world.cast.colleague.name not in client.get(page).text
    sent = {"csrf_token": csrf_token(client, "/account/password"), "reason": "calling those who are late", "next": page}
    answer = client.post(f"/units/{unit}/purpose", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert world.cast.colleague.name in client.get(page).text
    assert client.get(f"/people/{world.stranger.public_id}").status_code == 404

"""A NUL character is a bad request, wherever it stands."""

import io

import pytest
from flask.testing import FlaskClient

from tests.support.sign_in import csrf_token

pytestmark = pytest.mark.backend("sqlite")  # refused before any database is asked


@pytest.mark.parametrize("address", ["/a%00b", "/sign-in?next=%00", "/sign-in?a%00=1", "/healthz?x=1&x=%00"])
def test_in_an_address(client: FlaskClient, address: str):
    assert client.get(address).status_code == 400


def test_in_a_form_or_the_name_of_a_file(client: FlaskClient):
    token = csrf_token(client)
    for sent in (
        {"staff_no": "a\0"},
        {"a\0": "x"},
        {"file": (io.BytesIO(b"\0"), "a\0.csv")},
    ):
        assert client.post("/sign-in", data={"csrf_token": token, **sent}).status_code == 400


def test_the_content_of_a_file_may_hold_anything(client: FlaskClient):
    sent = {"csrf_token": csrf_token(client), "file": (io.BytesIO(b"\0"), "a.xlsx")}
    assert client.post("/sign-in", data=sent).status_code == 422

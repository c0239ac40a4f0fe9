"""Answers travel compressed to whoever can read that, and are the same when opened."""

import gzip

import pytest
from flask.testing import FlaskClient

from tests.support import ROOT

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
SHEET = "/static/css/table.css"
FONT = next((ROOT / "static" / "fonts").glob("*.woff2")).name
pytestmark = pytest.mark.backend("sqlite")  # bytes know no database


def sent(client: FlaskClient, address: str, headers: dict[str, str] | None = None):
    with client.get(address, headers=headers) as answer:
        answer.get_data()
        return answer


def test_a_page_is_short_on_its_way(client: FlaskClient):
    answer = sent(client, "/static/css/table.css", GZIP)
    plain = (ROOT / "static" / "css" / "table.css").read_bytes()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert gzip.decompress(answer.data) == plain
    assert len(answer.data) < len(plain) / 3
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_pages_and_error_pages_open_to_what_they_are(app):
    # The checked client reads HTML strictly and would not know it compressed.
    plain = FlaskClient(app)
    for address in ("/sign-in", "/nothing-here"):
        answer = sent(plain, address, GZIP)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert b"</html>" in gzip.decompress(answer.data)


@pytest.mark.parametrize("accepted", [{}, {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip;q=0"}])
def test_whoever_cannot_read_it_gets_it_plain(client: FlaskClient, accepted: dict[str, str]):
    answer = sent(client, SHEET, accepted)
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.data == (ROOT / "static" / "css" / "table.css").read_bytes()


def test_what_is_compressed_or_small_already_is_left_alone(client: FlaskClient):
    assert "Content-Encoding" not in sent(client, f"/static/fonts/{FONT}", GZIP).headers
    assert "Content-Encoding" not in sent(client, "/static/css/trail.css", GZIP).headers
    assert "Content-Encoding" not in sent(client, "/healthz", GZIP).headers


def test_a_browser_that_has_the_file_is_told_so(client: FlaskClient):
    tag = sent(client, SHEET, GZIP).headers["ETag"]
    again = sent(client, SHEET, GZIP | {"If-None-Match": tag})
    assert again.status_code == 304
    assert not again.data


def test_a_part_of_a_file_is_a_part_of_its_own_bytes(client: FlaskClient):
    answer = sent(client, SHEET, GZIP | {"Range": "bytes=0-9"})
    assert answer.status_code == 206
    assert answer.data == (ROOT / "static" / "css" / "table.css").read_bytes()[:10]


def test_the_length_of_a_page_does_not_tell_what_is_in_it(app):
    plain = FlaskClient(app)
    lengths = {len(sent(plain, "/nothing-here", GZIP).data) for _ in range(40)}
    assert len(lengths) > 10
    assert max(lengths) - min(lengths) <= 97

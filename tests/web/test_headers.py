"""Headers on every answer, errors and static files included."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from app import create_app
from config import Settings
from lms.accounts.access import ENDPOINTS, Policy
from lms.web.access_log import origin
from tests.support import ROOT
from tests.support.databases import settings_for
from tests.support.sign_in import csrf_token

EVERY_KIND = (
    "/sign-in",
    "/healthz",
    "/nowhere",
    "/static/favicon.svg",
    "/styles.css",
    "/static/not-there.css",
    "/probe/go-wrong?with=fault",
    "/probe/go-wrong?with=403",
    "/probe/names",
    "/account/password",
)


def headers_of(client: FlaskClient, address: str) -> Headers:
    with client.get(address) as answer:
        return answer.headers


@pytest.mark.parametrize("address", EVERY_KIND)
@pytest.mark.backend("sqlite")  # headers know no database
def test_every_answer_limits_what_a_browser_may_do(app: Flask, probe: FlaskClient, address: str):
    app.testing = False
    headers = headers_of(probe, address)
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} <= set(
        policy.split("; ")
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers, "this is no production: plain HTTP on 127.0.0.1"


@pytest.mark.backend("sqlite")
def test_pages_are_never_stored_and_versioned_files_for_long(probe: FlaskClient):
    for address in ("/sign-in", "/account/password", "/nowhere", "/probe/names", "/healthz"):
        assert headers_of(probe, address)["Cache-Control"] == "no-store"
    page = probe.get("/sign-in").text
    sheets = re.findall(r'href="(/styles.css[^"]+|/static/[^"]+)"', page)
    assert sheets
    assert all("?v=" in sheet for sheet in sheets)
    assert headers_of(probe, sheets[0])["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers_of(probe, sheets[0].split("?")[0])["Cache-Control"] == "no-cache"
    assert headers_of(probe, "/static/css/none.css?v=1")["Cache-Control"] == "no-store"
    font = next((ROOT / "static" / "fonts").glob("*.woff2"))
    assert headers_of(probe, f"/static/fonts/{font.name}")["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers_of(probe, "/static/fonts/fonts.css")["Cache-Control"] == "no-cache"


@pytest.fixture
def production(tmp_path) -> Flask:
    """Give the application as it runs for people, behind one proxy; it never asks its database here."""
    settings = Settings(
        environment="production",
        database_url="sqlite:///:memory:",
        data_dir=tmp_path,
        secret_key="a secret of production that is long enough",
        trusted_proxies=1,
    )
    return create_app(settings)


def test_production_wants_tls(production: Flask):
    client = production.test_client()
    answer = client.get("/sign-in", base_url="https://tracker.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_every_cookie_of_production_is_secure(production: Flask):
    client = production.test_client()
    base = {"base_url": "https://tracker.example"}
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in", **base).text)[1]
    sent = {"csrf_token": token, "language": "en", "theme": "dark"}
    cookies = client.post("/preferences", data=sent, **base).headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all({"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")) for cookie in cookies)


@pytest.mark.parametrize(("proxies", "seen"), [(0, "10.0.0.1"), (1, "198.51.100.9")])
def test_the_address_a_proxy_tells_is_believed_only_when_it_is_trusted(tmp_path, monkeypatch, proxies: int, seen: str):
    plain = settings_for("sqlite:///:memory:", tmp_path)
    values = {name: getattr(plain, name) for name in plain.__slots__}
    app = create_app(Settings(**(values | {"trusted_proxies": proxies})))
    app.add_url_rule("/who", "probe.who", origin)
    monkeypatch.setitem(ENDPOINTS, "probe.who", Policy.PUBLIC)
    told = {"X-Forwarded-For": "203.0.113.5, 198.51.100.9"}
    assert app.test_client().get("/who", headers=told, environ_base={"REMOTE_ADDR": "10.0.0.1"}).text == seen


@pytest.mark.backend("sqlite")
def test_a_form_token_of_another_browser_is_refused(app: Flask, client: FlaskClient):
    other = app.test_client()
    foreign = csrf_token(other)
    csrf_token(client)
    assert client.post("/preferences", data={"csrf_token": foreign, "theme": "dark"}).status_code == 400

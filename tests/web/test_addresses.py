"""Addresses that come from outside."""

import pytest
from flask import Flask

from lms.web.addresses import local_path, way_back


@pytest.mark.parametrize(
    "path", ["/", "/me", "/rates?as_of=2019-06-30&by=center", "/a//b", "/%2F%2Fevil.example", "/한글", "/a?next=//x"]
)
def test_a_path_of_this_site_is_kept(path: str):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "me",
        "//x",
        "/\\x",
        "\\x",
        "http://x",
        "https:/x",
        "/a\\b",
        "/\tx",
        "/\n",
        "/a\0",
        "/\u2028",
        "/" * 2001,
    ],
)
def test_anything_else_is_not(path: str | None):
    assert local_path(path) is None


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("http://localhost/rates?by=area", "/rates?by=area"),
        ("http://localhost/", "/"),
        ("http://localhost", None),
        ("http://localhost//evil.example", None),
        ("http://other/rates", None),
        ("nonsense", None),
        (None, None),
    ],
)
def test_the_way_back_is_a_page_of_ours(referrer: str | None, expected: str | None):
    headers = {"Referer": referrer} if referrer else {}
    with Flask("x").test_request_context("/", headers=headers):
        assert way_back() == expected

"""Walks through the demo, signed in as one of its people."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from lms.demo.rules import SignInKind
from lms.web.locale import COOKIE_LANGUAGE, COOKIE_THEME
from tests.support.demo import Someone, someone_of
from tests.support.sign_in import sign_in_page

# Give `with visit(SignInKind.COORDINATOR, viewport=PHONE) as page:` — signed in, on the first page.
Visit = Callable[..., AbstractContextManager[Page]]


@pytest.fixture
def someone(app: Flask) -> Callable[[SignInKind], Someone]:
    """Give the demo's person of a kind who can sign in."""
    return lambda kind: someone_of(app, kind)


@pytest.fixture
def visit(app: Flask, live_server: str, new_page: Callable[..., AbstractContextManager[Page]]) -> Visit:
    """Give a way to look at the demo as one of its people, in one look."""

    @contextmanager
    def open_as(kind: SignInKind, *, language: str = "ko", theme: str = "light", **options: Any) -> Iterator[Page]:
        with new_page(**options) as page:
            choices = {COOKIE_LANGUAGE: language, COOKIE_THEME: theme}
            page.context.add_cookies(
                [{"name": name, "value": text, "url": live_server} for name, text in choices.items()]
            )
            sign_in_page(page, live_server, app, someone_of(app, kind).person_id)
            page.goto(f"{live_server}/")
            yield page

    return open_as

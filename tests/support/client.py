"""A test client that reads every HTML answer strictly."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.html import check_html

# What is read between tags, and where a page leads: neither makes a page unsound, unless there is a sign in it.
WORDS = re.compile(r'>[^<>&"]*\w[^<>&"]*<')
PLACES = re.compile(r'\b(href|action|src|value|datetime)="[^"<>&]*"')
ODD = re.compile(r"<!--|[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


class CheckedClient(FlaskClient):
    """Flask's test client; an HTML answer that is not clean fails the test that asked for it."""

    # Reading takes as long as making the page: what differs in words and places alone is read once in a process.
    read: set[str] = set()

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask, then parse what came if it is HTML."""
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.request.method != "HEAD" and response.get_data():
            source = response.get_data(as_text=True)
            if (shape := shape_of(source)) not in self.read:
                check_html(source, response.request.path)
                self.read.add(shape)
        return response


def shape_of(source: str) -> str:
    """Return the tags of a page with all that can be wrong with them; the whole of one with comments or odd signs."""
    if ODD.search(source):
        return source
    return WORDS.sub(">w<", PLACES.sub(r'\1=""', source))

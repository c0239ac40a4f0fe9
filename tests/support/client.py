"""A test client that reads every HTML answer strictly."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.html import check_html


class CheckedClient(FlaskClient):
    """Flask's test client; an HTML answer that is not clean fails the test that asked for it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask, then parse what came if it is HTML."""
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.request.method != "HEAD" and response.get_data():
            check_html(response.get_data(as_text=True), response.request.path)
        return response

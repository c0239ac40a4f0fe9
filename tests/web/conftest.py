"""Routes for tests alone, around which the tests of this folder are written."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.probe import add_probe


@pytest.fixture
def probe(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Give a client of an application with the routes below /probe."""
    add_probe(app, monkeypatch)
    return client

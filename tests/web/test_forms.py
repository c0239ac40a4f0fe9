"""What every form of ours does."""

import pytest
from flask import Flask
from wtforms import PasswordField, StringField

from lms.web.forms import Form, at_most, required, text_of

pytestmark = pytest.mark.backend("sqlite")


class Example(Form):
    """A text, with a filter of its own, and a password."""

    title = StringField("Title", [required(), at_most(5)], filters=[lambda value: value and value.upper()])
    secret = PasswordField("Secret")


def filled(app: Flask, **values: str) -> Example:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", method="POST", data=values):
        form = Example()
        form.validate()
        return form


def test_texts_are_trimmed_and_passwords_are_not(app: Flask):
    for _ in range(2):  # binding a form must not change the class
        form = filled(app, title="  abc ", secret=" x ")
        assert (form.title.data, form.secret.data) == ("ABC", " x ")
        assert not form.errors


def test_spaces_alone_are_nothing(app: Flask):
    assert filled(app, title="   ").title.errors


def test_a_long_text_is_refused_after_trimming(app: Flask):
    assert not filled(app, title=" abcde ").errors
    assert filled(app, title="abcdef").title.errors


def test_a_field_that_was_not_sent_reads_as_empty(app: Flask):
    assert text_of(filled(app).title) == ""

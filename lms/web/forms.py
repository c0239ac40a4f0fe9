"""What every form of ours does: trims text, asks for its CSRF token, and words its refusals lazily."""

from typing import Any, cast

from flask import Flask, g
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from wtforms import PasswordField, StringField
from wtforms.fields.core import UnboundField
from wtforms.validators import DataRequired, Length


def init_app(app: Flask) -> None:
    """Give templates the token of their forms; call it after Flask-WTF has given them its own way to it."""
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.context_processor(lambda: {"csrf_token": csrf_token})


def csrf_token() -> str:
    """Return the token. A page has a dozen forms, and Flask-WTF looks its settings up for each."""
    return cast(str, g.get("csrf_token") or generate_csrf())


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form whose text fields arrive without spaces around them."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How fields are bound."""

        def bind_field(self, form: Any, unbound_field: "UnboundField[Any]", options: dict[str, Any]) -> Any:
            """Add trimming to text fields; a password is taken as it was typed."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options = options | {"filters": [_trimmed, *unbound_field.kwargs.get("filters", ())]}
            return unbound_field.bind(form=form, **options)


def required(message: Any = None) -> DataRequired:
    """Return the validator of a text that must not be empty; only spaces are empty. `message` is lazy."""
    return DataRequired(message or _l("Enter this."))


def at_most(characters: int) -> Length:
    """Return the validator of a text's length."""
    return Length(max=characters, message=_l("Use at most %(max)d characters."))


def text_of(field: StringField) -> str:
    """Return what was typed into a field, "" when nothing was."""
    return field.data or ""


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value

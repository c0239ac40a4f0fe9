"""Language, theme and how values are worded."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request
from flask_babel import Babel, get_locale

LANGUAGES = ("ko", "en")
THEMES = ("auto", "light", "dark")
COOKIE_LANGUAGE = "language"
COOKIE_THEME = "theme"


def init_app(app: Flask) -> None:
    """Set up translation and the `localized` filter."""
    app.config["BABEL_DEFAULT_LOCALE"] = app.config["SETTINGS"].language
    app.config["BABEL_DEFAULT_TIMEZONE"] = app.config["SETTINGS"].timezone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(app.root_path) + "/lms/web/translations"
    Babel(app, locale_selector=language)
    app.jinja_env.filters["localized"] = localized
    app.jinja_env.filters["local_time"] = local_time
    app.jinja_env.globals.update(get_locale=get_locale, theme=theme)


def language() -> str:
    """Return the reader's language: the account's choice, else the cookie's, else the house's default."""
    chosen = g.get("account_language") or request.cookies.get(COOKIE_LANGUAGE)
    return chosen if chosen in LANGUAGES else current_app.config["SETTINGS"].language


def theme() -> str:
    """Return "light", "dark", or "auto" to follow the device."""
    chosen = g.get("account_theme") or request.cookies.get(COOKIE_THEME)
    return chosen if chosen in THEMES else "auto"


def localized(thing: object, stem: str = "name") -> str:
    """Return `thing`'s text in the reader's language; the other language where that one is empty.

    `thing` is a row or dataclass with `<stem>_ko` and `<stem>_en`, or a mapping with those keys.
    """
    languages = ["en", "ko"] if str(get_locale()) == "en" else ["ko", "en"]
    for code in languages:
        key = f"{stem}_{code}"
        text = thing[key] if isinstance(thing, Mapping) else getattr(thing, key)
        if text:
            return str(text)
    return ""


def local_time(moment: datetime) -> str:
    """Return an instant as day and time in the organization's zone: 2019-06-30 14:05."""
    zone = ZoneInfo(current_app.config["SETTINGS"].timezone)
    return moment.astimezone(zone).isoformat(" ", "minutes")[:16]

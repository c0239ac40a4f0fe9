"""Language, theme and how values are worded."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.support import NullTranslations
from flask import Flask, current_app, g, request
from flask_babel import Babel, get_locale, get_translations
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import Markup

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
    # A page asks for hundreds of texts; Flask-Babel would look for the request's catalog as often.
    app.jinja_env.install_gettext_callables(_text, _text_of_number, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(_=_in_template, gettext=_in_template)
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
    for code in _catalog()[0]:
        key = f"{stem}_{code}"
        text = thing[key] if isinstance(thing, Mapping) else getattr(thing, key)
        if text:
            return str(text)
    return ""


def _catalog() -> tuple[tuple[str, str], NullTranslations]:
    """Return the languages to word things in, the wanted one first, and the texts of the wanted one."""
    mine = vars(g)
    kept: tuple[object, tuple[tuple[str, str], NullTranslations]] | None = mine.get("catalog")
    # A page asks hundreds of times, and `get_locale` takes its time; where Flask-Babel keeps its answer is looked at.
    if kept is None or kept[0] is not getattr(mine.get("_flask_babel"), "babel_locale", None):
        locale = get_locale()
        languages = ("en", "ko") if str(locale) == "en" else ("ko", "en")
        kept = g.catalog = (locale, (languages, get_translations()))
    return kept[1]


@pass_eval_context
def _in_template(context: EvalContext, text: str, /, **values: object) -> str:
    """Word a text as Jinja's own function does, which asks for its context twice over and marks each text anew."""
    texts = _catalog()[1]
    if not context.autoescape:
        return str(texts.ugettext(text)) % values
    return _marked(texts, text) % values if values else _finished(texts, text)


@lru_cache(maxsize=8192)
def _marked(texts: NullTranslations, text: str) -> Markup:
    return Markup(texts.ugettext(text))  # noqa: S704  # nosec B704 - written by us, never by people


@lru_cache(maxsize=8192)
def _finished(texts: NullTranslations, text: str) -> Markup:
    return _marked(texts, text) % {}


def _text(text: str) -> str:
    return _catalog()[1].ugettext(text)


def _text_of_number(one: str, many: str, number: int) -> str:
    return _catalog()[1].ungettext(one, many, number)


def local_time(moment: datetime) -> str:
    """Return an instant as day and time in the organization's zone: 2019-06-30 14:05."""
    zone = ZoneInfo(current_app.config["SETTINGS"].timezone)
    return moment.astimezone(zone).isoformat(" ", "minutes")[:16]

"""Pages from Markdown: CommonMark with tables, then an allow-list, so that nothing an author writes can act."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

import nh3
from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LAST_LEVEL = 6
TAGS = frozenset(
    [
        "p",
        "br",
        "hr",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "strong",
        "em",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "a",
        "img",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "table": {"class"},
    "th": {"class"},
    "td": {"class"},
}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # slow to load, and most processes show no page of a course

    # HTML in a page is shown as the text it is.
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def render_page(markdown: str, files: Mapping[str, str]) -> Markup:
    """Return a page as HTML. `files` gives the addresses of its pictures by name; an unknown one leaves its words.

    Headings begin at the second level, below the page's own.
    """
    parser = _parser()
    tokens = parser.parse(markdown)
    _shift_headings(tokens)
    for token in tokens:
        _dress(token)
        if token.children:
            token.children = [_picture(child, files) for child in token.children]
    html = parser.renderer.render(tokens, parser.options, {})
    return Markup(  # noqa: S704  # nosec B704 - cleaned on this very line
        nh3.clean(html, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=set(SCHEMES), link_rel="noopener noreferrer")
    )


def pictures_of(markdown: str) -> set[str]:
    """Return the names of the pictures that a page shows."""
    return {
        _name(child) for token in _parser().parse(markdown) for child in token.children or () if child.type == "image"
    }


def _shift_headings(tokens: Sequence["Token"]) -> None:
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(LAST_LEVEL, int(token.tag[1]) + 2 - highest)}"


def _dress(token: "Token") -> None:
    """Say by class what the parser says by style, which the content policy does not let through."""
    if token.type == "table_open":
        token.attrSet("class", "table")
    elif "text-align:right" in str(token.attrs.pop("style", "")):
        token.attrSet("class", "num")


def _picture(token: "Token", files: Mapping[str, str]) -> "Token":
    if token.type != "image":
        return token
    address = files.get(_name(token))
    if address is None:
        return type(token)("text", "", 0, content=token.content)
    token.attrSet("src", address)
    return token


def _name(token: "Token") -> str:
    return unquote(str(token.attrGet("src") or ""))

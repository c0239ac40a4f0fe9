"""Strict reading of HTML answers: what a browser silently repairs is an error here."""

import re
from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import ParseError

# Attributes that point at elements of the same page by id.
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "list", "form", "headers")

HOMES = {"tr": "tbody", "td": "tr", "th": "tr", "tbody": "table", "thead": "table", "option": "select"}


class HtmlError(AssertionError):
    """An HTML answer that does not parse, repeats an id, or points at an id that is not there."""


def check_html(source: str, address: str = "") -> Element:
    """Parse a page, or a fragment for htmx, and return its root.

    Raises:
        HtmlError: naming the address, the place and the line of source.
    """
    is_page = source.lstrip()[:15].lower().startswith("<!doctype")
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    try:
        root = parser.parse(source) if is_page else parser.parseFragment(source, container=_home_of(source))
    except ParseError as error:
        raise HtmlError(f"{address}: {_place(parser, source)}: {error}") from error
    _check_ids(root, address, whole=is_page)
    return _as_element(root)


def _home_of(fragment: str) -> str:
    """Return the element that a fragment is parsed in: rows belong in a table's body, cells in a row."""
    found = re.match(r"\s*<(\w+)", fragment)
    return HOMES.get(found[1].lower(), "div") if found else "div"


def _place(parser: Any, source: str) -> str:
    (line, column), code, values = parser.errors[-1]
    shown = source.splitlines()[line - 1].strip() if line <= len(source.splitlines()) else ""
    return f"line {line}, column {column}: {code} {values} in: {shown[:160]}"


def _check_ids(root: Element, address: str, *, whole: bool) -> None:
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    if repeated := [name for name, times in ids.items() if times > 1]:
        raise HtmlError(f"{address}: repeated ids: {repeated}")
    if not whole:  # a fragment may point at the page that it goes into
        return
    for element in root.iter():
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    raise HtmlError(f"{address}: <{element.tag} {attribute}={name!r}> points at no id of the page")


def _as_element(root: Any) -> Element:
    if not isinstance(root, Element):
        raise TypeError("html5lib built something other than an element tree")
    return root

"""What a browser says about itself, in words that people know. It may say anything: this is a hint, not a proof."""

import re
from dataclasses import dataclass

UNKNOWN = ""
# The first that is found names it: most browsers call themselves by the names of others too.
BROWSERS = (
    ("KAKAOTALK", "KakaoTalk"),
    ("NAVER(inapp", "Naver app"),
    ("Whale/", "Naver Whale"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg/", "Microsoft Edge"),
    ("EdgA/", "Microsoft Edge"),
    ("EdgiOS/", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
PHONES = re.compile(r"iPhone|Android.*Mobile|Mobile.*Android")


@dataclass(frozen=True, slots=True)
class Device:
    """A browser and the system it runs on, by the names their makers give them; "" where it cannot be told."""

    browser: str
    system: str
    is_phone: bool


def device_of(user_agent: str) -> Device:
    """Return what a browser's own description says in plain names."""
    return Device(
        browser=_first(BROWSERS, user_agent),
        system=_first(SYSTEMS, user_agent),
        is_phone=PHONES.search(user_agent) is not None,
    )


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in names if mark in text), UNKNOWN)

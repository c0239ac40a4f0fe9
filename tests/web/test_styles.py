"""What the style sheets promise: contrast in both themes, no name that is not there, nothing from elsewhere."""

import re

import pytest

from tests.support import ROOT
from tests.support.codebase import templates

CSS = {path.stem: path.read_text() for path in (ROOT / "static" / "css").glob("*.css")}
TOKEN = re.compile(r"(--[\w-]+):\s*([^;]+);")
TONES = ["text", "muted", "accent", "done", "late", "soon", "overdue", "critical", "hold", "exempt", "void", "expired"]
ENOUGH = 4.5
ENOUGH_FOR_SHAPES = 3.0


def themes() -> dict[str, dict[str, str]]:
    """Return the tokens of each theme as they stand in tokens.css: light, dark by device, dark by choice."""
    light, device, chosen = re.split(r":root(?:\[data|:not)[^{]*{", CSS["tokens"])
    return {
        "light": dict(TOKEN.findall(light)),
        "device": dict(TOKEN.findall(device)),
        "dark": dict(TOKEN.findall(chosen)),
    }


def luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_dark_is_the_same_by_device_and_by_choice():
    assert themes()["device"] == themes()["dark"]


def test_both_themes_name_the_same_colors():
    colors = {name for name, value in themes()["light"].items() if value.startswith("#")}
    assert colors == {name for name, value in themes()["dark"].items() if value.startswith("#")}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tone", TONES)
def test_words_can_be_read_on_every_ground(theme: str, tone: str):
    tokens = themes()[theme]
    grounds = [
        "--page",
        "--surface",
        "--raised",
        "--sunken",
        *([f"--{tone}-soft"] if f"--{tone}-soft" in tokens else []),
    ]
    assert {ground: round(contrast(tokens[f"--{tone}"], tokens[ground]), 2) for ground in grounds}
    assert all(contrast(tokens[f"--{tone}"], tokens[ground]) >= ENOUGH for ground in grounds)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "ground"), [("--on-accent", "--accent"), ("--on-accent", "--accent-strong"), ("--page", "--critical")]
)
def test_words_on_color_can_be_read(theme: str, front: str, ground: str):
    assert contrast(themes()[theme][front], themes()[theme][ground]) >= ENOUGH


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("shape", ["--line-strong", "--bar-fill", "--bar-below", "--bar-target"])
def test_shapes_stand_out_from_the_page(theme: str, shape: str):
    assert contrast(themes()[theme][shape], themes()[theme]["--page"]) >= ENOUGH_FOR_SHAPES


def test_every_name_that_is_used_is_defined():
    everything = "\n".join(CSS.values())
    used = set(re.findall(r"var\((--[\w-]+)", everything))
    defined = {name for name, _ in TOKEN.findall(everything)}
    assert not used - defined
    assert not defined - used


def test_every_symbol_that_is_named_is_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static" / "icons.svg").read_text()))
    text = "\n".join(path.read_text() for path in templates())
    named = set(re.findall(r'icon\("([\w-]+)"', text)) | set(re.findall(r'_mark\("\w+", "([\w-]+)"', text))
    assert not named - drawn


def test_style_sheets_load_nothing_from_elsewhere():
    assert not [name for name, text in CSS.items() if re.search(r"url\(|@import|https?:", text)]

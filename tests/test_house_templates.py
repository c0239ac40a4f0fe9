"""Templates get the safety Python gets: names must exist, imports must be used, every file must compile and lint."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import StrictUndefined, meta, nodes

from app import create_app
from tests.support import ROOT
from tests.support.codebase import TEMPLATES, product, templates
from tests.support.databases import settings_for

# A style on an element escapes the content policy and the tokens; an event attribute is a script outside its module.
INLINE = re.compile(r"""\s(style|on[a-z]+)=["']""")


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Give an application that never asks its database."""
    return create_app(settings_for("sqlite:///:memory:", tmp_path))


def parsed(app: Flask, path: Path) -> nodes.Template:
    return app.jinja_env.parse(path.read_text())


def imported_names(tree: nodes.Template) -> set[str]:
    names = {target(name) for node in tree.find_all(nodes.FromImport) for name in node.names}
    return names | {node.target for node in tree.find_all(nodes.Import)}


def target(name: str | tuple[str, str]) -> str:
    return name if isinstance(name, str) else name[1]


def test_an_undefined_name_is_an_error(app: Flask):
    assert app.jinja_env.undefined is StrictUndefined


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template_is_sound(app: Flask, path: Path):
    name = str(path.relative_to(TEMPLATES))
    app.jinja_env.get_template(name)
    tree = parsed(app, path)
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    assert not imported_names(tree) - used, "imported but not used"
    missing = [other for other in meta.find_referenced_templates(tree) if other and not (TEMPLATES / other).is_file()]
    assert not missing
    assert not INLINE.search(path.read_text()), "styles belong in static/css, behavior in static/js"


def test_no_macro_is_left_over(app: Flask):
    defined, used = set(), set()
    for path in templates():
        tree = parsed(app, path)
        defined |= {node.name for node in tree.find_all(nodes.Macro)}
        used |= imported_names(tree) | {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
        used |= {node.attr for node in tree.find_all(nodes.Getattr)}
    assert not defined - used


def test_no_template_is_left_over(app: Flask):
    asked = "\n".join(path.read_text() for path in [*templates(), *(source.path for source in product())])
    # Error pages are chosen by status: errors/404.html.
    names = {str(path.relative_to(TEMPLATES)) for path in templates() if path.parent.name != "errors"}
    assert not {name for name in names if not re.search(rf"""["']{re.escape(name)}["']""", asked)}


def test_djlint_passes():
    djlint = Path(sys.executable).with_name("djlint")
    done = subprocess.run(  # noqa: S603 - our own linter on our own files
        [djlint, "--quiet", "--lint", str(TEMPLATES)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr

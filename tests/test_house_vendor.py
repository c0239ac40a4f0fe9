"""What others made and we ship or test with is what it says it is: name, version, license, checksum."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.support import ROOT

FOLDERS = (ROOT / "static" / "vendor", ROOT / "tests" / "vendor")
LICENSE_FILES = ("LICENSE", "OFL.txt", "manifest.json")


def entries(folder: Path) -> list[dict[str, str]]:
    return json.loads((folder / "manifest.json").read_text())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_file_is_what_the_manifest_says(folder: Path):
    for entry in entries(folder):
        assert all(entry[key] for key in ("name", "version", "license", "source")), entry
        found = hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest()
        assert found == entry["sha256"], f"{entry['file']} was changed"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_no_file_is_missing_from_the_manifest(folder: Path):
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    strangers = {name for name in there if not name.endswith(LICENSE_FILES)} - {
        entry["file"] for entry in entries(folder)
    }
    assert not strangers

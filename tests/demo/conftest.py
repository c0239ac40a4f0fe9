"""The demo as it was loaded for today, in a database of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Settings
from tests.support.databases import Databases, settings_for
from tests.support.demo import DEMO


@pytest.fixture
def demo_settings(databases: Databases, backend: str, tmp_path: Path) -> Iterator[Settings]:
    """Give settings that point at a clone of the loaded demo."""
    with databases.clone(backend, DEMO) as url:
        yield settings_for(url, tmp_path)

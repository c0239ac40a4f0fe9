"""The data that lie beside the project, when they do: real histories with their expected answers."""

import os
from pathlib import Path

from tests.support import ROOT


def find_shared_data() -> Path | None:
    """Return the folder that SHARED_DIR names, by default `shared` beside the project; None when it is not there."""
    folder = Path(os.environ.get("SHARED_DIR", ROOT.parent / "shared"))
    return folder if (folder / "data").is_dir() else None


def shared_data_is_required() -> bool:
    """Tell whether tests must fail, not only be announced, where the folder is absent."""
    return bool(os.environ.get("SHARED_REQUIRED"))

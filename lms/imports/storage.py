"""Files kept in the data directory until they were applied."""

import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

CHUNK = 1024 * 1024


def folder_in(data_dir: Path) -> Path:
    """Return the folder of files that came in; it exists afterwards."""
    folder = data_dir / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(data_dir: Path, chunks: Iterable[bytes]) -> tuple[str, str]:
    """Write a file under a random name and return that name and the content's SHA-256."""
    name = secrets.token_hex(16)
    digest = hashlib.sha256()
    with (folder_in(data_dir) / name).open("wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
    return name, digest.hexdigest()


def drop(data_dir: Path, name: str | None) -> None:
    """Remove a kept file, if it is still there, and what is noted of it."""
    if name is not None:
        (folder_in(data_dir) / name).unlink(missing_ok=True)
        _progress_file(data_dir, name).unlink(missing_ok=True)


def note_progress(data_dir: Path, name: str, percent: int) -> None:
    """Note how much of a kept file was read.

    Beside the file, not in the database: applying is one transaction, of which nobody else sees anything before its
    end.
    """
    _progress_file(data_dir, name).write_text(str(percent))


def progress_of(data_dir: Path, name: str | None) -> int:
    """Return how much of a kept file was read, in percent."""
    file = _progress_file(data_dir, str(name))
    text = file.read_text() if name is not None and file.exists() else ""
    return int(text) if text.isdigit() else 0


def _progress_file(data_dir: Path, name: str) -> Path:
    return folder_in(data_dir) / f"{name}.progress"


def digest_of(path: Path) -> str:
    """Return a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

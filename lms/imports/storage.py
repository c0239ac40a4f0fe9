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
    """Remove a kept file, if it is still there."""
    if name is not None:
        (folder_in(data_dir) / name).unlink(missing_ok=True)


def digest_of(path: Path) -> str:
    """Return a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Files of courses in the data directory, each under the SHA-256 of its bytes: the same bytes are kept once."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from math import inf
from pathlib import Path


def folder_in(data_dir: Path) -> Path:
    """Return the folder of the files of courses."""
    return data_dir / "content"


def path_of(folder: Path, sha256: str) -> Path:
    """Return where the bytes of a digest lie."""
    return folder / sha256[:2] / sha256


def keep(folder: Path, data: bytes) -> str:
    """Write bytes and return their digest. They are whole on disk before their name is there.

    Bytes that lie there already are as new: whoever deletes what nothing refers to any more leaves new ones alone.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(folder, digest)
    try:
        os.utime(path)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        coming = path.with_name(f"{digest}.{secrets.token_hex(4)}")
        with coming.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        coming.replace(path)
    return digest


def list_older(folder: Path, *, than: float) -> Iterator[list[Path]]:
    """Yield the files that were kept last before an instant (seconds since 1970), a few hundred at a time."""
    for part in sorted(folder.glob("??")):
        if older := [path for path in sorted(part.iterdir()) if _kept_at(path) < than]:
            yield older


def drop(path: Path, *, unless_since: float) -> bool:
    """Delete a file, unless it was kept again since an instant; tell whether it is gone.

    It loses its name first, so that who keeps the same bytes meanwhile writes them anew.
    """
    going = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.replace(going)
    except FileNotFoundError:
        return False
    if _kept_at(going) >= unless_since:
        going.replace(path)
        return False
    going.unlink()
    return True


def _kept_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another sweep was quicker
        return inf

"""Files of courses in the data directory, each under the SHA-256 of its bytes: the same bytes are kept once."""

import hashlib
import os
import secrets
from pathlib import Path


def folder_in(data_dir: Path) -> Path:
    """Return the folder of the files of courses."""
    return data_dir / "content"


def path_of(folder: Path, sha256: str) -> Path:
    """Return where the bytes of a digest lie."""
    return folder / sha256[:2] / sha256


def keep(folder: Path, data: bytes) -> str:
    """Write bytes and return their digest. They are whole on disk before their name is there."""
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(folder, digest)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        coming = path.with_name(f"{digest}.{secrets.token_hex(4)}")
        with coming.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        coming.replace(path)
    return digest

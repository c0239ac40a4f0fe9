"""Answers travel compressed: pages each time, files of the product once in a process."""

import gzip
import secrets
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from flask import Flask, Response, current_app, request

LEVEL = 6
WORTH_IT = 800  # bytes; below this one packet carries it anyway
TYPES = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"})
# The length of a page must not tell what is in it: up to this many bytes are added by chance ("Heal the Breach").
MOST_PADDING = 96


def init_app(app: Flask) -> None:
    """Compress what a browser is sent, when it can read that. Set up before all others, so that it runs after them."""

    @app.after_request
    def compress(response: Response) -> Response:
        if (response.content_length or WORTH_IT) < WORTH_IT or request.method == "HEAD":
            return response
        if response.mimetype not in TYPES or response.status_code in {204, 206, 304}:
            return response
        response.vary.add("Accept-Encoding")
        if "Content-Encoding" not in response.headers and request.accept_encodings.quality("gzip") > 0:
            _shorten(response)
        return response


def _shorten(response: Response) -> None:
    content = _file() if request.endpoint == "static" and response.status_code == 200 else _page(response)
    if content is None:
        return
    response.direct_passthrough = False
    replaced = response.response
    response.set_data(content)
    if hasattr(replaced, "close"):
        replaced.close()  # the file that would have been sent
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)  # the same text in other bytes


def _page(response: Response) -> bytes | None:
    if response.is_streamed or response.direct_passthrough:
        return None
    content = response.get_data()
    padding = secrets.token_hex(MOST_PADDING // 2)[: secrets.randbelow(MOST_PADDING + 1)]
    return zipped(content, padding) if len(content) >= WORTH_IT else None


def _file() -> bytes | None:
    path = Path(current_app.static_folder or "", (request.view_args or {})["filename"])
    return _zipped_file(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _zipped_file(path: Path, _changed: int) -> bytes | None:
    content = path.read_bytes()
    return zipped(content, "") if len(content) >= WORTH_IT else None


def zipped(content: bytes, padding: str) -> bytes:
    """Return content as gzip; `padding` goes where a file's name would stand, which readers skip."""
    written = BytesIO()
    with gzip.GzipFile(padding, "wb", LEVEL, written, mtime=0) as file:
        file.write(content)
    return written.getvalue()

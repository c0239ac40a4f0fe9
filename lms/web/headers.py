"""Headers of every answer: what a browser may do with it, and how long it may keep it."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request

from lms.web.styles import style_version

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "font-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
# A file that someone brought: opened by itself it runs, loads and frames nothing, whatever it holds.
SEALED_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
ALWAYS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
FOREVER = "public, max-age=31536000, immutable"
# For who was let in alone; what an address of a file names never changes.
PRIVATELY = "private, max-age=31536000, immutable"
FILES = frozenset({"static", "web.styles"})
# Their style sheet names them after their content.
FONTS = "/static/fonts/"


def init_app(app: Flask) -> None:
    """Set the headers, and give each static file's address the version of its content."""
    is_production = app.config["SETTINGS"].environment == "production"

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.update(ALWAYS)
        if is_production:
            response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if (sealed := g.pop("sealed", None)) and response.status_code < 400:
            response.headers["Content-Security-Policy"] = SEALED_POLICY
            response.headers["Cache-Control"] = sealed
            return response
        is_file = request.endpoint in FILES and response.status_code < 400
        # Pages and downloads speak of people: not in a shared browser's cache, nor behind its back button.
        response.headers["Cache-Control"] = _static_caching() if is_file else "no-store"
        return response

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and app.static_folder and "filename" in values:
            file = Path(app.static_folder, values["filename"])
            if file.is_file():
                values["v"] = _version(file, file.stat().st_mtime_ns)
        elif endpoint == "web.styles":
            values["v"] = style_version()


def seal(response: Response, *, is_kept: bool = True) -> Response:
    """Send an answer as a file that people brought: it can do nothing. Its reader's browser keeps it, unless told."""
    g.sealed = PRIVATELY if is_kept else "no-store"
    return response


def _static_caching() -> str:
    path = request.path
    is_font = path.startswith(FONTS) and path.endswith(".woff2")
    return FOREVER if is_font or request.args.get("v") else "no-cache"


@lru_cache(maxsize=1024)
def _version(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]

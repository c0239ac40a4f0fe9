"""The web server: gunicorn with this application."""

import gc
from typing import Any

# Imported here, before the processes part, so that nobody waits for them at the first page or post that needs one.
import huey  # noqa: F401
import markdown_it  # noqa: F401
import pypdf  # noqa: F401
import xlsxwriter  # noqa: F401
from flask import Flask
from gunicorn.app.base import BaseApplication

from lms.web.serving import STOP_SECONDS

THREADS = 4


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with this application, set up here instead of in a file."""

    def __init__(self, app: Flask, **options: Any) -> None:
        self.flask_app = app
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand the settings over."""
        usual = {
            "worker_class": "gthread",
            "threads": THREADS,
            "loglevel": "warning",
            "graceful_timeout": STOP_SECONDS,
            "post_worker_init": self._warm,
        }
        for name, value in (usual | self.options).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application to serve."""
        return self.flask_app

    def _warm(self, _process: object) -> None:
        """Ask for the first page, so that nobody waits for templates to be read; then leave what stays to itself."""
        self.flask_app.test_client().get("/", follow_redirects=True)
        # Looking through all modules for garbage took a tenth of a page's time, now and then all of it.
        gc.collect()
        gc.freeze()

"""One line for each request, without anything about a person: no address typed, no query, no name, no IP."""

import logging
import time

from flask import Flask, Response, g, request

log = logging.getLogger("lms.requests")


def init_app(app: Flask) -> None:
    """Log method, rule, status and milliseconds of every answer but static files; in production, to stderr."""
    if app.config["SETTINGS"].environment == "production" and not log.handlers:
        log.addHandler(logging.StreamHandler())
        log.setLevel(logging.INFO)

    @app.before_request
    def start() -> None:
        g.request_started = time.perf_counter()

    @app.after_request
    def note(response: Response) -> Response:
        if request.endpoint != "static":
            rule = request.url_rule.rule if request.url_rule else "-"
            spent = (time.perf_counter() - g.get("request_started", time.perf_counter())) * 1000
            log.info("%s %s %d %.0f ms", request.method, rule, response.status_code, spent)
        return response

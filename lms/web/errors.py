"""Error pages: what happened and what to do, in the reader's language."""

import logging

from flask import Flask, Response, current_app, g, make_response
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as AnyResponse

from lms.shared.errors import DomainError, NotFoundError
from lms.web.addresses import way_back
from lms.web.programs import refuse, signed_out, wants_json

PAGES = frozenset({400, 403, 404, 405, 413, 429, 500, 503})
log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Answer every error with a page of its kind."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> AnyResponse | HTTPException:
        if error.response is not None or error.code is None or error.code < 400:
            return error  # a redirect, or an answer that somebody made on purpose
        page = error.code if error.code in PAGES else 400 if error.code < 500 else 500
        answer = error_page(str(page), error.code)
        for name, value in error.get_headers():
            if name.lower() != "content-type":
                answer.headers.add(name, value)
        return answer

    @app.errorhandler(CSRFError)
    def csrf_error(_error: CSRFError) -> AnyResponse:
        if wants_json():  # who is not signed in has no token either
            return refuse("csrf", 400) if g.get("person_id") else signed_out()
        return error_page("csrf", 400, way_back=way_back())

    @app.errorhandler(NotFoundError)
    def not_found(_error: NotFoundError) -> AnyResponse:
        return error_page("404", 404)

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> AnyResponse:
        # A view words the refusals it expects; this one it did not, so the reader gets the general page.
        log.warning("refused without words: %s", error.code)
        return error_page("400", 400)


def error_page(name: str, status: int, **values: object) -> Response:
    """Return the error page `templates/errors/<name>.html`.

    Rendered without context processors: they ask who is looking and where they may go, which a broken request cannot
    answer, and which would tell two pages of one kind apart.
    """
    template = current_app.jinja_env.get_template(f"errors/{name}.html")
    return make_response(template.render(values), status)

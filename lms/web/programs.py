"""Answers to programs, such as the scripts of our own pages: JSON where a reader would get a page."""

from flask import Response, jsonify, request


def wants_json() -> bool:
    """Tell whether whoever asks reads JSON rather than pages."""
    accepted = request.accept_mimetypes
    return bool(accepted) and accepted.best_match(("text/html", "application/json")) == "application/json"


def refuse(code: str, status: int) -> Response:
    """Return a refusal that a program understands."""
    answer = jsonify(error=code)
    answer.status_code = status
    return answer


def signed_out() -> Response:
    """Tell a program that its person must sign in first."""
    answer = refuse("signed_out", 401)
    answer.headers["WWW-Authenticate"] = "Cookie"
    return answer

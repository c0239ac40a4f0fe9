"""Input that no form of ours can send and no database stores."""

from collections.abc import Iterator

from flask import Flask, abort, request


def init_app(app: Flask) -> None:
    """Refuse requests with a NUL character: PostgreSQL cannot store it, so that it would end as a fault of ours."""

    @app.before_request
    def refuse_nul() -> None:
        if any("\0" in text for text in _texts()):
            abort(400)


def _texts() -> Iterator[str]:
    yield request.path
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            yield name
            yield value
    for name, file in request.files.items(multi=True):
        yield name
        yield file.filename or ""

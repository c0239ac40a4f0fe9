"""Input that no form of ours can send and no database stores."""

from collections.abc import Iterator

from flask import Flask, Request, abort, request

FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})


class OurRequest(Request):
    """A request whose body is looked through for a form only where it says that it is one."""

    @property
    def want_form_data_parsed(self) -> bool:
        """Tell whether the body is a form: looking for one in each post of a player costs as much as reading it."""
        return self.mimetype in FORMS


def init_app(app: Flask) -> None:
    """Refuse requests with a NUL character: PostgreSQL cannot store it, so that it would end as a fault of ours."""
    app.request_class = OurRequest

    @app.before_request
    def refuse_nul() -> None:
        if any("\0" in text for text in _texts()):
            abort(400)


def _texts() -> Iterator[str]:
    yield request.path
    # Only a form has fields and files; looking for them in each post of a player costs as much as reading it.
    is_form = request.mimetype in FORMS
    asked = (request.args,) if request.query_string else ()
    for values in (*asked, request.form) if is_form else asked:
        for name, value in values.items(multi=True):
            yield name
            yield value
    if not is_form:
        return
    for name, file in request.files.items(multi=True):
        yield name
        yield file.filename or ""

"""Who is looking, in the request at hand. `accounts` puts it there once the session is known."""

import hashlib
from typing import cast

from flask import current_app, g

from lms.people.rules import Scope


def set_viewer(scope: Scope, *, label: str) -> None:
    """Make `scope` the one of this request; `label` is how the audit trail names the viewer."""
    g.scope = scope
    g.person_id = scope.person_id
    g.person_label = label


def current_person_id() -> int:
    """Return who is signed in, where a view shows what is their own.

    Raises:
        AttributeError: nobody is.
    """
    return cast(int, g.person_id)


def current_scope() -> Scope:
    """Return whom this request's viewer may see.

    Raises:
        AttributeError: nobody is signed in; such a request never reaches a view that asks.
    """
    return cast(Scope, g.scope)


def viewer_tag() -> str:
    """Return what tells this request's viewer from others on a shared device, and tells nothing else of them.

    Raises:
        AttributeError: nobody is signed in.
    """
    key = hashlib.sha256(str(current_app.secret_key).encode()).digest()
    return hashlib.blake2b(str(current_person_id()).encode(), key=key, digest_size=12, person=b"device").hexdigest()

"""Whether a request shows that somebody is there. Of an ordinary one it goes without saying.

Those that pages send by themselves (`ASKED_BY_PAGES`) keep no session alive unless their view says so.
"""

from flask import g


def somebody_is_there() -> None:
    """Note that what was sent is somebody's doing."""
    g.somebody_is_there = True


def is_somebody_there() -> bool:
    """Tell whether it was noted."""
    return bool(g.get("somebody_is_there", False))

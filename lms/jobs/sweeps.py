"""Picking up work that the queue dropped, which delivers at most once; and deleting what has been kept long enough."""

from collections.abc import Callable

from sqlalchemy.orm import Session

Sweep = Callable[[Session], int]

_sweeps: list[Sweep] = []
_purges: list[Sweep] = []


def register(sweep: Sweep) -> Sweep:
    """Have `sweep` called at each sweep: it requests the jobs of rows that wait, and returns how many."""
    _sweeps.append(sweep)
    return sweep


def sweep_all(session: Session) -> int:
    """Request every job that some row waits for; return how many. Running one twice does no harm."""
    return sum(sweep(session) for sweep in _sweeps)


def register_purge(purge: Sweep) -> Sweep:
    """Have `purge` called at each sweep: it deletes rows or files past the time they are kept, and tells how many."""
    _purges.append(purge)
    return purge


def purge_all(session: Session) -> int:
    """Delete every row and file past the time it is kept; return how many."""
    return sum(purge(session) for purge in _purges)

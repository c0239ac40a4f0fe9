"""Picking up work that the queue dropped: it delivers at most once, so what must happen waits in business rows."""

from collections.abc import Callable

from sqlalchemy.orm import Session

Sweep = Callable[[Session], int]

_sweeps: list[Sweep] = []


def register(sweep: Sweep) -> Sweep:
    """Have `sweep` called at each sweep: it requests the jobs of rows that wait, and returns how many."""
    _sweeps.append(sweep)
    return sweep


def sweep_all(session: Session) -> int:
    """Request every job that some row waits for; return how many. Running one twice does no harm."""
    return sum(sweep(session) for sweep in _sweeps)

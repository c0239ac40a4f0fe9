"""How much chance a run is given: `make test` takes a sample, `make test-long` takes its time."""

import os

LONG = os.environ.get("TEST_EFFORT") == "long"


def effort(ordinary: int, long: int) -> int:
    """Return how many examples to try: `ordinary` in every run, `long` when there is time."""
    return long if LONG else ordinary

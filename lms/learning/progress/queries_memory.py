"""Study records as this process last wrote them: a player posts every few seconds, and little changes in between.

What is remembered decides nothing by itself. Whoever writes lets the database check in the same statement that the
record is still at the revision remembered, the person's own, and completed as far as was known; else it is read anew.
"""

from lms.learning.progress.queries import Known

MOST_REMEMBERED = 4096


class RecentRecords:
    """What posts to study records were last judged by, by person and public id. Safe among threads."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], Known] = {}

    def find(self, person_id: int, public_id: str) -> Known | None:
        """Return what is remembered of a record, which may have changed since; None: nothing is."""
        return self._known.get((person_id, public_id))

    def keep(self, person_id: int, public_id: str, known: Known | None) -> None:
        """Remember how a record stands after a commit; None forgets it."""
        if known is None:
            self._known.pop((person_id, public_id), None)
            return
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[person_id, public_id] = known

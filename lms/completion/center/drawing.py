"""The cells of a board, as HTML: there are a thousand and more, and a template takes ten times as long over each."""

from collections.abc import Collection, Mapping

from markupsafe import Markup, escape

from lms.completion.center.rules import Board, BoardRow, Cell
from lms.completion.center.wording import CellWords, Words

NOTHING = '<td class="none"></td>'


class Cells:
    """Draws the cells of one page. `picked` are public ids of people and courses whose cells are ticked already."""

    def __init__(self, board: Board, words: Words, titles: Mapping[int, str], picked: Collection[str]) -> None:
        self._board, self._words, self._picked = board, words, picked
        self._titles = {course_id: escape(title) for course_id, title in titles.items()}

    def of(self, row: BoardRow, sprite: str, *, may_pick: bool) -> Markup:
        """Return a person's cells; those that a completion could be recorded in are boxes to tick where one may."""
        person, name = row.person, escape(row.person.name)
        is_picked = person.public_id in self._picked
        drawn = []
        for course, cell in self._board.line(row):
            if cell is None:
                drawn.append(NOTHING)
            elif may_pick and cell.is_open:
                checked = " checked" if is_picked or course.public_id in self._picked else ""
                value, title = f"{person.public_id}.{course.public_id}", self._titles[course.id]
                drawn.append(self._box(cell, value, f"{name}, {title}", checked, sprite))
            else:
                drawn.append(self._mark(cell, sprite))
        return Markup("\n".join(drawn))  # noqa: S704  # nosec B704 - what people wrote is escaped above

    def _box(self, cell: Cell, value: str, whose: str, checked: str, sprite: str) -> str:
        word: CellWords = self._words.of(cell)
        return (
            f'<td class="tone-{word.tone}"><label>'
            f'<input type="checkbox" name="cell" value="{value}" aria-label="{whose}, {word.full}"{checked}>'
            f'<svg class="icon" aria-hidden="true"><use href="{sprite}#{word.symbol}"></use></svg>'
            f"{word.short}</label></td>"
        )

    def _mark(self, cell: Cell, sprite: str) -> str:
        word: CellWords = self._words.of(cell)
        return (
            f'<td class="tone-{word.tone}"><span>'
            f'<svg class="icon" role="img" aria-label="{word.full}"><use href="{sprite}#{word.symbol}"></use></svg>'
            f"{word.short}</span></td>"
        )

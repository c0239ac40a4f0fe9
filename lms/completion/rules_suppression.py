"""Who sees figures without names sees none that single out a few people (domain study §1.2, ruling 18)."""

from collections.abc import Collection, Mapping, Sequence

from lms.completion.rules import RateLine, Tally
from lms.people.rules import Scope

# A figure about fewer people than this is not shown to whoever may not see them by name.
LEAST_PEOPLE = 5


def find_hidden(people: Sequence[int], already: Collection[int] = ()) -> frozenset[int]:
    """Return which groups to hide, by their place in the list, where the sum over the groups is known as well.

    A small group alone would be the sum less the others. So the next smallest is hidden with it, until what is hidden
    is at least two groups of together enough people. Groups of nobody say nothing and stay. `already` are hidden for
    another reason.
    """
    filled = sorted((number, place) for place, number in enumerate(people) if number > 0)
    hidden = [place for number, place in filled if number < LEAST_PEOPLE or place in already]
    for _, place in filled:
        if not hidden or (len(hidden) > 1 and sum(people[one] for one in hidden) >= LEAST_PEOPLE):
            break
        if place not in hidden:
            hidden.append(place)
    return frozenset(hidden)


def find_hidden_cells(people: Mapping[tuple[str, str], int]) -> frozenset[tuple[str, str]]:
    """Return which cells of a table to hide, by row and column, where the sums of rows and columns are known."""
    hidden: frozenset[tuple[str, str]] = frozenset()
    while True:
        found = hidden
        for axis in (0, 1):
            for name in sorted({cell[axis] for cell in people}):
                line = [cell for cell in sorted(people) if cell[axis] == name]
                already = {place for place, cell in enumerate(line) if cell in found}
                found |= {line[place] for place in find_hidden([people[cell] for cell in line], already)}
        if found == hidden:
            return hidden
        hidden = found


def hides_small_groups(scope: Scope, center_ids: frozenset[int]) -> bool:
    """Tell whether a viewer sees the figures of these centers without ever seeing their people by name."""
    return not scope.network and not (center_ids and center_ids <= scope.center_ids)


def without_small_groups(lines: Sequence[RateLine]) -> tuple[list[RateLine], frozenset[str]]:
    """Return the lines with those emptied that are about too few people, and the codes of these."""
    places = find_hidden([line.people_judged for line in lines])
    kept = [emptied(line) if place in places else line for place, line in enumerate(lines)]
    return kept, frozenset(lines[place].code for place in places)


def emptied(line: RateLine) -> RateLine:
    """Return a line with its name and no figures."""
    return line._replace(tally=Tally(), people_judged=0, people_short=0, people_done=0)

"""What each signal looks for. Every threshold lies where an honest history does not come: see tests/learning."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from lms.learning.signals.rules import History, Part, Reason, Seen, Signal
from lms.learning.signals.rules_time import events_of, time_spent

# Percent of the nominal time.
FAST, IMPOSSIBLY_FAST = 40, 10
LONG_ENOUGH = 60
# A module of this length that was really looked at leaves more than one event.
EVENTFUL_FROM, FEWEST_EVENTS = 120, 2
EVENTS = frozenset({"BEAT", "READ", "WATCH", "TURN"})
HANDED_OVER = timedelta(minutes=3)
PEOPLE_IN_A_ROW, SWITCHES = 3, 6
BEFORE_MIDNIGHT = timedelta(minutes=30)
WRONG_IN_COMMON, WRONG_ALIKE = 4, 80
PRINTS_IN_COMMON, PRINTS_ALIKE = 5, 25
SLACK = timedelta(minutes=1)


def evaluate(history: History) -> tuple[Reason, ...]:
    """Return every reason to look at a completion, in the order of `Signal`; most have none."""
    looked = (
        too_fast, no_events, shared_device, same_wrong, midnight, impossible, replayed, before_assigned, score_alone,
    )  # fmt: skip
    return tuple(reason for look in looked if (reason := look(history)) is not None)


def too_fast(history: History) -> Reason | None:
    """Find less than 40 % of the nominal time, over all that is read, watched or paged through."""
    nominal, spent = _times(history, history.own_parts)
    if nominal < LONG_ENOUGH or 100 * spent >= FAST * nominal:
        return None
    return Reason(Signal.TOO_FAST, {"spent": spent, "nominal": nominal, "percent": 100 * spent // nominal})


def _times(history: History, parts: Iterable[Part]) -> tuple[int, int]:
    """Return the nominal seconds of parts and those spent on them, by credit or by posts, whichever shows more."""
    shown = time_spent(history.posts)
    found = [(part.nominal, max(part.spent, shown.get(part.key, 0))) for part in parts]
    return sum(nominal for nominal, _ in found), sum(spent for _, spent in found)


def no_events(history: History) -> Reason | None:
    """Find parts that completed with hardly a sign that anyone looked at them."""
    events = events_of(history.posts, EVENTS)
    judged = [part for part in history.own_parts if part.nominal >= EVENTFUL_FROM]
    silent = [part for part in judged if events.get(part.key, 0) < FEWEST_EVENTS]
    if not silent or 2 * len(silent) < len(judged):
        return None
    return Reason(Signal.NO_EVENTS, {"modules": len(silent), "of": len(judged)})


def shared_device(history: History) -> Reason | None:
    """Find three people or more, one right after the other on one device; or two who take turns again and again."""
    own = [Seen(post.device, 0, post.received_at) for post in history.posts if post.device]
    found = [_chain(device, own, history.others) for device in sorted({one.device for one in own})]
    people, switches = max(found, default=(0, 0))
    if people < PEOPLE_IN_A_ROW and switches < SWITCHES:
        return None
    return Reason(Signal.SHARED_DEVICE, {"people": people, "switches": switches})


def _chain(device: str, own: Iterable[Seen], others: Iterable[Seen]) -> tuple[int, int]:
    """Return how many people handed a device on without a pause, the learner (0) among them, and how often."""
    seen = sorted((one.at, one.who) for one in (*own, *others) if one.device == device)
    chains: list[tuple[set[int], int]] = [({seen[0][1]}, 0)]
    for (before, who), (after, following) in pairwise(seen):
        if who == following:
            continue
        people, switches = chains[-1]
        if after - before <= HANDED_OVER:
            chains[-1] = (people | {following}, switches + 1)
        else:
            chains.append(({following}, 0))
    return max(((len(people), switches) for people, switches in chains if 0 in people), default=(1, 0))


def same_wrong(history: History) -> Reason | None:
    """Find someone who gave nearly the same wrong answers, and enough of them not to be chance."""
    for theirs in history.wrong_of_others.values():
        common, most = len(history.wrong & theirs), max(len(history.wrong), len(theirs))
        if common >= WRONG_IN_COMMON and 100 * common >= WRONG_ALIKE * most:
            return Reason(Signal.SAME_WRONG, {"answers": common, "of": most})
    return None


def midnight(history: History) -> Reason | None:
    """Find several parts done in the last half hour of the due day, far faster than they can be learned."""
    if history.deadline is None:
        return None
    first = history.deadline - BEFORE_MIDNIGHT
    late = [part for part in history.own_parts if part.completed_at and first <= part.completed_at < history.deadline]
    nominal, spent = _times(history, late)
    if len(late) < 2 or nominal < LONG_ENOUGH or 100 * spent >= FAST * nominal:
        return None
    return Reason(Signal.MIDNIGHT, {"modules": len(late), "spent": spent, "nominal": nominal})


def impossible(history: History) -> Reason | None:
    """Find what no clock allows: done before it was opened, in a tenth of its time, or at two places at once."""
    parts = sum(_is_impossible(part, history) for part in history.own_parts)
    places = _places_at_once(history)
    if not parts and places < SWITCHES:
        return None
    return Reason(Signal.IMPOSSIBLE, {"modules": parts, "switches": places})


def _is_impossible(part: Part, history: History) -> bool:
    if part.completed_at is None:
        return False
    contacts = [post.received_at for post in history.posts if post.module_key == part.key]
    first = min([part.opened_at, *contacts])
    passed = part.completed_at - first
    too_soon = part.nominal >= LONG_ENOUGH and passed * 100 < timedelta(seconds=part.nominal) * IMPOSSIBLY_FAST
    return part.completed_at < part.opened_at or too_soon or timedelta(seconds=part.spent) > passed + SLACK * 10


def _places_at_once(history: History) -> int:
    """Return how often the learner went on, within seconds, on another device and in another module."""
    beats = sorted(
        (post.received_at, post.device or "", post.module_key or "") for post in history.posts if post.kind == "BEAT"
    )
    return sum(
        after[1] != before[1] and after[2] != before[2] and (after[0] - before[0]).total_seconds() < LONG_ENOUGH / 4
        for before, after in pairwise(beats)
    )


def replayed(history: History) -> Reason | None:
    """Find a history that repeats another learner's, post by post."""
    most = max(history.shared_prints.values(), default=0)
    if most < PRINTS_IN_COMMON or 100 * most < PRINTS_ALIKE * len(history.prints):
        return None
    return Reason(Signal.REPLAYED, {"shared": most, "of": len(history.prints)})


def before_assigned(history: History) -> Reason | None:
    """Find a completion from before the day the course was assigned."""
    days = (history.assigned_on - history.completed_on).days
    return Reason(Signal.BEFORE_ASSIGNED, {"days": days}) if days > 0 else None


def score_alone(history: History) -> Reason | None:
    """Find scores of tests that nobody was seen to take."""
    alone = [part for part in history.parts if part.score is not None and part.attempts == 0 and _is_own(part, history)]
    return Reason(Signal.SCORE_ALONE, {"tests": len(alone)}) if alone else None


def _is_own(part: Part, history: History) -> bool:
    at: datetime = part.completed_at or history.completed_at
    return at > history.started_at

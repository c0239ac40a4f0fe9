"""What changes a timeline. A timeline is a tuple of spans that do not overlap, oldest first; gaps are allowed."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts_on` until `ends_on`, the first day out (None: open), somewhere: `at` holds database ids."""

    starts_on: date
    ends_on: date | None
    at: tuple[int, ...]
    id: int | None = field(default=None, compare=False)

    def covers(self, on: date) -> bool:
        """Tell whether the span is in force on a day."""
        return self.starts_on <= on and (self.ends_on is None or self.ends_on > on)


Timeline = tuple[Span, ...]


def timeline_of(spans: Iterable[Span]) -> Timeline:
    """Return the spans in order."""
    return tuple(sorted(spans, key=lambda span: span.starts_on))


def span_from(timeline: Timeline, on: date) -> Span | None:
    """Return the span in force on a day, else the next one to come."""
    return next((span for span in timeline if span.ends_on is None or span.ends_on > on), None)


def changed_from(timeline: Timeline, on: date, at: tuple[int, ...]) -> Timeline:
    """Return the timeline with the span of `span_from` being at `at` from that day until its end."""
    current = span_from(timeline, on)
    if current is None or current.at == at:
        return timeline
    split = []
    for span in timeline:
        if span is not current:
            split.append(span)
            continue
        if span.starts_on < on:
            split.append(replace(span, ends_on=on))
        split.append(Span(max(span.starts_on, on), span.ends_on, at))
    return _joined(split)


def ended_on(timeline: Timeline, on: date) -> Timeline:
    """Return the timeline with nothing left from that day on."""
    kept = (span for span in timeline if span.starts_on < on)
    return tuple(replace(span, ends_on=on) if span.covers(on) else span for span in kept)


def ending_on(timeline: Timeline, on: date | None) -> Timeline:
    """Return the timeline with its last span ending that day (None: open), cut or drawn out."""
    cut = timeline if on is None else ended_on(timeline, on)
    return (*cut[:-1], replace(cut[-1], ends_on=on)) if cut else cut


def spell_of(timeline: Timeline, on: date) -> Timeline:
    """Return the spans without a gap around the one of `span_from`; of the last one when all are over."""
    if not timeline:
        return ()
    current = span_from(timeline, on) or timeline[-1]
    place = timeline.index(current)
    first, last = place, place
    while first > 0 and timeline[first - 1].ends_on == timeline[first].starts_on:
        first -= 1
    while last + 1 < len(timeline) and timeline[last].ends_on == timeline[last + 1].starts_on:
        last += 1
    return timeline[first : last + 1]


def starting_on(timeline: Timeline, spell: Timeline, on: date) -> Timeline:
    """Return the timeline with `spell` beginning on a day.

    The day is taken when it lies after the spell before and within the spell's first span. An earlier day is that of a
    former spell, and a day on which a span of the spell starts is known: then nothing changes.

    Raises:
        ValueError: the day is at or after the end of the spell's first span.
    """
    first = spell[0]
    place = timeline.index(first)
    before = timeline[place - 1].ends_on if place else None
    if any(span.starts_on == on for span in spell) or (before is not None and on <= before):
        return timeline
    if first.ends_on is not None and on >= first.ends_on:
        raise ValueError("the first span would have no day left")
    return (*timeline[:place], replace(first, starts_on=on), *timeline[place + 1 :])


def difference(before: Timeline, after: Timeline) -> tuple[list[Span], list[Span]]:
    """Return the spans of `before` to supersede, and those of `after` to insert."""
    kept, wanted = set(before), set(after)
    return [span for span in before if span not in wanted], [span for span in after if span not in kept]


def _joined(spans: list[Span]) -> Timeline:
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].ends_on == span.starts_on and joined[-1].at == span.at:
            joined[-1] = replace(joined[-1], ends_on=span.ends_on)
        else:
            joined.append(span)
    return tuple(joined)

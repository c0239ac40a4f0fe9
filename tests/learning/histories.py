"""Histories of completions: honest ones made by chance, as people learn in a center, to be forged by tests."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise

from lms.learning.signals.rules import History, Part, Post, Seen
from lms.learning.signals.rules_prints import prints_of

DAY = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)  # 09:00 in Seoul
DEADLINE = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
MODULES = (("page-1", "READ", 180), ("video", "WATCH", 120), ("document", "TURN", 240), ("page-2", "READ", 120))
QUIZ = "quiz"
BEAT = 15
QUESTIONS, DISTRACTORS = 10, (5, 3, 2)
_numbers = count(1)


class Learner:
    """Someone who studies one course honestly; chance decides how."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        # Medians around the nominal time; the fastest readers need 60 % of it.
        self.pace = max(0.6, chance.lognormvariate(0.05, 0.3))
        self.device = f"phone-{next(_numbers)}"
        self.posts: list[Post] = []
        self.parts: list[Part] = []
        self.now = DAY + timedelta(minutes=chance.uniform(0, 600))
        if chance.random() < 0.1:  # on the evening of the due day
            self.now = DEADLINE - timedelta(minutes=chance.uniform(12, 60))
        self.skew = timedelta(seconds=chance.gauss(0, 40))
        # 1 in 20 loses the network for a while; what was said meanwhile arrives at once.
        self.offline_from = chance.uniform(0, 500) if chance.random() < 0.05 else None
        self.kept: list[Post] = []

    def study(self) -> History:
        """Go through all modules and the test, with breaks."""
        started = self.now
        for key, kind, nominal in MODULES:
            self._module(key, kind, nominal)
            self._pause(self.chance.choice((2, 5, 20, 600, 5400)) * self.chance.uniform(0.5, 1.5))
        self._arrive()
        self.now += timedelta(seconds=self.chance.uniform(90, 600))
        self.parts.append(Part(QUIZ, False, 300, 0, self.now, self.now, self.chance.randint(60, 100), 1))
        wrong = answers(self.chance)
        history = History(
            assigned_on=date(2026, 10, 20), completed_on=self.now.date(), started_at=started, completed_at=self.now,
            deadline=DEADLINE, parts=tuple(self.parts), posts=tuple(self.posts), others=tuple(self._others(started)),
            wrong=wrong, wrong_of_others={who: answers(self.chance) for who in range(1, 6)},
        )  # fmt: skip
        return with_prints(history, self.chance)

    def _module(self, key: str, kind: str, nominal: int) -> None:
        opened = self.now
        self._say("OPEN", key, "{}")
        # A video takes its length: seconds are credited as they pass.
        seconds = nominal * (max(1.0, self.pace) if kind == "WATCH" else self.pace * self.chance.uniform(0.95, 1.4))
        beats = int(seconds // BEAT)
        if self.offline_from is not None and self.offline_from < nominal and beats > 6:
            self.offline_from = None
            self._beats(key, kind, beats // 2)
            silent = self.now
            self._beats(key, kind, beats - beats // 2, keeps=True)
            assert self.now > silent
            self._arrive()
        else:
            self._beats(key, kind, beats)
        self._pause(seconds % BEAT)
        self._say(kind, key, '{"percent": 100}')
        credited = round(sum(min(30.0, gap) for gap in self._gaps(key)))
        self.parts.append(Part(key, True, nominal, credited, opened, self.now))

    def _beats(self, key: str, kind: str, number: int, *, keeps: bool = False) -> None:
        for beat in range(number):
            self._pause(BEAT + self.chance.gauss(0, 0.05))
            place = round(self.chance.random(), 3)
            self._say("BEAT", key, f'{{"seconds": 15, "y": {place}}}', keeps=keeps)
            if beat % 4 == 3:
                self._say(kind, key, f'{{"at": {place}}}', keeps=keeps)

    def _gaps(self, key: str) -> list[float]:
        at = [post.received_at for post in self.posts if post.module_key == key]
        return [(after - before).total_seconds() for before, after in pairwise(at)]

    def _say(self, kind: str, key: str, text: str, *, keeps: bool = False) -> None:
        post = Post(kind, key, self.now, self.now + self.skew, self.device, text)
        (self.kept if keeps else self.posts).append(post)

    def _arrive(self) -> None:
        """Send what was kept, one after the other, as fast as the network allows."""
        for post in self.kept:
            self.now += timedelta(seconds=0.2)
            self.posts.append(post._replace(received_at=self.now))
        self.kept = []

    def _pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def _others(self, started: datetime) -> list[Seen]:
        """Return who else used the phone: 1 in 4 shares it in the center over the day, with a while in between."""
        if self.chance.random() > 0.25:
            return []
        found = []
        for who in range(1, self.chance.randint(2, 8)):
            gap = timedelta(minutes=self.chance.uniform(4, 300))
            # Now and then a colleague takes it right away: two people are not several.
            first = self.now + (timedelta(minutes=1) if who == 1 and self.chance.random() < 0.1 else gap)
            first = started - gap - timedelta(minutes=20) if self.chance.random() < 0.5 else first
            found += [Seen(self.device, who, first + timedelta(seconds=BEAT * beat)) for beat in range(0, 60, 6)]
        return found


def answers(chance: random.Random) -> frozenset[str]:
    """Return wrong answers to ten questions; some wrong ones tempt more than others."""
    share = chance.uniform(0.02, 0.35)
    return frozenset(
        f"q{number}:{chance.choices('bcd', DISTRACTORS)[0]}" for number in range(QUESTIONS) if chance.random() < share
    )


def with_prints(history: History, chance: random.Random) -> History:
    """Return a history with the prints of its posts, whose keys are made by chance."""
    keys = [f"{chance.getrandbits(128):032x}" for _ in history.posts]
    return replace(history, prints=prints_of(history.posts, keys))


def honest(seed: int) -> History:
    """Return an honest history."""
    return Learner(random.Random(seed)).study()


def shifted(history: History, by: timedelta) -> History:
    """Return the same posts at another time, on another device."""
    posts = tuple(
        post._replace(received_at=post.received_at + by, said_at=(post.said_at or DAY) + by, device="another-device")
        for post in history.posts
    )
    parts = tuple(
        part._replace(opened_at=part.opened_at + by, completed_at=part.completed_at + by if part.completed_at else None)
        for part in history.parts
    )
    moved = {"started_at": history.started_at + by, "completed_at": history.completed_at + by}
    return replace(history, posts=posts, parts=parts, **moved)

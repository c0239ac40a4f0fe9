"""Posts to a served product whose processes are killed, and many posts at once: the clients' own log is the oracle."""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from lms.learning.content.rules import ModuleKind
from lms.learning.progress.models import ModuleProgress, ProgressPost
from tests.learning.studying import NOON, Player, Studying, body, study
from tests.support.effort import effort
from tests.support.network import Network
from tests.support.processes import Line, Served, served

CRASHES = effort(25, 200)
CLIENTS, TOGETHER = 4, 16
ROUNDS, PARALLEL = effort(5, 50), 100
VIDEO = {"kind": ModuleKind.VIDEO, "minutes": 2, "seconds": PARALLEL}


class Writer(threading.Thread):
    """A player that posts its bodies one after another and sends each again until it is answered."""

    def __init__(self, line: Line, bodies: list[dict[str, Any]] | None, make: Callable[[], dict[str, Any]]) -> None:
        super().__init__()
        self.line, self.bodies, self.make = line, bodies, make
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.unsure, self.wrong, self.is_over = 0, [], False

    def run(self) -> None:
        for said in self.bodies if self.bodies is not None else iter(self._next, None):
            self._send(said)
        self.line.close()

    def _next(self) -> dict[str, Any] | None:
        return None if self.is_over else self.make()

    def _send(self, said: dict[str, Any]) -> None:
        raw, until = json.dumps(said).encode(), time.monotonic() + 60
        while time.monotonic() < until:
            try:
                status, answer = self.line.post(raw)
            except OSError:
                self.unsure += 1
                time.sleep(0.02)
                continue
            if status == 200:
                self.acknowledged[said["key"]] = json.loads(answer)
            else:
                self.wrong.append((status, answer[:200]))
            return
        self.wrong.append((0, b"never answered"))


def line_of(app: Flask, studying: Studying, server: Served, path: str) -> Line:
    player = Player(app.test_client(), studying)
    cookie = player.client.get_cookie("session")
    headers = {"Accept": "application/json", "Content-Type": "application/json", "X-CSRFToken": player.token}
    return Line(server.port, path, headers | {"Cookie": f"session={cookie.value}"})


def test_a_killed_process_loses_nothing_that_was_acknowledged(
    app: Flask, session: Session, settings: Settings, tmp_path: Path, record_property: Callable[[str, object], None]
):
    studying = Studying(session)
    page, path = studying.modules[0].public_id, f"{studying.address}/posts"
    session.rollback()
    with served(settings.database_url, tmp_path, processes=2) as server:
        writers = [
            Writer(line_of(app, studying, server, path), None, lambda: body(page, "BEAT", seconds=15))
            for _ in range(CLIENTS)
        ]
        for writer in writers:
            writer.start()
        kill_often(server, writers)
        for writer in writers:
            writer.is_over = True
        for writer in writers:
            writer.join()
    assert [fault for writer in writers for fault in writer.wrong] == []
    acknowledged = {key: answer for writer in writers for key, answer in writer.acknowledged.items()}
    session.rollback()
    wanted = select(ProgressPost.key, ProgressPost.answer).where(ProgressPost.record_id == studying.record.id)
    rows = [(row.key, row.answer) for row in session.execute(wanted)]
    kept = dict(rows)
    assert len(rows) == len(kept), "a post was kept twice"
    assert set(acknowledged) <= set(kept), "an acknowledged post was lost"
    assert {key: kept[key]["saved_at"] for key in acknowledged} == {
        key: answer["saved_at"] for key, answer in acknowledged.items()
    }, "a post was answered otherwise than it is kept"
    record_property("crashes of a process while posting", CRASHES)
    record_property("acknowledged posts, none lost", len(acknowledged))
    record_property("posts sent again after a crash", sum(writer.unsure for writer in writers))


def kill_often(server: Served, writers: list[Writer]) -> None:
    """Kill a process at any moment, wait until another took its place and something was acknowledged, and again."""
    dice = random.Random(4)
    for _ in range(CRASHES):
        done = sum(len(writer.acknowledged) for writer in writers)
        until = time.monotonic() + 60
        while len(server.workers) < 2 or sum(len(writer.acknowledged) for writer in writers) == done:
            assert time.monotonic() < until, "nothing is acknowledged any more"
            time.sleep(0.005)
        time.sleep(dice.uniform(0, 0.03))
        os.kill(dice.choice(server.workers), signal.SIGKILL)


def test_posts_at_once_lose_no_update(
    app: Flask, session: Session, settings: Settings, tmp_path: Path, record_property: Callable[[str, object], None]
):
    studying = Studying(session, VIDEO)
    video = studying.modules[0]
    records = [studying.record]
    network, cast = Network(session), studying.cast
    for cycle in range(2, ROUNDS + 1):
        enrollment = network.enroll(cast.employee, cast.course, due_on=None, cycle=cycle)
        records.append(study(session, enrollment, studying.edition))
    for record in records:  # opened long ago, so that the clock has room for the whole of it
        opened = {"opened_at": NOON, "opened_on": NOON.date(), "last_at": NOON}
        session.add(ModuleProgress(record_id=record.id, module_key=video.key, **opened))
    session.commit()
    public_ids, module, ids = [record.public_id for record in records], video.public_id, [one.id for one in records]
    session.rollback()
    with served(settings.database_url, tmp_path, processes=2) as server:
        for public_id in public_ids:
            pieces = [body(module, "WATCH", ranges=[[second, second + 1]]) for second in range(PARALLEL)]
            path = f"/study/{public_id}/posts"
            writers = [
                Writer(line_of(app, studying, server, path), pieces[number::TOGETHER], dict)
                for number in range(TOGETHER)
            ]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()
            assert [fault for writer in writers for fault in writer.wrong] == []
    session.rollback()
    states = session.scalars(select(ModuleProgress).where(ModuleProgress.record_id.in_(ids))).all()
    assert [state.ranges for state in states] == [[[0, PARALLEL]]] * ROUNDS
    posts = select(func.count()).select_from(ProgressPost).where(ProgressPost.record_id.in_(ids))
    assert session.scalar(posts) == ROUNDS * PARALLEL
    record_property("posts at once, no update lost", ROUNDS * PARALLEL)

"""The answer to a post is lost on its way: sent again with the same key, it is answered as it was, and kept once."""

import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from lms.learning.progress.models import ProgressPost, StudyRecord
from tests.learning.studying import Studying, body
from tests.learning.test_progress_crashes import line_of
from tests.support.processes import END_OF_HEAD, LENGTH, PIECE, served

POSTS = 200


class LosingProxy(threading.Thread):
    """Stands between a player and the server, and hangs up instead of handing over every other answer."""

    def __init__(self, server_port: int) -> None:
        super().__init__(daemon=True)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.server_port = server_port
        self.lost: list[bytes] = []

    def run(self) -> None:
        is_lost = True
        while True:
            try:
                player, _ = self.listening.accept()
            except OSError:  # closed: the test is over
                return
            with player, socket.create_connection(("127.0.0.1", self.server_port)) as server:
                server.sendall(whole(player))
                answer = whole(server)
                if is_lost:
                    self.lost.append(answer.partition(END_OF_HEAD)[2])
                else:
                    player.sendall(answer)
            is_lost = not is_lost


def whole(side: socket.socket) -> bytes:
    """Return one request or answer, to its end."""
    come = b""
    while True:
        head, end, rest = come.partition(END_OF_HEAD)
        found = LENGTH.search(head)
        if end and found and len(rest) >= int(found[1]):
            return come
        piece = side.recv(PIECE)
        assert piece, "hung up in the middle"
        come += piece


def test_a_post_whose_answer_was_lost_is_kept_once_and_answered_the_same(
    app: Flask, session: Session, settings: Settings, tmp_path: Path, record_property: Callable[[str, object], None]
):
    studying = Studying(session)
    page, path, record_id = studying.modules[0].public_id, f"{studying.address}/posts", studying.record.id
    session.rollback()
    answers, lost = [], 0
    with served(settings.database_url, tmp_path) as server:
        proxy = LosingProxy(server.port)
        proxy.start()
        line = line_of(app, studying, server, path)
        line.port = proxy.port
        for number in range(POSTS):
            raw = json.dumps(body(page, "READ", percent=number % 100)).encode()
            try:
                line.post(raw)
            except OSError:
                lost += 1
            status, answer = line.post(raw)
            assert status == 200
            answers.append(answer)
            line.close()
        proxy.listening.close()
    assert lost == POSTS
    assert answers == proxy.lost
    session.rollback()
    assert session.scalar(select(func.count()).where(ProgressPost.record_id == record_id)) == POSTS
    assert session.get_one(StudyRecord, record_id).revision == POSTS
    record_property("posts whose answer was lost, kept once", POSTS)

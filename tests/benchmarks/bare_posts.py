"""A bare Flask route that keeps what is posted: the least that a durable insert over HTTP can cost.

No sign-in, no token, no rule: one insert of the very row that the product writes for a post, one commit. Served as the
product is, on a database set up as the product's is.
"""

import argparse
import hashlib
import os
from datetime import datetime
from typing import Any

from flask import Flask, request
from sqlalchemy import create_engine, insert

from lms.learning.progress.models import ProgressPost
from lms.shared.clock import utcnow
from lms.shared.db import writing
from lms.web.server import Server
from lms.web.serving import HOST


def create(url: str) -> Flask:
    """Return the application."""
    app = Flask(__name__)
    engine = create_engine(url, pool_size=8)
    statement = insert(ProgressPost)

    @app.post("/posts")
    def post() -> dict[str, Any]:
        raw, now = request.get_data(), utcnow()
        said = request.get_json()
        told = {"course_percent": 0, "module_percent": 0, "module_done": False, "state": "IN_PROGRESS", "missing": 8}
        answer = {"key": said["key"], "saved_at": now.isoformat()} | told
        row = {"key": said["key"], "kind": said["kind"], "payload": said["data"], "device": said["device"]}
        row |= {"record_id": 1, "body_sha256": hashlib.sha256(raw).hexdigest(), "answer": answer, "received_at": now}
        row |= {"said_at": datetime.fromisoformat(said["said_at"]), "module_key": said["module"]}
        with writing(), engine.begin() as connection:
            connection.execute(statement, row)
        return answer

    @app.get("/healthz")
    def health() -> str:
        return "ok"

    return app


def main() -> None:
    """Serve it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--processes", type=int)
    asked = parser.parse_args()
    app = create(os.environ["DATABASE_URL"])
    Server(app, bind=f"{HOST}:{asked.port}", workers=asked.processes).run()


if __name__ == "__main__":
    main()

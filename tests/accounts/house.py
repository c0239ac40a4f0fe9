"""The world of the access tests, built once for many of them: to build it takes longer than most of them do."""

import secrets
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app import create_app
from lms.shared.clock import utcnow
from lms.shared.db import db
from tests.accounts.world import World, today
from tests.support.databases import Content, settings_for

# What is going on in it, such as a quiz or an open browser, goes on for a quarter of an hour and longer.
FRESH = timedelta(minutes=5)


class House:
    """A world, and what databases hold in which it stands; the first that is asked for builds it."""

    def __init__(self) -> None:
        self.built_at, self.day = utcnow(), today()
        self.content = Content(f"house-{secrets.token_hex(4)}", self._build, is_migrated=True)
        self.world: World | None = None

    def is_old(self) -> bool:
        """Tell whether a new one is to be built, as people know it now."""
        return utcnow() - self.built_at > FRESH or today() != self.day

    def _build(self, url: str, folder: Path) -> None:
        app = create_app(settings_for(url, folder))
        with app.app_context():
            with Session(db.engine) as session:
                self.world = World(session)
                session.commit()
                # From here on everyone in it is as the database has them, and belongs to nobody's session.
                for row in list(session):
                    session.refresh(row)
                session.expunge_all()
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()

"""How Alembic reaches the database: through the running application."""

from alembic import context
from flask import current_app
from sqlalchemy import text

db = current_app.extensions["migrate"].db
configure_args = current_app.extensions["migrate"].configure_args


def run_migrations_online() -> None:
    """Apply the migrations in one transaction, on whichever database the application uses."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # A migration must not queue behind, and so in front of, everyone's work for long.
            connection.execute(text("SET lock_timeout = '10s'"))
            connection.commit()
        context.configure(connection=connection, target_metadata=db.metadata, **configure_args)
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()

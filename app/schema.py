"""The schema's life: migrate up, compare with the code, refuse to serve a database that is behind."""

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from app.db import Database
from app.settings import TOP


def config(connection: Connection | None = None) -> Config:
    alembic = Config(TOP / "alembic.ini")
    alembic.attributes["connection"] = connection
    return alembic


def heads() -> tuple[str, ...]:
    return tuple(sorted(ScriptDirectory.from_config(config()).get_heads()))


def at(database: Database) -> tuple[str, ...]:
    with database.reads.connect() as connection:
        return tuple(sorted(MigrationContext.configure(connection).get_current_heads()))


def is_current(database: Database) -> bool:
    return at(database) == heads()


def is_empty(database: Database) -> bool:
    return not inspect(database.reads).get_table_names()


def migrate(database: Database, target: str = "heads") -> None:
    """Up to `target`, in a transaction of its own on a connection of its own."""
    with database.writes.connect() as connection:
        command.upgrade(config(connection), target)
        connection.commit()


def back(database: Database, target: str) -> None:
    with database.writes.connect() as connection:
        command.downgrade(config(connection), target)
        connection.commit()


def differences(database: Database) -> list[Any]:
    """What the code's tables say and the database does not, for `migrate --check`."""
    from app.tables import metadata

    def ours(name: str | None, kind: str, _parents: Any) -> bool:
        return not (kind == "table" and name is not None and name.startswith("idea_text"))

    with database.reads.connect() as connection:
        options = {"include_name": ours, "compare_type": False}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

"""The schema's life: migrate up, compare with the code, refuse to serve a database that is behind."""

from functools import cache
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from app.db import Database
from app.errors import Trouble
from app.settings import TOP


def config(connection: Connection | None = None) -> Config:
    alembic = Config(TOP / "alembic.ini")
    alembic.attributes["connection"] = connection
    return alembic


@cache
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
        take_time(connection)
        command.upgrade(config(connection), target)
        connection.commit()


def make_ready(database: Database) -> None:
    """Before a command or a server uses it: an embedded database is migrated, a server's has to be up to date."""
    if database.embedded:
        migrate(database)
    elif not is_current(database):
        raise Trouble("The database is behind this version. Run: python3 manage.py migrate")


def take_time(connection: Connection) -> None:
    """A migration may work long on a server database, but waits for no lock for long: people are at work."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")


def back(database: Database, target: str) -> None:
    with database.writes.connect() as connection:
        take_time(connection)
        command.downgrade(config(connection), target)
        connection.commit()


def differences(database: Database) -> list[Any]:
    """What the code's tables say and the database does not, for `migrate --check`."""
    from app.tables import made_by_hand, metadata

    with database.reads.connect() as connection:
        options = {"include_name": lambda *named: not made_by_hand(*named), "compare_type": False}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

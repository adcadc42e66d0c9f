"""The schema's life: migrate up, compare with the code, refuse to serve a database that is behind.

Alembic is loaded where something is to be migrated or compared, and nowhere else: with all migrations it takes 17 MB,
of which a server that is up to date would never let go.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from app.db import Database
from app.errors import Trouble
from app.settings import TOP

if TYPE_CHECKING:
    from alembic.config import Config

NAMED = re.compile(r"^(revision|down_revision) = (.*)$", re.MULTILINE)


def config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config

    alembic = Config(TOP / "alembic.ini")
    alembic.attributes["connection"] = connection
    return alembic


@cache
def heads() -> tuple[str, ...]:
    """The migrations that no other follows, as their files say."""
    names: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for file in (TOP / "migrations" / "versions").glob("*.py"):
        for which, words in NAMED.findall(file.read_text("utf-8")):
            names[which].update(re.findall(r'"([^"]+)"', words))
    return tuple(sorted(names["revision"] - names["down_revision"]))


def at(database: Database) -> tuple[str, ...]:
    with database.reads.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ()
        return tuple(sorted(connection.scalars(text("SELECT version_num FROM alembic_version"))))


def is_current(database: Database) -> bool:
    return at(database) == heads()


def is_empty(database: Database) -> bool:
    return not inspect(database.reads).get_table_names()


def migrate(database: Database, target: str = "heads") -> None:
    """Up to `target`, in a transaction of its own on a connection of its own."""
    from alembic import command

    with database.writes.connect() as connection:
        take_time(connection)
        command.upgrade(config(connection), target)
        connection.commit()


def make_ready(database: Database) -> None:
    """Before a command or a server uses it: an embedded database is migrated, a server's has to be up to date."""
    if is_current(database):
        return
    if database.embedded:
        migrate(database)
    else:
        raise Trouble("The database is behind this version. Run: python3 manage.py migrate")


def take_time(connection: Connection) -> None:
    """A migration may work long on a server database, but waits for no lock for long: people are at work."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")


def back(database: Database, target: str) -> None:
    from alembic import command

    with database.writes.connect() as connection:
        take_time(connection)
        command.downgrade(config(connection), target)
        connection.commit()


def differences(database: Database) -> list[Any]:
    """What the code's tables say and the database does not, for `migrate --check`."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from app.tables import made_by_hand, metadata

    with database.reads.connect() as connection:
        options = {"include_name": lambda *named: not made_by_hand(*named), "compare_type": False}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

"""Migrations have a connection of their own: foreign keys are off while tables are rebuilt, and checked before COMMIT.

With them on, a rebuild would take children along; nothing here cascades, and nothing is lost.
"""

from typing import Any

from alembic import context
from sqlalchemy import Connection, text

from app.columns import Minor, Utc
from app.tables import made_by_hand, metadata


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    return not made_by_hand(name, kind, parents)


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Our own column types as what the database sees, so that a migration never changes with the code."""
    if kind == "type" and isinstance(item, Utc):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Minor):
        return "sa.BigInteger()"
    return False


def compare_type(_context: Any, _column: Any, _metadata_column: Any, inspected: Any, wanted: Any) -> bool | None:
    return False if isinstance(wanted, (Utc, Minor)) else None


def foreign_keys(connection: Connection, state: str) -> None:
    """Straight to the driver: inside a transaction, which SQLAlchemy begins by itself, SQLite does not hear it."""
    connection.commit()
    connection.connection.cursor().execute(f"PRAGMA foreign_keys={state}")


def run(connection: Connection) -> None:
    embedded = connection.dialect.name == "sqlite"
    if embedded:
        foreign_keys(connection, "OFF")
    try:
        migrate(connection, embedded=embedded)
    finally:
        if embedded:
            foreign_keys(connection, "ON")


def migrate(connection: Connection, *, embedded: bool) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=embedded,
        include_name=include_name,
        render_item=render_item,
        compare_type=compare_type,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if embedded and (broken := connection.execute(text("PRAGMA foreign_key_check")).fetchall()):
            raise RuntimeError(f"the migration would leave {len(broken)} rows that point nowhere")


run(context.config.attributes["connection"])

"""Recodes, saved analyses, the parts in a purchase; figures know their standard error and their accounts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "voice_analysis"
down_revision = "asking"
branch_labels = None
depends_on = None

KINDS = ("merge", "bands", "combine")
PAGES = ("indices", "tables")
ROLLED_UP = ("outcome", "touchpoint_use")


def one_of(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def whose(table: str) -> list[Any]:
    """What both kinds of things that people keep point to."""
    return [
        sa.Column("series_id", number(), nullable=True),
        sa.Column("source_id", number(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("made_by", number(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f(f"fk_{table}_series_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f(f"fk_{table}_source_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f(f"fk_{table}_made_by")),
    ]


def upgrade() -> None:
    op.create_table(
        "recode",
        sa.Column("id", number(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", one_of("recodekind", KINDS), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *whose("recode"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recode")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "analysis",
        sa.Column("id", number(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("page", one_of("analysispage", PAGES), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        *whose("analysis"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analysis")),
        sqlite_autoincrement=True,
    )
    for table in ("recode", "analysis"):
        for column in ("series_id", "source_id", "made_by"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_table(
        "expected_part",
        sa.Column("id", number(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_part")),
        sa.UniqueConstraint("name", name=op.f("uq_expected_part_name")),
        sqlite_autoincrement=True,
    )
    for table in ROLLED_UP:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("error", sa.Float(), nullable=True))
            changed.add_column(sa.Column("accounts", sa.Integer(), nullable=True))
            changed.add_column(sa.Column("design_effect", sa.Float(), nullable=True))
    with op.batch_alter_table("segment") as segment:
        segment.add_column(sa.Column("part", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("segment") as segment:
        segment.drop_column("part")
    for table in ROLLED_UP:
        with op.batch_alter_table(table) as changed:
            for name in ("design_effect", "accounts", "error"):
                changed.drop_column(name)
    for table in ("expected_part", "analysis", "recode"):
        op.drop_table(table)

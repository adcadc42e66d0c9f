"""A source says who sees its figures and its comments, and may be of more kinds."""

import sqlalchemy as sa
from alembic import op

revision = "voice_audiences"
down_revision = "notices"
branch_labels = None
depends_on = None

AUDIENCES = ("employees", "department", "committee")
KINDS = ("survey", "complaints", "interviews", "observation", "benchmark")
MORE_KINDS = (
    "survey",
    "complaints",
    "lost sales",
    "waiting times",
    "interviews",
    "observation",
    "reports",
    "benchmark",
)


def one_of(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    with op.batch_alter_table("source") as source:
        source.add_column(
            sa.Column("figures_for", one_of("figures_for", AUDIENCES), nullable=False, server_default="employees")
        )
        source.add_column(
            sa.Column("comments_for", one_of("comments_for", AUDIENCES), nullable=False, server_default="committee")
        )
        source.drop_constraint(op.f("ck_source_sourcekind"), type_="check")
        source.create_check_constraint(op.f("ck_source_sourcekind"), sa.column("kind").in_(MORE_KINDS))
    op.execute("UPDATE source SET comments_for = rows_for")


def downgrade() -> None:
    with op.batch_alter_table("source") as source:
        source.drop_constraint(op.f("ck_source_sourcekind"), type_="check")
        source.create_check_constraint(op.f("ck_source_sourcekind"), sa.column("kind").in_(KINDS))
        for name in ("comments_for", "figures_for"):
            source.drop_constraint(op.f(f"ck_source_{name}"), type_="check")
        source.drop_column("comments_for")
        source.drop_column("figures_for")

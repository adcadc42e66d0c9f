"""Tables of notices."""

import sqlalchemy as sa
from alembic import op

revision = "notices"
down_revision = "pilots"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_reading")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry"], ["record.number"], name=op.f("fk_notice_entry")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "entry", name=op.f("uq_notice_person_id_entry")),
        sqlite_autoincrement=True,
    )
    by_hand()


def downgrade() -> None:
    undo_by_hand()
    op.drop_table("notice")
    op.drop_table("notice_reading")


# -- by hand
def by_hand() -> None:
    reading = sa.table("notice_reading", sa.column("id", sa.Integer), sa.column("number", sa.BigInteger))
    op.bulk_insert(reading, [{"id": 1, "number": 0}])


def undo_by_hand() -> None:
    """The row goes with its table."""

"""Conflicts: how each is known, who confirmed it, its end; and what the chair is asked to look at."""

import sqlalchemy as sa
from alembic import op

revision = "conflicts"
down_revision = "assignment"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = ("declared", "named by an author", "reporting line", "same department", "wrote together", "supported it")
LIVE = {f"{dialect}_where": sa.text("ended_at IS NULL") for dialect in ("sqlite", "postgresql")}


def kind(name: str) -> sa.Enum:
    return sa.Enum(*KINDS, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    with op.batch_alter_table("conflict") as conflict:
        conflict.drop_constraint(op.f("uq_conflict_idea_id_person_id"), type_="unique")
        conflict.add_column(sa.Column("kind", kind("conflictkind"), nullable=False, server_default="declared"))
        conflict.add_column(sa.Column("confirmed_by", ID, nullable=True))
        conflict.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        conflict.add_column(sa.Column("ended_by", ID, nullable=True))
        conflict.add_column(sa.Column("ended_why", sa.Text(), nullable=False, server_default=""))
        for name in ("confirmed_by", "ended_by"):
            conflict.create_foreign_key(op.f(f"fk_conflict_{name}"), "person", [name], ["id"])
    op.create_index("ix_conflict_one_live", "conflict", ["idea_id", "person_id"], unique=True, **LIVE)
    op.add_column("review", sa.Column("free_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "suspicion",
        sa.Column("id", ID, nullable=False),
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", kind("conflictkind"), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                *("open", "confirmed", "dismissed"),
                name="suspicionstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("named_by", ID, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(stage = 'open') = (answered_at IS NULL)", name=op.f("ck_suspicion_answered_has_its_time")),
        sa.CheckConstraint(
            "(kind = 'named by an author') = (named_by IS NOT NULL)", name=op.f("ck_suspicion_named_by_somebody")
        ),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_suspicion_{name}"))
            for name, table in (
                ("idea_id", "idea"),
                ("person_id", "person"),
                ("named_by", "person"),
                ("answered_by", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicion")),
        sa.UniqueConstraint("idea_id", "person_id", "kind", name=op.f("uq_suspicion_idea_id_person_id_kind")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("suspicion")
    op.drop_column("review", "free_at")
    op.execute("DELETE FROM conflict WHERE ended_at IS NOT NULL")
    op.drop_index("ix_conflict_one_live", "conflict")
    with op.batch_alter_table("conflict") as conflict:
        for name in ("confirmed_by", "ended_by"):
            conflict.drop_constraint(op.f(f"fk_conflict_{name}"), type_="foreignkey")
        conflict.drop_constraint(op.f("ck_conflict_conflictkind"), type_="check")
        for name in ("ended_why", "ended_by", "ended_at", "confirmed_by", "kind"):
            conflict.drop_column(name)
        conflict.create_unique_constraint(op.f("uq_conflict_idea_id_person_id"), ["idea_id", "person_id"])

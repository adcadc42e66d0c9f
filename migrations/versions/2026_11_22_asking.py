"""Personal tokens; sources that collect answers one by one, and the batches that came in."""

import sqlalchemy as sa
from alembic import op

revision = "asking"
down_revision = "evidence"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "token",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("scope", one_of("scope", "send answers", "read figures"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("key", name=op.f("uq_token_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_token_person_id"), "token", ["person_id"])
    # Without a rebuild of the table, which SQLite needs for neither: so many rows refer to it.
    op.add_column("source", sa.Column("collecting", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "asking",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("stage", one_of("askstage", "collecting", "closed"), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("department_id", ID, nullable=True),
        sa.Column("survey", sa.Boolean(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=True),
        sa.Column("tallies", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_asking_source_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_asking_person_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_asking_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking")),
        sa.UniqueConstraint("source_id", name=op.f("uq_asking_source_id")),
        sa.UniqueConstraint("link", name=op.f("uq_asking_link")),
        sqlite_autoincrement=True,
    )
    for column in ("stage", "person_id", "department_id"):
        op.create_index(op.f(f"ix_asking_{column}"), "asking", [column])
    op.create_table(
        "answer_batch",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("token_id", ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_answer_batch_source_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_answer_batch_person_id")),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_answer_batch_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_batch")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_answer_batch_person_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_answer_batch_source_id"), "answer_batch", ["source_id"])


def downgrade() -> None:
    op.drop_table("answer_batch")
    op.drop_table("asking")
    op.drop_column("source", "collecting")
    op.drop_table("token")

"""Questions of reviewers to authors, passed on without names."""

import sqlalchemy as sa
from alembic import op

revision = "author_questions"
down_revision = "review_switches"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STAGES = ("asked", "passed on", "answered", "dropped")
POINTERS = {"round_id": "round", "idea_id": "idea", "asker_id": "person"}


def upgrade() -> None:
    stage = sa.Enum(*STAGES, name="questionstage", native_enum=False, create_constraint=True, length=40)
    pointers = [
        sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_author_question_{column}"))
        for column, table in POINTERS.items()
    ]
    op.create_table(
        "author_question",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(column, ID, nullable=False) for column in POINTERS),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("stage", stage, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *pointers,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author_question")),
        sa.CheckConstraint(
            "(stage = 'answered') = (answered_at IS NOT NULL)", name=op.f("ck_author_question_answered_has_its_time")
        ),
        sqlite_autoincrement=True,
    )
    for column in POINTERS:
        op.create_index(op.f(f"ix_author_question_{column}"), "author_question", [column], unique=False)


def downgrade() -> None:
    op.drop_table("author_question")

"""Files, what comments said before, mentions, reports and what the moderation hid."""

import sqlalchemy as sa
from alembic import op

revision = "conversation"
down_revision = "notices_told"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    comments()
    files()
    reports()


def comments() -> None:
    # Without a rebuild of the table, which SQLite needs for none of these.
    op.add_column("comment", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("comment", sa.Column("hidden_why", sa.Text(), nullable=False, server_default=""))
    op.add_column("comment", sa.Column("mentions", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("comment", sa.Column("files", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "comment_wording",
        sa.Column("id", ID, nullable=False),
        sa.Column("comment_id", ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_wording_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_wording")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_comment_wording_comment_id"), "comment_wording", ["comment_id"])
    op.create_table(
        "mention",
        sa.Column("comment_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_mention_comment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mention_person_id")),
        sa.PrimaryKeyConstraint("comment_id", "person_id", name=op.f("pk_mention")),
    )
    op.create_index(op.f("ix_mention_person_id"), "mention", ["person_id"])


def files() -> None:
    op.create_table(
        "file",
        sa.Column("id", ID, nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("comment_id", ID, nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("preview", sa.String(length=64), nullable=False),
        sa.Column("cleaned", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=500), nullable=False),
        sa.Column("added_by", ID, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by", ID, nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('photo', 'document')", name=op.f("ck_file_filekind")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_file_comment_id")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_file_added_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_file_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_file_about", "file", ["about", "comment_id", "id"])
    for name in ("comment_id", "sha256", "added_by"):
        op.create_index(op.f(f"ix_file_{name}"), "file", [name])


def reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", ID, nullable=False),
        sa.Column("comment_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("committee_id", ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stage IN ('open', 'upheld', 'dismissed')", name=op.f("ck_report_reportstage")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_report_comment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_report_person_id")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_report_committee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("comment_id", "person_id", name=op.f("uq_report_comment_id_person_id")),
        sqlite_autoincrement=True,
    )
    for name in ("person_id", "committee_id", "stage"):
        op.create_index(op.f(f"ix_report_{name}"), "report", [name])


def downgrade() -> None:
    op.drop_table("report")
    op.drop_table("file")
    op.drop_table("mention")
    op.drop_table("comment_wording")
    for name in ("files", "mentions", "hidden_why", "hidden_at"):
        op.drop_column("comment", name)

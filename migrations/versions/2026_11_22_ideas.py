"""Tables of ideas."""

import sqlalchemy as sa
from alembic import op

revision = "ideas"
down_revision = "processes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idea",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "draft",
                "signal",
                "imported",
                "submitted",
                "sent back",
                "admitted",
                "in review",
                "returned",
                "deferred",
                "approved",
                "to do",
                "in pilot",
                "declined",
                "refused",
                "answered",
                "withdrawn",
                "discarded",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column(
            "novelty",
            sa.Enum(
                "incremental",
                "substantial",
                "radical",
                name="novelty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "area",
            sa.Enum(
                "product",
                "service or process",
                "business model or organisation",
                name="area",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reconsidered", sa.Boolean(), nullable=False),
        sa.Column("support", sa.Integer(), nullable=False),
        sa.Column("talk", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deferred_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stage = 'deferred') = (deferred_to IS NOT NULL)", name=op.f("ck_idea_deferred_has_its_day")
        ),
        sa.CheckConstraint("support >= 0", name=op.f("ck_idea_support")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_idea_committee_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_idea_process_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_idea_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_idea_newest", "idea", ["listed", "id"], unique=False)
    op.create_index("ix_idea_process", "idea", ["process_id", "listed", "id"], unique=False)
    op.create_index("ix_idea_promised", "idea", ["stage", "promised_on"], unique=False)
    op.create_index("ix_idea_stage", "idea", ["stage", "id"], unique=False)
    op.create_index("ix_idea_support", "idea", ["listed", "support", "id"], unique=False)
    op.create_index("ix_idea_team", "idea", ["team_id", "listed", "id"], unique=False)
    op.create_table(
        "idea_author",
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_author_idea_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idea_author_person_id")),
        sa.PrimaryKeyConstraint("idea_id", "person_id", name=op.f("pk_idea_author")),
    )
    op.create_index(op.f("ix_idea_author_person_id"), "idea_author", ["person_id"], unique=False)
    op.create_table(
        "idea_guest",
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_guest_idea_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idea_guest_person_id")),
        sa.PrimaryKeyConstraint("idea_id", "person_id", name=op.f("pk_idea_guest")),
    )
    op.create_index(op.f("ix_idea_guest_person_id"), "idea_guest", ["person_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column(
            "novelty",
            sa.Enum(
                "incremental",
                "substantial",
                "radical",
                name="novelty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "area",
            sa.Enum(
                "product",
                "service or process",
                "business model or organisation",
                name="area",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("submitted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_revision_idea_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["person.id"], name=op.f("fk_revision_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("idea_id", "number", name=op.f("uq_revision_idea_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_revision_submitted_by"), "revision", ["submitted_by"], unique=False)
    op.create_table(
        "veil",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_veil_idea_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_veil_person_id")),
        sa.PrimaryKeyConstraint("person_id", "idea_id", "round_id", name=op.f("pk_veil")),
    )
    op.create_index(op.f("ix_veil_idea_id"), "veil", ["idea_id"], unique=False)
    op.create_table(
        "vote",
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_vote_idea_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vote_person_id")),
        sa.PrimaryKeyConstraint("idea_id", "person_id", name=op.f("pk_vote")),
    )


def downgrade() -> None:
    op.drop_table("vote")
    op.drop_table("veil")
    op.drop_table("revision")
    op.drop_table("idea_guest")
    op.drop_table("idea_author")
    op.drop_table("idea")

"""What has been worked out of a source is kept; the organisation says from how many answers it trusts a figure."""

import sqlalchemy as sa
from alembic import op

revision = "assessments"
down_revision = "voice_analysis"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("made_of", sa.String(length=64), nullable=False),
        sa.Column("drivers", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("resamples", sa.LargeBinary(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_assessment_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint(
            "source_id",
            "source_version",
            "question",
            "made_of",
            name=op.f("uq_assessment_source_id_source_version_question_made_of"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("organisation") as organisation:
        organisation.add_column(sa.Column("few_answers", sa.Integer(), nullable=False, server_default="100"))


def downgrade() -> None:
    with op.batch_alter_table("organisation") as organisation:
        organisation.drop_column("few_answers")
    op.drop_table("assessment")

"""Tables of voice."""

import sqlalchemy as sa
from alembic import op

revision = "voice"
down_revision = "talk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("name", name=op.f("uq_series_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "touchpoint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column(
            "factor",
            sa.Enum(
                "product or service",
                "interaction",
                "brand",
                name="factor",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("journey", sa.String(length=120), nullable=False),
        sa.Column("stage", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touchpoint")),
        sa.UniqueConstraint("key", name=op.f("uq_touchpoint_key")),
        sa.UniqueConstraint("name", name=op.f("uq_touchpoint_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "survey",
                "complaints",
                "interviews",
                "observation",
                "benchmark",
                name="sourcekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "staging", "taken", "replaced", name="sourcestage", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("minimum_cell", sa.Integer(), nullable=False),
        sa.Column(
            "rows_for",
            sa.Enum(
                "employees",
                "department",
                "committee",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("weighted", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("map", sa.Text(), nullable=False),
        sa.Column("imported_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_source_department_id")),
        sa.ForeignKeyConstraint(["imported_by"], ["person.id"], name=op.f("fk_source_imported_by")),
        sa.ForeignKeyConstraint(["replaced_by"], ["source.id"], name=op.f("fk_source_replaced_by")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_source_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("name", name=op.f("uq_source_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_source_department_id"), "source", ["department_id"], unique=False)
    op.create_index(op.f("ix_source_file_hash"), "source", ["file_hash"], unique=False)
    op.create_index(op.f("ix_source_imported_by"), "source", ["imported_by"], unique=False)
    op.create_index(op.f("ix_source_replaced_by"), "source", ["replaced_by"], unique=False)
    op.create_index(op.f("ix_source_series_id"), "source", ["series_id"], unique=False)
    op.create_index(op.f("ix_source_stage"), "source", ["stage"], unique=False)
    op.create_table(
        "outcome",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "nps",
                "rating",
                "effort",
                "yesno",
                "amount",
                name="outcomekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("worst", sa.Float(), nullable=False),
        sa.Column("best", sa.Float(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("weighted", sa.Float(), nullable=True),
        sa.Column("mean", sa.Float(), nullable=True),
        sa.Column("top_two", sa.Float(), nullable=True),
        sa.Column("promoters", sa.Integer(), nullable=True),
        sa.Column("passives", sa.Integer(), nullable=True),
        sa.Column("detractors", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_outcome_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("source_id", "name", name=op.f("uq_outcome_source_id_name")),
        sa.UniqueConstraint("source_id", "place", name=op.f("uq_outcome_source_id_place")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outcome_source_id"), "outcome", ["source_id"], unique=False)
    op.create_table(
        "response",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("respondent", sa.String(length=200), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("weight", sa.Float(), nullable=True),
        sa.Column("account", sa.String(length=200), nullable=True),
        sa.Column("outcomes", sa.LargeBinary(), nullable=False),
        sa.Column("ratings", sa.LargeBinary(), nullable=False),
        sa.Column("segments", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_response_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("source_id", "respondent", name=op.f("uq_response_source_id_respondent")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "segment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_segment_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("source_id", "name", name=op.f("uq_segment_source_id_name")),
        sa.UniqueConstraint("source_id", "place", name=op.f("uq_segment_source_id_place")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_segment_source_id"), "segment", ["source_id"], unique=False)
    op.create_table(
        "touchpoint_use",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("touchpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("column", sa.String(length=200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("worst", sa.Float(), nullable=False),
        sa.Column("best", sa.Float(), nullable=False),
        sa.Column("step", sa.Float(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("not_applicable", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("weighted", sa.Float(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("score_low", sa.Float(), nullable=True),
        sa.Column("score_high", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_touchpoint_use_source_id")),
        sa.ForeignKeyConstraint(["touchpoint_id"], ["touchpoint.id"], name=op.f("fk_touchpoint_use_touchpoint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touchpoint_use")),
        sa.UniqueConstraint("source_id", "place", name=op.f("uq_touchpoint_use_source_id_place")),
        sa.UniqueConstraint("source_id", "touchpoint_id", name=op.f("uq_touchpoint_use_source_id_touchpoint_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_touchpoint_use_source_id"), "touchpoint_use", ["source_id"], unique=False)
    op.create_index(op.f("ix_touchpoint_use_touchpoint_id"), "touchpoint_use", ["touchpoint_id"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "reading",
                "asking",
                "checking",
                "checked",
                "taking",
                "taken",
                "broken",
                "gone",
                name="uploadstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("map", sa.Text(), nullable=False),
        sa.Column(
            "rows_for",
            sa.Enum(
                "employees",
                "department",
                "committee",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sa.Column("replace", sa.Boolean(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_upload_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_upload_person_id"), "upload", ["person_id"], unique=False)
    op.create_index(op.f("ix_upload_source_id"), "upload", ["source_id"], unique=False)
    op.create_table(
        "remark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("coded", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_remark_response_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_remark_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_remark_response_id"), "remark", ["response_id"], unique=False)
    op.create_index(op.f("ix_remark_source_id"), "remark", ["source_id"], unique=False)


def downgrade() -> None:
    op.drop_table("remark")
    op.drop_table("upload")
    op.drop_table("touchpoint_use")
    op.drop_table("segment")
    op.drop_table("response")
    op.drop_table("outcome")
    op.drop_table("source")
    op.drop_table("touchpoint")
    op.drop_table("series")

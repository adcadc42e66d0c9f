"""Rounds with a day and reasons for what is left out; what each wave said; causes; the experience, rated."""

import sqlalchemy as sa
from alembic import op

revision = "rounds"
down_revision = "assessments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cause",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "people",
                "method",
                "place",
                "material",
                "information",
                "rules",
                name="causekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "strength",
            sa.Enum(
                "suspected", "likely", "shown", name="strength", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_cause_author_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["cause.id"], name=op.f("fk_cause_parent_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_cause_process_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_cause_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_cause_author_id"), "cause", ["author_id"], unique=False)
    op.create_index(op.f("ix_cause_parent_id"), "cause", ["parent_id"], unique=False)
    op.create_index(op.f("ix_cause_process_id"), "cause", ["process_id"], unique=False)
    op.create_index(op.f("ix_cause_withdrawn_by"), "cause", ["withdrawn_by"], unique=False)

    op.create_table(
        "experience_round",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "open", "closed", "cancelled", name="ratingstage", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("fewest", sa.SmallInteger(), nullable=False),
        sa.Column("opened_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("fewest >= 5", name=op.f("ck_experience_round_fewest")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_experience_round_opened_by")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_experience_round_process_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experience_round")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_experience_round_one_open",
        "experience_round",
        ["process_id"],
        unique=True,
        sqlite_where=sa.text("stage = 'open'"),
        postgresql_where=sa.text("stage = 'open'"),
    )
    op.create_index(op.f("ix_experience_round_opened_by"), "experience_round", ["opened_by"], unique=False)
    op.create_index(op.f("ix_experience_round_process_id"), "experience_round", ["process_id"], unique=False)

    op.create_table(
        "experience_statement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("touchpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_experience_statement_author_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_experience_statement_process_id")),
        sa.ForeignKeyConstraint(
            ["touchpoint_id"], ["touchpoint.id"], name=op.f("fk_experience_statement_touchpoint_id")
        ),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_experience_statement_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experience_statement")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_experience_statement_author_id"), "experience_statement", ["author_id"], unique=False)
    op.create_index(op.f("ix_experience_statement_process_id"), "experience_statement", ["process_id"], unique=False)
    op.create_index(
        op.f("ix_experience_statement_touchpoint_id"), "experience_statement", ["touchpoint_id"], unique=False
    )
    op.create_index(
        op.f("ix_experience_statement_withdrawn_by"), "experience_statement", ["withdrawn_by"], unique=False
    )

    op.create_table(
        "left_out",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("vital", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_left_out_process_id")),
        sa.ForeignKeyConstraint(["round_id"], ["prioritisation.id"], name=op.f("fk_left_out_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_left_out")),
        sa.UniqueConstraint("round_id", "process_id", name=op.f("uq_left_out_round_id_process_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_left_out_process_id"), "left_out", ["process_id"], unique=False)
    op.create_index(op.f("ix_left_out_round_id"), "left_out", ["round_id"], unique=False)

    op.create_table(
        "process_reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("performance", sa.Float(), nullable=True),
        sa.Column("performance_low", sa.Float(), nullable=True),
        sa.Column("performance_high", sa.Float(), nullable=True),
        sa.Column("impact", sa.Float(), nullable=True),
        sa.Column("impact_low", sa.Float(), nullable=True),
        sa.Column("impact_high", sa.Float(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "vital",
                "vital, perhaps",
                "not vital",
                "too little data",
                name="reading_verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("vital_probability", sa.Float(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_process_reading_process_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_process_reading_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_reading")),
        sa.UniqueConstraint("process_id", "source_id", name=op.f("uq_process_reading_process_id_source_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_process_reading_source_id"), "process_reading", ["source_id"], unique=False)

    op.create_table(
        "cause_evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_cause_evidence_author_id")),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_cause_evidence_cause_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_cause_evidence_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause_evidence")),
        sa.UniqueConstraint("cause_id", "about", "note", name=op.f("uq_cause_evidence_cause_id_about_note")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_cause_evidence_author_id"), "cause_evidence", ["author_id"], unique=False)
    op.create_index(op.f("ix_cause_evidence_withdrawn_by"), "cause_evidence", ["withdrawn_by"], unique=False)

    op.create_table(
        "experience_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stands",
            sa.Enum(
                "as one of us",
                "on behalf of customers",
                name="stands",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("stands <> 'on behalf of customers' OR basis <> ''", name=op.f("ck_experience_sheet_basis")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_experience_sheet_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["experience_round.id"], name=op.f("fk_experience_sheet_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experience_sheet")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_experience_sheet_round_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_experience_sheet_person_id"), "experience_sheet", ["person_id"], unique=False)

    op.create_table(
        "experience_rating",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("desired", sa.SmallInteger(), nullable=False),
        sa.Column("promised", sa.SmallInteger(), nullable=False),
        sa.Column("provided", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("desired BETWEEN 0 AND 10", name=op.f("ck_experience_rating_desired")),
        sa.CheckConstraint("promised BETWEEN 0 AND 10", name=op.f("ck_experience_rating_promised")),
        sa.CheckConstraint("provided BETWEEN 0 AND 10", name=op.f("ck_experience_rating_provided")),
        sa.ForeignKeyConstraint(["sheet_id"], ["experience_sheet.id"], name=op.f("fk_experience_rating_sheet_id")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["experience_statement.id"], name=op.f("fk_experience_rating_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experience_rating")),
        sa.UniqueConstraint("sheet_id", "statement_id", name=op.f("uq_experience_rating_sheet_id_statement_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_experience_rating_statement_id"), "experience_rating", ["statement_id"], unique=False)

    op.create_table(
        "barrier_cause",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("artefact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["artefact_id"], ["artefact.id"], name=op.f("fk_barrier_cause_artefact_id")),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_barrier_cause_cause_id")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_barrier_cause_pilot_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["person.id"], name=op.f("fk_barrier_cause_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barrier_cause")),
        sa.UniqueConstraint("pilot_id", "cause_id", name=op.f("uq_barrier_cause_pilot_id_cause_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_barrier_cause_artefact_id"), "barrier_cause", ["artefact_id"], unique=False)
    op.create_index(op.f("ix_barrier_cause_cause_id"), "barrier_cause", ["cause_id"], unique=False)
    op.create_index(op.f("ix_barrier_cause_taken_by"), "barrier_cause", ["taken_by"], unique=False)

    op.add_column("prioritisation", sa.Column("due", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("prioritisation", "due")
    for table in (
        "barrier_cause",
        "experience_rating",
        "experience_sheet",
        "cause_evidence",
        "process_reading",
        "left_out",
        "experience_statement",
        "experience_round",
        "cause",
    ):
        op.drop_table(table)

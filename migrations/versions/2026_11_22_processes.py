"""Tables of processes."""

import sqlalchemy as sa
from alembic import op

revision = "processes"
down_revision = "voice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prioritisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "open",
                "published",
                "cancelled",
                name="roundstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=120), nullable=False),
        sa.Column("impact", sa.String(length=24), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_prioritisation_committee_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_prioritisation_opened_by")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_prioritisation_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prioritisation")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_prioritisation_committee_id"), "prioritisation", ["committee_id"], unique=False)
    op.create_index(
        "ix_prioritisation_one_open",
        "prioritisation",
        ["committee_id"],
        unique=True,
        sqlite_where=sa.text("stage = 'open'"),
        postgresql_where=sa.text("stage = 'open'"),
    )
    op.create_index(op.f("ix_prioritisation_opened_by"), "prioritisation", ["opened_by"], unique=False)
    op.create_index(op.f("ix_prioritisation_source_id"), "prioritisation", ["source_id"], unique=False)
    op.create_table(
        "process",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
        sa.Column("desired", sa.Text(), nullable=False),
        sa.Column("promised", sa.Text(), nullable=False),
        sa.Column("provided", sa.Text(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=True),
        sa.Column("prioritised_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("rank IS NULL OR rank >= 1", name=op.f("ck_process_rank")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_process_committee_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_process_owner_id")),
        sa.ForeignKeyConstraint(["prioritised_by"], ["prioritisation.id"], name=op.f("fk_process_prioritised_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
        sa.UniqueConstraint("name", name=op.f("uq_process_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_process_committee_id"), "process", ["committee_id"], unique=False)
    op.create_index(op.f("ix_process_owner_id"), "process", ["owner_id"], unique=False)
    op.create_index(op.f("ix_process_prioritised_by"), "process", ["prioritised_by"], unique=False)
    op.create_index(op.f("ix_process_rank"), "process", ["rank"], unique=False)
    op.create_table(
        "ballot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("place >= 1", name=op.f("ck_ballot_place")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ballot_person_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_ballot_process_id")),
        sa.ForeignKeyConstraint(["round_id"], ["prioritisation.id"], name=op.f("fk_ballot_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint("round_id", "person_id", "place", name=op.f("uq_ballot_round_id_person_id_place")),
        sa.UniqueConstraint(
            "round_id", "person_id", "process_id", name=op.f("uq_ballot_round_id_person_id_process_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ballot_person_id"), "ballot", ["person_id"], unique=False)
    op.create_index(op.f("ix_ballot_process_id"), "ballot", ["process_id"], unique=False)
    op.create_index(op.f("ix_ballot_round_id"), "ballot", ["round_id"], unique=False)
    op.create_table(
        "priority",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("on_judgement", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_priority_process_id")),
        sa.ForeignKeyConstraint(["round_id"], ["prioritisation.id"], name=op.f("fk_priority_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority")),
        sa.UniqueConstraint("round_id", "process_id", name=op.f("uq_priority_round_id_process_id")),
        sa.UniqueConstraint("round_id", "rank", name=op.f("uq_priority_round_id_rank")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_priority_process_id"), "priority", ["process_id"], unique=False)
    op.create_index(op.f("ix_priority_round_id"), "priority", ["round_id"], unique=False)
    op.create_table(
        "process_department",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_process_department_department_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_process_department_process_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_department")),
        sa.UniqueConstraint("process_id", "department_id", name=op.f("uq_process_department_process_id_department_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_process_department_department_id"), "process_department", ["department_id"], unique=False)
    op.create_index(op.f("ix_process_department_process_id"), "process_department", ["process_id"], unique=False)
    op.create_table(
        "process_touchpoint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("touchpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_process_touchpoint_weight")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_process_touchpoint_process_id")),
        sa.ForeignKeyConstraint(["touchpoint_id"], ["touchpoint.id"], name=op.f("fk_process_touchpoint_touchpoint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_touchpoint")),
        sa.UniqueConstraint("process_id", "touchpoint_id", name=op.f("uq_process_touchpoint_process_id_touchpoint_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_process_touchpoint_process_id"), "process_touchpoint", ["process_id"], unique=False)
    op.create_index(op.f("ix_process_touchpoint_touchpoint_id"), "process_touchpoint", ["touchpoint_id"], unique=False)
    op.create_table(
        "team_process",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_team_process_process_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_process_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_process")),
        sa.UniqueConstraint("team_id", "process_id", name=op.f("uq_team_process_team_id_process_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_team_process_process_id"), "team_process", ["process_id"], unique=False)
    op.create_index(op.f("ix_team_process_team_id"), "team_process", ["team_id"], unique=False)


def downgrade() -> None:
    op.drop_table("team_process")
    op.drop_table("process_touchpoint")
    op.drop_table("process_department")
    op.drop_table("priority")
    op.drop_table("ballot")
    op.drop_table("process")
    op.drop_table("prioritisation")

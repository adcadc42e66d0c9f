"""Tables of pilots."""

import sqlalchemy as sa
from alembic import op

revision = "pilots"
down_revision = "review"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pilot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sponsor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "running",
                "scaled",
                "adopted",
                "stopped",
                name="pilotstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("run", sa.SmallInteger(), nullable=False),
        sa.Column(
            "health",
            sa.Enum(
                "on course",
                "at risk",
                "off course",
                name="health",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("health_note", sa.Text(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("baseline", sa.Text(), nullable=False),
        sa.Column("chartered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("learned", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("step BETWEEN 1 AND 6", name=op.f("ck_pilot_step")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_pilot_committee_id")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_pilot_idea_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["person.id"], name=op.f("fk_pilot_lead_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_pilot_process_id")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["person.id"], name=op.f("fk_pilot_sponsor_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_pilot_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot")),
        sa.UniqueConstraint("idea_id", name=op.f("uq_pilot_idea_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pilot_committee_id"), "pilot", ["committee_id"], unique=False)
    op.create_index(op.f("ix_pilot_lead_id"), "pilot", ["lead_id"], unique=False)
    op.create_index(op.f("ix_pilot_process_id"), "pilot", ["process_id"], unique=False)
    op.create_index(op.f("ix_pilot_sponsor_id"), "pilot", ["sponsor_id"], unique=False)
    op.create_index(op.f("ix_pilot_stage"), "pilot", ["stage"], unique=False)
    op.create_index(op.f("ix_pilot_team_id"), "pilot", ["team_id"], unique=False)
    op.create_table(
        "artefact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=True),
        sa.Column("run", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["first_id"], ["artefact.id"], name=op.f("fk_artefact_first_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_artefact_made_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_artefact_pilot_id")),
        sa.ForeignKeyConstraint(["replaced_by"], ["artefact.id"], name=op.f("fk_artefact_replaced_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artefact")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_artefact_first_id"), "artefact", ["first_id"], unique=False)
    op.create_index("ix_artefact_live", "artefact", ["pilot_id", "replaced_by"], unique=False)
    op.create_index(op.f("ix_artefact_made_by"), "artefact", ["made_by"], unique=False)
    op.create_index(
        "ix_artefact_only_one",
        "artefact",
        ["pilot_id", "slot"],
        unique=True,
        sqlite_where=sa.text("slot IS NOT NULL"),
        postgresql_where=sa.text("slot IS NOT NULL"),
    )
    op.create_index(op.f("ix_artefact_replaced_by"), "artefact", ["replaced_by"], unique=False)
    op.create_table(
        "keeper",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_keeper_person_id")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_keeper_pilot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keeper")),
        sa.UniqueConstraint("pilot_id", "number", "person_id", name=op.f("uq_keeper_pilot_id_number_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_keeper_person_id"), "keeper", ["person_id"], unique=False)
    op.create_index(op.f("ix_keeper_pilot_id"), "keeper", ["pilot_id"], unique=False)
    op.create_table(
        "measure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("outcome", sa.String(length=120), nullable=False),
        sa.Column("before_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("after_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("segment", sa.String(length=120), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("baseline", sa.Float(), nullable=True),
        sa.Column("target", sa.Float(), nullable=True),
        sa.Column("actual", sa.Float(), nullable=True),
        sa.Column("worth", sa.Float(), nullable=False),
        sa.Column("change", sa.Float(), nullable=True),
        sa.Column("change_low", sa.Float(), nullable=True),
        sa.Column("change_high", sa.Float(), nullable=True),
        sa.Column("n_before", sa.Integer(), nullable=False),
        sa.Column("n_after", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("run", sa.SmallInteger(), nullable=False),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["after_id"], ["source.id"], name=op.f("fk_measure_after_id")),
        sa.ForeignKeyConstraint(["before_id"], ["source.id"], name=op.f("fk_measure_before_id")),
        sa.ForeignKeyConstraint(["first_id"], ["measure.id"], name=op.f("fk_measure_first_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_measure_made_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_measure_pilot_id")),
        sa.ForeignKeyConstraint(["replaced_by"], ["measure.id"], name=op.f("fk_measure_replaced_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_measure_after_id"), "measure", ["after_id"], unique=False)
    op.create_index(op.f("ix_measure_before_id"), "measure", ["before_id"], unique=False)
    op.create_index(op.f("ix_measure_first_id"), "measure", ["first_id"], unique=False)
    op.create_index(op.f("ix_measure_made_by"), "measure", ["made_by"], unique=False)
    op.create_index(op.f("ix_measure_pilot_id"), "measure", ["pilot_id"], unique=False)
    op.create_index(op.f("ix_measure_replaced_by"), "measure", ["replaced_by"], unique=False)
    op.create_table(
        "spending",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["corrects_id"], ["spending.id"], name=op.f("fk_spending_corrects_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_spending_entered_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_spending_pilot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_spending_corrects_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_spending_entered_by"), "spending", ["entered_by"], unique=False)
    op.create_index(op.f("ix_spending_pilot_id"), "spending", ["pilot_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "ahead",
                "open",
                "asked",
                "passed",
                "stopped",
                name="stepstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(stage = 'passed') = (passed_at IS NOT NULL)", name=op.f("ck_step_passed_has_its_time")),
        sa.CheckConstraint("number BETWEEN 1 AND 6", name=op.f("ck_step_number")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_step_pilot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("pilot_id", "number", name=op.f("uq_step_pilot_id_number")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("step")
    op.drop_table("spending")
    op.drop_table("measure")
    op.drop_table("keeper")
    op.drop_table("artefact")
    op.drop_table("pilot")

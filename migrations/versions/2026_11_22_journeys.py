"""Journeys, jobs of customers, who has read which source, and diagnoses."""

import sqlalchemy as sa
from alembic import op

revision = "journeys"
down_revision = "rounds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("situation", sa.String(length=300), nullable=False),
        sa.Column("want", sa.String(length=200), nullable=False),
        sa.Column("so", sa.String(length=300), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "functional",
                "emotional",
                "social",
                name="jobkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_job")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "journey",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("for_whom", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey")),
        sa.UniqueConstraint("name", name=op.f("uq_journey_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "customer_job_cell",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("segment", sa.String(length=120), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["customer_job.id"], name=op.f("fk_customer_job_cell_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_job_cell")),
        sa.UniqueConstraint("job_id", "segment", "label", name=op.f("uq_customer_job_cell_job_id_segment_label")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "journey_stage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("journey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name=op.f("fk_journey_stage_journey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_stage")),
        sa.UniqueConstraint("journey_id", "name", name=op.f("uq_journey_stage_journey_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "customer_job_stage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["customer_job.id"], name=op.f("fk_customer_job_stage_job_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["journey_stage.id"], name=op.f("fk_customer_job_stage_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_job_stage")),
        sa.UniqueConstraint("job_id", "stage_id", name=op.f("uq_customer_job_stage_job_id_stage_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_customer_job_stage_stage_id"), "customer_job_stage", ["stage_id"], unique=False)
    op.create_table(
        "diagnosis",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "open",
                "closed",
                "published",
                "cancelled",
                name="diagnosisstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_diagnosis_committee_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_diagnosis_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnosis")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_diagnosis_committee_id"), "diagnosis", ["committee_id"], unique=False)
    op.create_index(
        "ix_diagnosis_one_at_a_time",
        "diagnosis",
        ["committee_id"],
        unique=True,
        sqlite_where=sa.text("stage IN ('open', 'closed')"),
        postgresql_where=sa.text("stage IN ('open', 'closed')"),
    )
    op.create_index(op.f("ix_diagnosis_opened_by"), "diagnosis", ["opened_by"], unique=False)
    op.create_index(op.f("ix_diagnosis_stage"), "diagnosis", ["stage"], unique=False)
    op.create_table(
        "journey_touchpoint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("touchpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["stage_id"], ["journey_stage.id"], name=op.f("fk_journey_touchpoint_stage_id")),
        sa.ForeignKeyConstraint(["touchpoint_id"], ["touchpoint.id"], name=op.f("fk_journey_touchpoint_touchpoint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_touchpoint")),
        sa.UniqueConstraint("stage_id", "touchpoint_id", name=op.f("uq_journey_touchpoint_stage_id_touchpoint_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_journey_touchpoint_touchpoint_id"), "journey_touchpoint", ["touchpoint_id"], unique=False)
    op.create_table(
        "customer_job_outcome",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("statement", sa.String(length=300), nullable=False),
        sa.Column("importance", sa.Float(), nullable=True),
        sa.Column("satisfaction", sa.Float(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("told_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("importance BETWEEN 0 AND 10", name=op.f("ck_customer_job_outcome_importance")),
        sa.CheckConstraint("n > 0", name=op.f("ck_customer_job_outcome_n")),
        sa.CheckConstraint("satisfaction BETWEEN 0 AND 10", name=op.f("ck_customer_job_outcome_satisfaction")),
        sa.ForeignKeyConstraint(["job_id"], ["customer_job.id"], name=op.f("fk_customer_job_outcome_job_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_customer_job_outcome_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_job_outcome")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_customer_job_outcome_job_id"), "customer_job_outcome", ["job_id"], unique=False)
    op.create_index(op.f("ix_customer_job_outcome_source_id"), "customer_job_outcome", ["source_id"], unique=False)
    op.create_table(
        "diagnosis_department",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("diagnosis_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_diagnosis_department_department_id")
        ),
        sa.ForeignKeyConstraint(["diagnosis_id"], ["diagnosis.id"], name=op.f("fk_diagnosis_department_diagnosis_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnosis_department")),
        sa.UniqueConstraint(
            "diagnosis_id", "department_id", name=op.f("uq_diagnosis_department_diagnosis_id_department_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_diagnosis_department_department_id"), "diagnosis_department", ["department_id"], unique=False
    )
    op.create_table(
        "diagnosis_finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("diagnosis_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("written_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_diagnosis_finding_level")),
        sa.ForeignKeyConstraint(["diagnosis_id"], ["diagnosis.id"], name=op.f("fk_diagnosis_finding_diagnosis_id")),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_diagnosis_finding_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnosis_finding")),
        sa.UniqueConstraint(
            "diagnosis_id", "item", "number", name=op.f("uq_diagnosis_finding_diagnosis_id_item_number")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_diagnosis_finding_written_by"), "diagnosis_finding", ["written_by"], unique=False)
    op.create_table(
        "diagnosis_invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("diagnosis_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["diagnosis_id"], ["diagnosis.id"], name=op.f("fk_diagnosis_invitation_diagnosis_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnosis_invitation")),
        sa.UniqueConstraint("key", name=op.f("uq_diagnosis_invitation_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_diagnosis_invitation_diagnosis_id"), "diagnosis_invitation", ["diagnosis_id"], unique=False
    )
    op.create_table(
        "diagnosis_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("diagnosis_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) = (department_id IS NULL)", name=op.f("ck_diagnosis_sheet_whose")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_diagnosis_sheet_department_id")),
        sa.ForeignKeyConstraint(["diagnosis_id"], ["diagnosis.id"], name=op.f("fk_diagnosis_sheet_diagnosis_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_diagnosis_sheet_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnosis_sheet")),
        sa.UniqueConstraint("diagnosis_id", "person_id", name=op.f("uq_diagnosis_sheet_diagnosis_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_diagnosis_sheet_department_id"), "diagnosis_sheet", ["department_id"], unique=False)
    op.create_index(op.f("ix_diagnosis_sheet_person_id"), "diagnosis_sheet", ["person_id"], unique=False)
    op.create_table(
        "source_reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_source_reading_department_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_source_reading_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_reading")),
        sa.UniqueConstraint("source_id", "department_id", name=op.f("uq_source_reading_source_id_department_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_source_reading_department_id"), "source_reading", ["department_id"], unique=False)
    op.create_table(
        "diagnosis_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_diagnosis_answer_level")),
        sa.ForeignKeyConstraint(["sheet_id"], ["diagnosis_sheet.id"], name=op.f("fk_diagnosis_answer_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnosis_answer")),
        sa.UniqueConstraint("sheet_id", "item", name=op.f("uq_diagnosis_answer_sheet_id_item")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "idea_job",
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_job_idea_id")),
        sa.ForeignKeyConstraint(["job_id"], ["customer_job.id"], name=op.f("fk_idea_job_job_id")),
        sa.PrimaryKeyConstraint("idea_id", "job_id", name=op.f("pk_idea_job")),
    )
    op.create_index(op.f("ix_idea_job_job_id"), "idea_job", ["job_id"], unique=False)
    by_hand()


def downgrade() -> None:
    undo_by_hand()
    op.drop_table("idea_job")
    op.drop_table("diagnosis_answer")
    op.drop_table("source_reading")
    op.drop_table("diagnosis_sheet")
    op.drop_table("diagnosis_invitation")
    op.drop_table("diagnosis_finding")
    op.drop_table("diagnosis_department")
    op.drop_table("customer_job_outcome")
    op.drop_table("journey_touchpoint")
    op.drop_table("diagnosis")
    op.drop_table("customer_job_stage")
    op.drop_table("journey_stage")
    op.drop_table("customer_job_cell")
    op.drop_table("journey")
    op.drop_table("customer_job")


# -- by hand
change = sa.table("change", sa.column("feature", sa.String), sa.column("count", sa.Integer))
journey = sa.table("journey", *(sa.column(name) for name in ("id", "name", "description", "for_whom", "version")))
stage = sa.table("journey_stage", *(sa.column(name) for name in ("id", "journey_id", "place", "name")))
placed = sa.table("journey_touchpoint", *(sa.column(name) for name in ("stage_id", "touchpoint_id", "place")))
touchpoint = sa.table("touchpoint", *(sa.column(name) for name in ("id", "journey", "stage")))
NOT_SAID = "At any time"


def by_hand() -> None:
    op.bulk_insert(change, [{"feature": "diagnosis", "count": 0}])
    draw_journeys()


def draw_journeys() -> None:
    """The journeys and stages that survey maps have named, with their touchpoints in the order in which they came."""
    said = sa.select(touchpoint.c.id, touchpoint.c.journey, touchpoint.c.stage).where(touchpoint.c.journey != "")
    stages: dict[str, dict[str, list[int]]] = {}
    names: dict[str, str] = {}
    for number, name, where in op.get_bind().execute(said.order_by(touchpoint.c.id)):
        key = names.setdefault(name.casefold(), name)
        stages.setdefault(key, {}).setdefault(where or NOT_SAID, []).append(number)
    for name, own in stages.items():
        row = {"name": name, "description": "", "for_whom": "", "version": 1}
        op.execute(journey.insert().values(**row))
        journey_id = one(sa.select(journey.c.id).where(journey.c.name == name))
        for place, (where, numbers) in enumerate(own.items(), start=1):
            op.execute(stage.insert().values(journey_id=journey_id, place=place, name=where))
            own_stage = (stage.c.journey_id == journey_id, stage.c.name == where)
            stage_id = one(sa.select(stage.c.id).where(*own_stage))
            rows = [{"stage_id": stage_id, "touchpoint_id": n, "place": i} for i, n in enumerate(numbers, start=1)]
            op.bulk_insert(placed, rows)


def one(query: sa.Select[tuple[int]]) -> int:
    return op.get_bind().execute(query).scalar_one()


def undo_by_hand() -> None:
    op.execute(change.delete().where(change.c.feature == "diagnosis"))

"""Who is asked to review which idea, what members would rather read and know well, and plans that were applied."""

import sqlalchemy as sa
from alembic import op

revision = "assignment"
down_revision = "capacity"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
AREAS = ("product", "service or process", "business model or organisation")
ROUND = (("assigned", sa.Boolean(), sa.false()), ("wanted", sa.SmallInteger(), "3"))


def upgrade() -> None:
    for name, kind, usual in ROUND:
        op.add_column("round", sa.Column(name, kind, nullable=False, server_default=usual))
    op.add_column("reviewer", sa.Column("most", sa.SmallInteger(), nullable=True))
    op.add_column("reviewer", sa.Column("told_at", MOMENT, nullable=True))
    assignments()
    plans()
    preferences()
    expertise()


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def assignments() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("how", words("how", "by plan", "by hand"), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("ending", words("ending", "by plan", "by hand", "by the member"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (ending IS NULL)", name=op.f("ck_assignment_ended_somehow")),
        to("assignment", "round_id", "round"),
        to("assignment", "idea_id", "idea"),
        to("assignment", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("round_id", "idea_id", "person_id", name=op.f("uq_assignment_round_id_idea_id_person_id")),
        sqlite_autoincrement=True,
    )
    index("assignment", "idea_id", "person_id")


def plans() -> None:
    op.create_table(
        "assignment_plan",
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("repair", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("given", "moved", "lacking")),
        to("assignment_plan", "round_id", "round"),
        to("assignment_plan", "made_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_plan")),
        sqlite_autoincrement=True,
    )
    index("assignment_plan", "round_id", "made_by")


def preferences() -> None:
    op.create_table(
        "liking",
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("wish", words("wish", "want", "can", "rather not"), nullable=False),
        to("liking", "round_id", "round"),
        to("liking", "idea_id", "idea"),
        to("liking", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liking")),
        sa.UniqueConstraint("round_id", "person_id", "idea_id", name=op.f("uq_liking_round_id_person_id_idea_id")),
        sqlite_autoincrement=True,
    )
    index("liking", "idea_id", "person_id")


def expertise() -> None:
    op.create_table(
        "expertise",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("process_id", ID, nullable=True),
        sa.Column("area", words("area", *AREAS), nullable=True),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.CheckConstraint("(process_id IS NULL) <> (area IS NULL)", name=op.f("ck_expertise_one_of_both")),
        to("expertise", "person_id", "person"),
        to("expertise", "process_id", "process"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expertise")),
        sqlite_autoincrement=True,
    )
    index("expertise", "process_id")
    for name, column in (("process", "process_id"), ("area", "area")):
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_expertise_one_{name}",
            "expertise",
            ["person_id", column],
            unique=True,
            sqlite_where=there,
            postgresql_where=there,
        )


def downgrade() -> None:
    for table in ("expertise", "liking", "assignment_plan", "assignment"):
        op.drop_table(table)
    for table, column in (("reviewer", "told_at"), ("reviewer", "most"), ("round", "wanted"), ("round", "assigned")):
        op.drop_column(table, column)

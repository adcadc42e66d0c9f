"""Ideas say who sees them, what they expect and risk, year by year; what is being typed is kept."""

from datetime import UTC, datetime
from math import exp2, log2

import sqlalchemy as sa
from alembic import op

revision = "ideas_writing"
down_revision = "comments"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AUDIENCES = "'everyone', 'departments', 'committee'"
FORECAST = (
    ("risks", "TEXT NOT NULL DEFAULT ''"),
    ("forecast_of", "VARCHAR(200) NOT NULL DEFAULT ''"),
    ("forecast_low", "FLOAT"),
    ("forecast", "FLOAT"),
    ("forecast_high", "FLOAT"),
)
SIGHT = (
    (
        "audience",
        f"VARCHAR(40) NOT NULL DEFAULT 'everyone' CONSTRAINT ck_idea_audience CHECK (audience IN ({AUDIENCES}))",
    ),
    (
        "custodian_id",
        "{id} CONSTRAINT fk_idea_custodian_id REFERENCES person (id) "
        "CONSTRAINT ck_idea_unnamed_writes_alone CHECK (custodian_id IS NULL OR team_id IS NULL)",
    ),
    ("warmth", "{id} NOT NULL DEFAULT 0"),
)
EPOCH, HALF_LIFE, STEPS = datetime(2020, 1, 1, tzinfo=UTC), 30.0, 1_000_000


def add(table: str, *columns: tuple[str, str]) -> None:
    """Said to the database as it is: no table with triggers on it is built anew."""
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for name, kind in columns:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind.format(id=number)}")


def upgrade() -> None:
    add("idea", *SIGHT, *FORECAST)
    add("revision", *FORECAST)
    add("committee", ("custodian_id", "{id} CONSTRAINT fk_committee_custodian_id REFERENCES person (id)"))
    op.create_index("ix_idea_warmth", "idea", ["listed", "warmth", "id"])
    for name, part in (("restricted", "audience <> 'everyone'"), ("unnamed", "custodian_id IS NOT NULL")):
        where = {"sqlite_where": sa.text(part), "postgresql_where": sa.text(part)}
        op.create_index(f"ix_idea_{name}", "idea", ["id"], **where)
    op.create_table(
        "idea_department",
        sa.Column("idea_id", ID, sa.ForeignKey("idea.id", name="fk_idea_department_idea_id"), nullable=False),
        sa.Column(
            "department_id", ID, sa.ForeignKey("department.id", name="fk_idea_department_department_id"), nullable=False
        ),
        sa.PrimaryKeyConstraint("idea_id", "department_id", name="pk_idea_department"),
    )
    op.create_index("ix_idea_department_department_id", "idea_department", ["department_id"])
    op.create_table(
        "idea_year",
        sa.Column("idea_id", ID, sa.ForeignKey("idea.id", name="fk_idea_year_idea_id"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("benefit", sa.BigInteger(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("idea_id", "revision", "year", name="pk_idea_year"),
    )
    op.create_table(
        "idea_scratch",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, sa.ForeignKey("person.id", name="fk_idea_scratch_person_id"), nullable=False),
        sa.Column("idea_id", ID, sa.ForeignKey("idea.id", name="fk_idea_scratch_idea_id"), nullable=True),
        sa.Column("window", sa.String(40), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idea_scratch"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_idea_scratch_mine", "idea_scratch", ["person_id", "window"], unique=True)
    op.create_index("ix_idea_scratch_idea_id", "idea_scratch", ["idea_id"])
    warm_up()


def warm_up() -> None:
    """What app/ideas/warmth.py works out for each vote from now on, for the votes that are there."""
    moments: dict[int, list[float]] = {}
    idea, vote = (sa.table(name, *(sa.column(*one) for one in columns)) for name, columns in TABLES.items())
    connection = op.get_bind()
    for row in connection.execute(sa.select(idea.c.id, idea.c.created_at)):
        moments[row[0]] = [half_lives(row[1])]
    for row in connection.execute(sa.select(vote.c.idea_id, vote.c.at)):
        moments[row[0]].append(half_lives(row[1]))
    told = [{"key": key, "warm": log_sum(times)} for key, times in moments.items()]
    if told:
        connection.execute(
            sa.update(idea).where(idea.c.id == sa.bindparam("key")).values(warmth=sa.bindparam("warm")), told
        )


INSTANT = sa.DateTime(timezone=True)
TABLES = {
    "idea": (("id", ID), ("created_at", INSTANT), ("warmth", sa.BigInteger())),
    "vote": (("idea_id", ID), ("at", INSTANT)),
}


def half_lives(moment: datetime) -> float:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH).total_seconds() / 86_400 / HALF_LIFE


def log_sum(times: list[float]) -> int:
    most = max(times)
    return round(STEPS * (most + log2(sum(exp2(one - most) for one in times))))


def downgrade() -> None:
    for table in ("idea_scratch", "idea_year", "idea_department"):
        op.drop_table(table)
    for name in ("unnamed", "restricted", "warmth"):
        op.drop_index(f"ix_idea_{name}", "idea")
    for table, columns in (
        ("committee", ("custodian_id",)),
        ("revision", tuple(name for name, _ in FORECAST)),
        ("idea", tuple(name for name, _ in (*FORECAST, *SIGHT))),
    ):
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")

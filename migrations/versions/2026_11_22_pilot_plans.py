"""Plans of measurement: which measure decides, against what, in which window; locked when the run begins."""

import sqlalchemy as sa
from alembic import op

revision = "pilot_plans"
down_revision = "meetings"
branch_labels = None
depends_on = None

COMPARED = ("everybody elsewhere", "the places named", "nothing")
SUCCESS = ("surely better than before", "surely worth having")
FLAGS = ("decides", "falls", "weighted")
DECIDES = "decides AND replaced_by IS NULL AND withdrawn_at IS NULL"
PLANNED = ("compare", "against", "success", *FLAGS)


def chosen(name: str, values: tuple[str, ...]) -> sa.Column[str]:
    words = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, words, nullable=False, server_default=values[0])


def upgrade() -> None:
    with op.batch_alter_table("measure") as measure:
        measure.add_column(chosen("compare", COMPARED))
        measure.add_column(chosen("success", SUCCESS))
        measure.add_column(sa.Column("against", sa.Text(), nullable=False, server_default=""))
        for flag in FLAGS:
            measure.add_column(sa.Column(flag, sa.Boolean(), nullable=False, server_default=sa.false()))
        measure.add_column(sa.Column("first_day", sa.Date(), nullable=True))
        measure.add_column(sa.Column("last_day", sa.Date(), nullable=True))
        measure.add_column(sa.Column("expected", sa.Integer(), nullable=True))
        ends = "last_day IS NULL OR last_day >= first_day"
        measure.create_check_constraint(op.f("ck_measure_window_ends_after_it_begins"), ends)
    with op.batch_alter_table("measure") as measure:
        for column in PLANNED:
            measure.alter_column(column, server_default=None)
    with op.batch_alter_table("step") as step:
        step.add_column(sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
    # What was measured first decides; a run that is on has its plan.
    op.execute(
        "UPDATE measure SET decides = TRUE WHERE id IN (SELECT min(id) FROM measure"
        " WHERE replaced_by IS NULL AND withdrawn_at IS NULL GROUP BY pilot_id)"
    )
    op.execute("UPDATE step SET begun_at = opened_at WHERE number = 6 AND stage <> 'ahead'")
    op.create_index(
        "ix_measure_one_decides",
        "measure",
        ["pilot_id"],
        unique=True,
        sqlite_where=sa.text(DECIDES),
        postgresql_where=sa.text(DECIDES),
    )


def downgrade() -> None:
    op.drop_index("ix_measure_one_decides", table_name="measure")
    with op.batch_alter_table("step") as step:
        step.drop_column("begun_at")
    with op.batch_alter_table("measure") as measure:
        measure.drop_constraint(op.f("ck_measure_window_ends_after_it_begins"), type_="check")
        measure.drop_constraint(op.f("ck_measure_compare"), type_="check")
        measure.drop_constraint(op.f("ck_measure_success"), type_="check")
        for column in (*PLANNED, "first_day", "last_day", "expected"):
            measure.drop_column(column)

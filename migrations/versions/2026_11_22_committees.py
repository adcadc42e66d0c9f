"""Committees side by side: terms, substitutes, absences, budgets by year; working days; what owners are asked."""

import sqlalchemy as sa
from alembic import op

revision = "committees"
down_revision = "conflicts"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.add_column("organisation", sa.Column("weekend", sa.String(20), nullable=False, server_default="5,6"))
    op.add_column("organisation", sa.Column("fiscal_month", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("committee", sa.Column("purpose", sa.Text(), nullable=False, server_default=""))
    op.add_column("committee", sa.Column("owner_days", sa.Integer(), nullable=False, server_default="5"))
    days()
    with op.batch_alter_table("seat") as seat:
        seat.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        seat.add_column(sa.Column("substitute_id", ID, nullable=True))
        seat.create_foreign_key(op.f("fk_seat_substitute_id"), "person", ["substitute_id"], ["id"])
    op.create_index(op.f("ix_seat_substitute_id"), "seat", ["substitute_id"])
    stand_ins()
    money_and_owners()


def days() -> None:
    op.create_table(
        "holiday",
        sa.Column("id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("yearly", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("day", name=op.f("uq_holiday_day")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "absence",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("noted_by", ID, nullable=False),
        moment("noted_at"),
        moment("taken_back_at", nullable=True),
        sa.CheckConstraint("ends >= begins", name=op.f("ck_absence_days")),
        to("absence", "person_id", "person"),
        to("absence", "noted_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"])


def stand_ins() -> None:
    with op.batch_alter_table("reviewer") as reviewer:
        reviewer.add_column(sa.Column("due", sa.Date(), nullable=True))
        reviewer.add_column(sa.Column("reminded_on", sa.Date(), nullable=True))
        reviewer.add_column(sa.Column("away", sa.Boolean(), nullable=False, server_default=sa.false()))
        reviewer.add_column(sa.Column("stands_in_for", ID, nullable=True))
        reviewer.create_foreign_key(op.f("fk_reviewer_stands_in_for"), "person", ["stands_in_for"], ["id"])
    with op.batch_alter_table("keeper") as keeper:
        keeper.add_column(sa.Column("away", sa.Boolean(), nullable=False, server_default=sa.false()))
        keeper.add_column(sa.Column("stands_in_for", ID, nullable=True))
        keeper.create_foreign_key(op.f("fk_keeper_stands_in_for"), "person", ["stands_in_for"], ["id"])


def money_and_owners() -> None:
    op.create_table(
        "committee_budget",
        sa.Column("id", ID, nullable=False),
        sa.Column("committee_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        to("committee_budget", "committee_id", "committee"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_budget")),
        sa.UniqueConstraint("committee_id", "year", name=op.f("uq_committee_budget_committee_id_year")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_committee_budget_committee_id"), "committee_budget", ["committee_id"])
    op.create_table(
        "owner_asked",
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        moment("asked_at"),
        sa.Column("due", sa.Date(), nullable=False),
        to("owner_asked", "idea_id", "idea"),
        to("owner_asked", "owner_id", "person"),
        sa.PrimaryKeyConstraint("idea_id", "revision", name=op.f("pk_owner_asked")),
    )
    op.create_index(op.f("ix_owner_asked_owner_id"), "owner_asked", ["owner_id"])


def downgrade() -> None:
    for table in ("owner_asked", "committee_budget", "absence", "holiday"):
        op.drop_table(table)
    for table in ("keeper", "reviewer"):
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"fk_{table}_stands_in_for"), type_="foreignkey")
            for name in ("stands_in_for", "away", *(("reminded_on", "due") if table == "reviewer" else ())):
                changed.drop_column(name)
    op.drop_index(op.f("ix_seat_substitute_id"), "seat")
    with op.batch_alter_table("seat") as seat:
        seat.drop_constraint(op.f("fk_seat_substitute_id"), type_="foreignkey")
        for name in ("substitute_id", "ends_on"):
            seat.drop_column(name)
    for table, names in (("committee", ("owner_days", "purpose")), ("organisation", ("fiscal_month", "weekend"))):
        for name in names:
            op.drop_column(table, name)

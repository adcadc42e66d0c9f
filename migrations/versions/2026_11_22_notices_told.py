"""Why somebody is told, how they want to be told, reminders, and channels of team chats."""

import sqlalchemy as sa
from alembic import op

revision = "notices_told"
down_revision = "similar"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("why", sa.String(40), nullable=False, server_default=""))
        notice.add_column(sa.Column("topic", sa.String(20), nullable=False, server_default=""))
        notice.add_column(sa.Column("mailed", sa.Boolean(), nullable=False, server_default=sa.false()))
    unread = {f"{dialect}_where": sa.text("read_at IS NULL") for dialect in ("sqlite", "postgresql")}
    op.create_index("ix_notice_unread", "notice", ["about", "person_id"], **unread)
    with op.batch_alter_table("notice_reading") as reading:
        reading.add_column(sa.Column("person", ID, nullable=False, server_default="0"))
        reading.add_column(sa.Column("reminded_on", sa.Date(), nullable=True))
        reading.add_column(sa.Column("reminded_to", ID, nullable=False, server_default="0"))
    wishes()
    reminders()
    channels()


def wishes() -> None:
    op.create_table(
        "notice_preference",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("often", one_of("often", "daily", "weekly"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        moment("next_at"),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_notice_preference_hour")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_notice_preference_weekday")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_preference_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_preference")),
    )
    op.create_index(op.f("ix_notice_preference_next_at"), "notice_preference", ["next_at"])


def reminders() -> None:
    op.create_table(
        "notice_reminder",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("what", sa.String(160), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_reminder_person_id")),
        sa.PrimaryKeyConstraint("person_id", "what", "late", name=op.f("pk_notice_reminder")),
    )
    op.create_index(op.f("ix_notice_reminder_due"), "notice_reminder", ["due"])


def channels() -> None:
    op.create_table(
        "notice_hook",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("chat", one_of("chat", "slack", "teams"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("events", sa.String(200), nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("made_by", ID, nullable=False),
        moment("made_at"),
        moment("sent_at", nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(300), nullable=False),
        moment("off_at", nullable=True),
        moment("removed_at", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_notice_hook_made_by")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_notice_hook_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_hook")),
        sqlite_autoincrement=True,
    )
    for name in ("team_id", "made_by"):
        op.create_index(op.f(f"ix_notice_hook_{name}"), "notice_hook", [name])


def downgrade() -> None:
    for table in ("notice_hook", "notice_reminder", "notice_preference"):
        op.drop_table(table)
    with op.batch_alter_table("notice_reading") as reading:
        for name in ("reminded_to", "reminded_on", "person"):
            reading.drop_column(name)
    op.drop_index("ix_notice_unread", "notice")
    with op.batch_alter_table("notice") as notice:
        for name in ("mailed", "topic", "why"):
            notice.drop_column(name)

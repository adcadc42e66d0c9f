"""Counts, findings and the market; names of touchpoints; who sees what of an upload; marks of personal data."""

import sqlalchemy as sa
from alembic import op

revision = "evidence"
down_revision = "voice_themes"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AUDIENCES = ("employees", "department", "committee")


def one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def table(name: str, *columns: sa.Column, points: dict[str, str], unique: tuple[str, ...] = (), **checks: str) -> None:
    """A table with an id; `points` says what its columns refer to, `checks` what must hold."""
    keys = [
        sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{name}_{column}"))
        for column, target in points.items()
    ]
    rules = [sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{label}")) for label, rule in checks.items()]
    uniques = [sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}_{'_'.join(unique)}"))] if unique else []
    op.create_table(
        name,
        sa.Column("id", ID, nullable=False),
        *columns,
        *rules,
        *keys,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *uniques,
        sqlite_autoincrement=True,
    )


def index(name: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column], unique=False)


def upgrade() -> None:
    with op.batch_alter_table("touchpoint") as touchpoint:
        touchpoint.add_column(sa.Column("moment_of_truth", sa.Boolean(), nullable=False, server_default=sa.false()))
        touchpoint.add_column(sa.Column("moment_reason", sa.Text(), nullable=False, server_default=""))
        touchpoint.add_column(sa.Column("merged_into", sa.BigInteger(), nullable=True))
        touchpoint.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        touchpoint.create_foreign_key(op.f("fk_touchpoint_merged_into"), "touchpoint", ["merged_into"], ["id"])
        touchpoint.create_index(op.f("ix_touchpoint_merged_into"), ["merged_into"])
    with op.batch_alter_table("remark") as remark:
        remark.add_column(sa.Column("marks", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("upload") as upload:
        for name, usual in (("figures_for", "employees"), ("comments_for", "committee")):
            upload.add_column(sa.Column(name, one_of(name, *AUDIENCES), nullable=False, server_default=usual))
    with op.batch_alter_table("source") as source:
        source.add_column(sa.Column("unit", sa.String(40), nullable=False, server_default=""))
    table(
        "touchpoint_alias",
        sa.Column("touchpoint_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        points={"touchpoint_id": "touchpoint.id", "person_id": "person.id"},
        unique=("key",),
    )
    index("touchpoint_alias", "touchpoint_id", "person_id")
    table(
        "event_count",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("touchpoint_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("exposure", "amount", "amount_low", "amount_high")),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        points={"source_id": "source.id", "touchpoint_id": "touchpoint.id", "person_id": "person.id"},
        unique=("source_id", "touchpoint_id", "first_day", "last_day"),
        count="count >= 0",
        days="last_day >= first_day",
        exposure="exposure IS NULL OR exposure > 0",
    )
    index("event_count", "touchpoint_id", "person_id")
    table(
        "finding",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("touchpoint_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", one_of("findingkind", "pain", "need", "gain", "idea", "fact"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Integer(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        points={"source_id": "source.id", "touchpoint_id": "touchpoint.id", "person_id": "person.id"},
        strength="said_by IS NULL OR (said_by >= 0 AND said_by <= asked)",
    )
    index("finding", "source_id", "touchpoint_id", "person_id")
    table(
        "benchmark",
        sa.Column("index", sa.String(40), nullable=False),
        sa.Column("touchpoint_id", sa.BigInteger(), nullable=True),
        sa.Column("whose", one_of("whose", "market", "competitor", "industry"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("error", sa.Float(), nullable=True),
        sa.Column("read_in", sa.Text(), nullable=False),
        sa.Column("link", sa.String(500), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        points={"touchpoint_id": "touchpoint.id", "person_id": "person.id"},
        days="last_day >= first_day",
    )
    index("benchmark", "index", "touchpoint_id", "person_id")


def downgrade() -> None:
    for name in ("benchmark", "finding", "event_count", "touchpoint_alias"):
        op.drop_table(name)
    with op.batch_alter_table("source") as source:
        source.drop_column("unit")
    with op.batch_alter_table("upload") as upload:
        for name in ("comments_for", "figures_for"):
            upload.drop_constraint(op.f(f"ck_upload_{name}"), type_="check")
            upload.drop_column(name)
    with op.batch_alter_table("remark") as remark:
        remark.drop_column("marks")
    with op.batch_alter_table("touchpoint") as touchpoint:
        touchpoint.drop_index(op.f("ix_touchpoint_merged_into"))
        touchpoint.drop_constraint(op.f("fk_touchpoint_merged_into"), type_="foreignkey")
        for name in ("version", "merged_into", "moment_reason", "moment_of_truth"):
            touchpoint.drop_column(name)

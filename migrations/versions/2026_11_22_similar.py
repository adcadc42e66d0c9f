"""The index of similar ideas, what authors say of near ones, and joining two into one."""

import sqlalchemy as sa
from alembic import op

revision = "similar"
down_revision = "ideas_writing"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = ("title", "story", "change", "needs")
UNCOUNTED = ("similar_fresh", "similar_posting", "similar_kept", "similar_lengths", "similar_index")


def upgrade() -> None:
    index()
    relations()
    joinings()
    by_hand()


def index() -> None:
    op.create_table(
        "similar_fresh",
        sa.Column("id", ID, nullable=False),
        sa.Column("idea_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_similar_fresh")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "similar_posting",
        sa.Column("term", ID, nullable=False),
        sa.Column("block", ID, nullable=False),
        sa.Column("ideas", sa.Integer(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("term", "block", name=op.f("pk_similar_posting")),
    )
    op.create_table(
        "similar_kept",
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_similar_kept_idea_id")),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_similar_kept")),
    )
    op.create_table(
        "similar_lengths",
        sa.Column("block", ID, nullable=False),
        sa.Column("lengths", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block", name=op.f("pk_similar_lengths")),
    )
    made = op.create_table(
        "similar_index",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ideas", sa.Integer(), nullable=False),
        sa.Column("measured", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_similar_index")),
        sqlite_autoincrement=True,
    )
    op.bulk_insert(made, [{"id": 1, "version": 0, "ideas": 0, "measured": 0}])


def relations() -> None:
    kinds = sa.Enum(
        *("builds_on", "duplicate_of", "independent"),
        name="relating",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "idea_relation",
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("said_by", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("idea_id <> other_id", name=op.f("ck_idea_relation_two_ideas")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_relation_idea_id")),
        sa.ForeignKeyConstraint(["other_id"], ["idea.id"], name=op.f("fk_idea_relation_other_id")),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_idea_relation_said_by")),
        sa.PrimaryKeyConstraint("idea_id", "other_id", name=op.f("pk_idea_relation")),
    )
    op.create_index(op.f("ix_idea_relation_other_id"), "idea_relation", ["other_id"], unique=False)


def joinings() -> None:
    stages = sa.Enum(
        *("proposed", "joined", "refused", "taken back"),
        name="joiningstage",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "joining",
        sa.Column("id", ID, nullable=False),
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("into_id", ID, nullable=False),
        sa.Column("stage", stages, nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idea_yes", ID, nullable=True),
        sa.Column("into_yes", ID, nullable=True),
        sa.Column("refusal", ID, nullable=True),
        sa.Column("refused_into", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("idea_id <> into_id", name=op.f("ck_joining_two_ideas")),
        sa.CheckConstraint(
            "stage <> 'joined' OR (idea_yes IS NOT NULL AND into_yes IS NOT NULL)",
            name=op.f("ck_joining_both_consented"),
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_joining_idea_id")),
        sa.ForeignKeyConstraint(["into_id"], ["idea.id"], name=op.f("fk_joining_into_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_joining_proposed_by")),
        sa.ForeignKeyConstraint(["idea_yes"], ["person.id"], name=op.f("fk_joining_idea_yes")),
        sa.ForeignKeyConstraint(["into_yes"], ["person.id"], name=op.f("fk_joining_into_yes")),
        sa.ForeignKeyConstraint(["refusal"], ["record.number"], name=op.f("fk_joining_refusal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining")),
        sa.UniqueConstraint("idea_id", "into_id", name=op.f("uq_joining_idea_id_into_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_joining_into_id"), "joining", ["into_id"], unique=False)
    op.create_index("ix_joining_stage", "joining", ["stage", "id"], unique=False)
    open_ = sa.text("stage = 'proposed'")
    op.create_index("ix_joining_open", "joining", ["idea_id"], unique=True, sqlite_where=open_, postgresql_where=open_)
    op.create_table(
        "joining_support",
        sa.Column("joining_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["joining_id"], ["joining.id"], name=op.f("fk_joining_support_joining_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_joining_support_person_id")),
        sa.PrimaryKeyConstraint("joining_id", "person_id", name=op.f("pk_joining_support")),
    )


def downgrade() -> None:
    undo_by_hand()
    for table in ("joining_support", "joining", "idea_relation", *reversed(UNCOUNTED)):
        op.drop_table(table)


# -- by hand: whoever changes an idea's text or sight, by whatever way, notes it in the same transaction.
def by_hand() -> None:
    op.execute("INSERT INTO similar_fresh (idea_id) SELECT id FROM idea WHERE listed ORDER BY id")
    if op.get_bind().dialect.name == "sqlite":
        note_on_sqlite()
    else:
        note_on_postgresql()


def changed(distinct: str) -> str:
    """In the text of what all may see, or in whether all may see it."""
    columns = (*TEXTS, "listed")
    return "(old.listed OR new.listed) AND (" + " OR ".join(f"old.{c} {distinct} new.{c}" for c in columns) + ")"


def note_on_sqlite() -> None:
    note = "BEGIN INSERT INTO similar_fresh (idea_id) VALUES (new.id); END"
    columns = ", ".join((*TEXTS, "listed"))
    op.execute(f"CREATE TRIGGER similar_put AFTER INSERT ON idea WHEN new.listed {note}")
    op.execute(f"CREATE TRIGGER similar_change AFTER UPDATE OF {columns} ON idea WHEN {changed('IS NOT')} {note}")


def note_on_postgresql() -> None:
    for column in ("places", "weights"):  # hardly get smaller, and are read often
        op.execute(f"ALTER TABLE similar_posting ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.execute(
        "CREATE FUNCTION similar_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO similar_fresh (idea_id) VALUES (new.id); RETURN NULL; END $$"
    )
    each = "FOR EACH ROW WHEN ({}) EXECUTE FUNCTION similar_note()"
    columns = ", ".join((*TEXTS, "listed"))
    op.execute(f"CREATE TRIGGER similar_put AFTER INSERT ON idea {each.format('new.listed')}")
    distinct = changed("IS DISTINCT FROM")
    op.execute(f"CREATE TRIGGER similar_change AFTER UPDATE OF {columns} ON idea {each.format(distinct)}")


def undo_by_hand() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER similar_change")
        op.execute("DROP TRIGGER similar_put")
    else:
        op.execute("DROP TRIGGER similar_change ON idea")
        op.execute("DROP TRIGGER similar_put ON idea")
        op.execute("DROP FUNCTION similar_note")

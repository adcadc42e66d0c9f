"""Tables of ideas."""

import sqlalchemy as sa
from alembic import op

revision = "ideas"
down_revision = "processes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idea",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "draft",
                "signal",
                "imported",
                "submitted",
                "sent back",
                "admitted",
                "in review",
                "returned",
                "deferred",
                "approved",
                "to do",
                "in pilot",
                "declined",
                "refused",
                "answered",
                "withdrawn",
                "discarded",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column(
            "novelty",
            sa.Enum(
                "incremental",
                "substantial",
                "radical",
                name="novelty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "area",
            sa.Enum(
                "product",
                "service or process",
                "business model or organisation",
                name="area",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reconsidered", sa.Boolean(), nullable=False),
        sa.Column("support", sa.Integer(), nullable=False),
        sa.Column("talk", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deferred_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stage = 'deferred') = (deferred_to IS NOT NULL)", name=op.f("ck_idea_deferred_has_its_day")
        ),
        sa.CheckConstraint("support >= 0", name=op.f("ck_idea_support")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_idea_committee_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_idea_process_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_idea_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_idea_deferred",
        "idea",
        ["deferred_to"],
        unique=False,
        sqlite_where=sa.text("deferred_to IS NOT NULL"),
        postgresql_where=sa.text("deferred_to IS NOT NULL"),
    )
    op.create_index("ix_idea_newest", "idea", ["listed", "id"], unique=False)
    op.create_index("ix_idea_process", "idea", ["process_id", "listed", "id"], unique=False)
    op.create_index("ix_idea_promised", "idea", ["stage", "promised_on", "id"], unique=False)
    op.create_index("ix_idea_stage", "idea", ["stage", "id"], unique=False)
    op.create_index("ix_idea_support", "idea", ["listed", "support", "id"], unique=False)
    op.create_index("ix_idea_talk", "idea", ["listed", "talk", "id"], unique=False)
    op.create_index("ix_idea_team", "idea", ["team_id", "listed", "id"], unique=False)
    op.create_table(
        "idea_author",
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_author_idea_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idea_author_person_id")),
        sa.PrimaryKeyConstraint("idea_id", "person_id", name=op.f("pk_idea_author")),
    )
    op.create_index(op.f("ix_idea_author_person_id"), "idea_author", ["person_id"], unique=False)
    op.create_table(
        "idea_guest",
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_guest_idea_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idea_guest_person_id")),
        sa.PrimaryKeyConstraint("idea_id", "person_id", name=op.f("pk_idea_guest")),
    )
    op.create_index(op.f("ix_idea_guest_person_id"), "idea_guest", ["person_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column(
            "novelty",
            sa.Enum(
                "incremental",
                "substantial",
                "radical",
                name="novelty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "area",
            sa.Enum(
                "product",
                "service or process",
                "business model or organisation",
                name="area",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("submitted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_revision_idea_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["person.id"], name=op.f("fk_revision_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("idea_id", "number", name=op.f("uq_revision_idea_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_revision_submitted_by"), "revision", ["submitted_by"], unique=False)
    op.create_table(
        "veil",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_veil_idea_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_veil_person_id")),
        sa.PrimaryKeyConstraint("person_id", "idea_id", "round_id", name=op.f("pk_veil")),
    )
    op.create_index(op.f("ix_veil_idea_id"), "veil", ["idea_id"], unique=False)
    op.create_table(
        "vote",
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_vote_idea_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vote_person_id")),
        sa.PrimaryKeyConstraint("idea_id", "person_id", name=op.f("pk_vote")),
    )
    by_hand()


def downgrade() -> None:
    undo_by_hand()
    op.drop_table("vote")
    op.drop_table("veil")
    op.drop_table("revision")
    op.drop_table("idea_guest")
    op.drop_table("idea_author")
    op.drop_table("idea")


# -- by hand
TEXTS = ("title", "story", "change", "needs")
SEARCHED = ", ".join(TEXTS)


def by_hand() -> None:
    if op.get_bind().dialect.name == "sqlite":
        index_on_sqlite()
    else:
        index_on_postgresql()
    op.execute(
        "INSERT INTO outbox (kind, payload, due, attempts, failure) "
        "VALUES ('deferred ideas', '{}', CURRENT_TIMESTAMP, 0, '')"
    )


def index_on_sqlite() -> None:
    """The words stay in `idea` alone; the index is told of changes of text, and of nothing else."""
    old, new = (", ".join(f"{row}.{name}" for name in TEXTS) for row in ("old", "new"))
    changed = " OR ".join(f"old.{name} IS NOT new.{name}" for name in TEXTS)
    put = f"INSERT INTO idea_text (rowid, {SEARCHED}) VALUES (new.id, {new});"
    take = f"INSERT INTO idea_text (idea_text, rowid, {SEARCHED}) VALUES ('delete', old.id, {old});"
    op.execute(
        f"CREATE VIRTUAL TABLE idea_text USING fts5({SEARCHED}, content='idea', content_rowid='id', "
        "prefix='2 3', tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(f"CREATE TRIGGER idea_text_put AFTER INSERT ON idea BEGIN {put} END")
    op.execute(
        f"CREATE TRIGGER idea_text_change AFTER UPDATE OF {SEARCHED} ON idea WHEN {changed} BEGIN {take} {put} END"
    )
    op.execute(f"CREATE TRIGGER idea_text_take AFTER DELETE ON idea BEGIN {take} END")


def index_on_postgresql() -> None:
    """Accents are folded by what every PostgreSQL has: letters taken apart, marks left out."""
    op.execute(
        "CREATE FUNCTION idea_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
        "$$ SELECT regexp_replace(normalize(words, NFD), '[\\u0300-\\u036f]', '', 'g') $$"
    )
    op.execute("CREATE TABLE idea_text (idea_id bigint PRIMARY KEY REFERENCES idea (id), words tsvector NOT NULL)")
    op.execute("CREATE INDEX idea_text_words ON idea_text USING gin (words)")
    words = " || ' ' || ".join(f"new.{name}" for name in TEXTS)
    op.execute(
        "CREATE FUNCTION idea_text_put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"INSERT INTO idea_text VALUES (new.id, to_tsvector('simple', left(idea_fold({words}), 200000))) "
        "ON CONFLICT (idea_id) DO UPDATE SET words = excluded.words; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER idea_text_put AFTER INSERT OR UPDATE OF {SEARCHED} ON idea "
        "FOR EACH ROW EXECUTE FUNCTION idea_text_put()"
    )


def undo_by_hand() -> None:
    op.execute("DELETE FROM outbox WHERE kind = 'deferred ideas'")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER idea_text_put")
        op.execute("DROP TRIGGER idea_text_change")
        op.execute("DROP TRIGGER idea_text_take")
        op.execute("DROP TABLE idea_text")
    else:
        op.execute("DROP TRIGGER idea_text_put ON idea")
        op.execute("DROP FUNCTION idea_text_put")
        op.execute("DROP TABLE idea_text")
        op.execute("DROP FUNCTION idea_fold")

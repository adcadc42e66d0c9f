"""Imports of ideas; comments that answer what was not imported; votes found by who gave them."""

import sqlalchemy as sa
from alembic import op

revision = "importing"
down_revision = "teams"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STAGES = ("reading", "asking", "checking", "checked", "taking", "taken", "broken", "gone")


def upgrade() -> None:
    op.create_table(
        "idea_import",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column(
            "stage",
            sa.Enum(*STAGES, name="importstage", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("map", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idea_import_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_import")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_idea_import_person_id"), "idea_import", ["person_id"], unique=False)
    op.create_index(op.f("ix_idea_import_file_hash"), "idea_import", ["file_hash"], unique=False)
    op.create_table(
        "imported_idea",
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("import_id", ID, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("supported", sa.BigInteger(), nullable=True),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_imported_idea_idea_id")),
        sa.ForeignKeyConstraint(["import_id"], ["idea_import.id"], name=op.f("fk_imported_idea_import_id")),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_imported_idea")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_imported_idea_source_key")),
    )
    op.create_index(op.f("ix_imported_idea_import_id"), "imported_idea", ["import_id"], unique=False)
    op.create_table(
        "foreign_person",
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("import_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_foreign_person_person_id")),
        sa.ForeignKeyConstraint(["import_id"], ["idea_import.id"], name=op.f("fk_foreign_person_import_id")),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_foreign_person")),
    )
    op.create_index(op.f("ix_foreign_person_person_id"), "foreign_person", ["person_id"], unique=False)
    op.create_index(op.f("ix_foreign_person_import_id"), "foreign_person", ["import_id"], unique=False)
    op.add_column("comment", sa.Column("orphan", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_vote_person_id"), "vote", ["person_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        # A staged idea that is taken away takes its words out of the index, as on SQLite.
        op.execute(
            "CREATE FUNCTION idea_text_take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "DELETE FROM idea_text WHERE idea_id = old.id; RETURN old; END $$"
        )
        op.execute("CREATE TRIGGER idea_text_take BEFORE DELETE ON idea FOR EACH ROW EXECUTE FUNCTION idea_text_take()")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER idea_text_take ON idea")
        op.execute("DROP FUNCTION idea_text_take")
    op.drop_index(op.f("ix_vote_person_id"), table_name="vote")
    op.drop_column("comment", "orphan")
    op.drop_table("foreign_person")
    op.drop_table("imported_idea")
    op.drop_table("idea_import")

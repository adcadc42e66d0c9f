"""One search over everything: words of each kind of thing indexed beside it; searches that people save."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "search"
down_revision = "importing"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("q", sa.String(length=200), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_search_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_search_person_id_name")),
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO change (feature, count) VALUES ('search', 0)")
    by_hand()


def downgrade() -> None:
    undo_by_hand()
    op.execute("DELETE FROM change WHERE feature = 'search'")
    op.drop_table("saved_search")


# -- by hand
class Indexed(NamedTuple):
    """A table whose words are indexed: its column of titles, if it has one, and its other texts."""

    table: str
    title: str
    texts: Sequence[str]

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.title, *self.texts) if self.title else tuple(self.texts)

    @property
    def fields(self) -> tuple[str, ...]:
        """As the index names them."""
        return ("title", *self.texts, "spelled") if self.title else (*self.texts, "spelled")


IDEA = Indexed("idea", "title", ("story", "change", "needs"))
INDEXED = (
    IDEA,
    Indexed("comment", "", ("words",)),
    Indexed("file", "name", ("alt",)),
    Indexed("process", "name", ("purpose", "desired", "promised", "provided")),
    Indexed("pilot", "name", ("health_note", "learned")),
    Indexed("team", "name", ("purpose",)),
    Indexed("person", "name", ()),
)
# Written without blanks between words: indexed by pairs of letters, of the first 4,000 letters of a thing.
RUNNING = "[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯\U00020000-\U0003ffff]"
MOST_LETTERS = 4_000


def by_hand() -> None:
    if op.get_bind().dialect.name == "sqlite":
        drop_ideas_on_sqlite()
        op.execute(
            "CREATE VIEW letter_place AS WITH RECURSIVE place (n) AS "
            f"(SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < {MOST_LETTERS}) SELECT n FROM place"
        )
        for one in INDEXED:
            index_on_sqlite(one)
    else:
        for name in ("put", "take"):
            op.execute(f"DROP TRIGGER idea_text_{name} ON idea")
            op.execute(f"DROP FUNCTION idea_text_{name}")
        op.execute("DROP TABLE idea_text")
        op.get_bind().exec_driver_sql(PAIRS)
        for one in INDEXED:
            index_on_postgresql(one)


def drop_ideas_on_sqlite() -> None:
    for name in ("put", "change", "take"):
        op.execute(f"DROP TRIGGER IF EXISTS idea_text_{name}")
    op.execute("DROP TABLE idea_text")


def joined(row: str, columns: Sequence[str]) -> str:
    return " || ' ' || ".join(f"{row}.{name}" for name in columns)


def spelled(row: str, columns: Sequence[str]) -> str:
    """Each letter of a run with the next one, and its last letter alone."""
    words, one, two = joined(row, columns), "substr(t, n, 1)", "substr(t, n + 1, 1)"
    pairs = (
        f"SELECT group_concat({one} || CASE WHEN {two} GLOB '{RUNNING}' THEN {two} ELSE '' END, ' ') "
        f"FROM (SELECT substr({words}, 1, {MOST_LETTERS}) AS t LIMIT 1), letter_place "
        f"WHERE n <= length(t) AND {one} GLOB '{RUNNING}'"
    )
    return f"CASE WHEN {words} GLOB '*{RUNNING}*' THEN ({pairs}) ELSE '' END"


def index_on_sqlite(one: Indexed) -> None:
    """The words stay in their own table alone; the index is told of changes of text, and of nothing else."""
    name, fields = f"{one.table}_text", ", ".join(one.fields)

    def put(row: str) -> str:
        values = ", ".join([*(f"{row}.{column}" for column in one.columns), spelled(row, one.columns)])
        return f"{row}.id, {values}"

    into = f"INSERT INTO {name} (rowid, {fields})"
    take = f"DELETE FROM {name} WHERE rowid = old.id;"
    changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in one.columns)
    op.execute(
        f"CREATE VIRTUAL TABLE {name} USING fts5({fields}, content='', contentless_delete=1, prefix='2 3', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(f"{into} SELECT {put('here')} FROM {one.table} AS here")
    op.execute(f"CREATE TRIGGER {name}_put AFTER INSERT ON {one.table} BEGIN {into} VALUES ({put('new')}); END")
    op.execute(
        f"CREATE TRIGGER {name}_change AFTER UPDATE OF {', '.join(one.columns)} ON {one.table} WHEN {changed} "
        f"BEGIN {take} {into} VALUES ({put('new')}); END"
    )
    op.execute(f"CREATE TRIGGER {name}_take AFTER DELETE ON {one.table} BEGIN {take} END")


PAIRS = f"""
CREATE FUNCTION search_pairs(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $pairs$
SELECT CASE WHEN words ~ '{RUNNING}' THEN (
  SELECT string_agg(CASE WHEN after ~ '{RUNNING}' THEN letter || after ELSE letter END, ' ' ORDER BY place)
  FROM (
    SELECT letter, place, lead(letter) OVER (ORDER BY place) AS after
    FROM unnest(string_to_array(left(words, {MOST_LETTERS}), NULL)) WITH ORDINALITY AS apart (letter, place)
  ) AS letters
  WHERE letter ~ '{RUNNING}'
) ELSE '' END $pairs$
"""


def index_on_postgresql(one: Indexed) -> None:
    """Accents and signs are folded as in comments. Titles stand in an index of their own as well."""
    name, key = f"{one.table}_text", f"{one.table}_id"

    def told(row: str) -> str:
        pairs = f"coalesce(search_pairs({joined(row, one.columns)}), '')"
        whole = f"to_tsvector('simple', left(remark_fold({joined(row, one.columns)} || ' ' || {pairs}), 200000))"
        title = f", to_tsvector('simple', remark_fold({row}.{one.title}))" if one.title else ""
        return f"{row}.id, {whole}{title}"

    title = ", title tsvector NOT NULL" if one.title else ""
    op.execute(
        f"CREATE TABLE {name} ({key} bigint PRIMARY KEY REFERENCES {one.table} (id), words tsvector NOT NULL{title})"
    )
    op.execute(f"INSERT INTO {name} SELECT {told('here')} FROM {one.table} AS here")
    op.execute(f"CREATE INDEX {name}_words ON {name} USING gin (words)")
    if one.title:
        op.execute(f"CREATE INDEX {name}_title ON {name} USING gin (title)")
    also = ", title = excluded.title" if one.title else ""
    op.execute(
        f"CREATE FUNCTION {name}_put() RETURNS trigger LANGUAGE plpgsql AS $put$ BEGIN "
        f"INSERT INTO {name} VALUES ({told('new')}) "
        f"ON CONFLICT ({key}) DO UPDATE SET words = excluded.words{also}; RETURN NULL; END $put$"
    )
    op.execute(
        f"CREATE TRIGGER {name}_put AFTER INSERT OR UPDATE OF {', '.join(one.columns)} ON {one.table} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}_put()"
    )
    # A row that goes takes its words along first: they point at it.
    op.execute(
        f"CREATE FUNCTION {name}_take() RETURNS trigger LANGUAGE plpgsql AS $take$ BEGIN "
        f"DELETE FROM {name} WHERE {key} = old.id; RETURN old; END $take$"
    )
    op.execute(f"CREATE TRIGGER {name}_take BEFORE DELETE ON {one.table} FOR EACH ROW EXECUTE FUNCTION {name}_take()")
    op.execute(f"ANALYZE {name}")


def undo_by_hand() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for one in INDEXED:
            for name in ("put", "change", "take"):
                op.execute(f"DROP TRIGGER IF EXISTS {one.table}_text_{name}")
            op.execute(f"DROP TABLE {one.table}_text")
        op.execute("DROP VIEW letter_place")
        ideas_as_they_were_on_sqlite()
    else:
        for one in INDEXED:
            for name in ("put", "take"):
                op.execute(f"DROP TRIGGER {one.table}_text_{name} ON {one.table}")
                op.execute(f"DROP FUNCTION {one.table}_text_{name}")
            op.execute(f"DROP TABLE {one.table}_text")
        op.execute("DROP FUNCTION search_pairs")
        ideas_as_they_were_on_postgresql()


def ideas_as_they_were_on_sqlite() -> None:
    texts = IDEA.columns
    searched = ", ".join(texts)
    old, new = (", ".join(f"{row}.{name}" for name in texts) for row in ("old", "new"))
    changed = " OR ".join(f"old.{name} IS NOT new.{name}" for name in texts)
    put = f"INSERT INTO idea_text (rowid, {searched}) VALUES (new.id, {new});"
    take = f"INSERT INTO idea_text (idea_text, rowid, {searched}) VALUES ('delete', old.id, {old});"
    op.execute(
        f"CREATE VIRTUAL TABLE idea_text USING fts5({searched}, content='idea', content_rowid='id', "
        "prefix='2 3', tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute("INSERT INTO idea_text (idea_text) VALUES ('rebuild')")
    op.execute(f"CREATE TRIGGER idea_text_put AFTER INSERT ON idea BEGIN {put} END")
    op.execute(
        f"CREATE TRIGGER idea_text_change AFTER UPDATE OF {searched} ON idea WHEN {changed} BEGIN {take} {put} END"
    )
    op.execute(f"CREATE TRIGGER idea_text_take AFTER DELETE ON idea BEGIN {take} END")


def ideas_as_they_were_on_postgresql() -> None:
    def told(row: str) -> str:
        return f"to_tsvector('simple', left(idea_fold({joined(row, IDEA.columns)}), 200000))"

    op.execute("CREATE TABLE idea_text (idea_id bigint PRIMARY KEY REFERENCES idea (id), words tsvector NOT NULL)")
    op.execute(f"INSERT INTO idea_text SELECT here.id, {told('here')} FROM idea AS here")
    op.execute("CREATE INDEX idea_text_words ON idea_text USING gin (words)")
    op.execute(
        "CREATE FUNCTION idea_text_put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"INSERT INTO idea_text VALUES (new.id, {told('new')}) "
        "ON CONFLICT (idea_id) DO UPDATE SET words = excluded.words; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER idea_text_put AFTER INSERT OR UPDATE OF title, story, change, needs ON idea "
        "FOR EACH ROW EXECUTE FUNCTION idea_text_put()"
    )
    op.execute(
        "CREATE FUNCTION idea_text_take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "DELETE FROM idea_text WHERE idea_id = old.id; RETURN old; END $$"
    )
    op.execute("CREATE TRIGGER idea_text_take BEFORE DELETE ON idea FOR EACH ROW EXECUTE FUNCTION idea_text_take()")

"""Comments are found by their words and coded by hand; ideas cite them; alarms tell process owners."""

import re

import sqlalchemy as sa
from alembic import op

revision = "comments"
down_revision = "journeys"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def points(name: str, table: str, target: str, nullable: bool = False) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(name, ID, nullable=nullable),
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=op.f(f"fk_{table}_{name}")),
    ]


def own_id(table: str) -> list[sa.schema.SchemaItem]:
    return [sa.Column("id", ID, nullable=False), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def instant(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    coding()
    op.create_table(
        "citation",
        *own_id("citation"),
        *points("idea_id", "citation", "idea"),
        *points("remark_id", "citation", "remark"),
        *points("cited_by", "citation", "person"),
        instant("at"),
        *points("withdrawn_by", "citation", "person", nullable=True),
        instant("withdrawn_at", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_citation_remark_id"), "citation", ["remark_id"])
    standing = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "ix_citation_once",
        "citation",
        ["idea_id", "remark_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    alarms()
    by_hand()


def coding() -> None:
    with op.batch_alter_table("theme") as theme:
        theme.add_column(sa.Column("about", sa.Text(), nullable=False, server_default=""))
        theme.add_column(sa.Column("merged_into", ID, nullable=True))
        theme.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        theme.create_foreign_key(op.f("fk_theme_merged_into"), "theme", ["merged_into"], ["id"])
    op.create_index("ix_remark_theme_found", "remark_theme", ["theme_id", "remark_id"])
    op.create_table(
        "theme_touchpoint",
        *own_id("theme_touchpoint"),
        *points("theme_id", "theme_touchpoint", "theme"),
        *points("touchpoint_id", "theme_touchpoint", "touchpoint"),
        sa.UniqueConstraint("theme_id", "touchpoint_id", name=op.f("uq_theme_touchpoint_theme_id_touchpoint_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_theme_touchpoint_touchpoint_id"), "theme_touchpoint", ["touchpoint_id"])
    op.create_table(
        "coding",
        *own_id("coding"),
        *points("theme_id", "coding", "theme"),
        *points("person_id", "coding", "person"),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        instant("at"),
        instant("undone_at", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_coding_theme_id"), "coding", ["theme_id"])
    op.create_index(op.f("ix_coding_person_id"), "coding", ["person_id"])
    op.create_table(
        "remark_code",
        *own_id("remark_code"),
        *points("remark_id", "remark_code", "remark"),
        *points("theme_id", "remark_code", "theme"),
        *points("person_id", "remark_code", "person"),
        *points("coding_id", "remark_code", "coding", nullable=True),
        instant("at"),
        sa.UniqueConstraint(
            "remark_id", "theme_id", "person_id", name=op.f("uq_remark_code_remark_id_theme_id_person_id")
        ),
        sqlite_autoincrement=True,
    )
    for name in ("theme_id", "person_id", "coding_id"):
        op.create_index(op.f(f"ix_remark_code_{name}"), "remark_code", [name])
    op.create_table(
        "remark_read",
        *own_id("remark_read"),
        *points("remark_id", "remark_read", "remark"),
        *points("person_id", "remark_read", "person"),
        instant("at"),
        sa.UniqueConstraint("remark_id", "person_id", name=op.f("uq_remark_read_remark_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_remark_read_person_id"), "remark_read", ["person_id"])
    op.create_table(
        "coded_source",
        sa.Column("source_id", ID, nullable=False),
        *points("person_id", "coded_source", "person", nullable=True),
        instant("at"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_coded_source_source_id")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_coded_source")),
    )


def alarms() -> None:
    op.create_table(
        "alarm",
        *own_id("alarm"),
        sa.Column("finding", sa.String(length=80), nullable=False),
        sa.Column("kind", one_of("alarmkind", "fell", "swelled", "slid", "more"), nullable=False),
        sa.Column("stage", one_of("alarmstage", "new", "looked at", "closed"), nullable=False),
        *points("source_id", "alarm", "source"),
        *points("before_id", "alarm", "source", nullable=True),
        *points("process_id", "alarm", "process", nullable=True),
        *points("touchpoint_id", "alarm", "touchpoint", nullable=True),
        *points("theme_id", "alarm", "theme", nullable=True),
        sa.Column("was", sa.Float(), nullable=True),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("n_before", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("p", sa.Float(), nullable=True),
        sa.Column("tests", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        instant("at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("finding", name=op.f("uq_alarm_finding")),
        sqlite_autoincrement=True,
    )
    for name in ("source_id", "before_id", "process_id", "touchpoint_id", "theme_id"):
        op.create_index(op.f(f"ix_alarm_{name}"), "alarm", [name])
    op.create_index("ix_alarm_stage", "alarm", ["stage", "process_id"])
    op.create_table(
        "alarm_scan",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("themes", sa.Boolean(), nullable=False),
        sa.Column("touchpoint_tests", sa.Integer(), nullable=False),
        sa.Column("theme_tests", sa.Integer(), nullable=False),
        instant("at"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_alarm_scan_source_id")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_alarm_scan")),
    )
    op.create_table(
        "alarm_setting",
        *own_id("alarm_setting"),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.CheckConstraint("rate > 0 AND rate <= 0.5", name=op.f("ck_alarm_setting_rate")),
        sa.CheckConstraint("days >= 30", name=op.f("ck_alarm_setting_days")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    undo_by_hand()
    for table in ("alarm_setting", "alarm_scan", "alarm", "citation", "coded_source", "remark_read", "remark_code"):
        op.drop_table(table)
    op.drop_table("coding")
    op.drop_table("theme_touchpoint")
    op.drop_index("ix_remark_theme_found", "remark_theme")
    with op.batch_alter_table("theme") as theme:
        theme.drop_constraint(op.f("fk_theme_merged_into"), type_="foreignkey")
        for name in ("version", "merged_into", "about"):
            theme.drop_column(name)


# -- by hand
RUN = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯\U00020000-\U0003ffff]+")
# Accents are taken off, and signs become blanks: PostgreSQL's parser would read tags, addresses and signed numbers.
SIGNS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'
FOLD = (
    "CREATE FUNCTION remark_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
    "$fold$ SELECT translate(regexp_replace(normalize(words, NFD), '[\\u0300-\\u036f]', '', 'g'), "
    f"'{SIGNS}''', '{' ' * (len(SIGNS) + 1)}') $fold$"
)


def by_hand() -> None:
    """The words stay in `remark` alone. Scripts without blanks are indexed by pairs of letters, written with them."""
    op.add_column("remark", sa.Column("spelled", sa.Text(), nullable=False, server_default=""))
    spell_what_is_there()
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE remark_text USING fts5(words, spelled, content='remark', content_rowid='id', "
            "prefix='2 3', detail='full', tokenize='unicode61 remove_diacritics 2')"
        )
        op.execute(
            "CREATE TRIGGER remark_text_put AFTER INSERT ON remark BEGIN "
            "INSERT INTO remark_text (rowid, words, spelled) VALUES (new.id, new.words, new.spelled); END"
        )
        take = (
            "INSERT INTO remark_text (remark_text, rowid, words, spelled) "
            "VALUES ('delete', old.id, old.words, old.spelled);"
        )
        op.execute(
            "CREATE TRIGGER remark_text_change AFTER UPDATE OF words, spelled ON remark "
            "WHEN old.words IS NOT new.words OR old.spelled IS NOT new.spelled "
            f"BEGIN {take} INSERT INTO remark_text (rowid, words, spelled) "
            "VALUES (new.id, new.words, new.spelled); END"
        )
        op.execute(f"CREATE TRIGGER remark_text_take AFTER DELETE ON remark BEGIN {take} END")
        op.execute("INSERT INTO remark_text (remark_text) VALUES ('rebuild')")
    else:
        op.get_bind().exec_driver_sql(FOLD.replace("%", "%%"))
        op.execute(
            "ALTER TABLE remark ADD COLUMN told tsvector GENERATED ALWAYS AS "
            "(to_tsvector('simple', left(remark_fold(words || ' ' || spelled), 200000))) STORED"
        )
        op.execute("CREATE INDEX remark_text_told ON remark USING gin (told)")


def spell_what_is_there() -> None:
    connection, last = op.get_bind(), 0
    some = sa.text("SELECT id, words FROM remark WHERE id > :last ORDER BY id LIMIT 5000")
    while rows := connection.execute(some, {"last": last}).all():
        last = rows[-1][0]
        told = [{"key": key, "spelled": pairs(words)} for key, words in rows if not words.isascii()]
        if told := [one for one in told if one["spelled"]]:
            connection.execute(sa.text("UPDATE remark SET spelled = :spelled WHERE id = :key"), told)


def pairs(words: str) -> str:
    runs = RUN.findall(words)
    return " 0 ".join(" ".join([*(run[at : at + 2] for at in range(len(run) - 1)), run[-1]]) for run in runs)


def undo_by_hand() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("put", "change", "take"):
            op.execute(f"DROP TRIGGER remark_text_{name}")
        op.execute("DROP TABLE remark_text")
    else:
        op.execute("DROP INDEX remark_text_told")
        op.execute("ALTER TABLE remark DROP COLUMN told")
        op.execute("DROP FUNCTION remark_fold")
    op.drop_column("remark", "spelled")

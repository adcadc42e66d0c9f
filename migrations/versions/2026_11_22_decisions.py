"""Decisions that the database keeps: what was known, conditions, letters, new facts; and figures about people."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "decisions"
down_revision = "committees"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
VERDICTS = ("approve", "do it now", "decline", "defer", "return")
ORDERS = ("given", "accepted", "done", "cannot be done", "recalled")
# What a decision said, and what hangs on it: refused to whoever would change it. What may change stands beside.
SAID: dict[str, tuple[str, ...]] = {
    "decision": (
        *("id", "idea_id", "revision", "round_id", "meeting_id", "verdict", "reason", "known", "decided_by"),
        *("decided_at", "quorum", "defer_to", "due"),
    ),
    "decision_present": ("decision_id", "person_id"),
    "decision_condition": ("id", "decision_id", "place", "words", "due"),
    "letter": ("id", "decision_id", "idea_id", "round_id", "subject", "body", "sent_by", "sent_at"),
    "letter_to": ("letter_id", "person_id", "mailed"),
    "reconsideration": ("idea_id", "revision", "facts", "asked_by", "asked_at"),
}
WORDS = "what was decided is never changed"
# A later decision takes its place, of the same idea at the same revision; for a moment, while it is written, the new
# one stands aside for the earlier one.
NO_SUCCESSOR = (
    "new.superseded_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = new.superseded_by "
    "AND d.id <> new.id AND d.idea_id = new.idea_id AND d.revision = new.revision)"
)
CHECKS = {
    "ck_decision_reason_given": "trim(reason) <> ''",
    "ck_decision_quorum": "quorum >= 1 AND revision >= 1",
    "ck_decision_effective_after": "effective_at IS NULL OR effective_at >= decided_at",
    "ck_decision_not_itself": "superseded_by IS NULL OR superseded_by <> id",
}


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        rebuilt_decision(known=True)
        rebuilt_orders(ORDERS)
    else:
        op.add_column("decision", sa.Column("known", sa.Text(), nullable=False, server_default=""))
        op.alter_column("decision", "known", server_default=None)
        for name, rule in CHECKS.items():
            op.create_check_constraint(op.f(name), "decision", rule)
        order_stages(ORDERS)
    op.add_column("review", sa.Column("forecast_of", sa.String(length=120), nullable=True))
    conditions()
    letters()
    reconsiderations()
    figures()
    keep_sqlite() if sqlite else keep_postgres()


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in SAID:
        for name in names(table, sqlite=sqlite):
            op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON {table}")
        if not sqlite:
            op.execute(f"DROP FUNCTION {table}_is_kept")
    if not sqlite:
        op.execute("DROP FUNCTION decisions_stay")
    for table in ("person_figure", "reconsideration", "letter_to", "letter", "letter_draft", "letter_template"):
        op.drop_table(table)
    op.drop_table("decision_condition")
    op.drop_column("review", "forecast_of")
    op.execute("UPDATE to_do SET stage = 'accepted' WHERE stage = 'cannot be done'")
    if sqlite:
        rebuilt_orders(tuple(stage for stage in ORDERS if stage != "cannot be done"))
        rebuilt_decision(known=False)
    else:
        order_stages(tuple(stage for stage in ORDERS if stage != "cannot be done"))
        for name in CHECKS:
            op.drop_constraint(op.f(name), "decision", type_="check")
        op.drop_column("decision", "known")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def rebuilt_decision(*, known: bool) -> None:
    """SQLite takes a CHECK with the table alone. Foreign keys are off while it is made anew."""
    kept = "id, idea_id, revision, round_id, meeting_id, verdict, reason, decided_by, decided_at, quorum, defer_to, due"
    kept += ", effective_at, superseded_by"
    rules = [sa.CheckConstraint(rule, name=op.f(name)) for name, rule in CHECKS.items()] if known else []
    op.create_table(
        "decision_made",
        sa.Column("id", ID, nullable=False),
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=True),
        sa.Column("verdict", words("verdict", *VERDICTS), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", ID, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("defer_to", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", ID, nullable=True),
        *([sa.Column("known", sa.Text(), nullable=False)] if known else []),
        sa.CheckConstraint(
            "(verdict = 'defer') = (defer_to IS NOT NULL)", name=op.f("ck_decision_deferred_has_its_day")
        ),
        sa.CheckConstraint("(verdict = 'do it now') = (due IS NOT NULL)", name=op.f("ck_decision_to_do_has_its_day")),
        *rules,
        points("decision", "decided_by", "person"),
        points("decision", "idea_id", "idea"),
        points("decision", "meeting_id", "meeting"),
        points("decision", "round_id", "round"),
        points("decision", "superseded_by", "decision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sqlite_autoincrement=True,
    )
    both = f"{kept}, known" if known else kept
    op.execute(f"INSERT INTO decision_made ({both}) SELECT {kept}{', ' + repr('') if known else ''} FROM decision")
    take_the_place("decision_made", "decision", ("decided_by", "idea_id", "meeting_id", "round_id", "superseded_by"))
    live = sa.text("superseded_by IS NULL")
    op.create_index("ix_decision_one_live", "decision", ["idea_id", "revision"], unique=True, sqlite_where=live)


def rebuilt_orders(stages: Sequence[str]) -> None:
    kept = "id, idea_id, decision_id, owner_id, due, stage, report, done_at, version"
    op.create_table(
        "to_do_made",
        sa.Column("id", ID, nullable=False),
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("stage", words("orderstage", *stages), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(stage = 'done') = (done_at IS NOT NULL)", name=op.f("ck_to_do_done_has_its_time")),
        points("to_do", "decision_id", "decision"),
        points("to_do", "idea_id", "idea"),
        points("to_do", "owner_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_to_do")),
        sqlite_autoincrement=True,
    )
    op.execute(f"INSERT INTO to_do_made ({kept}) SELECT {kept} FROM to_do")
    take_the_place("to_do_made", "to_do", ("decision_id", "idea_id", "owner_id"))


def take_the_place(made: str, table: str, indexed: Sequence[str]) -> None:
    op.drop_table(table)
    op.rename_table(made, table)
    for column in indexed:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def order_stages(stages: Sequence[str]) -> None:
    op.drop_constraint(op.f("ck_to_do_orderstage"), "to_do", type_="check")
    allowed = ", ".join(f"'{stage}'" for stage in stages)
    op.create_check_constraint(op.f("ck_to_do_orderstage"), "to_do", f"stage IN ({allowed})")


def conditions() -> None:
    op.create_table(
        "decision_condition",
        sa.Column("id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_by", ID, nullable=True),
        sa.CheckConstraint("trim(words) <> ''", name=op.f("ck_decision_condition_words")),
        sa.CheckConstraint("(met_at IS NULL) = (met_by IS NULL)", name=op.f("ck_decision_condition_met_by_somebody")),
        points("decision_condition", "decision_id", "decision"),
        points("decision_condition", "met_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_condition")),
        sa.UniqueConstraint("decision_id", "place", name=op.f("uq_decision_condition_decision_id_place")),
        sqlite_autoincrement=True,
    )


def letters() -> None:
    op.create_table(
        "letter_template",
        sa.Column("id", ID, nullable=False),
        sa.Column("committee_id", ID, nullable=False),
        sa.Column("verdict", words("verdict", *VERDICTS), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_by", ID, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        points("letter_template", "changed_by", "person"),
        points("letter_template", "committee_id", "committee"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_template")),
        sa.UniqueConstraint("committee_id", "verdict", name=op.f("uq_letter_template_committee_id_verdict")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "letter_draft",
        sa.Column("round_id", ID, nullable=False),
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        points("letter_draft", "idea_id", "idea"),
        points("letter_draft", "round_id", "round"),
        sa.PrimaryKeyConstraint("round_id", "idea_id", name=op.f("pk_letter_draft")),
    )
    op.create_table(
        "letter",
        sa.Column("id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_by", ID, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        points("letter", "decision_id", "decision"),
        points("letter", "idea_id", "idea"),
        points("letter", "round_id", "round"),
        points("letter", "sent_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_letter_decision_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_letter_idea_id"), "letter", ["idea_id"], unique=False)
    op.create_index(op.f("ix_letter_round_id"), "letter", ["round_id"], unique=False)
    op.create_table(
        "letter_to",
        sa.Column("letter_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        points("letter_to", "letter_id", "letter"),
        points("letter_to", "person_id", "person"),
        sa.PrimaryKeyConstraint("letter_id", "person_id", name=op.f("pk_letter_to")),
    )


def reconsiderations() -> None:
    op.create_table(
        "reconsideration",
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("trim(facts) <> ''", name=op.f("ck_reconsideration_facts")),
        points("reconsideration", "asked_by", "person"),
        points("reconsideration", "idea_id", "idea"),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_reconsideration")),
    )
    # Those that were asked before: their words stand beside the record.
    op.execute(
        "INSERT INTO reconsideration (idea_id, revision, facts, asked_by, asked_at) "
        "SELECT i.id, i.revision, coalesce((SELECT s.words FROM record_salt s WHERE s.number = r.number "
        "AND s.name = 'reason' AND trim(s.words) <> ''), 'These words are not kept any more.'), r.actor_id, r.at "
        "FROM record r JOIN idea i ON r.ref = 'idea:' || CAST(i.id AS TEXT) "
        "WHERE r.move = 'reconsider' AND r.number = (SELECT max(l.number) FROM record l WHERE l.ref = r.ref "
        "AND l.move = 'reconsider') AND r.actor_id IS NOT NULL"
    )


def figures() -> None:
    op.create_table(
        "person_figure",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("changed_by", ID, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        points("person_figure", "changed_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_figure")),
        sa.UniqueConstraint("key", name=op.f("uq_person_figure_key")),
        sqlite_autoincrement=True,
    )


# -- by hand
def names(table: str, *, sqlite: bool) -> list[str]:
    verbs = ("change", "delete", "follow", "begin") if table == "decision" else ("change", "delete")
    return [f"{table}_no_{verb}" for verb in (verbs if sqlite else ("change", "truncate"))]


def keep_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    for table, columns in SAID.items():
        other = " OR ".join(f'new."{name}" IS NOT old."{name}"' for name in columns)
        op.execute(f"CREATE TRIGGER {table}_no_change BEFORE UPDATE ON {table} WHEN {other} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER decision_no_begin BEFORE INSERT ON decision WHEN {NO_SUCCESSOR} {refuse}")
    op.execute(f"CREATE TRIGGER decision_no_follow BEFORE UPDATE ON decision WHEN {moved('IS NOT')} {refuse}")


def moved(differs: str) -> str:
    """A decision takes effect once, and not when another stands in its place; and it is superseded once."""
    return (
        f"(new.effective_at {differs} old.effective_at AND (old.effective_at IS NOT NULL OR "
        f"(old.superseded_by IS NOT NULL AND old.superseded_by > old.id))) "
        f"OR (new.superseded_by {differs} old.superseded_by AND old.superseded_by IS NOT NULL "
        f"AND old.superseded_by > old.id) OR ({NO_SUCCESSOR})"
    )


def keep_postgres() -> None:
    op.execute(
        f"CREATE FUNCTION decisions_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{WORDS}'; "
        "END $$"
    )
    for table, columns in SAID.items():
        old, new = (", ".join(f'{row}."{name}"' for name in columns) for row in ("old", "new"))
        more = f"IF {moved('IS DISTINCT FROM')} THEN RAISE EXCEPTION '{WORDS}'; END IF; " if table == "decision" else ""
        begun = (
            f"IF TG_OP = 'INSERT' THEN IF {NO_SUCCESSOR} THEN RAISE EXCEPTION '{WORDS}'; END IF; RETURN new; END IF; "
        )
        op.execute(
            f"CREATE FUNCTION {table}_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{WORDS}'; END IF; "
            f"{begun if table == 'decision' else ''}"
            f"IF ({new}) IS DISTINCT FROM ({old}) THEN RAISE EXCEPTION '{WORDS}'; END IF; {more}RETURN new; END $$"
        )
        events = "INSERT OR UPDATE OR DELETE" if table == "decision" else "UPDATE OR DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {events} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_is_kept()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION decisions_stay()"
        )

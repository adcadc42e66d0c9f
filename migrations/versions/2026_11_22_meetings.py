"""Meetings: who is in the room, what is on, motions, votes (none after a motion's closing), minutes."""

import sqlalchemy as sa
from alembic import op

revision = "meetings"
down_revision = "decisions"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
VOTES = ("motion_vote", "motion_turnout", "ballot_box")


def upgrade() -> None:
    op.create_table(
        "meeting_presence",
        sa.Column("id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "left_at IS NULL OR left_at >= came_at", name=op.f("ck_meeting_presence_leaves_after_coming")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_presence_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_presence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_presence")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_meeting_presence_meeting_id"), "meeting_presence", ["meeting_id"], unique=False)
    op.create_index(
        "ix_meeting_presence_one_open",
        "meeting_presence",
        ["meeting_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_index(op.f("ix_meeting_presence_person_id"), "meeting_presence", ["person_id"], unique=False)
    op.create_table(
        "minutes",
        sa.Column("id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_minutes_made_by")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_minutes_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_minutes_meeting_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_minutes_made_by"), "minutes", ["made_by"], unique=False)
    op.create_index(op.f("ix_minutes_meeting_id"), "minutes", ["meeting_id"], unique=False)
    op.create_table(
        "motion",
        sa.Column("id", ID, nullable=False),
        sa.Column("committee_id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "approve",
                "do it now",
                "decline",
                "defer",
                "return",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("quorum", sa.SmallInteger(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "open", "closed", "withdrawn", name="motionstage", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("yes", sa.SmallInteger(), nullable=True),
        sa.Column("no", sa.SmallInteger(), nullable=True),
        sa.Column("abstain", sa.SmallInteger(), nullable=True),
        sa.Column(
            "result",
            sa.Enum(
                "carried",
                "lost",
                "no quorum",
                "void",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("casting", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(stage = 'closed') = (result IS NOT NULL)", name=op.f("ck_motion_closed_has_its_result")),
        sa.CheckConstraint(
            "(verdict IN ('defer', 'do it now')) = (day IS NOT NULL)", name=op.f("ck_motion_has_its_day")
        ),
        sa.CheckConstraint("(meeting_id IS NULL) = (due IS NOT NULL)", name=op.f("ck_motion_in_a_meeting_or_by_a_day")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_motion_committee_id")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_motion_idea_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_motion_made_by")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_motion_meeting_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_motion_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_motion_committee_id"), "motion", ["committee_id"], unique=False)
    op.create_index(op.f("ix_motion_due"), "motion", ["due"], unique=False)
    op.create_index(op.f("ix_motion_idea_id"), "motion", ["idea_id"], unique=False)
    op.create_index(op.f("ix_motion_made_by"), "motion", ["made_by"], unique=False)
    op.create_index(op.f("ix_motion_meeting_id"), "motion", ["meeting_id"], unique=False)
    op.create_index(
        "ix_motion_one_open",
        "motion",
        ["idea_id"],
        unique=True,
        sqlite_where=sa.text("stage = 'open'"),
        postgresql_where=sa.text("stage = 'open'"),
    )
    op.create_index(op.f("ix_motion_round_id"), "motion", ["round_id"], unique=False)
    op.create_index(op.f("ix_motion_stage"), "motion", ["stage"], unique=False)
    op.create_table(
        "agenda_presenter",
        sa.Column("item_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_agenda_presenter_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agenda_presenter_person_id")),
        sa.PrimaryKeyConstraint("item_id", "person_id", name=op.f("pk_agenda_presenter")),
    )
    op.create_table(
        "ballot_box",
        sa.Column("id", ID, nullable=False),
        sa.Column("motion_id", ID, nullable=False),
        sa.Column(
            "say",
            sa.Enum("yes", "no", "abstain", name="say", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("ballots", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("ballots >= 0", name=op.f("ck_ballot_box_ballots")),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_ballot_box_motion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_box")),
        sa.UniqueConstraint("motion_id", "say", name=op.f("uq_ballot_box_motion_id_say")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ballot_box_motion_id"), "ballot_box", ["motion_id"], unique=False)
    op.create_table(
        "dissent",
        sa.Column("id", ID, nullable=False),
        sa.Column("motion_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_dissent_motion_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dissent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dissent")),
        sa.UniqueConstraint("motion_id", "person_id", name=op.f("uq_dissent_motion_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_dissent_motion_id"), "dissent", ["motion_id"], unique=False)
    op.create_index(op.f("ix_dissent_person_id"), "dissent", ["person_id"], unique=False)
    op.create_table(
        "motion_present",
        sa.Column("motion_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_motion_present_motion_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_motion_present_person_id")),
        sa.PrimaryKeyConstraint("motion_id", "person_id", name=op.f("pk_motion_present")),
    )
    op.create_table(
        "motion_turnout",
        sa.Column("motion_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_motion_turnout_motion_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_motion_turnout_person_id")),
        sa.PrimaryKeyConstraint("motion_id", "person_id", name=op.f("pk_motion_turnout")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "motion_vote",
        sa.Column("motion_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column(
            "say",
            sa.Enum("yes", "no", "abstain", name="say", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_motion_vote_motion_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_motion_vote_person_id")),
        sa.PrimaryKeyConstraint("motion_id", "person_id", name=op.f("pk_motion_vote")),
    )
    op.add_column("agenda_item", sa.Column("minutes", sa.SmallInteger(), nullable=False, server_default="10"))
    op.add_column("agenda_item", sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agenda_item", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_agenda_item_one_on",
        "agenda_item",
        ["meeting_id"],
        unique=True,
        sqlite_where=sa.text("begun_at IS NOT NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("begun_at IS NOT NULL AND ended_at IS NULL"),
    )
    op.add_column("meeting", sa.Column("minutes", sa.SmallInteger(), nullable=False, server_default="90"))
    op.add_column("meeting", sa.Column("began_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("meeting", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("meeting", sa.Column("invited", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("meeting", sa.Column("beat", sa.Integer(), nullable=False, server_default="0"))
    refuse_late_votes()


def refuse_late_votes() -> None:
    """Whatever the application does: the database takes no vote on a motion that is not open."""
    late = "(SELECT stage FROM motion WHERE id = NEW.motion_id) IS NOT 'open'"
    if op.get_bind().dialect.name == "sqlite":
        for table in VOTES:
            for verb in ("INSERT", "UPDATE"):
                op.execute(
                    f"CREATE TRIGGER {table}_late_{verb.lower()} BEFORE {verb} ON {table} WHEN {late} "
                    "BEGIN SELECT RAISE(ABORT, 'the vote is closed'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_late_votes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF (SELECT stage FROM motion WHERE id = NEW.motion_id) IS DISTINCT FROM 'open' THEN "
        "RAISE EXCEPTION 'the vote is closed'; END IF; RETURN NEW; END $$"
    )
    for table in VOTES:
        op.execute(
            f"CREATE TRIGGER {table}_late BEFORE INSERT OR UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_late_votes()"
        )


def downgrade() -> None:
    op.drop_table("motion_vote")
    op.drop_table("motion_turnout")
    op.drop_table("motion_present")
    op.drop_table("dissent")
    op.drop_table("ballot_box")
    op.drop_table("agenda_presenter")
    op.drop_table("minutes")
    op.drop_table("meeting_presence")
    op.drop_table("motion")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_late_votes()")
    op.drop_index("ix_agenda_item_one_on", table_name="agenda_item")
    for column in ("minutes", "begun_at", "ended_at"):
        op.drop_column("agenda_item", column)
    for column in ("minutes", "began_at", "ended_at", "invited", "beat"):
        op.drop_column("meeting", column)

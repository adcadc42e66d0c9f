"""Tables of review."""

import sqlalchemy as sa
from alembic import op

revision = "review"
down_revision = "ideas"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "planned",
                "held",
                "cancelled",
                name="meetingstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_meeting_committee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_meeting_committee_id"), "meeting", ["committee_id"], unique=False)
    op.create_table(
        "scorecard",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_scorecard_committee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard")),
        sa.UniqueConstraint("committee_id", "number", name=op.f("uq_scorecard_committee_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_scorecard_committee_id"), "scorecard", ["committee_id"], unique=False)
    op.create_table(
        "criterion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scorecard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("question", sa.String(length=300), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("levels", sa.Text(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_criterion_weight")),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecard.id"], name=op.f("fk_criterion_scorecard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("scorecard_id", "place", name=op.f("uq_criterion_scorecard_id_place")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_criterion_scorecard_id"), "criterion", ["scorecard_id"], unique=False)
    op.create_table(
        "meeting_attendance",
        sa.Column("meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_attendance_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_attendance_person_id")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_meeting_attendance")),
    )
    op.create_table(
        "round",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scorecard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "prepared",
                "open",
                "closed",
                "published",
                "cancelled",
                name="roundstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("custodian_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_round_committee_id")),
        sa.ForeignKeyConstraint(["custodian_id"], ["person.id"], name=op.f("fk_round_custodian_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_round_made_by")),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecard.id"], name=op.f("fk_round_scorecard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_round_committee_id"), "round", ["committee_id"], unique=False)
    op.create_index(op.f("ix_round_custodian_id"), "round", ["custodian_id"], unique=False)
    op.create_index(op.f("ix_round_made_by"), "round", ["made_by"], unique=False)
    op.create_index(op.f("ix_round_scorecard_id"), "round", ["scorecard_id"], unique=False)
    op.create_index(op.f("ix_round_stage"), "round", ["stage"], unique=False)
    op.create_table(
        "reviewer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reviewer_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_reviewer_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewer")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_reviewer_round_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reviewer_person_id"), "reviewer", ["person_id"], unique=False)
    op.create_index(op.f("ix_reviewer_round_id"), "reviewer", ["round_id"], unique=False)
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_agenda_item_idea_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("meeting_id", "idea_id", name=op.f("uq_agenda_item_meeting_id_idea_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_agenda_item_idea_id"), "agenda_item", ["idea_id"], unique=False)
    op.create_index(op.f("ix_agenda_item_meeting_id"), "agenda_item", ["meeting_id"], unique=False)
    op.create_table(
        "conflict",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_conflict_idea_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conflict_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("idea_id", "person_id", name=op.f("uq_conflict_idea_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_conflict_idea_id"), "conflict", ["idea_id"], unique=False)
    op.create_index(op.f("ix_conflict_person_id"), "conflict", ["person_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("defer_to", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(verdict = 'defer') = (defer_to IS NOT NULL)", name=op.f("ck_decision_deferred_has_its_day")
        ),
        sa.CheckConstraint("(verdict = 'do it now') = (due IS NOT NULL)", name=op.f("ck_decision_to_do_has_its_day")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_decision_decided_by")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_decision_idea_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_decision_meeting_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_decision_round_id")),
        sa.ForeignKeyConstraint(["superseded_by"], ["decision.id"], name=op.f("fk_decision_superseded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_decision_decided_by"), "decision", ["decided_by"], unique=False)
    op.create_index(op.f("ix_decision_idea_id"), "decision", ["idea_id"], unique=False)
    op.create_index(op.f("ix_decision_meeting_id"), "decision", ["meeting_id"], unique=False)
    op.create_index(
        "ix_decision_one_live",
        "decision",
        ["idea_id", "revision"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_index(op.f("ix_decision_round_id"), "decision", ["round_id"], unique=False)
    op.create_index(op.f("ix_decision_superseded_by"), "decision", ["superseded_by"], unique=False)
    op.create_table(
        "owners_word",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("possible", sa.Boolean(), nullable=False),
        sa.Column("start", sa.String(length=200), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_owners_word_idea_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_owners_word_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owners_word")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_owners_word_idea_id"), "owners_word", ["idea_id"], unique=False)
    op.create_index(op.f("ix_owners_word_person_id"), "owners_word", ["person_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("begun", "submitted", name="reviewstage", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("to_authors", sa.Text(), nullable=False),
        sa.Column("to_committee", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(precision=6, scale=4), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stage = 'submitted') = (submitted_at IS NOT NULL)", name=op.f("ck_review_submitted_has_its_time")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_review_idea_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_review_reviewer_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_review_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("round_id", "idea_id", "reviewer_id", name=op.f("uq_review_round_id_idea_id_reviewer_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_review_idea_id"), "review", ["idea_id"], unique=False)
    op.create_index(op.f("ix_review_reviewer_id"), "review", ["reviewer_id"], unique=False)
    op.create_index(op.f("ix_review_round_id"), "review", ["round_id"], unique=False)
    op.create_table(
        "decision_present",
        sa.Column("decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_present_decision_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_present_person_id")),
        sa.PrimaryKeyConstraint("decision_id", "person_id", name=op.f("pk_decision_present")),
    )
    op.create_table(
        "round_idea",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("taken_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_round_idea_idea_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_round_idea_revision_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_idea_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_idea")),
        sa.UniqueConstraint("round_id", "idea_id", name=op.f("uq_round_idea_round_id_idea_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_round_idea_idea_id"), "round_idea", ["idea_id"], unique=False)
    op.create_index(
        "ix_round_idea_one_live",
        "round_idea",
        ["idea_id"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_index(op.f("ix_round_idea_revision_id"), "round_idea", ["revision_id"], unique=False)
    op.create_index(op.f("ix_round_idea_round_id"), "round_idea", ["round_id"], unique=False)
    op.create_table(
        "score",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("criterion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("value IS NULL OR value BETWEEN 1 AND 5", name=op.f("ck_score_value")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_score_criterion_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_score_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("review_id", "criterion_id", name=op.f("uq_score_review_id_criterion_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_score_criterion_id"), "score", ["criterion_id"], unique=False)
    op.create_index(op.f("ix_score_review_id"), "score", ["review_id"], unique=False)
    op.create_table(
        "to_do",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "given",
                "accepted",
                "done",
                "recalled",
                name="orderstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(stage = 'done') = (done_at IS NOT NULL)", name=op.f("ck_to_do_done_has_its_time")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_to_do_decision_id")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_to_do_idea_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_to_do_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_to_do")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_to_do_decision_id"), "to_do", ["decision_id"], unique=False)
    op.create_index(op.f("ix_to_do_idea_id"), "to_do", ["idea_id"], unique=False)
    op.create_index(op.f("ix_to_do_owner_id"), "to_do", ["owner_id"], unique=False)


def downgrade() -> None:
    op.drop_table("to_do")
    op.drop_table("score")
    op.drop_table("round_idea")
    op.drop_table("decision_present")
    op.drop_table("review")
    op.drop_table("owners_word")
    op.drop_table("decision")
    op.drop_table("conflict")
    op.drop_table("agenda_item")
    op.drop_table("reviewer")
    op.drop_table("round")
    op.drop_table("meeting_attendance")
    op.drop_table("criterion")
    op.drop_table("scorecard")
    op.drop_table("meeting")

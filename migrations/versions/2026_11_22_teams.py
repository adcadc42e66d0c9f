"""Teams: open seats, invitations, mandates. Guests by link, of ideas and of pilots. Calls for ideas."""

import sqlalchemy as sa
from alembic import op

revision = "teams"
down_revision = "conversation"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
change = sa.table("change", sa.column("feature", sa.String), sa.column("count", sa.Integer))


def upgrade() -> None:
    op.create_table(
        "competence",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competence")),
        sa.UniqueConstraint("key", name=op.f("uq_competence_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "guest",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guest_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_guest")),
    )
    op.create_table(
        "guest_invitation",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("sent_by", ID, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guest_invitation_person_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_guest_invitation_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_invitation")),
        sa.UniqueConstraint("key", name=op.f("uq_guest_invitation_key")),
        sa.UniqueConstraint("person_id", "about", name=op.f("uq_guest_invitation_person_id_about")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_guest_invitation_about"), "guest_invitation", ["about"], unique=False)
    op.create_index(op.f("ix_guest_invitation_sent_by"), "guest_invitation", ["sent_by"], unique=False)
    op.create_table(
        "team_invitation",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("competence", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "sent",
                "joined",
                "declined",
                "taken back",
                name="invitationstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sent_by", ID, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_invitation_person_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_team_invitation_sent_by")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_invitation_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_invitation")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_team_invitation_one_at_a_time",
        "team_invitation",
        ["team_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("stage = 'sent'"),
        postgresql_where=sa.text("stage = 'sent'"),
    )
    op.create_index(op.f("ix_team_invitation_person_id"), "team_invitation", ["person_id"], unique=False)
    op.create_index(op.f("ix_team_invitation_sent_by"), "team_invitation", ["sent_by"], unique=False)
    op.create_index(op.f("ix_team_invitation_team_id"), "team_invitation", ["team_id"], unique=False)
    op.create_table(
        "membership_competence",
        sa.Column("membership_id", ID, nullable=False),
        sa.Column("competence_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["competence_id"], ["competence.id"], name=op.f("fk_membership_competence_competence_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_membership_competence_membership_id")
        ),
        sa.PrimaryKeyConstraint("membership_id", "competence_id", name=op.f("pk_membership_competence")),
    )
    op.create_index(
        op.f("ix_membership_competence_competence_id"), "membership_competence", ["competence_id"], unique=False
    )
    op.create_table(
        "team_seat",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("competence_id", ID, nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("hours", sa.SmallInteger(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "open", "taken", "withdrawn", name="seatstage", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("opened_by", ID, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("membership_id", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours BETWEEN 1 AND 40", name=op.f("ck_team_seat_hours")),
        sa.ForeignKeyConstraint(["competence_id"], ["competence.id"], name=op.f("fk_team_seat_competence_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_team_seat_membership_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_team_seat_opened_by")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_seat_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_seat")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_team_seat_competence_id"), "team_seat", ["competence_id"], unique=False)
    op.create_index(op.f("ix_team_seat_membership_id"), "team_seat", ["membership_id"], unique=False)
    op.create_index(op.f("ix_team_seat_opened_by"), "team_seat", ["opened_by"], unique=False)
    op.create_index(op.f("ix_team_seat_stage"), "team_seat", ["stage"], unique=False)
    op.create_index(op.f("ix_team_seat_team_id"), "team_seat", ["team_id"], unique=False)
    op.create_table(
        "team_claim",
        sa.Column("id", ID, nullable=False),
        sa.Column("seat_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "made",
                "accepted",
                "declined",
                "taken back",
                name="claimstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_team_claim_answered_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_claim_person_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["team_seat.id"], name=op.f("fk_team_claim_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_claim")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_team_claim_answered_by"), "team_claim", ["answered_by"], unique=False)
    op.create_index(
        "ix_team_claim_one_at_a_time",
        "team_claim",
        ["seat_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("stage = 'made'"),
        postgresql_where=sa.text("stage = 'made'"),
    )
    op.create_index(op.f("ix_team_claim_person_id"), "team_claim", ["person_id"], unique=False)
    op.create_index(op.f("ix_team_claim_seat_id"), "team_claim", ["seat_id"], unique=False)
    op.create_table(
        "call",
        sa.Column("id", ID, nullable=False),
        sa.Column("process_id", ID, nullable=False),
        sa.Column("committee_id", ID, nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("sponsor_id", ID, nullable=True),
        sa.Column("everyone", sa.Boolean(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "planned",
                "open",
                "closed",
                "cancelled",
                name="callstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("came_of", sa.Text(), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_call_days")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_call_committee_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_call_made_by")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_call_process_id")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["person.id"], name=op.f("fk_call_sponsor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_call_committee_id"), "call", ["committee_id"], unique=False)
    op.create_index(op.f("ix_call_made_by"), "call", ["made_by"], unique=False)
    op.create_index(op.f("ix_call_process_id"), "call", ["process_id"], unique=False)
    op.create_index(op.f("ix_call_sponsor_id"), "call", ["sponsor_id"], unique=False)
    op.create_index(op.f("ix_call_stage"), "call", ["stage"], unique=False)
    op.create_table(
        "mandate",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("process_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("figure_now", sa.Float(), nullable=True),
        sa.Column("figure_wanted", sa.Float(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "offered",
                "accepted",
                "handed back",
                "replaced",
                "ended",
                name="mandatestage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("given_by", ID, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_mandate_days")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_mandate_answered_by")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_mandate_given_by")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_mandate_process_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_mandate_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("team_id", "process_id", "number", name=op.f("uq_mandate_team_id_process_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mandate_answered_by"), "mandate", ["answered_by"], unique=False)
    op.create_index(op.f("ix_mandate_given_by"), "mandate", ["given_by"], unique=False)
    op.create_index(
        "ix_mandate_one_stands",
        "mandate",
        ["team_id", "process_id"],
        unique=True,
        sqlite_where=sa.text("stage IN ('offered', 'accepted', 'handed back')"),
        postgresql_where=sa.text("stage IN ('offered', 'accepted', 'handed back')"),
    )
    op.create_index(op.f("ix_mandate_process_id"), "mandate", ["process_id"], unique=False)
    op.create_table(
        "call_department",
        sa.Column("call_id", ID, nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_department_call_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_call_department_department_id")),
        sa.PrimaryKeyConstraint("call_id", "department_id", name=op.f("pk_call_department")),
    )
    op.create_index(op.f("ix_call_department_department_id"), "call_department", ["department_id"], unique=False)
    op.create_table(
        "call_idea",
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_idea_call_id")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_call_idea_idea_id")),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_call_idea")),
    )
    op.create_index(op.f("ix_call_idea_call_id"), "call_idea", ["call_id"], unique=False)
    op.create_table(
        "call_question",
        sa.Column("id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text", "choice", "number", name="answerkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_question_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_question")),
        sa.UniqueConstraint("call_id", "place", name=op.f("uq_call_question_call_id_place")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mandate_hours",
        sa.Column("id", ID, nullable=False),
        sa.Column("mandate_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("hours", sa.SmallInteger(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "asked",
                "released",
                "refused",
                name="releasestage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked_of", ID, nullable=True),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("hours BETWEEN 1 AND 60", name=op.f("ck_mandate_hours_hours")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_mandate_hours_answered_by")),
        sa.ForeignKeyConstraint(["asked_of"], ["person.id"], name=op.f("fk_mandate_hours_asked_of")),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_mandate_hours_mandate_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mandate_hours_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate_hours")),
        sa.UniqueConstraint("mandate_id", "person_id", name=op.f("uq_mandate_hours_mandate_id_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mandate_hours_answered_by"), "mandate_hours", ["answered_by"], unique=False)
    op.create_index(op.f("ix_mandate_hours_asked_of"), "mandate_hours", ["asked_of"], unique=False)
    op.create_index(op.f("ix_mandate_hours_person_id"), "mandate_hours", ["person_id"], unique=False)
    op.create_table(
        "mandate_owed",
        sa.Column("id", ID, nullable=False),
        sa.Column("mandate_id", ID, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", ID, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_mandate_owed_done")),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], name=op.f("fk_mandate_owed_done_by")),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_mandate_owed_mandate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate_owed")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mandate_owed_done_by"), "mandate_owed", ["done_by"], unique=False)
    op.create_index("ix_mandate_owed_due", "mandate_owed", ["due"], unique=False)
    op.create_index(op.f("ix_mandate_owed_mandate_id"), "mandate_owed", ["mandate_id"], unique=False)
    op.create_table(
        "call_answer",
        sa.Column("idea_id", ID, nullable=False),
        sa.Column("question_id", ID, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_call_answer_idea_id")),
        sa.ForeignKeyConstraint(["question_id"], ["call_question.id"], name=op.f("fk_call_answer_question_id")),
        sa.PrimaryKeyConstraint("idea_id", "question_id", name=op.f("pk_call_answer")),
    )
    op.create_index(op.f("ix_call_answer_question_id"), "call_answer", ["question_id"], unique=False)
    op.create_table(
        "pilot_guest",
        sa.Column("pilot_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pilot_guest_person_id")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_guest_pilot_id")),
        sa.PrimaryKeyConstraint("pilot_id", "person_id", name=op.f("pk_pilot_guest")),
    )
    op.create_index(op.f("ix_pilot_guest_person_id"), "pilot_guest", ["person_id"], unique=False)
    op.bulk_insert(change, [{"feature": "teams", "count": 0}])


def downgrade() -> None:
    op.execute(change.delete().where(change.c.feature == "teams"))
    op.drop_index(op.f("ix_pilot_guest_person_id"), table_name="pilot_guest")
    op.drop_table("pilot_guest")
    op.drop_index(op.f("ix_call_answer_question_id"), table_name="call_answer")
    op.drop_table("call_answer")
    op.drop_index(op.f("ix_mandate_owed_mandate_id"), table_name="mandate_owed")
    op.drop_index("ix_mandate_owed_due", table_name="mandate_owed")
    op.drop_index(op.f("ix_mandate_owed_done_by"), table_name="mandate_owed")
    op.drop_table("mandate_owed")
    op.drop_index(op.f("ix_mandate_hours_person_id"), table_name="mandate_hours")
    op.drop_index(op.f("ix_mandate_hours_asked_of"), table_name="mandate_hours")
    op.drop_index(op.f("ix_mandate_hours_answered_by"), table_name="mandate_hours")
    op.drop_table("mandate_hours")
    op.drop_table("call_question")
    op.drop_index(op.f("ix_call_idea_call_id"), table_name="call_idea")
    op.drop_table("call_idea")
    op.drop_index(op.f("ix_call_department_department_id"), table_name="call_department")
    op.drop_table("call_department")
    op.drop_index(op.f("ix_mandate_process_id"), table_name="mandate")
    op.drop_index(
        "ix_mandate_one_stands",
        table_name="mandate",
        sqlite_where=sa.text("stage IN ('offered', 'accepted', 'handed back')"),
        postgresql_where=sa.text("stage IN ('offered', 'accepted', 'handed back')"),
    )
    op.drop_index(op.f("ix_mandate_given_by"), table_name="mandate")
    op.drop_index(op.f("ix_mandate_answered_by"), table_name="mandate")
    op.drop_table("mandate")
    op.drop_index(op.f("ix_call_stage"), table_name="call")
    op.drop_index(op.f("ix_call_sponsor_id"), table_name="call")
    op.drop_index(op.f("ix_call_process_id"), table_name="call")
    op.drop_index(op.f("ix_call_made_by"), table_name="call")
    op.drop_index(op.f("ix_call_committee_id"), table_name="call")
    op.drop_table("call")
    op.drop_index(op.f("ix_team_claim_seat_id"), table_name="team_claim")
    op.drop_index(op.f("ix_team_claim_person_id"), table_name="team_claim")
    op.drop_index(
        "ix_team_claim_one_at_a_time",
        table_name="team_claim",
        sqlite_where=sa.text("stage = 'made'"),
        postgresql_where=sa.text("stage = 'made'"),
    )
    op.drop_index(op.f("ix_team_claim_answered_by"), table_name="team_claim")
    op.drop_table("team_claim")
    op.drop_index(op.f("ix_team_seat_team_id"), table_name="team_seat")
    op.drop_index(op.f("ix_team_seat_stage"), table_name="team_seat")
    op.drop_index(op.f("ix_team_seat_opened_by"), table_name="team_seat")
    op.drop_index(op.f("ix_team_seat_membership_id"), table_name="team_seat")
    op.drop_index(op.f("ix_team_seat_competence_id"), table_name="team_seat")
    op.drop_table("team_seat")
    op.drop_index(op.f("ix_membership_competence_competence_id"), table_name="membership_competence")
    op.drop_table("membership_competence")
    op.drop_index(op.f("ix_team_invitation_team_id"), table_name="team_invitation")
    op.drop_index(op.f("ix_team_invitation_sent_by"), table_name="team_invitation")
    op.drop_index(op.f("ix_team_invitation_person_id"), table_name="team_invitation")
    op.drop_index(
        "ix_team_invitation_one_at_a_time",
        table_name="team_invitation",
        sqlite_where=sa.text("stage = 'sent'"),
        postgresql_where=sa.text("stage = 'sent'"),
    )
    op.drop_table("team_invitation")
    op.drop_index(op.f("ix_guest_invitation_sent_by"), table_name="guest_invitation")
    op.drop_index(op.f("ix_guest_invitation_about"), table_name="guest_invitation")
    op.drop_table("guest_invitation")
    op.drop_table("guest")
    op.drop_table("competence")

"""Rounds as a row of dates and switches; scorecards for screening, scales of any length; reviews that are amended."""

import sqlalchemy as sa
from alembic import op

revision = "review_switches"
down_revision = "search"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PRESETS = ("everyone scores everything", "quick screening", "full review with assignment", "re-review")
SIGHTS = ("until mine is in", "until all are in", "until the meeting")
LEADS = ("chair or deputy", "any member")
FLAGS = ("names_to_authors", "closes_itself", "asks_confidence", "asks_forecast")
FORECAST = "forecast IS NULL OR (forecast_low <= forecast AND forecast <= forecast_high)"


def chosen(name: str, values: tuple[str, ...], kind: str) -> sa.Column[str]:
    words = sa.Enum(*values, name=kind, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, words, nullable=False, server_default=values[0])


def upgrade() -> None:
    with op.batch_alter_table("scorecard") as scorecard:
        scorecard.add_column(chosen("use", ("review", "screening"), "carduse"))
        scorecard.drop_constraint(op.f("uq_scorecard_committee_id_number"), type_="unique")
        scorecard.create_unique_constraint(
            op.f("uq_scorecard_committee_id_use_number"), ["committee_id", "use", "number"]
        )
    with op.batch_alter_table("scorecard") as scorecard:
        scorecard.alter_column("use", server_default=None)
    with op.batch_alter_table("criterion") as criterion:
        criterion.add_column(sa.Column("counted", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("criterion") as criterion:
        criterion.alter_column("counted", server_default=None)
    with op.batch_alter_table("score") as score:
        score.drop_constraint(op.f("ck_score_value"), type_="check")
        score.create_check_constraint(op.f("ck_score_value"), "value IS NULL OR value BETWEEN 1 AND 9")
    rounds_up()
    reviews_up()


def rounds_up() -> None:
    with op.batch_alter_table("round") as round_:
        round_.add_column(chosen("preset", PRESETS, "preset"))
        round_.add_column(chosen("sight", SIGHTS, "sight"))
        round_.add_column(sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True))
        round_.add_column(chosen("led_by", LEADS, "lead"))
        round_.add_column(sa.Column("opens_on", sa.Date(), nullable=True))
        for flag in FLAGS:
            round_.add_column(sa.Column(flag, sa.Boolean(), nullable=False, server_default=sa.false()))
        round_.create_check_constraint(op.f("ck_round_opens_before_due"), "opens_on IS NULL OR opens_on <= due")
    with op.batch_alter_table("round") as round_:
        for column in ("preset", "sight", "led_by", *FLAGS):
            round_.alter_column(column, server_default=None)


def reviews_up() -> None:
    with op.batch_alter_table("review") as review:
        review.add_column(sa.Column("confidence", sa.SmallInteger(), nullable=True))
        for name in ("forecast", "forecast_low", "forecast_high"):
            review.add_column(sa.Column(name, sa.Float(), nullable=True))
        review.add_column(sa.Column("filed", sa.Integer(), nullable=False, server_default="0"))
        sure = "confidence IS NULL OR confidence BETWEEN 1 AND 3"
        review.create_check_constraint(op.f("ck_review_confidence"), sure)
        review.create_check_constraint(op.f("ck_review_forecast_in_its_range"), FORECAST)
    op.execute("UPDATE review SET filed = 1 WHERE stage = 'submitted'")
    with op.batch_alter_table("review") as review:
        review.alter_column("filed", server_default=None)
    op.create_table(
        "filed_review",
        sa.Column("id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(6, 4), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_filed_review_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filed_review")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_filed_review_review_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_filed_review_review_id"), "filed_review", ["review_id"], unique=False)


def downgrade() -> None:
    op.drop_table("filed_review")
    with op.batch_alter_table("review") as review:
        review.drop_constraint(op.f("ck_review_forecast_in_its_range"), type_="check")
        review.drop_constraint(op.f("ck_review_confidence"), type_="check")
        for name in ("filed", "forecast_high", "forecast_low", "forecast", "confidence"):
            review.drop_column(name)
    with op.batch_alter_table("round") as round_:
        round_.drop_constraint(op.f("ck_round_opens_before_due"), type_="check")
        for kind in ("preset", "sight", "lead"):
            round_.drop_constraint(op.f(f"ck_round_{kind}"), type_="check")
        for name in (*FLAGS, "opens_on", "led_by", "revealed_at", "sight", "preset"):
            round_.drop_column(name)
    with op.batch_alter_table("score") as score:
        score.drop_constraint(op.f("ck_score_value"), type_="check")
        score.create_check_constraint(op.f("ck_score_value"), "value IS NULL OR value BETWEEN 1 AND 5")
    with op.batch_alter_table("criterion") as criterion:
        criterion.drop_column("counted")
    with op.batch_alter_table("scorecard") as scorecard:
        scorecard.drop_constraint(op.f("uq_scorecard_committee_id_use_number"), type_="unique")
        scorecard.drop_constraint(op.f("ck_scorecard_carduse"), type_="check")
        scorecard.drop_column("use")
        scorecard.create_unique_constraint(op.f("uq_scorecard_committee_id_number"), ["committee_id", "number"])

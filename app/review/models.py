"""Review rounds, scorecards, reviews, conflicts, meetings, decisions."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.columns import Id, Row, choice, instant, money, points_to, text


class CardUse(StrEnum):
    """What a committee keeps scorecards for: one of each is in use."""

    REVIEW = "review"
    SCREENING = "screening"


class Scorecard(Row, table=True):
    """Weighted criteria, one version of them: a round keeps the version it began with."""

    __tablename__ = "scorecard"
    __table_args__ = (UniqueConstraint("committee_id", "use", "number"),)

    committee_id: int = points_to("committee.id")
    use: CardUse = choice(CardUse, default=CardUse.REVIEW)
    name: str = Field(max_length=120)
    number: int = 1
    made_at: datetime = instant()
    retired_at: datetime | None = instant(nullable=True, default=None)


class Criterion(Row, table=True):
    """One question of a scorecard. Its scale has as many levels as it has words for; each says what it means.

    counted: part of the total; else it is only shown beside it.
    """

    __tablename__ = "criterion"
    __table_args__ = (
        UniqueConstraint("scorecard_id", "place"),
        CheckConstraint("weight > 0", name="weight"),
    )

    scorecard_id: int = points_to("scorecard.id")
    place: int = Field(sa_type=SmallInteger)
    name: str = Field(max_length=120)
    question: str = Field(default="", max_length=300)
    weight: int = Field(sa_type=SmallInteger)
    required: bool = False
    counted: bool = True
    levels: str = text()  # a JSON list of words or short sentences, from 1 up


class RoundStage(StrEnum):
    PREPARED = "prepared"
    OPEN = "open"
    CLOSED = "closed"  # no more scores; decisions are being made
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Preset(StrEnum):
    """What a round was begun as; its switches may differ from it."""

    EVERYONE = "everyone scores everything"
    SCREENING = "quick screening"
    ASSIGNED = "full review with assignment"
    AGAIN = "re-review"


class Sight(StrEnum):
    """Until when the others' reviews of an idea are sealed."""

    MINE = "until mine is in"
    ALL = "until all are in"
    MEETING = "until the meeting"


class Lead(StrEnum):
    """Who changes the status of a round and decides in it."""

    HEADS = "chair or deputy"
    MEMBERS = "any member"


class Round(Row, table=True):
    """One row of dates and switches. `revealed_at`: from when what is sealed until the meeting can be seen."""

    __tablename__ = "round"
    __table_args__ = (CheckConstraint("opens_on IS NULL OR opens_on <= due", name="opens_before_due"),)

    committee_id: int = points_to("committee.id")
    scorecard_id: int = points_to("scorecard.id")
    name: str = Field(max_length=160)
    stage: RoundStage = choice(RoundStage, default=RoundStage.PREPARED, index=True)
    blind: bool = True  # who wrote the ideas is hidden from those who review them
    due: date
    assigned: bool = False  # each idea is reviewed by those it is given to; else everybody reviews everything
    wanted: int = Field(default=3, sa_type=SmallInteger)  # reviews of each idea, where they are given out
    custodian_id: int | None = points_to("person.id", nullable=True)  # may see names; does not review
    capacity: int | None = None  # how many of its ideas the committee can take; where nobody said, the budget does
    made_by: int = points_to("person.id")
    opened_at: datetime | None = instant(nullable=True, default=None)
    closed_at: datetime | None = instant(nullable=True, default=None)
    published_at: datetime | None = instant(nullable=True, default=None)
    preset: Preset = choice(Preset, default=Preset.EVERYONE)
    sight: Sight = choice(Sight, default=Sight.MINE)
    revealed_at: datetime | None = instant(nullable=True, default=None)
    led_by: Lead = choice(Lead, default=Lead.HEADS)
    names_to_authors: bool = False  # whether authors read who wrote the remarks to them
    opens_on: date | None = None  # opens by itself on this day
    closes_itself: bool = False  # when its due day has ended
    asks_confidence: bool = False
    asks_forecast: bool = False
    version: int = 1


class RoundIdea(Row, table=True):
    """An idea in a round, at the revision that is reviewed. `live` while the round works on it: in one at a time."""

    __tablename__ = "round_idea"
    __table_args__ = (
        UniqueConstraint("round_id", "idea_id"),
        Index(
            "ix_round_idea_one_live",
            "idea_id",
            unique=True,
            sqlite_where=sql("live"),
            postgresql_where=sql("live"),
        ),
    )

    round_id: int = points_to("round.id")
    idea_id: int = points_to("idea.id")
    revision_id: int = points_to("revision.id")
    live: bool = True
    taken_out_at: datetime | None = instant(nullable=True, default=None)


class Reviewer(Row, table=True):
    """Who is asked to review in a round: see `duty.py` for which ideas.

    due: a day of their own, where the chair extended it. away: not expected any more but for what they have begun.
    stands_in_for: whose ideas come to them, while that member is away.
    """

    __tablename__ = "reviewer"
    __table_args__ = (UniqueConstraint("round_id", "person_id"),)

    round_id: int = points_to("round.id")
    person_id: int = points_to("person.id")
    due: date | None = None  # their own day; else the round's
    reminded_on: date | None = None
    away: bool = False  # not asked for what they have not begun
    stands_in_for: int | None = points_to("person.id", nullable=True, index=False)
    most: int | None = Field(default=None, sa_type=SmallInteger)  # reviews that may be given to them, by their word
    told_at: datetime | None = instant(nullable=True, default=None)  # when they said what they would rather read


class ReviewStage(StrEnum):
    BEGUN = "begun"
    SUBMITTED = "submitted"


class Review(Row, table=True):
    """One member's scores and remarks on one idea. `total` is their weighted mean on 1 to 5, set when it is submitted.

    forecast: by how much the outcome would change where the idea runs, with its range, where the round asks for it.
    filed: how often it was submitted; what it said before is a `FiledReview`.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("round_id", "idea_id", "reviewer_id"),
        CheckConstraint("(stage = 'submitted') = (submitted_at IS NOT NULL)", name="submitted_has_its_time"),
        CheckConstraint("confidence IS NULL OR confidence BETWEEN 1 AND 3", name="confidence"),
        CheckConstraint(
            "forecast IS NULL OR (forecast_low <= forecast AND forecast <= forecast_high)", name="forecast_in_its_range"
        ),
    )

    round_id: int = points_to("round.id")
    idea_id: int = points_to("idea.id")
    reviewer_id: int = points_to("person.id")
    stage: ReviewStage = choice(ReviewStage, default=ReviewStage.BEGUN)
    to_authors: str = text()
    to_committee: str = text()
    total: Decimal | None = Field(default=None, sa_type=Numeric(6, 4))
    confidence: int | None = Field(default=None, sa_type=SmallInteger)
    forecast: float | None = None
    forecast_low: float | None = None
    forecast_high: float | None = None
    forecast_of: str | None = Field(default=None, max_length=120)  # the outcome that the form asked about
    begun_at: datetime = instant()
    submitted_at: datetime | None = instant(nullable=True, default=None)
    filed: int = 0
    free_at: datetime | None = instant(nullable=True, default=None)  # when they said that they have no conflict
    version: int = 1


class FiledReview(Row, table=True):
    """What a review said before its writer amended it: `said` is a JSON object of all that stood in it."""

    __tablename__ = "filed_review"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    review_id: int = points_to("review.id")
    number: int
    said: str = text()
    total: Decimal | None = Field(default=None, sa_type=Numeric(6, 4))
    filed_at: datetime = instant()


class Score(Row, table=True):
    """A value on a criterion; None is "can't say", which is left out of the mean and never 0."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("review_id", "criterion_id"),
        CheckConstraint("value IS NULL OR value BETWEEN 1 AND 9", name="value"),
    )

    review_id: int = points_to("review.id")
    criterion_id: int = points_to("criterion.id")
    value: int | None = Field(default=None, sa_type=SmallInteger)


class MeetingStage(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Meeting(Row, table=True):
    """The forum in which teams present and the committee decides."""

    __tablename__ = "meeting"

    committee_id: int = points_to("committee.id")
    name: str = Field(max_length=160)
    at: datetime = instant(default=None)
    place: str = Field(default="", max_length=200)
    stage: MeetingStage = choice(MeetingStage, default=MeetingStage.PLANNED)
    minutes: int = Field(default=90, sa_type=SmallInteger)  # how long it is planned to last
    began_at: datetime | None = instant(nullable=True, default=None)
    ended_at: datetime | None = instant(nullable=True, default=None)
    invited: int = 0  # the version that was last sent to the members
    beat: int = 0  # grows with all that its live page shows
    version: int = 1


class AgendaItem(Row, table=True):
    """An idea's place on the agenda. Of a meeting one item is on at a time: begun, and not ended."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        UniqueConstraint("meeting_id", "idea_id"),
        Index(
            "ix_agenda_item_one_on",
            "meeting_id",
            unique=True,
            sqlite_where=sql("begun_at IS NOT NULL AND ended_at IS NULL"),
            postgresql_where=sql("begun_at IS NOT NULL AND ended_at IS NULL"),
        ),
    )

    meeting_id: int = points_to("meeting.id")
    idea_id: int = points_to("idea.id")
    place: int = Field(sa_type=SmallInteger)
    minutes: int = Field(default=10, sa_type=SmallInteger)
    begun_at: datetime | None = instant(nullable=True, default=None)
    ended_at: datetime | None = instant(nullable=True, default=None)

    @property
    def on(self) -> bool:
        return self.begun_at is not None and self.ended_at is None


class Attendance(SQLModel, table=True):
    """Who came to a meeting."""

    __tablename__ = "meeting_attendance"

    meeting_id: int = Field(primary_key=True, sa_type=Id, foreign_key="meeting.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")


class Verdict(StrEnum):
    APPROVE = "approve"
    DO_NOW = "do it now"
    DECLINE = "decline"
    DEFER = "defer"
    RETURN = "return"


class Decision(Row, table=True):
    """What the committee decided on an idea: recorded once, superseded perhaps, never edited or removed; triggers
    refuse it to everybody. `known`: JSON of what was known that day (decisions/known.py), never worked out anew.

    `effective_at` is when it moved the idea and its authors could read it: at once, or in a blind round when the
    decisions are published.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("(verdict = 'defer') = (defer_to IS NOT NULL)", name="deferred_has_its_day"),
        CheckConstraint("(verdict = 'do it now') = (due IS NOT NULL)", name="to_do_has_its_day"),
        CheckConstraint("trim(reason) <> ''", name="reason_given"),
        CheckConstraint("quorum >= 1 AND revision >= 1", name="quorum"),
        CheckConstraint("effective_at IS NULL OR effective_at >= decided_at", name="effective_after"),
        CheckConstraint("superseded_by IS NULL OR superseded_by <> id", name="not_itself"),
        Index(
            "ix_decision_one_live",
            "idea_id",
            "revision",
            unique=True,
            sqlite_where=sql("superseded_by IS NULL"),
            postgresql_where=sql("superseded_by IS NULL"),
        ),
    )

    idea_id: int = points_to("idea.id")
    revision: int
    round_id: int = points_to("round.id")
    meeting_id: int | None = points_to("meeting.id", nullable=True)
    verdict: Verdict = choice(Verdict)
    reason: str = text()
    decided_by: int = points_to("person.id")
    decided_at: datetime = instant()
    quorum: int
    defer_to: date | None = None
    due: date | None = None
    effective_at: datetime | None = instant(nullable=True, default=None)
    known: str = text()
    superseded_by: int | None = points_to("decision.id", nullable=True)


class Present(SQLModel, table=True):
    """Who was there when it was decided."""

    __tablename__ = "decision_present"

    decision_id: int = Field(primary_key=True, sa_type=Id, foreign_key="decision.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id")


class Condition(Row, table=True):
    """A sentence to which a decision is tied: said with it and never changed. Only whether it is met is, by who leads
    or sponsors the pilot."""

    __tablename__ = "decision_condition"
    __table_args__ = (
        UniqueConstraint("decision_id", "place"),
        CheckConstraint("trim(words) <> ''", name="words"),
        CheckConstraint("(met_at IS NULL) = (met_by IS NULL)", name="met_by_somebody"),
    )

    decision_id: int = points_to("decision.id", index=False)
    place: int = Field(sa_type=SmallInteger)
    words: str = text()
    due: date | None = None
    met_at: datetime | None = instant(nullable=True, default=None)
    met_by: int | None = points_to("person.id", nullable=True, index=False)


class OrderStage(StrEnum):
    GIVEN = "given"
    ACCEPTED = "accepted"
    DONE = "done"
    CANNOT = "cannot be done"  # its owner says so: the chair decides anew
    RECALLED = "recalled"  # another decision took its place


class Order(Row, table=True):
    """What was decided as "do it now": a small thing that goes straight to the process owner, with a date."""

    __tablename__ = "to_do"
    __table_args__ = (CheckConstraint("(stage = 'done') = (done_at IS NOT NULL)", name="done_has_its_time"),)

    idea_id: int = points_to("idea.id")
    decision_id: int = points_to("decision.id")
    owner_id: int = points_to("person.id")
    due: date
    stage: OrderStage = choice(OrderStage, default=OrderStage.GIVEN)
    report: str = text()
    done_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1


class OwnersWord(Row, table=True):
    """What the process owner says before the decision: can it be run, when, at what cost."""

    __tablename__ = "owners_word"

    idea_id: int = points_to("idea.id")
    person_id: int = points_to("person.id")
    possible: bool
    start: str = Field(default="", max_length=200)  # when it could begin, in the owner's words
    cost: Decimal | None = money(nullable=True, default=None)
    words: str = text()
    said_at: datetime = instant()

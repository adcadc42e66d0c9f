"""Who is asked to review which idea, where not everybody reviews everything; and what members would rather read."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql

from app.columns import Row, choice, instant, points_to, text
from app.ideas.models import Area

MOST_WANTED = 10  # reviews of one idea
MOST_EACH = 500  # reviews of one member


class How(StrEnum):
    PLAN = "by plan"
    HAND = "by hand"


class Ending(StrEnum):
    PLAN = "by plan"
    HAND = "by hand"
    MEMBER = "by the member"


class Assignment(Row, table=True):
    """A member is asked to review an idea in a round, until `withdrawn_at`. It counts while they have no conflict."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("round_id", "idea_id", "person_id"),
        CheckConstraint("(withdrawn_at IS NULL) = (ending IS NULL)", name="ended_somehow"),
    )

    round_id: int = points_to("round.id", index=False)
    idea_id: int = points_to("idea.id")
    person_id: int = points_to("person.id")
    how: How = choice(How)
    since: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True, default=None)
    ending: Ending | None = choice(Ending, nullable=True, default=None)
    reason: str = text()


class AssignmentPlan(Row, table=True):
    """A plan that was applied as one unit: sums alone."""

    __tablename__ = "assignment_plan"

    round_id: int = points_to("round.id")
    made_by: int = points_to("person.id")
    made_at: datetime = instant()
    repair: bool = False
    given: int = 0
    moved: int = 0
    lacking: int = 0


class Wish(StrEnum):
    WANT = "want"
    CAN = "can"
    RATHER_NOT = "rather not"


class Liking(Row, table=True):
    """What a member wants to read, or would rather not, of a round's ideas. "Can" is what nothing is said of."""

    __tablename__ = "liking"
    __table_args__ = (UniqueConstraint("round_id", "person_id", "idea_id"),)

    round_id: int = points_to("round.id", index=False)
    idea_id: int = points_to("idea.id")
    person_id: int = points_to("person.id")
    wish: Wish = choice(Wish)


class Expertise(Row, table=True):
    """What a member knows well by their own word: a process, or an area of ideas. It is theirs in every round."""

    __tablename__ = "expertise"
    __table_args__ = (
        CheckConstraint("(process_id IS NULL) <> (area IS NULL)", name="one_of_both"),
        *(
            Index(
                f"ix_expertise_one_{name}",
                "person_id",
                column,
                unique=True,
                sqlite_where=sql(f"{column} IS NOT NULL"),
                postgresql_where=sql(f"{column} IS NOT NULL"),
            )
            for name, column in (("process", "process_id"), ("area", "area"))
        ),
    )

    person_id: int = points_to("person.id", index=False)
    process_id: int | None = points_to("process.id", nullable=True)
    area: Area | None = choice(Area, nullable=True, default=None)
    said_at: datetime = instant()

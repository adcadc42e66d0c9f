"""A colleague is asked into a team, and answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import StringConstraints
from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.teams.models import Skill
from app.web import FormModel


class InvitationStage(StrEnum):
    SENT = "sent"
    JOINED = "joined"
    DECLINED = "declined"
    TAKEN_BACK = "taken back"


SENT = "stage = 'sent'"


class TeamInvitation(Row, table=True):
    """One pending a person and team; what was answered stays. `competence`: what they are asked to bring."""

    __tablename__ = "team_invitation"
    __table_args__ = (
        Index(
            "ix_team_invitation_one_at_a_time",
            "team_id",
            "person_id",
            unique=True,
            sqlite_where=sql(SENT),
            postgresql_where=sql(SENT),
        ),
    )

    team_id: int = points_to("team.id")
    person_id: int = points_to("person.id")
    competence: str = Field(default="", max_length=60)
    words: str = text()
    stage: InvitationStage = choice(InvitationStage, default=InvitationStage.SENT)
    sent_by: int = points_to("person.id")
    sent_at: datetime = instant()
    answered_at: datetime | None = instant(nullable=True, default=None)
    reason: str = text()


class InviteForm(FormModel):
    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    competence: Skill | None = None
    words: Annotated[str, StringConstraints(max_length=1000)] = ""


class ReplyForm(FormModel):
    """To one's own invitation; or, by the lead, taking one back."""

    name: Literal["join", "decline", "take_back"]
    note: Annotated[str, StringConstraints(max_length=1000)] = ""

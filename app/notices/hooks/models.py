"""Incoming webhooks of team chats: where to post, what, and how it went."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.web import FormModel


class Chat(StrEnum):
    SLACK = "slack"
    TEAMS = "teams"


class Event(StrEnum):
    """What a channel may be told."""

    IDEAS = "ideas"
    DECISIONS = "decisions"
    PILOTS = "pilots"
    PRIORITIES = "priorities"


EVENTS = {
    Event.IDEAS: ("Ideas", "Submitted, asked about again, kept as a signal."),
    Event.DECISIONS: ("Decisions", "Approved, to be done now, declined, deferred, returned."),
    Event.PILOTS: ("Pilots", "Chartered, gates passed, rolled out, adopted, stopped."),
    Event.PRIORITIES: ("Priorities", "A prioritisation begins; its ranks are out."),
}
CHATS = {Chat.SLACK: "Slack, or what understands its format", Chat.TEAMS: "Microsoft Teams (a workflow’s webhook)"}


class Hook(Row, table=True):
    """address: whoever knows it can post to the channel, so it is never shown whole. It goes when the hook is removed.

    team_id: whose things it tells of; all things where there is none. failures: in a row; too many end it.
    """

    __tablename__ = "notice_hook"

    name: str = Field(max_length=80)
    chat: Chat = choice(Chat)
    address: str = text()
    events: str = Field(max_length=200)
    team_id: int | None = points_to("team.id", nullable=True)
    made_by: int = points_to("person.id")
    made_at: datetime = instant()
    sent_at: datetime | None = instant(nullable=True, default=None)
    failures: int = 0
    failure: str = Field(default="", max_length=300)
    off_at: datetime | None = instant(nullable=True, default=None)
    removed_at: datetime | None = instant(nullable=True, default=None)
    version: int = 1

    @property
    def on(self) -> bool:
        return self.off_at is None and self.removed_at is None

    @property
    def shown_address(self) -> str:
        """Enough to know it by."""
        return f"{urlsplit(self.address).hostname or 'nowhere'}/…{self.address[-4:]}"

    @property
    def titles(self) -> list[str]:
        return [EVENTS[Event(event)][0] for event in self.events.split(",") if event]

    @property
    def state(self) -> tuple[str, str]:
        """Word and kind of status."""
        if self.off_at:
            return ("off after failures", "stuck") if self.failures else ("off", "quiet")
        return ("failing", "warn") if self.failures else ("on", "there")


def https(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme == "https" and bool(parts.hostname) and not parts.username and (parts.port or 443) > 0
    except ValueError:
        sound = False
    if not sound or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("It begins with https:// and names a host: copy it from the channel’s settings.")
    return value


class HookForm(FormModel):
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    chat: Chat
    address: Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(https)]
    events: tuple[Event, ...] = ()


class HookMoveForm(FormModel):
    name: Literal["test", "off", "on", "remove"]

"""Reading guests: who was invited to a thing, and how their link stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now
from app.people.guests.models import Guest, GuestInvitation
from app.people.models import Person


@dataclass(frozen=True)
class GuestLine:
    id: int
    name: str
    email: str
    organisation: str
    sent_at: datetime | None  # none: an administrator gave them an account
    expires_at: datetime | None
    used_at: datetime | None
    password: bool

    @property
    def state(self) -> tuple[str, str]:
        """How they get in: its words, and the kind of status."""
        if self.used_at or (self.sent_at is None and self.password):
            return "Has come in" if self.used_at else "Signs in with a password", "there"
        if self.expires_at is None:
            return "Has no link yet", "missing"
        return ("Link sent", "half") if self.expires_at > now() else ("Link has ended", "late")


def guests_of(db: DbSession, about: str, people: Any) -> Sequence[GuestLine]:
    """people: a select of the ids of those who may see it. One statement."""
    own = and_(col(GuestInvitation.person_id) == Person.id, col(GuestInvitation.about) == about)
    query = (
        select(
            *(col(Person.id), col(Person.name), func.coalesce(col(Person.email), "")),
            *(func.coalesce(col(Guest.organisation), ""), col(GuestInvitation.sent_at)),
            *(col(GuestInvitation.expires_at), col(GuestInvitation.used_at), col(Person.password).is_not(None)),
        )
        .outerjoin(Guest, col(Guest.person_id) == Person.id)
        .outerjoin(GuestInvitation, own)
        .where(col(Person.id).in_(people))
        .order_by(col(Person.name), col(Person.id))
    )
    rows: list[Any] = [tuple(row) for row in db.execute(query)]
    return [GuestLine(*row) for row in rows]

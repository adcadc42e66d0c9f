"""Which things a reader may learn no names of: ideas under a veil, and pilots that came of them.

A pilot may be chartered before its blind round's decisions are published; who leads it would give the author away.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.queries import hidden_ideas
from app.people.actor import Actor
from app.pilots.models import Pilot


def veiled_refs(db: Session, actor: Actor) -> frozenset[str]:
    """Refs, such as idea:7 and pilot:3. One statement."""
    hidden = hidden_ideas(actor).subquery()
    query = select(hidden.c.idea_id, col(Pilot.id)).outerjoin(Pilot, col(Pilot.idea_id) == hidden.c.idea_id)
    refs: set[str] = set()
    for idea_id, pilot_id in db.execute(query):
        refs |= {f"idea:{idea_id}"} | ({f"pilot:{pilot_id}"} if pilot_id else set())
    return frozenset(refs)

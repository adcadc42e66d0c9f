"""Channels that are posted to, and what one may be told of an entry: what every employee may see, and no name."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Veil
from app.notices.concerns import Lookup, number_of, placed
from app.notices.hooks.models import Event, Hook
from app.notices.queries import step_numbers
from app.notices.words import kind_of, sentence
from app.people.actor import Actor
from app.pilots.models import Pilot
from app.record.models import Entry
from app.refs import registry

EVENT_OF: Mapping[tuple[str, str], Event] = {
    **{("idea", move): Event.IDEAS for move in ("submit", "reconsider")},
    **{("idea", move): Event.DECISIONS for move in ("approve", "do_now", "decline", "defer", "return")},
    **{("pilot", move): Event.PILOTS for move in ("charter", "scale", "adopt", "stop")},
    ("step", "pass"): Event.PILOTS,
    **{("prioritisation", move): Event.PRIORITIES for move in ("open", "publish")},
}
# Nobody is signed in to a channel: it may know what an employee may who is in no department, team or role.
ANYBODY = Actor(id=0, name="")


def event_of(entry: Entry) -> Event | None:
    if kind_of(entry.ref) == "idea" and (entry.move, entry.after) == ("begin", "signal"):
        return Event.IDEAS
    return EVENT_OF.get((kind_of(entry.ref), entry.move))


def hooks(db: Session, team_id: int | None = None, *, every: bool = False) -> Sequence[Hook]:
    """Those of a team, or those for all; `every` is both."""
    query = select(Hook).where(col(Hook.removed_at).is_(None)).order_by(col(Hook.id))
    if not every:
        query = query.where(col(Hook.team_id) == team_id if team_id else col(Hook.team_id).is_(None))
    return db.scalars(query).all()


def team_of(entry: Entry, found: Lookup) -> int | None:
    kind, key = placed(entry, found)
    thing = found.things.get(kind, {}).get(key)
    team: int | None = getattr(thing, "team_id", None)
    return team


def told(db: Session, hook: Hook, entry: Entry, about: str) -> tuple[str, str, str] | None:
    """What happened, to what, and its address; None where not every employee may know.

    In a team's own channel the mere post says whose idea it is: while that is hidden from anybody, it is not told.
    """
    found = registry(db).find(db, ANYBODY, [about]).get(about)
    if found is None or (hook.team_id is not None and veiled(db, about)):
        return None
    step = step_numbers(db, [entry.ref]).get(entry.ref)
    what = sentence(entry.ref, entry.move, entry.before, entry.after, step)
    return what, found.title, db.info["settings"].address + found.address


def veiled(db: Session, about: str) -> bool:
    """Whether anybody may not learn who stands behind it."""
    idea = number_of(about)
    if kind_of(about) == "pilot":
        idea = db.scalar(select(col(Pilot.idea_id)).where(col(Pilot.id) == idea)) or 0
    elif kind_of(about) != "idea":
        return False
    return db.scalars(select(col(Veil.idea_id)).where(col(Veil.idea_id) == idea).limit(1)).first() is not None

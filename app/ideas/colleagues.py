"""An idea as any colleague sees it: who has no role and no seat, and is nobody in particular to this idea.

To all of them its page says the same, so that it is drawn once, as `COLLEAGUE` sees it. Whoever is more to an idea than
that reads it through `queries.find`. A tie too many here costs time; one too few would leave out a button, and can
show nothing to anybody.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, false, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app.changes import table_of
from app.ideas.models import Conflict, Idea
from app.ideas.queries import ANY_READER, FOLLOWED, HANGING, ID, ME, VOTED, Shown, blind_to, own, sight, visible_to
from app.people.actor import Actor
from app.processes.models import Process

# Nobody has this id: no row is theirs. What is visible to them is visible to every employee.
COLLEAGUE = Actor(0, "")
# What each reader sees in another way, where it hangs on an idea.
DIFFERS = ("citations", "call", "relations", "joinings", "orders")


class Seen(NamedTuple):
    """What stands around the part that is drawn once: the counters, and what this reader did."""

    id: int
    version: int
    support: int
    talk: int
    committee_id: int
    supported: bool
    follows: bool


def seen_of(shown: Shown) -> Seen:
    idea = shown.idea
    return Seen(idea.id, idea.version, idea.support, idea.talk, idea.committee_id, shown.supported, shown.follows)


I, C = table_of(Idea).c, table_of(Conflict).c  # noqa: E741 - reads well in selects


def tied() -> ColumnElement[bool]:
    """Whether this reader is somebody to the idea, or something hangs on it that is not the same to all."""
    process = table_of(Process).c
    return or_(
        own(ANY_READER),
        blind_to(ME, I.id),
        I.custodian_id == ME,
        exists().where(C.idea_id == I.id, C.person_id == ME),
        exists().where(process.id == I.process_id, process.owner_id == ME),
        *(literal_column(f"EXISTS (SELECT 1 FROM {HANGING[name]})") for name in DIFFERS),  # noqa: S608 - our own words
    )


def glance() -> ColumnElement[bool]:
    return and_(I.id == ID, visible_to(COLLEAGUE), func.coalesce(tied(), false()).is_(False))


AT_A_GLANCE = select(I.id, I.version, I.support, I.talk, I.committee_id, VOTED, FOLLOWED).where(glance())


def seen_by_a_colleague(db: Session, actor: Actor, id: int) -> Seen | None:
    """None where this person may be more to the idea than any colleague, and where they may not see it at all."""
    if actor.guest or actor.roles or actor.seats:
        return None
    given = {"id": id, "me": actor.id, "ref": f"idea:{id}", **sight(actor)}
    row = db.connection().execute(AT_A_GLANCE, given).first()
    return Seen(*row) if row else None

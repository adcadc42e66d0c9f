"""Ideas for which nobody is left: no chair or deputy without a conflict, or fewer members than the quorum asks for.

Counted from what the reader may know. A chair to whom names are hidden hears only of what members declared; the whole
is for administrators, who name a deputy or seat somebody.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import UNANSWERED, Idea
from app.ideas.queries import conflicted, title_for, veiled_from
from app.people.actor import Actor
from app.people.models import Committee, Seat
from app.review.conflicts.queries import concerned, members
from app.review.conflicts.rules import Concerned, Member, Pair
from app.review.conflicts.settling import Row

MOST = 50


@dataclass(frozen=True)
class Short:
    """headed: whether a chair or deputy is left for it. free, needed: members without a conflict, and the quorum."""

    idea_id: int
    title: str
    headed: bool
    free: int
    needed: int

    @property
    def why(self) -> str:
        if not self.headed:
            return "Neither chair nor deputy is without a conflict"
        left = "1 member is" if self.free == 1 else f"{self.free or 'no'} members are"
        return f"{left[0].upper()}{left[1:]} left without a conflict; the quorum is {self.needed}"


def left_of(idea_id: int, title: str, seated: Collection[Member], told: frozenset[Pair], needed: int) -> Short | None:
    """None where enough are left. A committee that is too small anyhow is another matter."""
    free = [member for member in seated if (idea_id, member.id) not in told]
    headed = any(member.head for member in free) or not any(member.head for member in seated)
    enough = len(free) >= min(needed, len(seated))
    return None if headed and enough else Short(idea_id, title, headed, len(free), needed)


def lacking(
    ideas: Collection[tuple[int, str]], seated: Collection[Member], known: Concerned, needed: int, *, hidden: bool
) -> list[Short]:
    """For a round's page. hidden: whether this reader may not know who wrote its ideas."""
    told = known.told(hidden=hidden)
    found = (left_of(idea, title, seated, told, needed) for idea, title in ideas)
    return [short for short in found if short]


def for_administrators(db: Session, actor: Actor) -> list[Short]:
    """Of all committees. Only ideas with which somebody who is seated has a conflict are looked at."""
    seats = select(col(Seat.person_id)).where(col(Seat.until).is_(None))
    query: Any = (
        select(col(Idea.id), title_for(actor), col(Idea.committee_id), veiled_from(actor))
        .where(col(Idea.stage).in_(UNANSWERED), col(Idea.id).in_(conflicted(seats)))
        .order_by(col(Idea.promised_on), col(Idea.id))
        .limit(MOST)
    )
    return of(db, [tuple(row) for row in db.execute(query)])


def for_heads(db: Session, actor: Actor, found_rows: Sequence[Row]) -> list[Short]:
    """Of their committees: ideas with which they have no conflict themselves."""
    mine = [row for row in found_rows if row.touched and row.free and actor.chairs(row.idea.committee_id)]
    return of(db, [(row.idea.id, row.idea.title, row.idea.committee_id, row.veiled) for row in mine])


def of(db: Session, ideas: Sequence[tuple[int, str, int, bool]]) -> list[Short]:
    """ideas: id, title, committee, and whether the reader may not know who wrote it."""
    if not ideas:
        return []
    committees = {committee for _, _, committee, _ in ideas}
    known = concerned(db, [idea for idea, *_ in ideas])
    seated = {committee: members(db, committee) for committee in committees}
    quorums = select(col(Committee.id), col(Committee.quorum)).where(col(Committee.id).in_(committees))
    needed: dict[int, int] = dict(db.execute(quorums).all())
    found = [
        left_of(idea, title, seated[committee], known.told(hidden=veiled), needed[committee])
        for idea, title, committee, veiled in ideas
    ]
    return [one for one in found if one]

"""A member's own: what they would rather read, how many they take, what they know well."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Refused, Stale
from app.ideas.models import Area
from app.people.actor import Actor
from app.review.assignment.forms import WishesForm, wishes_of
from app.review.assignment.models import Expertise, Liking, Wish
from app.review.assignment.rules import must_be_given_out
from app.review.assignment.scene import Placed, placed
from app.review.conflicts import concerned
from app.review.models import Reviewer, Round, RoundStage

AREAS = {
    Area.PRODUCT: "Products",
    Area.SERVICE: "Services and processes",
    Area.BUSINESS: "Business model and organisation",
}


@dataclass(frozen=True)
class Own:
    """What one member is asked about a round, and what they have said."""

    reviewer: Reviewer
    ideas: Sequence[Placed]
    conflicts: frozenset[int]
    wishes: Mapping[int, Wish]
    knows: Sequence[Expertise]

    @property
    def asked(self) -> tuple[int, ...]:
        return tuple(idea.id for idea in self.ideas if idea.id not in self.conflicts)

    @property
    def processes(self) -> list[tuple[int, str]]:
        """Those that ideas of this round are for."""
        return sorted({(idea.process_id, idea.process) for idea in self.ideas}, key=lambda one: (one[1], one[0]))


def read(db: Session, actor: Actor, round_: Round) -> Own:
    """Five statements. Refuses who does not review in this round."""
    must_be_given_out(round_)
    here = (col(Reviewer.round_id) == round_.id, col(Reviewer.person_id) == actor.id)
    reviewer = db.scalars(select(Reviewer).where(*here)).first()
    if reviewer is None or not actor.on(round_.committee_id):
        raise Refused("This round is reviewed by others.")
    ideas = placed(db, round_.id, actor)
    known = concerned(db, [idea.id for idea in ideas])
    conflicts = frozenset(idea.id for idea in ideas if known.has(idea.id, actor.id))
    said = select(col(Liking.idea_id), col(Liking.wish)).where(
        col(Liking.round_id) == round_.id, col(Liking.person_id) == actor.id
    )
    knows = db.scalars(select(Expertise).where(col(Expertise.person_id) == actor.id)).all()
    return Own(reviewer, ideas, conflicts, dict(db.execute(said).all()), knows)


def keep(db: Session, actor: Actor, round_: Round, own: Own, typed: WishesForm) -> None:
    """All that the form holds, in the place of what was said before. The caller holds the round's lock."""
    if round_.stage is not RoundStage.OPEN:
        raise Stale(f"This round is {round_.stage.value}. What you would rather read changes nothing in it any more.")
    offered = {number for number, _ in own.processes}
    if not set(typed.processes) <= offered:
        raise Invalid("Choose among the processes that are offered.")
    own.reviewer.most, own.reviewer.told_at = typed.most, now()
    keep_wishes(db, actor, round_, own, wishes_of(own.asked, typed))
    keep_knowledge(db, actor, own, typed, offered)


def keep_wishes(db: Session, actor: Actor, round_: Round, own: Own, said: Mapping[int, Wish]) -> None:
    mine = (col(Liking.round_id) == round_.id, col(Liking.person_id) == actor.id)
    changed = [idea for idea in own.asked if own.wishes.get(idea) is not said.get(idea)]
    db.execute(delete(Liking).where(*mine, col(Liking.idea_id).in_(changed)))
    db.add_all(
        Liking(round_id=round_.id, idea_id=idea, person_id=actor.id, wish=said[idea])
        for idea in changed
        if idea in said
    )
    db.flush()


def keep_knowledge(db: Session, actor: Actor, own: Own, typed: WishesForm, offered: Collection[int]) -> None:
    """What they know of other rounds' processes stays."""
    processes, areas = set(typed.processes), set(typed.areas)
    for row in own.knows:
        if row.process_id in offered and row.process_id not in processes:
            db.delete(row)
        if row.area is not None and row.area not in areas:
            db.delete(row)
    known = {row.process_id for row in own.knows}, {row.area for row in own.knows}
    db.add_all(Expertise(person_id=actor.id, process_id=one) for one in sorted(processes - known[0]))
    db.add_all(Expertise(person_id=actor.id, area=one) for one in sorted(areas - known[1]))
    db.flush()

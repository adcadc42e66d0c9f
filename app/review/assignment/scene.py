"""All that the assignment of a round depends on, read in a fixed number of statements."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Area, Idea, Revision
from app.ideas.queries import title_for
from app.people.actor import Actor
from app.people.models import Person, Seat
from app.processes.models import Process
from app.review.assignment.models import Assignment, Ending, Expertise, Liking, Wish
from app.review.conflicts import Concerned, concerned
from app.review.conflicts.rules import Pair
from app.review.models import Review, Reviewer, ReviewStage, Round, RoundIdea


@dataclass(frozen=True)
class Placed:
    """An idea that the round works on, at the revision that is reviewed."""

    id: int
    title: str
    process_id: int
    process: str
    area: Area


@dataclass(frozen=True)
class Reader:
    """A reviewer of the round. `here`: still on the committee, able to sign in, and not the one who may see names."""

    id: int
    name: str
    most: int | None
    told_at: datetime | None
    here: bool


@dataclass(frozen=True)
class Over:
    """An assignment that ended by the member's word, or a head's: no plan gives it to them again."""

    ending: Ending
    reason: str
    at: datetime


@dataclass(frozen=True)
class Scene:
    round: Round
    ideas: Sequence[Placed]
    readers: Sequence[Reader]
    known: Concerned
    live: frozenset[Pair]  # idea, person: asked, whether or not it still counts
    over: Mapping[Pair, Over]
    wishes: Mapping[Pair, Wish]
    experts: frozenset[Pair]
    begun: frozenset[Pair]
    submitted: frozenset[Pair]

    def may(self, idea: Placed, reader: Reader) -> bool:
        """Whether this idea may be given to this reader."""
        pair = (idea.id, reader.id)
        return reader.here and not self.known.has(*pair) and pair not in self.over

    def filed(self, idea: Placed, reader: Reader) -> bool:
        """Work that is done or begun: whatever else happens it stays where it is, and counts."""
        pair = (idea.id, reader.id)
        if self.known.has(*pair):
            return False
        return pair in self.submitted or (pair in self.begun and pair in self.live and reader.here)

    def stands(self, idea: Placed, reader: Reader) -> bool:
        """An assignment that counts: of somebody who is here, without a conflict; or work that is filed."""
        pair = (idea.id, reader.id)
        return self.filed(idea, reader) or (pair in self.live and reader.here and not self.known.has(*pair))

    @property
    def standing(self) -> list[Pair]:
        return [(idea.id, reader.id) for idea in self.ideas for reader in self.readers if self.stands(idea, reader)]

    @property
    def fallen(self) -> list[Pair]:
        """Asked, and does not count any more: a conflict since, or the member has left."""
        return sorted(self.live - set(self.standing))

    def asked(self) -> Counter[int]:
        """How many reviews are asked of each idea."""
        return Counter(idea for idea, _ in self.standing)

    def loads(self) -> Counter[int]:
        return Counter(person for _, person in self.standing)


def read(db: Session, round_: Round, actor: Actor) -> Scene:
    """Seven statements, however many ideas and members."""
    ideas = placed(db, round_.id, actor)
    readers = readers_of(db, round_)
    ids, people = [idea.id for idea in ideas], [reader.id for reader in readers]
    live, over = assignments(db, round_.id, set(ids))
    begun, submitted = reviews(db, round_.id)
    return Scene(
        round_,
        ideas,
        readers,
        concerned(db, ids),
        live,
        over,
        wishes(db, round_.id),
        experts(db, ideas, people),
        begun,
        submitted,
    )


def placed(db: Session, round_id: int, actor: Actor) -> list[Placed]:
    of_it = (title_for(actor, col(Revision.title)), col(Process.id), col(Process.name), col(Revision.area))
    query = (
        select(col(RoundIdea.idea_id), *of_it)
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(col(RoundIdea.round_id) == round_id, col(RoundIdea.live).is_(True))
        .order_by(col(RoundIdea.idea_id))
    )
    return [Placed(*row) for row in db.execute(query)]


def readers_of(db: Session, round_: Round) -> list[Reader]:
    seated = exists().where(
        col(Seat.person_id) == col(Person.id),
        col(Seat.committee_id) == round_.committee_id,
        col(Seat.until).is_(None),
    )
    here = and_(seated, col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None))
    query = (
        select(col(Person.id), col(Person.name), col(Reviewer.most), col(Reviewer.told_at), here)
        .join(Reviewer, col(Reviewer.person_id) == col(Person.id))
        .where(col(Reviewer.round_id) == round_.id)
        .order_by(col(Person.name), col(Person.id))
    )
    return [Reader(*row[:4], here=bool(row[4]) and row[0] != round_.custodian_id) for row in db.execute(query)]


def assignments(db: Session, round_id: int, ideas: Collection[int]) -> tuple[frozenset[Pair], dict[Pair, Over]]:
    """Who is asked; and what ended by somebody's word."""
    ended = (col(Assignment.ending), col(Assignment.reason), col(Assignment.withdrawn_at))
    query = select(col(Assignment.idea_id), col(Assignment.person_id), *ended).where(
        col(Assignment.round_id) == round_id
    )
    live, over = set(), {}
    for idea, person, ending, reason, at in db.execute(query.order_by(col(Assignment.id))):
        if ending is None or at is None:
            live.add((idea, person))
        elif ending is not Ending.PLAN:
            over[idea, person] = Over(ending, reason, at)
    return frozenset(pair for pair in live if pair[0] in ideas), over


def reviews(db: Session, round_id: int) -> tuple[frozenset[Pair], frozenset[Pair]]:
    query = select(col(Review.idea_id), col(Review.reviewer_id), col(Review.stage)).where(
        col(Review.round_id) == round_id
    )
    found: dict[ReviewStage, set[Pair]] = {stage: set() for stage in ReviewStage}
    for idea, person, stage in db.execute(query):
        found[stage].add((idea, person))
    return frozenset(found[ReviewStage.BEGUN]), frozenset(found[ReviewStage.SUBMITTED])


def wishes(db: Session, round_id: int) -> dict[Pair, Wish]:
    query = select(col(Liking.idea_id), col(Liking.person_id), col(Liking.wish)).where(col(Liking.round_id) == round_id)
    return {(idea, person): wish for idea, person, wish in db.execute(query)}


def experts(db: Session, ideas: Sequence[Placed], people: Collection[int]) -> frozenset[Pair]:
    """An expert for an idea is a member who named its process or its area as what they know well."""
    query = select(col(Expertise.person_id), col(Expertise.process_id), col(Expertise.area)).where(
        col(Expertise.person_id).in_(list(people))
    )
    rows = list(db.execute(query))
    processes = {(process, person) for person, process, _ in rows if process is not None}
    areas = {(area, person) for person, _, area in rows if area is not None}
    return frozenset(
        (idea.id, person)
        for idea in ideas
        for person in people
        if (idea.process_id, person) in processes or (idea.area, person) in areas
    )

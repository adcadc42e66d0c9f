"""Who reviews what, as its pages show it; and what waits because of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.people.models import Person
from app.review.assignment.models import AssignmentPlan, Ending, Wish
from app.review.assignment.scene import Placed, Reader, Scene


@dataclass(frozen=True)
class Given:
    """An assignment that counts, as a line of its idea."""

    reader: Reader
    stage: str  # "to score", "begun" or "in"
    expert: bool
    wish: Wish

    @property
    def filed(self) -> bool:
        return self.stage != "to score"


@dataclass(frozen=True)
class IdeaRow:
    idea: Placed
    given: Sequence[Given]
    lacking: int
    conflict: bool  # the reader of the page has one: nobody's name is told


def idea_rows(scene: Scene, actor: Actor) -> list[IdeaRow]:
    """For who may see names; those that lack most reviews first."""
    asked = scene.asked()
    rows = [
        IdeaRow(
            idea,
            () if scene.known.has(idea.id, actor.id) else given(scene, idea),
            max(0, scene.round.wanted - asked[idea.id]),
            scene.known.has(idea.id, actor.id),
        )
        for idea in scene.ideas
    ]
    return sorted(rows, key=lambda row: (-row.lacking, row.idea.id))


def given(scene: Scene, idea: Placed) -> list[Given]:
    return [
        Given(
            one,
            stage_of(scene, (idea.id, one.id)),
            (idea.id, one.id) in scene.experts,
            scene.wishes.get((idea.id, one.id), Wish.CAN),
        )
        for one in scene.readers
        if scene.stands(idea, one)
    ]


def stage_of(scene: Scene, pair: tuple[int, int]) -> str:
    if pair in scene.submitted:
        return "in"
    return "begun" if pair in scene.begun else "to score"


def offered(scene: Scene, row: IdeaRow | None) -> list[Reader]:
    """To whom an idea can be given by hand, those with the fewest first."""
    if row is None:
        return []
    loads = scene.loads()
    able = [
        one
        for one in scene.readers
        if one.here
        and not scene.stands(row.idea, one)
        and not scene.known.has(row.idea.id, one.id)
        and not gave_back(scene, row.idea, one)
    ]
    return sorted(able, key=lambda one: (loads[one.id], one.name))


def gave_back(scene: Scene, idea: Placed, reader: Reader) -> bool:
    over = scene.over.get((idea.id, reader.id))
    return over is not None and over.ending is Ending.MEMBER


@dataclass(frozen=True)
class Returned:
    """An idea that a member gave back, with the reason."""

    idea: str
    name: str
    reason: str
    at: datetime


def returned(scene: Scene, actor: Actor) -> list[Returned]:
    """For who may see names, the latest first; not of ideas with which they have a conflict."""
    ideas = {idea.id: idea.title for idea in scene.ideas if not scene.known.has(idea.id, actor.id)}
    names = {reader.id: reader.name for reader in scene.readers}
    found = [
        Returned(ideas[idea], names[person], over.reason, over.at)
        for (idea, person), over in scene.over.items()
        if over.ending is Ending.MEMBER and idea in ideas
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


@dataclass(frozen=True)
class ReaderRow:
    reader: Reader
    load: int
    submitted: int


def reader_rows(scene: Scene) -> list[ReaderRow]:
    loads, done = scene.loads(), Counter(person for _, person in scene.submitted)
    return [ReaderRow(one, loads[one.id], done[one.id]) for one in scene.readers]


def loads(scene: Scene) -> list[int]:
    """How many reviews each who is here has, from the fewest, without saying who."""
    found = scene.loads()
    return sorted(found[one.id] for one in scene.readers if one.here)


@dataclass(frozen=True)
class Applied:
    made_at: datetime
    by: str
    repair: bool
    given: int
    moved: int


def applied(db: Session, round_id: int) -> list[Applied]:
    """The last plans that were applied."""
    query = (
        select(
            *(col(AssignmentPlan.made_at), col(Person.name), col(AssignmentPlan.repair)),
            *(col(AssignmentPlan.given), col(AssignmentPlan.moved)),
        )
        .join(Person, col(Person.id) == col(AssignmentPlan.made_by))
        .where(col(AssignmentPlan.round_id) == round_id)
        .order_by(col(AssignmentPlan.id).desc())
        .limit(5)
    )
    return [Applied(*row) for row in db.execute(query)]


def name_of(db: Session, person_id: int | None) -> str:
    return db.scalar(select(col(Person.name)).where(col(Person.id) == person_id)) or "" if person_id else ""

"""What somebody has to say about conflicts of an idea: who may, what there is to answer, and what holds.

Whoever is in charge of an idea answers, as long as they know who wrote it. Once that is hidden from them it goes to the
keeper of names: of the blind round, or of an idea without a name. Where there is none, they answer what does not tell
an author: that authors name a member (without their words), and what members declared themselves.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Missing
from app.ideas.models import UNANSWERED, Conflict, ConflictKind, Idea
from app.ideas.queries import conflicted, veiled_from
from app.people.actor import HEADS, Actor
from app.people.models import Person, Seat
from app.review.conflicts.finding import found
from app.review.conflicts.models import Suspicion, SuspicionStage
from app.review.conflicts.queries import members, unconcerned
from app.review.conflicts.rules import Sight
from app.review.models import Round, RoundIdea, RoundStage

ON = (RoundStage.OPEN, RoundStage.CLOSED)
MOST = 100  # ideas that are looked through at once, those whose answer is due first


@dataclass(frozen=True)
class Question:
    """A member who may have a conflict. words: what authors say of it, where this reader may read that."""

    person_id: int
    name: str
    kinds: Sequence[ConflictKind]
    words: Sequence[str] = ()


@dataclass(frozen=True)
class Held:
    """A conflict that holds. kind and why are empty where they could tell who wrote the idea."""

    id: int
    person_id: int
    name: str
    at: datetime
    kind: ConflictKind | None
    why: str


@dataclass(frozen=True)
class Asked:
    """An idea, what this reader does about its conflicts, and what there is to answer."""

    idea: Idea
    sight: Sight
    questions: Sequence[Question] = ()


@dataclass(frozen=True)
class Row:
    """An idea with the round that holds it, and how this reader stands to it.

    named: an author's word waits. touched: somebody who sits on a committee has a conflict with it.
    """

    idea: Idea
    round: Round | None
    veiled: bool
    free: bool
    named: bool
    touched: bool


def rows(db: Session, actor: Actor, *which: ColumnElement[bool], most: int = MOST) -> list[Row]:
    """Ideas that match, each with the round that holds it."""
    live = and_(col(RoundIdea.idea_id) == col(Idea.id), col(RoundIdea.live).is_(True))
    query = (
        select(Idea, Round, veiled_from(actor), unconcerned(actor, col(Idea.id)), named_now(), touched())
        .outerjoin(RoundIdea, live)
        .outerjoin(Round, col(Round.id) == col(RoundIdea.round_id))
        .where(*which)
        .order_by(col(Idea.promised_on), col(Idea.id))
        .limit(most)
    )
    return [Row(idea, round_, *map(bool, flags)) for idea, round_, *flags in db.execute(query)]


def named_now() -> ColumnElement[bool]:
    waits = (col(Suspicion.kind) == ConflictKind.NAMED, col(Suspicion.stage) == SuspicionStage.OPEN)
    return exists().where(col(Suspicion.idea_id) == col(Idea.id), *waits)


def touched() -> ColumnElement[bool]:
    return col(Idea.id).in_(conflicted(select(col(Seat.person_id)).where(col(Seat.until).is_(None))))


def keeper_of(idea: Idea, round_: Round | None) -> int | None:
    """Who alone knows who wrote an idea: kept without a name, or in a blind round that is on."""
    if idea.custodian_id is not None:
        return idea.custodian_id
    return round_.custodian_id if round_ and round_.blind and round_.stage in ON else None


def keepers(db: Session, ideas: Collection[int]) -> dict[int, int]:
    """The keepers of these ideas, where they have one."""
    live = and_(col(RoundIdea.idea_id) == col(Idea.id), col(RoundIdea.live).is_(True))
    query = (
        select(Idea, Round)
        .outerjoin(RoundIdea, live)
        .outerjoin(Round, col(Round.id) == col(RoundIdea.round_id))
        .where(col(Idea.id).in_(ideas))
    )
    return {idea.id: keeper for idea, round_ in db.execute(query) if (keeper := keeper_of(idea, round_))}


def sight_of(actor: Actor, row: Row, names: Mapping[int, str]) -> Sight:
    keeper, head = keeper_of(row.idea, row.round), actor.chairs(row.idea.committee_id)
    if row.free and not row.veiled and (head or actor.id == keeper):
        return Sight(settles=True, open=True)
    return Sight(settles=row.free and head and keeper is None, keeper=names.get(keeper or 0, ""))


def sights(db: Session, actor: Actor, found_rows: Sequence[Row]) -> list[Sight]:
    keepers = {keeper for row in found_rows if (keeper := keeper_of(row.idea, row.round))} - {actor.id}
    query = select(col(Person.id), col(Person.name)).where(col(Person.id).in_(keepers))
    names: dict[int, str] = dict(db.execute(query).all()) if keepers else {}
    return [sight_of(actor, row, names) for row in found_rows]


def sight(db: Session, actor: Actor, idea_id: int) -> tuple[Idea, Sight]:
    found_rows = rows(db, actor, col(Idea.id) == idea_id, most=1)
    if not found_rows:
        raise Missing()
    return found_rows[0].idea, sights(db, actor, found_rows)[0]


def mine_to_settle(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Ideas in rounds that are prepared or on, of committees that this person heads, or whose names they keep."""
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    keeps = or_(
        col(Idea.custodian_id) == actor.id,
        and_(col(Round.custodian_id) == actor.id, col(Round.blind).is_(True), col(Round.stage).in_(ON)),
    )
    return or_(col(Idea.committee_id).in_(headed), keeps), col(Idea.stage).in_(UNANSWERED), col(Round.id).is_not(None)


def settled_by(actor: Actor, found_rows: Sequence[Row]) -> dict[int, tuple[Idea, Sight]]:
    """Of these ideas those that this person answers for, as far as there can be something to answer."""
    seen = [(row, sight_of(actor, row, {})) for row in found_rows]
    return {row.idea.id: (row.idea, one) for row, one in seen if one.settles and (one.open or row.named)}


def open_and_closed(mine: Mapping[int, tuple[Idea, Sight]]) -> tuple[list[int], list[int]]:
    return [key for key in mine if mine[key][1].open], [key for key in mine if not mine[key][1].open]


def to_settle(db: Session, actor: Actor) -> list[Asked]:
    """All that waits for this person's word, with names."""
    mine = settled_by(actor, rows(db, actor, *mine_to_settle(actor)))
    there = questions(db, actor, [idea for idea, _ in mine.values()], set(open_and_closed(mine)[0])) if mine else {}
    return [Asked(*mine[idea], there[idea]) for idea in mine if there[idea]]


def how_many(db: Session, actor: Actor, found_rows: Sequence[Row]) -> tuple[int, int]:
    """Members to be looked at, and with how many ideas: one statement, and none for who has nothing to answer."""
    mine = settled_by(actor, found_rows)
    if not mine:
        return 0, 0
    open_, closed = open_and_closed(mine)
    seated = select(col(Seat.person_id)).where(col(Seat.until).is_(None), col(Seat.person_id) != actor.id)
    theirs = {idea.committee_id for idea, _ in mine.values()}
    near = found(db, open_, seated.where(col(Seat.committee_id).in_(theirs)), closed)
    return len(near), len({idea for idea, _ in near})


def questions(
    db: Session, actor: Actor, ideas: Sequence[Idea], open_: Collection[int]
) -> dict[int, Sequence[Question]]:
    """What there is to answer for each of these ideas. open_: those of which this reader knows who wrote them.

    Nobody answers for themselves.
    """
    seated = {
        committee: [one for one in members(db, committee) if one.id != actor.id]
        for committee in {idea.committee_id for idea in ideas}
    }
    people = {member.id for one in seated.values() for member in one}
    closed = [idea.id for idea in ideas if idea.id not in open_]
    near = found(db, [idea.id for idea in ideas if idea.id in open_], people, closed)
    words = namings(db, open_) if any(ConflictKind.NAMED in kinds for kinds in near.values()) else {}
    return {
        idea.id: [
            Question(one.id, one.name, near[idea.id, one.id], words.get((idea.id, one.id), ()))
            for one in seated[idea.committee_id]
            if (idea.id, one.id) in near
        ]
        for idea in ideas
    }


def namings(db: Session, ideas: Collection[int]) -> dict[tuple[int, int], list[str]]:
    """What authors say of members, not answered yet."""
    query = select(col(Suspicion.idea_id), col(Suspicion.person_id), col(Suspicion.words)).where(
        col(Suspicion.idea_id).in_(ideas),
        col(Suspicion.kind) == ConflictKind.NAMED,
        col(Suspicion.stage) == SuspicionStage.OPEN,
    )
    return {(idea, person): [words] for idea, person, words in db.execute(query)}


def named_by(db: Session, idea_id: int) -> list[tuple[Suspicion, str]]:
    """For its authors: whom they named, and what became of it."""
    query = (
        select(Suspicion, col(Person.name))
        .join(Person, col(Person.id) == col(Suspicion.person_id))
        .where(col(Suspicion.idea_id) == idea_id, col(Suspicion.kind) == ConflictKind.NAMED)
        .order_by(col(Person.name), col(Suspicion.id))
    )
    return list(db.execute(query))


def held(db: Session, idea_id: int, *, open_: bool) -> list[Held]:
    """The conflicts that hold, own ideas apart. To whom names are hidden, those that members declared, without why."""
    query = (
        select(Conflict, col(Person.name))
        .join(Person, col(Person.id) == col(Conflict.person_id))
        .where(col(Conflict.idea_id) == idea_id, col(Conflict.ended_at).is_(None))
        .order_by(col(Person.name), col(Conflict.id))
    )
    if not open_:
        query = query.where(col(Conflict.kind) == ConflictKind.DECLARED)
    return [
        Held(one.id, one.person_id, name, one.declared_at, *((one.kind, one.reason) if open_ else (None, "")))
        for one, name in db.execute(query)
    ]


def about_me(db: Session, actor: Actor, idea_id: int) -> Sequence[ConflictKind]:
    """What is found about this member themself: only where they may know who wrote the idea."""
    near = found(db, [idea_id], [actor.id]).get((idea_id, actor.id), [])
    return [kind for kind in near if kind is not ConflictKind.NAMED]

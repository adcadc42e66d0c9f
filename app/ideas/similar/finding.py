"""Finding the ideas nearest to a text, among those that a person may see and none else.

What is listed comes from the index. What was noted and not read yet, and the few ideas that only this person and
their team see, are compared as they stand. Nothing that somebody may not see is found, counted or weighed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Row, Select, String, and_, case, cast, false, func, literal, select, union
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.cards import cards
from app.ideas.listing import Place, aside
from app.ideas.models import Author, Idea, Stage
from app.ideas.queries import veiled_from, visible_to
from app.ideas.similar.bags import Bag, Weights, bag_of
from app.ideas.similar.keeping import found_in, unpacked, whole_text
from app.ideas.similar.likeness import likeness, rarity, telling
from app.ideas.similar.models import BLOCK, Fresh, Index, Lengths, Posting
from app.people.actor import Actor
from app.people.models import Committee, Person
from app.processes.models import Process
from app.record.models import Entry, Salt

MOST = 10
MOST_TERMS = 400
"""Of a long text, so many terms are looked up; then the most telling of them are gone on with."""
MOST_READ = 300_000
"""So many places in postings are read for one question, rarest terms first."""
MOST_UNREAD, MOST_OWN = 30, 20
FURTHER = 6
"""So many times as many candidates are read as are wanted: some may be for others alone."""
LEAST = 0.05
"""What is less alike than this is not called similar at all."""
NEAR = 0.45
"""What is this much alike is shown before the first submission."""
REASONED = (Stage.DECLINED, Stage.REFUSED, Stage.DEFERRED, Stage.ANSWERED)


@dataclass(frozen=True)
class Near:
    """An idea near to a text. `score` is its likeness, 0 to 1; `by` is empty for who may not know."""

    id: int
    title: str
    stage: Stage
    score: float
    process_id: int
    process: str
    owner: str
    committee: str
    deferred_to: Any
    reason: str
    veiled: bool
    version: int
    by: str

    @property
    def ref(self) -> str:
        return f"idea:{self.id}"

    @property
    def percent(self) -> int:
        return round(self.score * 100)


@dataclass(frozen=True)
class Asked:
    """The terms of a question that go on, what each adds, and how many ideas there are."""

    few: Bag
    shares: Weights
    ideas: int
    found: Mapping[int, int] = field(default_factory=dict)


def similar(
    db: Session, actor: Actor | None, title: str, text: str, *, but: Collection[int] = (), most: int = MOST
) -> list[Near]:
    """The nearest first; of equals the newer. Without an actor: among what every employee sees."""
    bag = bag_of(title, text)
    if not len(bag.terms):
        return []
    asked = ask(db, bag)
    unread = as_they_stand(db, actor)
    scores = from_index(db, asked)
    for id in {row.id for row in unread} | set(but):
        scores.pop(id, None)
    scores |= compared(db, asked, [row for row in unread if row.id not in but and row.seen])
    order = sorted((id for id in scores if scores[id] >= LEAST), key=lambda id: (-scores[id], -id))
    return shown(db, actor, order, scores, most)


def ask(db: Session, bag: Bag) -> Asked:
    heaviest = np.sort(np.argsort(-bag.weights, kind="stable")[:MOST_TERMS])
    bag = Bag(bag.terms[heaviest], bag.weights[heaviest])
    ideas = db.scalars(select(col(Index.ideas))).one()
    found = found_in(db, bag.terms.tolist())
    known = np.array([found.get(term, 0) for term in bag.terms.tolist()], np.int64)
    few, shares = telling(bag, rarity(known, ideas), known > 0)
    return Asked(few, shares, ideas, found)


def affordable(asked: Asked) -> dict[int, float]:
    """The terms to read, with what each adds: the most telling first, until enough is read."""
    shares = dict(zip(asked.few.terms.tolist(), asked.shares.tolist(), strict=True))
    kept: dict[int, float] = {}
    read = 0
    for term in sorted(shares, key=lambda term: (asked.found[term], term)):
        read += asked.found[term]
        if kept and read > MOST_READ:
            break
        kept[term] = shares[term]
    return kept


def from_index(db: Session, asked: Asked) -> dict[int, float]:
    """The likeness of the ideas that share a term with the question: the best few hundred of them."""
    shares = affordable(asked)
    if not shares:
        return {}
    fields = (col(Posting.term), col(Posting.block), col(Posting.places), col(Posting.weights))
    query = select(*fields).where(col(Posting.term).in_(shares)).order_by(col(Posting.block), col(Posting.term))
    sums: dict[int, NDArray[np.float64]] = {}
    for term, block, *held in db.execute(query):
        if block not in sums:
            sums[block] = np.zeros((2, BLOCK))
        places, weights = unpacked(*held)
        sums[block][term & 1][places] += weights * (shares[term] / 32.0)
    lengths = db.execute(select(col(Lengths.block), col(Lengths.lengths)).where(col(Lengths.block).in_(sums)))
    return best(sums, {row.block: row.lengths for row in lengths})


def best(sums: Mapping[int, NDArray[np.float64]], lengths: Mapping[int, bytes], most: int = 300) -> dict[int, float]:
    found: list[tuple[float, int]] = []
    for block, (words, pieces) in sums.items():
        of = np.frombuffer(lengths[block], "<f2").reshape(BLOCK, 2).astype(np.float64)
        scores = words / of[:, 0] + pieces / of[:, 1]
        places = np.flatnonzero(scores >= LEAST)
        if len(places) > most:
            least = np.partition(scores[places], -most)[-most]
            places = places[scores[places] >= least]
        found += zip(scores[places].tolist(), (places + block * BLOCK).tolist(), strict=True)
    return {id: min(score, 1.0) for score, id in sorted(found, key=lambda one: (-one[0], -one[1]))[:most]}


def as_they_stand(db: Session, actor: Actor | None) -> Sequence[Any]:
    """Ideas that the index does not hold as they are: noted and not read yet, the newest; and this person's own."""
    noted = select(col(Fresh.idea_id)).order_by(col(Fresh.id).desc()).limit(MOST_UNREAD).subquery()
    fields = (col(Idea.id), col(Idea.title), col(Idea.story), col(Idea.change), col(Idea.needs))
    wanted = [select(noted.c.idea_id), *(own(actor) if actor and not actor.guest else ())]
    some = union(*wanted).subquery()
    query = select(*fields, sees(actor).label("seen")).join(some, some.c.idea_id == col(Idea.id))
    return db.execute(query.order_by(col(Idea.id))).all()


def own(actor: Actor) -> Iterator[Select[Any]]:
    """What only this person sees, and what only their teams see: drafts, from the newest."""
    alone = (aside(col(Idea.listed).is_(False)), col(Idea.stage) != Stage.DISCARDED)
    drafts: Select[Any] = (
        select(col(Idea.id).label("idea_id")).where(*alone).order_by(col(Idea.id).desc()).limit(MOST_OWN)
    )
    wrote = select(col(Author.idea_id)).where(col(Author.person_id) == actor.id)
    yield select(drafts.where(col(Idea.id).in_(wrote)).subquery())
    if actor.teams:
        yield select(drafts.where(col(Idea.team_id).in_(actor.teams)).subquery())


def sees(actor: Actor | None) -> ColumnElement[bool]:
    seen = visible_to(actor) if actor else col(Idea.listed).is_(True)
    return and_(seen, col(Idea.stage) != Stage.DISCARDED)


def compared(db: Session, asked: Asked, rows: Sequence[Row[Any]]) -> dict[int, float]:
    bags = {row.id: as_kept(bag_of(row.title, whole_text(row.story, row.change, row.needs))) for row in rows}
    bags = {id: bag for id, bag in bags.items() if len(bag.terms)}
    if not bags:
        return {}
    found = found_in(db, sorted({int(term) for bag in bags.values() for term in bag.terms}))
    scores = {}
    for id, bag in bags.items():
        told = rarity(np.array([found.get(term, 0) for term in bag.terms.tolist()], np.int64), asked.ideas)
        scores[id] = min(likeness(asked.few, asked.shares, bag, told), 1.0)
    return scores


def as_kept(bag: Bag) -> Bag:
    """As the index would hold it."""
    return Bag.unpacked(*bag.packed())


def shown(db: Session, actor: Actor | None, order: Sequence[int], scores: Mapping[int, float], most: int) -> list[Near]:
    """The first that this person may see, with what is said of them. Asks again only where most are hidden."""
    found: list[Near] = []
    for at in range(0, len(order), most * FURTHER):
        ids = order[at : at + most * FURTHER]
        rows = {row.id: row for row in db.execute(details(actor).where(col(Idea.id).in_(ids), sees(actor)))}
        found += (near(rows[id], scores[id]) for id in ids if id in rows)
        if len(found) >= most:
            break
    return named(db, found[:most])


LAST_REASON = (
    select(col(Salt.words))
    .join(Entry, col(Entry.number) == col(Salt.number))
    .where(col(Entry.ref) == literal("idea:") + cast(col(Idea.id), String), col(Salt.name) == "reason")
    .order_by(col(Entry.number).desc())
    .limit(1)
    .correlate(Idea)
    .scalar_subquery()
)


def details(actor: Actor | None) -> Any:
    """What is said of a near idea, but who wrote it: that is read by selects of its own."""
    veiled = veiled_from(actor) if actor else false()
    reason = case((col(Idea.stage).in_(REASONED), func.coalesce(LAST_REASON, "")), else_="")
    fields = (col(Idea.id), col(Idea.title), col(Idea.stage), col(Idea.version), col(Idea.deferred_to))
    return (
        select(*fields, reason.label("reason"), veiled.label("veiled"), col(Idea.process_id))
        .add_columns(col(Process.name).label("process"), col(Person.name).label("owner"))
        .add_columns(col(Committee.name).label("committee"))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .join(Person, col(Person.id) == col(Process.owner_id))
        .join(Committee, col(Committee.id) == col(Idea.committee_id))
    )


def near(row: Row[Any], score: float) -> Near:
    return Near(**row._asdict(), score=score, by="")


def named(db: Session, found: Sequence[Near]) -> list[Near]:
    """With who wrote each, for who may know: veiled ones are read by a select that knows no authors."""
    said = cards(db, [Place(one.id, one.version, 0, False, one.veiled, "") for one in found])
    return [replace(one, by=said[one.id].by) for one in found]

"""Finding the ideas nearest to a text, among those that a person may see and none else.

What is listed comes from the index. What was noted and not read yet, and the few ideas that only this person and
their team see, are compared as they stand. Nothing that somebody may not see is found, counted or weighed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of
from app.ideas.similar.bags import Bag, Weights, bag_of
from app.ideas.similar.keeping import held_by, unpacked, whole_text
from app.ideas.similar.likeness import likeness, rarity, telling
from app.ideas.similar.models import BLOCK, Index, Lengths, Posting
from app.ideas.similar.near import Near, as_they_stand, named, told
from app.lately import lately
from app.people.actor import Actor

MOST = 10
MOST_TERMS = 400
"""Of a long text, so many terms are looked up; then the most telling of them are gone on with."""
MOST_READ = 120_000
"""So many places in postings are read for one question, rarest terms first."""
MOST_CANDIDATES = 300
FURTHER = 3
"""So many times as many candidates are looked at as are wanted: some may be for others alone."""
LEAST = 0.05
"""What is less alike than this is not called similar at all."""
WORTH, LIKE, NEAR = 0.12, 0.2, 0.45
"""What is worth showing to people; what stands in sight, the less alike behind a word; and what is shown before the
first submission, being very near."""
P, L = table_of(Posting).c, table_of(Lengths).c
POSTINGS = (
    select(P.term, P.block, P.places, P.weights)
    .where(P.term.in_(bindparam("terms", expanding=True)))
    .order_by(P.block, P.term)
)
LENGTHS = select(L.block, L.lengths).where(L.block.in_(bindparam("blocks", expanding=True)))
Sums = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """The terms of a question that go on, what each adds, how many ideas hold each; and the index's state."""

    few: Bag
    shares: Weights
    held: Mapping[int, int]
    ideas: int
    version: int


def similar(
    db: Session,
    actor: Actor | None,
    title: str,
    text: str,
    *,
    but: Collection[int] = (),
    most: int = MOST,
    least: float = LEAST,
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
    order = sorted((id for id in scores if scores[id] >= least), key=lambda id: (-scores[id], -id))
    return shown(db, actor, order, scores, most)


def ask(db: Session, bag: Bag) -> Asked:
    heaviest = np.sort(np.argsort(-bag.weights, kind="stable")[:MOST_TERMS])
    bag = Bag(bag.terms[heaviest], bag.weights[heaviest])
    version, ideas = db.execute(select(col(Index.version), col(Index.ideas))).one()
    held = held_by(db, bag.terms.tolist())
    known = np.array([held.get(term, 0) for term in bag.terms.tolist()], np.int64)
    few, shares = telling(bag, rarity(known, ideas), known > 0)
    return Asked(few, shares, held, ideas, version)


def affordable(asked: Asked) -> dict[int, float]:
    """The terms to read, with what each adds: the rarest first, until enough is read."""
    each = zip(asked.few.terms.tolist(), asked.shares.tolist(), strict=True)
    shares = {term: share for term, share in each if term in asked.held}
    kept: dict[int, float] = {}
    read = 0
    for term in sorted(shares, key=lambda term: (asked.held[term], term)):
        read += asked.held[term]
        if kept and read > MOST_READ:
            break
        kept[term] = shares[term]
    return kept


def from_index(db: Session, asked: Asked) -> dict[int, float]:
    """The likeness of the ideas that share a term with the question: the best few hundred of them."""
    shares = affordable(asked)
    sums: dict[int, Sums] = {}
    for term, block, *held in db.connection().execute(POSTINGS, {"terms": list(shares)}) if shares else ():
        if block not in sums:
            sums[block] = np.zeros((2, BLOCK))
        places, weights = unpacked(*held)
        sums[block][term & 1][places] += weights * (shares[term] / 32.0)
    return best(sums, shortening(db, asked.version, list(sums))) if sums else {}


def shortening(db: Session, version: int, blocks: Sequence[int]) -> dict[int, Sums]:
    """By what sums are multiplied to bring ideas to length one. Kept by each process until the index changes."""
    shelf = lately(db, "lengths of similar ideas", 64)
    known = {block: shelf.get((version, block)) for block in blocks}
    missing = [block for block in blocks if known[block] is None]
    for block, lengths in db.connection().execute(LENGTHS, {"blocks": missing}) if missing else ():
        known[block] = 1 / np.frombuffer(lengths, "<f2").reshape(BLOCK, 2).T.astype(np.float64)
        shelf.put((version, block), known[block])
    return known


def best(sums: Mapping[int, Sums], by: Mapping[int, Sums]) -> dict[int, float]:
    """The highest, once their ideas are brought to length one; of equals the newer."""
    scores = np.concatenate([(sums[block] * by[block]).sum(axis=0) for block in sums])
    places = np.flatnonzero(scores >= LEAST)
    if len(places) > MOST_CANDIDATES:
        places = places[scores[places] >= np.partition(scores[places], -MOST_CANDIDATES)[-MOST_CANDIDATES]]
    starts = np.array([block * BLOCK for block in sums])
    ids = starts[places // BLOCK] + places % BLOCK
    first = np.lexsort((-ids, -scores[places]))[:MOST_CANDIDATES]
    return dict(zip(ids[first].tolist(), np.minimum(scores[places[first]], 1.0).tolist(), strict=True))


def compared(db: Session, asked: Asked, rows: Sequence[Row[Any]]) -> dict[int, float]:
    """The likeness of ideas that are read here and now, as the index would tell it."""
    bags = {row.id: as_kept(bag_of(row.title, whole_text(row.story, row.change, row.needs))) for row in rows}
    bags = {id: bag for id, bag in bags.items() if len(bag.terms)}
    if not bags:
        return {}
    held = held_by(db, sorted({int(term) for bag in bags.values() for term in bag.terms}))
    scores = {}
    for id, bag in bags.items():
        tells = rarity(np.array([held.get(term, 0) for term in bag.terms.tolist()], np.int64), asked.ideas)
        scores[id] = min(likeness(asked.few, asked.shares, bag, tells), 1.0)
    return scores


def as_kept(bag: Bag) -> Bag:
    return Bag.unpacked(*bag.packed())


def shown(db: Session, actor: Actor | None, order: Sequence[int], scores: Mapping[int, float], most: int) -> list[Near]:
    """The first that this person may see, with what is said of them. Asks again only where most are hidden."""
    found: list[Near] = []
    for at in range(0, len(order), most * FURTHER):
        ids = order[at : at + most * FURTHER]
        there = told(db, actor, ids, scores)
        found += (there[id] for id in ids if id in there)
        if len(found) >= most:
            break
    return named(db, found[:most])

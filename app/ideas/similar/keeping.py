"""Keeping the index of similar ideas: reading what was noted as fresh into it, part by part.

All is worked out from one look at the database, without a lock, and written in a short transaction that begins with
the index's version: if somebody else was quicker, it is worked out again. The index is a pure function of the ideas'
texts, so that every database and every process comes to the same one; lengths lag by a tenth at most.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ARRAY, BigInteger, any_, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from app.changes import table_of
from app.db import Database, embedded
from app.ideas.models import Idea
from app.ideas.similar.bags import Bag, Weights, bag_of, quantised
from app.ideas.similar.likeness import rarity
from app.ideas.similar.models import BLOCK, Fresh, Index, Kept, Lengths, Posting

PART = 1_000
DRIFT = 10
"""Lengths are taken anew when the ideas have grown or shrunk by one in so many."""
ASKED_AT_ONCE = 5_000
Key = tuple[int, int]
P = table_of(Posting).c
COUNTED = select(P.term, func.sum(P.ideas)).group_by(P.term)
LISTED = func.json_each(bindparam("terms")).table_valued("value")
HELD = {
    True: COUNTED.where(P.term.in_(select(LISTED.c.value))),
    False: COUNTED.where(P.term == any_(bindparam("terms", type_=ARRAY(BigInteger)))),
}


@dataclass
class Part:
    """What is fresh, and what the index becomes by it."""

    version: int
    ideas: int
    measured: int
    notes: Sequence[int]
    gone: Sequence[int]
    bags: Mapping[int, Bag]
    old: Mapping[Key, "Places"] = field(default_factory=dict)
    new: dict[Key, "Places"] = field(default_factory=dict)
    lengths: dict[int, NDArray[np.float16]] = field(default_factory=dict)
    measures: bool = False


Places = tuple[NDArray[np.uint16], NDArray[np.uint8]]


def waiting(db: Session) -> bool:
    return db.connection().execute(select(col(Fresh.id)).limit(1)).first() is not None


def catch_up(database: Database) -> int:
    """Until nothing is fresh; how many ideas were read."""
    done = 0
    while True:
        with database.reading() as db:
            part = next_part(db)
        if part is None:
            return done
        with database.writing() as db:
            if put(db, part):
                done += len({*part.bags, *part.gone})


def next_part(db: Session) -> Part | None:
    index = db.get_one(Index, 1)
    notes = db.execute(select(col(Fresh.id), col(Fresh.idea_id)).order_by(col(Fresh.id)).limit(PART)).all()
    if not notes:
        return None if steady(index.ideas, index.measured) else measured(db, index)
    ids = sorted({row.idea_id for row in notes})
    bags = texts_of(db, ids)
    before = {row.idea_id: Bag.unpacked(row.terms, row.weights) for row in kept(db, ids)}
    ideas = index.ideas + len(bags) - len(before)
    part = Part(index.version, ideas, index.measured, [row.id for row in notes], list(before), bags)
    merge(db, part, before)
    measure_part(db, part)
    return part


def steady(ideas: int, measured: int) -> bool:
    return abs(ideas - measured) * DRIFT <= measured


def kept(db: Session, ids: Iterable[int]) -> Sequence[Kept]:
    return db.scalars(select(Kept).where(col(Kept.idea_id).in_(ids))).all()


def texts_of(db: Session, ids: Iterable[int]) -> dict[int, Bag]:
    fields = (col(Idea.id), col(Idea.title), col(Idea.story), col(Idea.change), col(Idea.needs))
    query = select(*fields).where(col(Idea.id).in_(ids), col(Idea.listed))
    rows = db.execute(query.order_by(col(Idea.id)))
    return {row.id: bag_of(row.title, whole_text(row.story, row.change, row.needs)) for row in rows}


def whole_text(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def touched(bags: Mapping[int, Bag]) -> dict[Key, list[tuple[int, int]]]:
    """For each row of the postings, which places with which weights these bags bring to it."""
    found: dict[Key, list[tuple[int, int]]] = {}
    for id in sorted(bags):
        block, place = divmod(id, BLOCK)
        bag = bags[id]
        for term, weight in zip(bag.terms.tolist(), quantised(bag.weights).tolist(), strict=True):
            found.setdefault((term, block), []).append((place, weight))
    return found


def merge(db: Session, part: Part, before: Mapping[int, Bag]) -> None:
    out, into = touched(before), touched(part.bags)
    part.old = postings(db, {*out, *into})
    nothing: Places = (np.array([], np.uint16), np.array([], np.uint8))
    for key in sorted({*out, *into}):
        places, weights = part.old.get(key, nothing)
        if key in out:
            stays = ~np.isin(places, np.array([place for place, _ in out[key]], np.uint16))
            places, weights = places[stays], weights[stays]
        if key in into:
            added = np.array(into[key], np.int64)
            places = np.concatenate([places, added[:, 0].astype(np.uint16)])
            weights = np.concatenate([weights, added[:, 1].astype(np.uint8)])
            order = np.argsort(places, kind="stable")
            places, weights = places[order], weights[order]
        part.new[key] = (places, weights)


def postings(db: Session, keys: set[Key]) -> dict[Key, Places]:
    """Those of the rows that are there."""
    fields = (col(Posting.term), col(Posting.block), col(Posting.places), col(Posting.weights))
    blocks, found = sorted({block for _, block in keys}), dict[Key, Places]()
    for terms in parts(sorted({term for term, _ in keys})):
        for row in db.execute(select(*fields).where(col(Posting.term).in_(terms), col(Posting.block).in_(blocks))):
            if (row.term, row.block) in keys:
                found[row.term, row.block] = unpacked(row.places, row.weights)
    return found


def unpacked(places: bytes, weights: bytes) -> Places:
    return np.frombuffer(places, "<u2"), np.frombuffer(weights, np.uint8)


def parts(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[at : at + ASKED_AT_ONCE] for at in range(0, len(values), ASKED_AT_ONCE))


def held_by(db: Session, terms: Sequence[int]) -> dict[int, int]:
    """How many ideas hold each of these terms. They go as one parameter: there may be thousands."""
    array = HELD[embedded(db)]
    asked = json.dumps(terms) if embedded(db) else terms
    return {term: int(ideas) for term, ideas in db.connection().execute(array, {"terms": asked})}


def measure_part(db: Session, part: Part) -> None:
    """The lengths of these ideas, with terms as rare as they are once the part is in."""
    terms = sorted({int(term) for bag in part.bags.values() for term in bag.terms})
    found = held_by(db, terms)
    for (term, _), (places, _) in part.new.items():
        found[term] = found.get(term, 0) + len(places)
    for (term, _), (places, _) in part.old.items():
        found[term] = found.get(term, 0) - len(places)
    told = told_by(np.array(terms, np.uint32), np.array([found[term] for term in terms]), part.ideas)
    ids = sorted({*part.gone, *part.bags})
    part.lengths = lengths_of(db, {id // BLOCK for id in ids})
    put_lengths(part.lengths, part.bags, *told)


def told_by(terms: NDArray[np.uint32], found: NDArray[np.int64], ideas: int) -> tuple[NDArray[np.uint32], Weights]:
    return terms, rarity(found, ideas)


def lengths_of(db: Session, blocks: Iterable[int]) -> dict[int, NDArray[np.float16]]:
    rows = db.execute(select(col(Lengths.block), col(Lengths.lengths)).where(col(Lengths.block).in_(blocks)))
    there = {row.block: np.frombuffer(row.lengths, "<f2").reshape(BLOCK, 2).copy() for row in rows}
    return {block: there.get(block, np.ones((BLOCK, 2), np.float16)) for block in sorted(blocks)}


def put_lengths(
    lengths: Mapping[int, NDArray[np.float16]],
    bags: Mapping[int, Bag],
    terms: NDArray[np.uint32],
    told: Weights,
) -> None:
    """Lengths of many bags at once: all their squares in one row, summed between where bags begin."""
    ids = sorted(id for id in bags if len(bags[id].terms))
    if not ids:
        return
    every = np.concatenate([bags[id].terms for id in ids])
    weights = np.concatenate([quantised(bags[id].weights) / 32.0 for id in ids])
    squares = (weights * told[np.searchsorted(terms, every)]) ** 2
    starts = np.cumsum([0, *(len(bags[id].terms) for id in ids[:-1])])
    words = np.add.reduceat(np.where(every & 1, 0.0, squares), starts)
    pieces = np.add.reduceat(np.where(every & 1, squares, 0.0), starts)
    for id, pair in zip(ids, np.sqrt(np.stack([words, pieces], axis=1)), strict=True):
        lengths[id // BLOCK][id % BLOCK] = np.where(pair > 0, pair, 1.0)


def measured(db: Session, index: Index) -> Part:
    """All lengths anew, block by block, with terms as rare as they are now."""
    rows = sorted((row[0], int(row[1])) for row in db.connection().execute(COUNTED))
    pairs = np.array(rows, np.int64).reshape(-1, 2)
    told = told_by(pairs[:, 0].astype(np.uint32), pairs[:, 1], index.ideas)
    part = Part(index.version, index.ideas, index.ideas, [], [], {}, measures=True)
    last = db.scalar(select(func.max(col(Kept.idea_id)))) or 0
    for block in range(last // BLOCK + 1):
        own = col(Kept.idea_id).between(block * BLOCK, block * BLOCK + BLOCK - 1)
        fields = select(col(Kept.idea_id), col(Kept.terms), col(Kept.weights)).where(own)
        bags = {row[0]: Bag.unpacked(row[1], row[2]) for row in db.execute(fields)}
        part.lengths[block] = np.ones((BLOCK, 2), np.float16)
        put_lengths(part.lengths, bags, *told)
    return part


def put(db: Session, part: Part) -> bool:
    """False when the index is not what the part was worked out from."""
    index = db.get_one(Index, 1, with_for_update=True)
    if index.version != part.version:
        return False
    put_postings(db, part)
    db.execute(delete(Kept).where(col(Kept.idea_id).in_(part.gone)))
    packed = ((id, *bag.packed()) for id, bag in part.bags.items())
    put_rows(db, Kept, [{"idea_id": id, "terms": terms, "weights": weights} for id, terms, weights in packed])
    db.execute(delete(Lengths).where(col(Lengths.block).in_(part.lengths)))
    put_rows(db, Lengths, [{"block": block, "lengths": part.lengths[block].tobytes()} for block in part.lengths])
    db.execute(delete(Fresh).where(col(Fresh.id).in_(part.notes)))
    now = {"version": part.version + 1, "ideas": part.ideas, "measured": part.measured}
    db.execute(update(Index).values(now))
    return True


def put_postings(db: Session, part: Part) -> None:
    """Rows that change are taken out and put in again: one way for both databases."""
    table = table_of(Posting)
    for block in sorted({block for _, block in part.old}):
        for terms in parts([term for term, own in part.old if own == block]):
            db.execute(delete(table).where(table.c.term.in_(terms), table.c.block == block))
    rows = [
        {"term": term, "block": block, "ideas": len(places), "places": places.tobytes(), "weights": weights.tobytes()}
        for (term, block), (places, weights) in part.new.items()
        if len(places)
    ]
    put_rows(db, Posting, rows)


def put_rows(db: Session, model: type[SQLModel], rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        db.connection().execute(insert(table_of(model)), rows)


def begin_anew(database: Database) -> int:
    """Throw the index away and read every idea again; how many."""
    with database.writing() as db:
        index = db.get_one(Index, 1, with_for_update=True)
        for model in (Posting, Kept, Lengths, Fresh):
            db.execute(delete(model))
        db.execute(update(Index).values(version=index.version + 1, ideas=0, measured=0))
        listed = select(col(Idea.id)).where(col(Idea.listed)).order_by(col(Idea.id))
        db.execute(insert(table_of(Fresh)).from_select(["idea_id"], listed))
    return catch_up(database)

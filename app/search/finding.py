"""What fits a search: of each kind the newest that this reader may see, as many as are counted; then put in order.

A kind is asked through its own rule of who sees it, and nothing else is counted, ranked or shown. However common a
word, only the newest few hundred of a kind are looked at; ideas that hold all words in their title come in besides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    table,
    union_all,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts, table_of
from app.db import embedded, plan_for_few_rows
from app.ideas.queries import ANY_READER, sight
from app.lately import lately
from app.people.actor import Actor
from app.people.models import Person
from app.refs import Registry, registry
from app.search.asking import MORE_KINDS, Asked
from app.search.kinds import LARGE, SEARCHED, Searched, columns, number_of
from app.words import clauses, folded, for_database, holds, wanted

COUNTED = 300  # of each kind
LOOKED_AT = 450  # of each kind, before it is asked who may see it
SAMPLE, COMMON = 2_000, 40  # of so many of the newest, so many hold a common word
TITLED = 60
MOST_AUTHORS = 50
MOST_NAMED = 1_000


class Candidate(NamedTuple):
    kind: str
    id: int
    process: int | None
    stage: str | None
    at: Any


@dataclass(frozen=True)
class Shape:
    """What decides the SQL of a search; what it is about goes in as parameters.

    looked: "words" in the index, "without" some of them, or "" for narrowing alone. far: past LOOKED_AT.
    """

    kinds: tuple[str, ...]
    looked: str
    narrow: frozenset[str]
    guest: bool
    embedded: bool
    far: bool


@dataclass(frozen=True)
class Known:
    """What operators name: people and processes by their numbers."""

    authors: Sequence[int] = ()
    processes: Sequence[int] = ()


@cache
def text_table(name: str, on_sqlite: bool) -> tuple[Any, Any]:
    """The index of a kind, and the column that holds the thing's number."""
    key = "rowid" if on_sqlite else f"{name}_id"
    made = table(f"{name}_text", column(key, BigInteger), column(f"{name}_text"), column("words"), column("title"))
    return made, made.c[key]


def matches(name: str, on_sqlite: bool, *, title: bool = False, unindexed: bool = False) -> ColumnElement[bool]:
    """title: asked of titles alone. unindexed: row by row."""
    made, _ = text_table(name, on_sqlite)
    told: Any = bindparam("match", type_=SqlText())
    if on_sqlite:
        wanted_there = literal("title : (", SqlText) + told + ")" if title else told
        found: ColumnElement[bool] = made.c[f"{name}_text"].op("MATCH")(wanted_there)
        return found
    held: ColumnElement[bool] = (made.c.title if title else made.c.words).op("@@")(
        func.to_tsquery(literal_column("'simple'"), told)
    )
    # Said so that the planner expects it of nearly every row: it then reads them in their order, and stops early.
    return case((held, 1), else_=0) != 0 if unindexed else held


class Way(NamedTuple):
    """One way to the things that match: what is asked of the index, and the order that it is read in."""

    where: Sequence[ColumnElement[bool]]
    order: Any


def ways(name: str, shape: "Shape", *, title: bool = False) -> list[Way]:
    """PostgreSQL guesses badly how common words are, and so reads every row for a rare one, or every hit of a common.

    So the newest rows of a large table are looked at first: where many of them hold the words, the rest is read in
    its order too, row by row; where few do, the index is asked for all. One of the two is done, and never both.
    """
    _, number = text_table(name, shape.embedded)
    if shape.embedded or name not in LARGE:
        return [Way([matches(name, shape.embedded, title=title)], number.desc())]
    read = matches(name, False, title=title, unindexed=True)
    border = select(func.max(number) - SAMPLE).scalar_subquery()
    some = select(literal_column("1")).where(number > border, read).limit(COMMON).cte(f"{name}_{title}_some")
    many = select(func.count()).select_from(some).scalar_subquery()
    asked = matches(name, False, title=title)
    return [Way([read, many >= COMMON], number.desc()), Way([asked, many < COMMON], (number + 0).desc())]


def together(parts: Sequence[Select[Any]]) -> Any:
    return union_all(*(one.subquery().select() for one in parts)) if len(parts) > 1 else parts[0]


def numbers(name: str, shape: "Shape", most: int, *, title: bool = False) -> Any:
    """The newest of a kind that match."""
    _, number = text_table(name, shape.embedded)
    found = select(number.label("id"))
    return together([found.where(*way.where).order_by(way.order).limit(most) for way in ways(name, shape, title=title)])


def conditions(one: Searched, shape: Shape, things: Registry) -> Iterator[ColumnElement[bool]]:
    """Who may see it comes first."""
    yield one.seen(things, replace(ANY_READER, guest=shape.guest))
    if one.standing is not None:
        yield one.standing
    if "process" in shape.narrow:
        yield one.process.in_(bindparam("processes", expanding=True))
    if "stage" in shape.narrow:
        yield one.stage.in_(bindparam("stages", expanding=True))
    if "author" in shape.narrow:
        yield one.wrote
    if "mine" in shape.narrow:
        yield one.mine
    if "open" in shape.narrow:
        yield one.open
    if shape.looked == "without":
        _, number = text_table(one.name, shape.embedded)
        yield ~exists().where(number == number_of(one), matches(one.name, shape.embedded))


def part(one: Searched, shape: Shape, things: Registry) -> Any:
    """The newest of one kind. The last column: how many the index gave where it was not asked for more."""
    home, key = table_of(one.model), number_of(one)
    own = (literal(one.name).label("kind"), key.label("id"), *columns(one))
    if shape.looked != "words":
        query = select(*own, literal(0).label("looked")).where(*conditions(one, shape, things))
        return query.order_by(key.desc()).limit(COUNTED + 1)
    text, number = text_table(one.name, shape.embedded)
    if shape.far:
        query = select(*own, literal(0).label("looked")).select_from(text.join(home, key == number))
        query = query.where(*conditions(one, shape, things)).limit(COUNTED + 1)
        return together([query.where(*way.where).order_by(way.order) for way in ways(one.name, shape)])
    found = numbers(one.name, shape, LOOKED_AT).cte(f"{one.name}_found")
    many = select(func.count()).select_from(found).scalar_subquery()
    query = select(*own, many.label("looked")).select_from(found.join(home, key == found.c.id))
    return query.where(*conditions(one, shape, things)).order_by(found.c.id.desc()).limit(COUNTED + 1)


def titled(one: Searched, shape: Shape, things: Registry) -> Select[Any]:
    """Those that hold all the words in their title, however old."""
    key = number_of(one)
    own = (literal(one.name).label("kind"), key.label("id"), *columns(one), literal(-1).label("looked"))
    found = numbers(one.name, shape, TITLED, title=True).cte(f"{one.name}_titled")
    query = select(*own).select_from(found.join(table_of(one.model), key == found.c.id))
    return query.where(*conditions(one, shape, things)).order_by(found.c.id.desc())


made: dict[Shape, Any] = {}


def selected(shape: Shape, things: Registry) -> Any:
    """Made once for each shape."""
    query = made.get(shape)
    if query is None:
        parts = [part(SEARCHED[name], shape, things) for name in shape.kinds]
        if shape.looked == "words" and not shape.far and "idea" in shape.kinds:
            parts.append(titled(SEARCHED["idea"], shape, things))
        query = made[shape] = together(parts)
    return query


def candidates(db: Session, actor: Actor, asked: Asked) -> list[Candidate]:
    """Of every kind that can be narrowed as it is asked. Title hits that are older than what is counted come last."""
    known = named_by_operators(db, actor, asked)
    if known is None:
        return []
    fits = tuple(name for name, one in SEARCHED.items() if all(one.narrows(key) is not None for key in asked.narrow))
    looked = "words" if wanted(asked.words) else "without" if clauses(asked.words) else ""
    far = actor.guest or bool(asked.narrow) or looked != "words"
    shape = Shape(fits, looked, asked.narrow, actor.guest, embedded(db), far)
    rows = look(db, actor, asked, known, shape) if fits else []
    if not far:
        rows = further(db, actor, asked, known, shape, rows)
    found = {(row[0], row[1]): Candidate(*row[:5]) for row in rows}
    return [*found.values(), *named(db, actor, asked)]


def further(db: Session, actor: Actor, asked: Asked, known: Known, shape: Shape, rows: list[Any]) -> list[Any]:
    """Where much that the index gave may not be seen by this reader, it is asked for all that it has."""
    short = []
    for name in SEARCHED:
        own = [row for row in rows if row[0] == name and row[5] >= 0]
        if len(own) <= COUNTED and own and own[0][5] >= LOOKED_AT:
            short.append(name)
    if not short:
        return rows
    beyond = replace(shape, kinds=tuple(short), far=True)
    return [*(row for row in rows if row[0] not in short), *look(db, actor, asked, known, beyond)]


def look(db: Session, actor: Actor, asked: Asked, known: Known, shape: Shape) -> list[Any]:
    plan_for_few_rows(db)
    given: dict[str, Any] = {"me": actor.id, **sight(actor)}
    if shape.looked:
        given["match"] = for_database(asked.words, embedded=shape.embedded)
    given |= {"authors": list(known.authors), "processes": list(known.processes), "stages": asked.values("stage")}
    return list(db.connection().execute(selected(shape, registry(db)), given).all())


def named_by_operators(db: Session, actor: Actor, asked: Asked) -> Known | None:
    """None where an operator names nobody and nothing."""
    authors, processes = asked.values("author"), asked.values("process")
    people = [number for name in authors for number in people_named(db, actor, name)][:MOST_AUTHORS]
    found = [number for name in processes for number in processes_named(db, actor, name)]
    return None if (authors and not people) or (processes and not found) else Known(people, found)


def people_named(db: Session, actor: Actor, name: str) -> Sequence[int]:
    on_sqlite = embedded(db)
    text, number = text_table("person", on_sqlite)
    seen = registry(db).kinds["person"].visible_to(actor)
    query = select(number).select_from(text.join(table_of(Person), col(Person.id) == number))
    query = query.where(matches("person", on_sqlite), seen).order_by(number).limit(MOST_AUTHORS)
    return db.scalars(query, {"match": for_database(beginning(name), embedded=on_sqlite)}).all()


def beginning(name: str) -> str:
    return name if name.endswith("*") or len(name) < 2 else f"{name}*"


def processes_named(db: Session, actor: Actor, name: str) -> list[int]:
    """The one that has this very name, else all whose names hold it."""
    kind = registry(db).kinds["process"]
    rows = db.execute(select(kind.model.id, kind.title).where(kind.visible_to(actor)).limit(MOST_NAMED)).all()
    exactly = [row[0] for row in rows if folded(row[1]) == folded(name)]
    return exactly or [row[0] for row in rows if holds(row[1], beginning(name))]


def named(db: Session, actor: Actor, asked: Asked) -> list[Candidate]:
    """Things of small kinds, found by their names alone."""
    if asked.narrow or not wanted(asked.words):
        return []
    titles = names(db, actor)
    return [Candidate(kind, id, None, None, None) for (kind, id), title in titles.items() if holds(title, asked.words)]


def names(db: Session, actor: Actor) -> Mapping[tuple[str, int], str]:
    """What small kinds of things are called, of those that this person may see. Kept until one of them changes."""
    key = (counts(db, "people", "voice", "diagnosis", "processes"), repr(actor.rights), actor.department_id)
    return lately(db, "names of small kinds", 300).or_made(key, lambda: read_names(db, actor))


def read_names(db: Session, actor: Actor) -> Mapping[tuple[str, int], str]:
    things = registry(db)
    kinds = [things.kinds[name] for name in MORE_KINDS if name in things.kinds]
    parts = [
        select(literal(kind.name), kind.model.id, cast(kind.title, SqlText))
        .where(kind.visible_to(actor))
        .order_by(kind.model.id.desc())
        .limit(MOST_NAMED)
        .subquery()
        .select()
        for kind in kinds
    ]
    return {(row[0], row[1]): row[2] for row in db.execute(union_all(*parts))}

"""One search over everything that a person may see: each kind of thing through its own door, ideas by their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ideas.words import for_like, words_of
from app.people.actor import Actor
from app.refs import Found, Kind, Registry, registry

MOST = 8
# In this order. What a person wrote is not looked for by their name: that would undo a blind round.
NAMES: Mapping[str, str] = {
    "process": "Processes",
    "team": "Teams",
    "pilot": "Pilots",
    "person": "People",
    "source": "Sources",
}


@dataclass(frozen=True)
class Group:
    name: str
    found: Sequence[Found]
    more: bool


def by_name(db: Session, actor: Actor, typed: str) -> list[Group]:
    """Things whose name holds all the words. One statement a kind."""
    things: Registry = registry(db)
    groups = [group(db, actor, things.kinds[kind], name, typed) for kind, name in NAMES.items() if kind in things.kinds]
    return [one for one in groups if one.found]


def group(db: Session, actor: Actor, kind: Kind, name: str, typed: str) -> Group:
    parts = words_in(typed)
    columns = [kind.model.id, kind.title, *([kind.parent] if kind.parent is not None else [])]
    query = (
        select(*columns)
        .where(kind.visible_to(actor), *(kind.title.ilike(for_like(part), escape="\\") for part in parts))
        .order_by(kind.title, kind.model.id)
        .limit(MOST + 1)
    )
    place = 0 if kind.parent is None else 2
    rows = db.execute(query).all()
    found = [Found(f"{kind.name}:{row[0]}", str(row[1]), kind.address(row[place])) for row in rows]
    return Group(name, found[:MOST], len(found) > MOST)


def words_in(typed: str) -> list[str]:
    """As they were typed: names are not folded. Signs alone are looked for as they stand."""
    return typed.split()[:8] if words_of(typed) else [typed]

"""One search over everything that a person may see: each kind of thing through its own door, ideas by their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Subquery, literal, select, union_all
from sqlalchemy.orm import Session

from app.columns import Id
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
    "journey": "Journeys",
    "customer_job": "Jobs of customers",
    "diagnosis": "Diagnoses",
    "touchpoint": "Touchpoints",
}


@dataclass(frozen=True)
class Group:
    name: str
    found: Sequence[Found]
    more: bool


def by_name(db: Session, actor: Actor, typed: str) -> list[Group]:
    """Things whose name holds all the words: one statement, however many kinds there are."""
    things: Registry = registry(db)
    kinds = [things.kinds[name] for name in NAMES if name in things.kinds]
    found: dict[str, list[Found]] = {}
    for name, number, title, parent in db.execute(
        union_all(*(select(looked_for(kind, actor, typed)) for kind in kinds))
    ):
        kind = things.kinds[name]
        address = kind.address(number if kind.parent is None else parent)
        found.setdefault(name, []).append(Found(f"{name}:{number}", str(title), address))
    return [Group(NAMES[kind.name], own[:MOST], len(own) > MOST) for kind in kinds if (own := found.get(kind.name))]


def looked_for(kind: Kind, actor: Actor, typed: str) -> Subquery:
    """The first things of one kind by their names, one more than is shown."""
    parent = literal(None, Id) if kind.parent is None else kind.parent
    held = (kind.title.ilike(for_like(part), escape="\\") for part in words_in(typed))
    columns = (literal(kind.name).label("kind"), kind.model.id, kind.title.label("title"), parent.label("parent"))
    query = select(*columns).where(kind.visible_to(actor), *held)
    return query.order_by(kind.title, kind.model.id).limit(MOST + 1).subquery()


def words_in(typed: str) -> list[str]:
    """As they were typed: names are not folded. Signs alone are looked for as they stand."""
    return typed.split()[:8] if words_of(typed) else [typed]

"""Lists of ideas: pages by key; counts that stop at a thousand. The selects are in shapes.py.

A list holds what is listed. One's own drafts are asked for by their stage. What a card says is read apart from which
ideas the page holds, so that a card that is kept already costs nothing.
"""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.ideas.asked import COUNTED, SIZE, Count, Filter, Place, Sort, an_id, key_of
from app.ideas.shapes import count_select, page_select, shape_of, values
from app.lately import lately
from app.people.actor import Actor

__all__ = ["Count", "Filter", "Place", "Sort", "an_id", "by_author", "count", "places"]


def places(db: Session, actor: Actor, asked: Filter, size: int = SIZE) -> tuple[list[Place], str]:
    """One page of the list, and the key of the next one or nothing. One statement."""
    shape = shape_of(db, actor, asked)
    key = key_of(asked)
    given = values(actor, asked, shape) | {"size": size + 1} | (key or {})
    rows = db.connection().execute(page_select(shape, key is not None), given).all()
    alone = asked.sort is Sort.NEWEST
    found = [
        Place(r[0], r[1], r[2], bool(r[3]), bool(r[4]), str(r[0]) if alone else f"{r[5]}.{r[0]}") for r in rows[:size]
    ]
    return found, found[-1].key if len(rows) > size else ""


def count(db: Session, actor: Actor, asked: Filter, changes: tuple[int, ...]) -> Count:
    """How many there are, up to a thousand. Kept until an idea changes."""
    shape = shape_of(db, actor, asked)
    personal = actor.id if shape.private or shape.team or shape.author or shape.guest or shape.restricted else 0
    key = (changes, personal, replace(asked, after="", sort=Sort.NEWEST), shape.owed)

    def look() -> int:
        return int(db.connection().execute(count_select(shape), values(actor, asked, shape)).scalar_one())

    number = lately(db, "counts of ideas", 500).or_made(key, look)
    return Count(min(number, COUNTED), number > COUNTED)


def by_author(db: Session, actor: Actor, person_id: int, size: int = SIZE) -> tuple[list[Place], str]:
    """The listed ideas of a person, without those that are veiled from this reader."""
    return places(db, actor, Filter(author=person_id), size)

"""Anything that has a ref: one registry that knows, for each kind of thing, who sees it, its title and its address.

What works on anything (talk, record, notices, search) asks here and never knows the features. Filled in main.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.errors import Missing
from app.people.actor import Actor


@dataclass(frozen=True)
class Kind:
    """name: what stands before the colon (the table's name). visible_to: the only door to the things of this kind.

    title, parent: columns; `parent` (an id) goes into the address of a thing that has no page of its own.
    hides: SQL for "this reader may not learn that this person stands behind this thing" of (reader, thing, person);
    whoever shows names on a thing asks it. None where nothing is ever hidden.
    """

    name: str
    model: Any
    visible_to: Callable[[Actor], ColumnElement[bool]]
    title: Any
    address: Callable[[Any], str]
    parent: Any = None
    hides: Callable[[Any, Any, Any], ColumnElement[bool]] | None = None


@dataclass(frozen=True)
class Found:
    ref: str
    title: str
    address: str


class Registry:
    def __init__(self, kinds: Iterable[Kind]) -> None:
        self.kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}

    def find(self, db: Session, actor: Actor, refs: Iterable[str]) -> dict[str, Found]:
        """Of these refs, the ones that this person may see. One statement for each kind among them."""
        by_kind: dict[str, set[int]] = {}
        for ref in refs:
            name, _, number = ref.partition(":")
            if name in self.kinds and number.isdecimal() and len(number) <= 18:
                by_kind.setdefault(name, set()).add(int(number))
        found: dict[str, Found] = {}
        for name, ids in by_kind.items():
            kind = self.kinds[name]
            columns: list[Any] = [kind.model.id, kind.title, *([kind.parent] if kind.parent is not None else [])]
            query = select(*columns).where(kind.model.id.in_(ids), kind.visible_to(actor))
            for row in db.execute(query):
                ref = f"{name}:{row[0]}"
                found[ref] = Found(ref, str(row[1]), kind.address(row[0] if kind.parent is None else row[2]))
        return found

    def kind_of(self, ref: str) -> tuple[Kind, int]:
        """The kind of thing that a ref names, and its id."""
        name, _, number = ref.partition(":")
        if name not in self.kinds or not number.isdecimal() or len(number) > 18:
            raise Missing()
        return self.kinds[name], int(number)

    def one(self, db: Session, actor: Actor, ref: str) -> Found:
        found = self.find(db, actor, [ref])
        if ref not in found:
            raise Missing()
        return found[ref]


def registry(db: Session) -> Registry:
    kinds: Registry = db.info["things"]
    return kinds

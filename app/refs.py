"""Anything that has a ref: one registry that knows, for each kind of thing, who sees it, its title and its address.

What works on anything (talk, record, notices, search) asks here and never knows the features. Filled in main.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.errors import Missing

if TYPE_CHECKING:
    from app.people.actor import Actor


@dataclass(frozen=True)
class Kind:
    """name: what stands before the colon (the table's name). visible_to: the only door to the things of this kind.

    title, parent: columns; `parent` (an id) goes into the address of a thing that has no page of its own.
    hides: SQL for "this reader may not learn that this person stands behind this thing" of (reader, thing, person);
    whoever shows names on a thing asks it. None where nothing is ever hidden.
    veils: SQL for "somebody behind this thing is hidden from this reader now" of (reader, thing).
    bars: SQL for "this person has a conflict with this thing, and says nothing on it for a committee" of (person's id,
    thing).
    """

    name: str
    model: Any
    visible_to: Callable[["Actor"], ColumnElement[bool]]
    title: Any
    address: Callable[[Any], str]
    parent: Any = None
    hides: Callable[[Any, Any, Any], ColumnElement[bool]] | None = None
    veils: Callable[[Any, Any], ColumnElement[bool]] | None = None
    bars: Callable[[int, Any], ColumnElement[bool]] | None = None


@dataclass(frozen=True)
class Found:
    ref: str
    title: str
    address: str


class Registry:
    def __init__(self, kinds: Iterable[Kind]) -> None:
        self.kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}

    def find(self, db: Session, actor: "Actor", refs: Iterable[str]) -> dict[str, Found]:
        """Of these refs, the ones that this person may see, in one statement."""
        by_kind: dict[str, set[int]] = {}
        for ref in refs:
            name, _, number = ref.partition(":")
            if name in self.kinds and number.isdecimal() and len(number) <= 18:
                by_kind.setdefault(name, set()).add(int(number))
        asked = [self.rows(actor, name, ids) for name, ids in by_kind.items()]
        rows = db.execute(union_all(*asked) if len(asked) > 1 else asked[0]) if asked else ()
        found = (Found(f"{name}:{id}", title, self.kinds[name].address(into)) for name, id, title, into in rows)
        return {thing.ref: thing for thing in found}

    def rows(self, actor: "Actor", name: str, ids: Iterable[int]) -> Select[Any]:
        kind = self.kinds[name]
        into = kind.model.id if kind.parent is None else kind.parent
        query: Select[Any] = select(literal(name), kind.model.id, cast(kind.title, Text), into)
        return query.where(kind.model.id.in_(ids), kind.visible_to(actor))

    def sees(self, actor: "Actor", refs: Any) -> ColumnElement[bool]:
        """A condition on a column of refs: that it names something that this person may see."""
        seen: list[ColumnElement[bool]] = []
        for name, kind in self.kinds.items():
            # CASE, so that no other kind's ref is ever read as a number.
            mine = refs.startswith(f"{name}:", autoescape=True)
            number = cast(func.substr(refs, len(name) + 2), BigInteger)
            there = exists().where(kind.model.id == number, kind.visible_to(actor)).correlate_except(kind.model)
            seen.append(case((mine, there), else_=false()))
        return or_(false(), *seen)

    def kind_of(self, ref: str) -> tuple[Kind, int]:
        """The kind of thing that a ref names, and its id."""
        name, _, number = ref.partition(":")
        if name not in self.kinds or not number.isdecimal() or len(number) > 18:
            raise Missing()
        return self.kinds[name], int(number)

    def veiled(self, db: Session, actor: "Actor", ref: str) -> bool:
        """Whether people behind this thing are hidden from this reader: names of files and mentions stay out then."""
        kind, id = self.kind_of(ref)
        return kind.veils is not None and bool(db.scalar(select(kind.veils(actor.id, id))))

    def barred(self, db: Session, actor: "Actor", ref: str) -> bool:
        """Whether this person has a conflict with this thing."""
        kind, id = self.kind_of(ref)
        return kind.bars is not None and bool(db.scalar(select(kind.bars(actor.id, literal(id)))))

    def one(self, db: Session, actor: "Actor", ref: str) -> Found:
        found = self.find(db, actor, [ref])
        if ref not in found:
            raise Missing()
        return found[ref]


def registry(db: Session) -> Registry:
    kinds: Registry = db.info["things"]
    return kinds

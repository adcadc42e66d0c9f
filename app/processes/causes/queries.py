"""Reading the tree of causes, each with its evidence as this person may see it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.estimates import Estimate
from app.people.actor import Actor
from app.people.models import Person
from app.processes.causes.models import Cause, CauseEvidence
from app.processes.models import Focus
from app.processes.voices import remarks_by_id
from app.refs import Kind, registry
from app.voice.models import Source, Touchpoint, Use
from app.voice.queries import headline
from app.voice.showing import use_estimate


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """As processes: every employee sees all, a guest none."""
    return false() if actor.guest else true()


kinds = [
    Kind("cause", Cause, visible_to, Cause.words, lambda number: f"/processes/{number}/causes", parent=Cause.process_id)
]


@dataclass(frozen=True)
class Piece:
    """One piece of evidence. `title` is None where this person may not see what it points at."""

    id: int
    about: str
    title: str | None
    note: str
    href: str | None = None
    figure: Estimate | None = None
    quote: bool = False


@dataclass
class Node:
    cause: Cause
    depth: int
    author: str
    evidence: list[Piece] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Withdrawn:
    words: str
    who: str
    at: datetime
    why: str


@dataclass(frozen=True)
class Tree:
    roots: Sequence[Node]
    withdrawn: Sequence[Withdrawn]

    def walk(self) -> Iterator[Node]:
        """In reading order."""
        ahead = list(reversed(self.roots))
        while ahead:
            node = ahead.pop()
            yield node
            ahead += reversed(node.children)

    def of(self, cause_id: int) -> Node | None:
        return next((node for node in self.walk() if node.cause.id == cause_id), None)


def working_on(db: Session, process_id: int) -> list[int]:
    """The teams that work on a process."""
    return list(db.scalars(select(col(Focus.team_id)).where(col(Focus.process_id) == process_id)))


def tree(db: Session, actor: Actor, process_id: int, *, evidence: bool = True) -> Tree:
    rows = db.scalars(select(Cause).where(col(Cause.process_id) == process_id).order_by(col(Cause.id))).all()
    live = [cause for cause in rows if cause.withdrawn_at is None]
    names = names_of(db, {one for cause in rows for one in (cause.author_id, cause.withdrawn_by) if one})
    found = pieces(db, actor, [cause.id for cause in live]) if evidence and live else {}
    nodes: dict[int, Node] = {}
    roots: list[Node] = []
    for cause in live:
        above = nodes.get(cause.parent_id or 0)
        nodes[cause.id] = node = Node(
            cause, above.depth + 1 if above else 1, names.get(cause.author_id, ""), found.get(cause.id, [])
        )
        (above.children if above else roots).append(node)
    gone = [
        Withdrawn(cause.words, names.get(cause.withdrawn_by or 0, ""), cause.withdrawn_at, cause.withdrawn_why)
        for cause in rows
        if cause.withdrawn_at
    ]
    return Tree(roots, gone)


def names_of(db: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(db.execute(select(col(Person.id), col(Person.name)).where(col(Person.id).in_(ids))).all())


def pieces(db: Session, actor: Actor, cause_ids: Sequence[int]) -> dict[int, list[Piece]]:
    """The live evidence of these causes; five statements, however much there is."""
    query = select(CauseEvidence).where(
        col(CauseEvidence.cause_id).in_(cause_ids), col(CauseEvidence.withdrawn_at).is_(None)
    )
    rows = db.scalars(query.order_by(col(CauseEvidence.id))).all()
    told = told_of(db, actor, {row.about for row in rows if row.about})
    found: dict[int, list[Piece]] = {}
    for row in rows:
        title, href, figure, quote = told.get(row.about, (None, None, None, False))
        piece = Piece(row.id, row.about, title if row.about else "", row.note, href, figure, quote)
        found.setdefault(row.cause_id, []).append(piece)
    return found


Shown = tuple[str, str | None, Estimate | None, bool]


def told_of(db: Session, actor: Actor, refs: set[str]) -> dict[str, Shown]:
    """What this person may see of the things that are cited, by ref."""
    numbers: dict[str, set[int]] = {}
    for ref in refs:
        kind, _, digits = ref.partition(":")
        if digits.isdecimal() and len(digits) < 19:
            numbers.setdefault(kind, set()).add(int(digits))
    found: dict[str, Shown] = {}
    if numbers.get("touchpoint"):
        found |= touchpoint_figures(db, numbers["touchpoint"])
    if numbers.get("remark"):
        for number, words in remarks_by_id(db, actor, numbers["remark"]).items():
            found[f"remark:{number}"] = (words, None, None, True)
    others = {ref for ref in refs if ref.partition(":")[0] not in ("touchpoint", "remark")}
    if others:
        for ref, thing in registry(db).find(db, actor, others).items():
            found[ref] = (thing.title, thing.address, None, False)
    return found


def touchpoint_figures(db: Session, ids: set[int]) -> dict[str, Shown]:
    """Each with what the latest survey for everybody says of it."""
    outcome = headline(db)
    latest = outcome.source_id if outcome else None
    query = (
        select(Touchpoint, Use, col(Source.minimum_cell))
        .outerjoin(Use, (col(Use.touchpoint_id) == col(Touchpoint.id)) & (col(Use.source_id) == latest))
        .outerjoin(Source, col(Source.id) == col(Use.source_id))
        .where(col(Touchpoint.id).in_(ids))
    )
    return {
        f"touchpoint:{touchpoint.id}": (
            touchpoint.name,
            f"/voice/sources/{latest}" if use else None,
            use_estimate(use, smallest) if use else None,
            False,
        )
        for touchpoint, use, smallest in db.execute(query)
    }


def summary(nodes: Sequence[Node]) -> Mapping[str, int]:
    """How many causes of each strength."""
    count: dict[str, int] = {}
    for node in nodes:
        count[node.cause.strength.value] = count.get(node.cause.strength.value, 0) + 1
    return count

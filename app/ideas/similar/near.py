"""What is read of ideas that are near to a text: selects made once, each through the one door of who may see what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    union,
)
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.cards import cards
from app.ideas.listing import Place
from app.ideas.models import Audience, Author, Idea, Stage
from app.ideas.queries import ANY_READER, sight, veiled_from, visible_to
from app.ideas.shapes import aside
from app.ideas.similar.models import Fresh
from app.people.actor import Actor
from app.people.models import Committee, Person
from app.processes.models import Process
from app.record.models import Entry, Salt

MOST_UNREAD, MOST_OWN = 30, 20
REASONED: Mapping[Stage, str] = {
    Stage.DECLINED: "decline",
    Stage.REFUSED: "refuse",
    Stage.DEFERRED: "defer",
    Stage.ANSWERED: "answer",
}
"""Where an idea that has ended or waits says why, and the move that said it."""


@dataclass(frozen=True)
class Near:
    """An idea near to a text. `score` is its likeness, 0 to 1; `by` is empty for who may not know."""

    id: int
    title: str
    stage: Stage
    version: int
    deferred_to: date | None
    reason: str
    veiled: bool
    process_id: int
    process: str
    owner: str
    committee: str
    score: float
    by: str = ""

    @property
    def ref(self) -> str:
        return f"idea:{self.id}"

    @property
    def percent(self) -> int:
        return round(self.score * 100)


ME: Any = bindparam("me")
READERS = {guest: replace(ANY_READER, guest=guest) for guest in (False, True)}
Who = bool | None
"""Whether the one who asks is a guest; None: somebody at the command line, who sees what every employee does."""


def who(actor: Actor | None) -> Who:
    return None if actor is None else actor.guest


def given(actor: Actor | None, **more: Any) -> dict[str, Any]:
    if actor is None:
        return more
    return more | {"me": actor.id} | ({} if actor.guest else sight(actor))


def sees(asks: Who) -> Any:
    to_all = and_(col(Idea.listed).is_(True), col(Idea.audience) == Audience.EVERYONE)
    seen = to_all if asks is None else visible_to(READERS[asks])
    return and_(seen, col(Idea.stage) != Stage.DISCARDED)


@cache
def standing(asks: Who) -> Select[Any]:
    """Ideas that the index does not hold as they are: noted and not read yet, the newest; and what is one's own."""
    noted = select(col(Fresh.idea_id)).order_by(col(Fresh.id).desc()).limit(MOST_UNREAD).subquery()
    wanted = [select(noted.c.idea_id)]
    if asks is False:
        alone = (aside(col(Idea.listed).is_(False)), col(Idea.stage) != Stage.DISCARDED)
        own: Select[Any] = select(col(Idea.id).label("idea_id")).where(*alone)
        own = own.order_by(col(Idea.id).desc()).limit(MOST_OWN)
        wrote = select(col(Author.idea_id)).where(col(Author.person_id) == ME)
        for mine in (col(Idea.id).in_(wrote), col(Idea.team_id).in_(ANY_READER.teams)):
            wanted.append(select(own.where(mine).subquery()))
    some = union(*wanted).subquery()
    fields = (col(Idea.id), col(Idea.title), col(Idea.story), col(Idea.change), col(Idea.needs))
    query: Select[Any] = select(*fields, sees(asks).label("seen")).join(some, some.c.idea_id == col(Idea.id))
    return query.order_by(col(Idea.id))


def as_they_stand(db: Session, actor: Actor | None) -> Sequence[Row[Any]]:
    rows: Sequence[Row[Any]] = db.execute(standing(who(actor)), given(actor)).all()
    return rows


def why() -> Any:
    """The reason of the move that ended it, for who sees the idea, as its history tells it."""
    said = (
        select(col(Salt.words))
        .join(Entry, col(Entry.number) == col(Salt.number))
        .where(col(Entry.ref) == literal("idea:") + cast(col(Idea.id), String), col(Salt.name) == "reason")
        .where(col(Entry.move).in_(REASONED.values()))
        .order_by(col(Entry.number).desc())
        .limit(1)
        .correlate(Idea)
        .scalar_subquery()
    )
    return case((col(Idea.stage).in_(REASONED), func.coalesce(said, "")), else_="")


@cache
def details(asks: Who) -> Select[Any]:
    """What is said of a near idea, but who wrote it: that is read by selects of its own."""
    veiled = col(Idea.custodian_id).is_not(None) if asks is None else veiled_from(ME)
    fields = (col(Idea.id), col(Idea.title), col(Idea.stage), col(Idea.version), col(Idea.deferred_to))
    return (
        select(*fields, why().label("reason"), veiled.label("veiled"), col(Idea.process_id))
        .add_columns(col(Process.name).label("process"), col(Person.name).label("owner"))
        .add_columns(col(Committee.name).label("committee"))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .join(Person, col(Person.id) == col(Process.owner_id))
        .join(Committee, col(Committee.id) == col(Idea.committee_id))
        .where(col(Idea.id).in_(bindparam("ids", expanding=True)), sees(asks))
    )


def told(db: Session, actor: Actor | None, ids: Collection[int], scores: Mapping[int, float]) -> dict[int, Near]:
    """Of these ideas, the ones that this person may see."""
    rows = db.execute(details(who(actor)), given(actor, ids=list(ids)))
    return {row.id: Near(**row._asdict(), score=scores[row.id]) for row in rows}


def named(db: Session, found: Sequence[Near]) -> list[Near]:
    """With who wrote each, for who may know: veiled ones are read by a select that knows no authors."""
    said = cards(db, [Place(one.id, one.version, 0, False, bool(one.veiled), "") for one in found])
    return [replace(one, by=said[one.id].by) for one in found]

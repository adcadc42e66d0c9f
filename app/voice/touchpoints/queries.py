"""Reading touchpoints: which of them a person may know of, the register, and finding one by any of its names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.estimates import Estimate
from app.people.actor import Actor
from app.refs import Kind
from app.voice.evidence.models import EventCount, Finding
from app.voice.importing.table import plain
from app.voice.models import Factor, Source, Touchpoint, Use
from app.voice.queries import FOR_ALL, LATEST, TAKEN
from app.voice.queries import visible_to as sources_visible_to
from app.voice.showing import use_estimate
from app.voice.touchpoints.models import TouchpointAlias

PAGE = 25
IN_USE = col(Touchpoint.merged_into).is_(None)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """A touchpoint is known to whoever sees a source that asked about it; one that no source names, to everybody."""
    if actor.guest:
        return false()
    return known_by(sources_visible_to(actor))


def known_to_all() -> ColumnElement[bool]:
    """What stands on pages for everybody."""
    return known_by(FOR_ALL)


def known_by(seen: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(IN_USE, or_(*(named_in(model, seen) for model in (Use, EventCount, Finding)), ~named_at_all()))


def named_in(model: Any, which: ColumnElement[bool]) -> ColumnElement[bool]:
    query = select(model.id).join(Source, col(Source.id) == model.source_id)
    return query.where(model.touchpoint_id == col(Touchpoint.id), which).correlate(Touchpoint).exists()


def named_at_all() -> ColumnElement[bool]:
    return or_(*(named_in(model, TAKEN) for model in (Use, EventCount, Finding)))


kinds = [Kind("touchpoint", Touchpoint, visible_to, Touchpoint.name, lambda number: f"/voice/touchpoints/{number}")]


@dataclass(frozen=True)
class Rating:
    """What the latest wave that asked says of a touchpoint, on 0 to 100; None where it is withheld."""

    source_id: int
    source: str
    estimate: Estimate | None


def latest_ratings(db: Session, actor: Actor, ids: Collection[int]) -> dict[int, Rating]:
    """Of each touchpoint, in the latest source that this person may see."""
    query = (
        select(Use, col(Source.id), col(Source.name), col(Source.minimum_cell))
        .join(Source, col(Source.id) == col(Use.source_id))
        .where(sources_visible_to(actor), col(Use.touchpoint_id).in_(ids))
        .order_by(*LATEST)
    )
    found: dict[int, Rating] = {}
    for use, source_id, name, smallest in db.execute(query):
        found.setdefault(use.touchpoint_id, Rating(source_id, name, use_estimate(use, smallest)))
    return found


def register(
    db: Session, actor: Actor, q: str = "", factor: Factor | None = None, *, moments: bool = False, after: str = ""
) -> Sequence[Touchpoint]:
    """By name, a page and one more."""
    query = select(Touchpoint).where(visible_to(actor)).order_by(col(Touchpoint.key)).limit(PAGE + 1)
    for word in q.split()[:8]:
        also = select(TouchpointAlias.id).where(  # type: ignore[call-overload]
            col(TouchpointAlias.touchpoint_id) == col(Touchpoint.id),
            col(TouchpointAlias.key).contains(word.casefold(), autoescape=True),
        )
        query = query.where(or_(col(Touchpoint.key).contains(word.casefold(), autoescape=True), also.exists()))
    if factor is not None:
        query = query.where(col(Touchpoint.factor) == factor)
    if moments:
        query = query.where(col(Touchpoint.moment_of_truth).is_(True))
    if after:
        query = query.where(col(Touchpoint.key) > after)
    return db.scalars(query).all()


def how_many(db: Session, actor: Actor) -> tuple[int, int]:
    """Touchpoints, and moments of truth among them."""
    moments = func.count().filter(col(Touchpoint.moment_of_truth).is_(True))
    row = db.execute(select(func.count(), moments).select_from(Touchpoint).where(visible_to(actor))).one()
    return row[0], row[1]


def asked_by(db: Session, actor: Actor, ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The sources with a rating, a count or a finding of each touchpoint, latest first."""
    found: dict[int, list[tuple[int, str]]] = {}
    models: tuple[Any, ...] = (Use, EventCount, Finding)
    parts = [
        select(model.touchpoint_id.label("touchpoint"), model.source_id.label("source")).where(
            model.touchpoint_id.in_(ids)
        )
        for model in models
    ]
    named = parts[0].union(*parts[1:]).subquery()
    query = (
        select(named.c.touchpoint, col(Source.id), col(Source.name))
        .join(named, named.c.source == col(Source.id))
        .where(sources_visible_to(actor))
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
    )
    for touchpoint, source, name in db.execute(query):
        found.setdefault(touchpoint, []).append((source, name))
    return found


def by_name(db: Session) -> dict[str, int]:
    """Every name that a touchpoint has or had -> its id; for whatever comes in."""
    query = select(col(Touchpoint.key), col(Touchpoint.id)).where(IN_USE)
    names: dict[str, int] = {row[0]: row[1] for row in db.execute(query)}
    for key, number in db.execute(select(col(TouchpointAlias.key), col(TouchpointAlias.touchpoint_id))):
        names.setdefault(key, number)
    return names


def found_by_name(db: Session, name: str) -> Touchpoint | None:
    """A touchpoint by its name or another one that it has, in any case."""
    key = plain(name)
    found = db.scalars(select(Touchpoint).where(col(Touchpoint.key) == key, IN_USE)).first()
    if found is not None:
        return found
    alias = select(Touchpoint).join(TouchpointAlias, col(TouchpointAlias.touchpoint_id) == col(Touchpoint.id))
    return db.scalars(alias.where(col(TouchpointAlias.key) == key)).first()


def aliases_of(db: Session, touchpoint_id: int) -> Sequence[TouchpointAlias]:
    query = select(TouchpointAlias).where(col(TouchpointAlias.touchpoint_id) == touchpoint_id)
    return db.scalars(query.order_by(col(TouchpointAlias.name))).all()


def choices(db: Session, actor: Actor) -> list[tuple[int, str]]:
    """For forms: every touchpoint that this person may know of."""
    query = select(col(Touchpoint.id), col(Touchpoint.name)).where(visible_to(actor)).order_by(col(Touchpoint.name))
    return [(number, name) for number, name in db.execute(query)]


def names_of(db: Session, ids: Collection[int]) -> Mapping[int, str]:
    query = select(col(Touchpoint.id), col(Touchpoint.name)).where(col(Touchpoint.id).in_(ids))
    return {number: name for number, name in db.execute(query)}  # noqa: C416 - rows, not pairs

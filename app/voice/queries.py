"""Reading the voice: the door to sources, their rows, and the figures of one outcome."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Missing
from app.people.actor import Actor
from app.refs import Kind
from app.voice.answers import answers
from app.voice.models import Audience, Outcome, Source, SourceStage
from app.voice.packed import Floats

TAKEN = col(Source.stage) == SourceStage.TAKEN
REPLACED = col(Source.stage) == SourceStage.REPLACED


# What pages for everybody draw from: the frame, the trail, pilots' effects, prioritisation rounds. Not from a source
# that is still collecting: a handful of early answers is nobody's figure yet.
FOR_ALL = and_(TAKEN, col(Source.figures_for) == Audience.EMPLOYEES, ~col(Source.collecting))
# What stands for the organisation, the latest first; then cards on a counter, which are of no series and from no file,
# and what is still collecting.
ON_THE_SIDE = or_(col(Source.collecting), and_(col(Source.series_id).is_(None), col(Source.map) == ""))
LATEST = (ON_THE_SIDE, col(Source.last_day).desc(), col(Source.id).desc())


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The sources whose figures this person may see; what is being staged or was replaced is for nobody."""
    return for_audience(actor, Source.figures_for)


def open_to(actor: Actor) -> ColumnElement[bool]:
    """The sources whose own page this person may open: those in sight, and of those replaced what was in sight."""
    return or_(visible_to(actor), and_(REPLACED, *audiences(actor, Source.figures_for)))


def comments_visible_to(actor: Actor) -> ColumnElement[bool]:
    return for_audience(actor, Source.comments_for)


def for_audience(actor: Actor, named: Any) -> ColumnElement[bool]:
    """`rules.is_for` as a condition on one of a source's three audiences."""
    return and_(TAKEN, *audiences(actor, named))


def audiences(actor: Actor, named: Any) -> list[ColumnElement[bool]]:
    """`rules.is_for` as conditions, whatever the source's stage is."""
    if actor.guest:
        return [false()]
    allowed = [col(named) == Audience.EMPLOYEES, col(Source.imported_by) == actor.id]
    if actor.on_a_committee:
        allowed.append(true())
    if actor.department_id is not None:
        own = col(Source.department_id) == actor.department_id
        allowed.append(and_(col(named) == Audience.DEPARTMENT, own))
    return [or_(*allowed)]


def kept_by(actor: Actor) -> ColumnElement[bool]:
    """`rules.keeps` as a condition: a keeper finds a source by its name even where its figures are not for them."""
    if actor.guest:
        return false()
    if actor.administrator or actor.chairs_one:
        return TAKEN
    allowed = [col(Source.imported_by) == actor.id]
    if actor.leader and actor.department_id is not None:
        allowed.append(col(Source.department_id) == actor.department_id)
    return and_(TAKEN, or_(*allowed))


kinds = [Kind("source", Source, visible_to, Source.name, lambda number: f"/voice/sources/{number}")]


def headline(db: Session) -> Outcome | None:
    """The organisation's figure: the first outcome of the latest source that has one and shows it to everybody.

    Cards on a counter, asked once by our own survey, stand for it only where there is nothing else.
    """
    query = (
        select(Outcome)
        .join(Source, col(Source.id) == col(Outcome.source_id))
        .where(FOR_ALL, col(Outcome.place) == 0, col(Outcome.value).is_not(None))
        .order_by(*LATEST)
        .limit(1)
    )
    return db.scalars(query).first()


def outcome_values(
    db: Session, source_id: int, outcome_name: str, segment: str | None = None, label: str | None = None
) -> tuple[Floats, Floats]:
    """One outcome of a source as (values, weights), of everybody or of one cell of a segment.

    Values are on the outcome's own scale, higher better, NaN where there is no answer; weights are 1 where the source
    has none. The caller withholds what stands for fewer than the source's smallest cell.
    """
    told = answers(db, source_id)
    chosen = told.where(segment, label)
    weights = np.ones(len(told.outcomes)) if told.weights is None else told.weights
    return told.outcome(outcome_name)[chosen], weights[chosen]


def outcomes_of(db: Session, source_id: int) -> Sequence[Outcome]:
    query = select(Outcome).where(col(Outcome.source_id) == source_id).order_by(col(Outcome.place))
    return db.scalars(query).all()


def taken_sources(db: Session, actor: Actor) -> Sequence[Source]:
    """What is taken and this person may see, latest first."""
    query = select(Source).where(visible_to(actor)).order_by(col(Source.last_day).desc(), col(Source.id).desc())
    return db.scalars(query).all()


def source_named(db: Session, words: str) -> Source:
    """A taken source by its name without regard to case, or by its number: for commands, which see all."""
    for source in db.scalars(select(Source).where(TAKEN).order_by(col(Source.id).desc())):
        if source.name.casefold() == words.strip().casefold() or str(source.id) == words.strip():
            return source
    raise Missing(f"There is no source {words}.")


def before(db: Session, source: Source, actor: Actor | None = None) -> Source | None:
    """The wave of the same series before this one, of those that this person may see; without one, that all may."""
    if source.series_id is None:
        return None
    query = (
        select(Source)
        .where(
            visible_to(actor) if actor else FOR_ALL,
            col(Source.series_id) == source.series_id,
            col(Source.last_day) < source.last_day,
        )
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
        .limit(1)
    )
    return db.scalars(query).first()

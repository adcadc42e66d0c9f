"""A source that collects: begun, closed on its day, opened again; each on the record."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now, today
from app.db import Database, embedded
from app.errors import Invalid, Stale
from app.outbox import later
from app.people.actor import Actor
from app.record.actions import write
from app.settings import Settings
from app.voice.actions import named, the_series
from app.voice.asking.links import new_link
from app.voice.asking.models import Asking, AskStage
from app.voice.asking.rules import CLOSE, life
from app.voice.asking.settling import SETTLING
from app.voice.importing.packing import Scale
from app.voice.importing.table import plain
from app.voice.models import Audience, Outcome, OutcomeKind, Segment, Source, SourceStage, Touchpoint, Use

CLOSING = "asking close"
RATED = Scale(1, 5)
MOST_DAYS = 366


@dataclass(frozen=True)
class Plan:
    """What a person wants to ask: a source to be."""

    name: str
    opens_on: date
    closes_on: date
    series: str = ""
    department_id: int | None = None
    minimum_cell: int = 10
    figures_for: Audience = Audience.EMPLOYEES
    comments_for: Audience = Audience.COMMITTEE
    rows_for: Audience = Audience.COMMITTEE
    outcomes: Sequence[tuple[str, OutcomeKind]] = ()
    touchpoints: Sequence[str] = ()
    segments: Sequence[str] = ()
    survey: bool = False
    texts: Mapping[str, Any] = field(default_factory=dict)


def begin(db: Session, actor: Actor, plan: Plan) -> Asking:
    """The source with its questions, shown at once with nothing in it, and its closing day in the outbox."""
    if named(db, plan.name):
        raise Stale(f"There is a source named {plan.name} already. Name this one otherwise.")
    source = Source(
        name=plan.name,
        stage=SourceStage.TAKEN,
        collecting=True,
        series_id=the_series(db, plan.series),
        department_id=plan.department_id,
        first_day=plan.opens_on,
        last_day=plan.closes_on,
        minimum_cell=plan.minimum_cell,
        figures_for=plan.figures_for,
        comments_for=plan.comments_for,
        rows_for=plan.rows_for,
        imported_by=actor.id,
    )
    db.add(source)
    db.flush()
    add_questions(db, source.id, plan)
    asking = Asking(
        source_id=source.id,
        opens_on=plan.opens_on,
        closes_on=plan.closes_on,
        person_id=actor.id,
        department_id=plan.department_id,
        survey=plan.survey,
        texts=json.dumps(plan.texts, ensure_ascii=False),
    )
    db.add(asking)
    db.flush()
    if plan.survey:
        asking.nonce, asking.link = new_link(db, asking)
    close_later(db, asking)
    figures = {"outcomes": len(plan.outcomes), "touchpoints": len(plan.touchpoints), "survey": plan.survey}
    days = {"opens": plan.opens_on.isoformat(), "closes": plan.closes_on.isoformat()}
    write(db, actor.id, "ask", source.ref, after=AskStage.COLLECTING.value, figures=figures | days)
    return asking


def add_questions(db: Session, source_id: int, plan: Plan) -> None:
    for place, (name, kind) in enumerate(plan.outcomes):
        worst, best = (0, 10) if kind is OutcomeKind.NPS else (RATED.worst, RATED.best)
        db.add(Outcome(source_id=source_id, place=place, name=name, kind=kind, worst=worst, best=best))
    for place, name in enumerate(plan.touchpoints):
        found = the_touchpoint(db, name)
        question = plan.texts.get("touchpoints", {}).get(name, {}).get("en", "")
        db.add(
            Use(
                source_id=source_id,
                touchpoint_id=found.id,
                place=place,
                column="",
                question=question,
                worst=RATED.worst,
                best=RATED.best,
            )
        )
    for place, name in enumerate(plan.segments):
        db.add(Segment(source_id=source_id, place=place, name=name, labels="[]"))


def the_touchpoint(db: Session, name: str) -> Touchpoint:
    """The one that has this name in any case, else a new one."""
    found = db.scalars(select(Touchpoint).where(col(Touchpoint.key) == plain(name))).first()
    if found is None:
        found = Touchpoint(name=name, key=plain(name))
        db.add(found)
        db.flush()
    return found


def locked(db: Session, asking_id: int) -> tuple[Asking, Source]:
    """As they are now, and nobody else changes them until this transaction ends. In this order, always."""

    def one(model: Any, number: int) -> Any:
        query = select(model).where(model.id == number).execution_options(populate_existing=True)
        return db.scalars(query if embedded(db) else query.with_for_update()).one()

    asking = one(Asking, asking_id)
    return asking, one(Source, asking.source_id)


def home_day(db: Session) -> date:
    settings: Settings = db.info["settings"]
    return today(settings.time_zone)


def end_of(db: Session, day: date) -> datetime:
    """The first instant after a day, where the organisation is."""
    settings: Settings = db.info["settings"]
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.time_zone)).astimezone(UTC)


def close_later(db: Session, asking: Asking) -> None:
    later(db, CLOSING, due=end_of(db, asking.closes_on), asking=asking.id)


def close(db: Session, actor: Actor, asking: Asking, version: int | None = None) -> None:
    """Before its day. The source then ends with today."""
    asking, source = locked(db, asking.id)
    life.make(db, actor, asking, "close", version=version, figures={"responses": source.responses})
    ended(db, source, min(asking.closes_on, max(home_day(db), asking.opens_on)))


def ended(db: Session, source: Source, last_day: date) -> None:
    source.collecting = False
    source.last_day = last_day
    source.version += 1
    later(db, SETTLING, source=source.id)


def close_on_its_day(database: Database, payload: Mapping[str, Any]) -> None:
    """The job. One that was prolonged meanwhile has a later job of its own; one that is closed stays so."""
    with database.writing() as db:
        asking, source = locked(db, payload["asking"])
        if asking.stage is not AskStage.COLLECTING or now() < end_of(db, asking.closes_on):
            return
        life.step(db, None, asking, CLOSE, figures={"responses": source.responses})
        ended(db, source, asking.closes_on)


def until(db: Session, actor: Actor, asking: Asking, day: date, note: str, version: int | None = None) -> None:
    """A new last day: prolonged or shortened while it collects, opened again when it is closed."""
    asking, source = locked(db, asking.id)
    if not home_day(db) <= day <= asking.opens_on + timedelta(days=MOST_DAYS):
        raise Invalid("The last day lies today or later, and within a year of the first.")
    if day < asking.opens_on:
        raise Invalid("The last day lies on or after the first.")
    name = "prolong" if asking.stage is AskStage.COLLECTING else "reopen"
    figures = {"from": asking.closes_on.isoformat(), "to": day.isoformat()}
    life.make(db, actor, asking, name, note, form=True, version=version, figures=figures, closes_on=day)
    source.collecting, source.last_day = True, day
    source.version += 1
    close_later(db, asking)


def renew_link(db: Session, actor: Actor, asking: Asking, note: str) -> None:
    """For a link that got about: cards that were printed with the old one lead nowhere from now on."""
    asking, _ = locked(db, asking.id)
    if not asking.survey:
        raise Invalid("This source has no survey of its own, and so no link.")
    nonce, link = new_link(db, asking)
    life.make(db, actor, asking, "renew_link", note, form=True, nonce=nonce, link=link)

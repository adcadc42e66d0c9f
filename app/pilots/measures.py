"""What a pilot can be measured by, and what is wrong with a plan of it."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.pilots.figures import Place
from app.pilots.forms import Figure
from app.pilots.models import Compare, Success
from app.voice.models import Outcome, Segment, Source, Touchpoint, Use
from app.voice.queries import FOR_ALL
from app.voice.touchpoints.queries import known_to_all
from app.web import FormModel

Worthwhile = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Switch = Literal["on", ""]


class ResultForm(FormModel):
    """What is entered once the plan is locked: where the figures after are read, or what was reached."""

    after: int | None = None
    actual: Figure | None = None


class MeasureForm(ResultForm):
    name: str = Field(min_length=2, max_length=160)
    decides: Switch = ""
    outcome: str = Field(default="", max_length=120)
    before: int | None = None
    where: str = Field(default="", max_length=240)
    compare: Compare = Compare.ELSEWHERE
    against: str = Field(default="", max_length=2000)
    weighted: Switch = ""
    baseline: Figure | None = None
    falls: Switch = ""
    target: Figure | None = None
    worth: Worthwhile = 0
    success: Success = Success.BETTER
    first_day: date | None = None
    last_day: date | None = None
    expected: int | None = Field(default=None, ge=1, le=10_000_000)

    @model_validator(mode="after")
    def hangs_together(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("The window ends before it begins")
        if self.success is Success.WORTH and not self.worth:
            raise ValueError("Say which change is worth having, or let any that is sure do")
        return self


def labels_of(against: str) -> tuple[str, ...]:
    """One a line."""
    return tuple(dict.fromkeys(line.strip() for line in against.splitlines() if line.strip()))


def as_place(where: str) -> Place | None:
    """`Segment=Label`; the label may hold another equals sign."""
    segment, _, label = where.partition("=")
    return Place(segment.strip(), label.strip()) if where else None


def sources(db: Session) -> Sequence[tuple[int, str]]:
    """Waves that ask for an outcome, latest first."""
    asked = select(col(Outcome.source_id))
    query = (
        select(col(Source.id), col(Source.name))
        .where(FOR_ALL, col(Source.id).in_(asked))
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
        .limit(200)
    )
    return db.execute(query).all()


def outcomes(db: Session) -> Sequence[str]:
    """What can be measured: outcomes first, then touchpoints, which count on 0 to 100."""
    named = select(col(Outcome.name)).join(Source, col(Source.id) == col(Outcome.source_id)).where(FOR_ALL).distinct()
    places = select(col(Touchpoint.name)).where(known_to_all()).order_by(col(Touchpoint.name)).limit(500)
    return [*db.scalars(named.order_by(col(Outcome.name)).limit(200)), *db.scalars(places)]


def asking(db: Session, name: str) -> set[int]:
    """The sources that ask for an outcome or a touchpoint of this name."""
    by_touchpoint = (
        select(col(Use.source_id))
        .join(Touchpoint, col(Touchpoint.id) == col(Use.touchpoint_id))
        .where(col(Touchpoint.name) == name)
    )
    return set(db.scalars(select(col(Outcome.source_id)).where(col(Outcome.name) == name).union(by_touchpoint)))


def places(db: Session) -> Sequence[str]:
    """Segments and their labels as `Segment=Label`, to choose from while typing."""
    query = select(col(Segment.name), col(Segment.labels)).join(Source, col(Source.id) == col(Segment.source_id))
    rows = db.execute(query.where(FOR_ALL).limit(200))
    found = {f"{name}={label}" for name, labels in rows for label in json.loads(labels)[:50]}
    return sorted(found)[:400]


def mistakes(db: Session, form: MeasureForm) -> dict[str, str]:
    """What only the evidence knows to be wrong."""
    wrong: dict[str, str] = {}
    chosen = [source for source in (form.before, form.after) if source is not None]
    if not chosen:
        return {"before": "Choose the wave before it, or leave the outcome empty."} if form.outcome else {}
    if form.before is None:
        wrong["before"] = "Choose the wave before it too."
    if form.before == form.after:
        wrong["after"] = "Choose another wave than the one before it."
    known = dict(sources(db))
    having = asking(db, form.outcome)
    for field in ("before", "after"):
        source = getattr(form, field)
        if source is not None and (source not in known or source not in having):
            wrong.setdefault(field, "This wave does not ask for that.")
    if form.where and (words := unknown_place(db, as_place(form.where), chosen)):
        wrong["where"] = words
    if words := wrong_comparison(db, form, chosen):
        wrong["against"] = words
    return wrong


def wrong_comparison(db: Session, form: MeasureForm, chosen: Sequence[int]) -> str:
    """What keeps the places named from being a comparison."""
    place, named = as_place(form.where), labels_of(form.against)
    if form.compare is not Compare.NAMED:
        return ""
    if place is None or not named:
        return "Name where it runs and, one a line, what of the same segment it is compared with."
    if place.label in named:
        return "Where it runs is not what it is compared with."
    unknown = [label for label in named if unknown_place(db, Place(place.segment, label), chosen)]
    return f"Not every chosen wave knows {place.segment}={unknown[0]}." if unknown else ""


def unknown_place(db: Session, place: Place | None, chosen: Sequence[int]) -> str:
    if place is None or not place.segment or not place.label:
        return "Write it as Segment=Label, such as Boarding area=A."
    query = select(col(Segment.source_id), col(Segment.labels)).where(
        col(Segment.name) == place.segment, col(Segment.source_id).in_(chosen)
    )
    having = [source for source, labels in db.execute(query) if place.label in json.loads(labels)]
    return "" if set(having) == set(chosen) else "Not every chosen wave knows this place."

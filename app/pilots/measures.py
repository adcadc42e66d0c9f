"""Measures: what a pilot is measured by, and what that says where it ran, against elsewhere, before and after."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Missing
from app.estimates import Estimate
from app.people.actor import Actor
from app.pilots.artefacts import allow, live_measures, locked_step, retire
from app.pilots.effect import Effect, Verdict, Worth, effect
from app.pilots.figures import Place, measured
from app.pilots.forms import Figure
from app.pilots.models import Measure, Pilot
from app.record.actions import write
from app.voice.models import Outcome, Segment, Source, Touchpoint, Use
from app.voice.queries import FOR_ALL
from app.voice.touchpoints.queries import known_to_all
from app.web import FormModel

STEP = 6


Worthwhile = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class MeasureForm(FormModel):
    name: str = Field(min_length=2, max_length=160)
    outcome: str = Field(default="", max_length=120)
    before: int | None = None
    after: int | None = None
    where: str = Field(default="", max_length=240)
    baseline: Figure | None = None
    target: Figure | None = None
    actual: Figure | None = None
    worth: Worthwhile = 0


def locked(pilot: Pilot) -> str:
    return "" if pilot.running and not locked_step(pilot, STEP) else locked_step(pilot, STEP) or "The pilot has ended."


def as_place(where: str) -> Place | None:
    """`Segment=Label`; the label may hold another equals sign."""
    segment, _, label = where.partition("=")
    return Place(segment.strip(), label.strip()) if where else None


def place_of(measure: Measure) -> Place | None:
    return Place(measure.segment, measure.label) if measure.segment else None


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
    return wrong


def unknown_place(db: Session, place: Place | None, chosen: Sequence[int]) -> str:
    if place is None or not place.segment or not place.label:
        return "Write it as Segment=Label, such as Boarding area=A."
    query = select(col(Segment.source_id), col(Segment.labels)).where(
        col(Segment.name) == place.segment, col(Segment.source_id).in_(chosen)
    )
    having = [source for source, labels in db.execute(query) if place.label in json.loads(labels)]
    return "" if set(having) == set(chosen) else "Not every chosen wave knows this place."


def find(db: Session, pilot: Pilot, measure_id: int) -> Measure:
    measure = db.get(Measure, measure_id)
    if measure is None or measure.pilot_id != pilot.id:
        raise Missing()
    return measure


def as_form(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "outcome": measure.outcome,
        "before": measure.before_id,
        "after": measure.after_id,
        "where": f"{measure.segment}={measure.label}" if measure.segment else "",
        "baseline": None if measure.outcome else measure.baseline,
        "target": measure.target,
        "actual": None if measure.outcome else measure.actual,
        "worth": measure.worth,
    }


def keep(db: Session, actor: Actor, pilot: Pilot, data: MeasureForm, old: Measure | None = None) -> Measure:
    """A new measure, or a new version of one; with waves its figures are read from them."""
    allow(actor, pilot, locked(pilot))
    place = as_place(data.where)
    measure = Measure(
        pilot_id=pilot.id,
        name=data.name,
        outcome=data.outcome if data.before else "",
        before_id=data.before,
        after_id=data.after,
        segment=place.segment if place else "",
        label=place.label if place else "",
        baseline=data.baseline,
        target=data.target,
        actual=data.actual,
        worth=data.worth,
        run=pilot.run,
        made_by=actor.id,
    )
    if old is not None:
        measure.first_id, measure.number = old.root, old.number + 1
    settle(db, measure)
    db.add(measure)
    db.flush()
    if old is not None:
        retire(db, old, replaced_by=measure.id)
    return measure


def withdraw(db: Session, actor: Actor, pilot: Pilot, old: Measure) -> None:
    allow(actor, pilot, locked(pilot))
    retire(db, old, withdrawn_at=now())
    write(db, actor.id, "withdraw", pilot.ref, figures={"measure": old.root, "version": old.number})


def begin_again(db: Session, actor: Actor, pilot: Pilot) -> None:
    """For another run: the same measures without what was reached; the earlier versions keep it."""
    again = ("name", "outcome", "before_id", "segment", "label", "baseline", "target", "worth")
    for old in live_measures(db, pilot):
        measure = Measure(pilot_id=pilot.id, run=pilot.run, made_by=actor.id, **{n: getattr(old, n) for n in again})
        measure.first_id, measure.number = old.root, old.number + 1
        db.add(measure)
        db.flush()
        retire(db, old, replaced_by=measure.id)


@dataclass(frozen=True)
class Told:
    """A measure as the effect's page tells it. `effect` is None for figures typed by hand."""

    measure: Measure
    effect: Effect | None

    @property
    def estimate(self) -> Estimate:
        """What decides: the difference in differences where there is a comparison, else the change."""
        found = self.effect
        if found is None:
            return Estimate(typed_change(self.measure), None, None, 0)
        against = found.difference_in_differences
        n = found.n_before + found.n_after
        if against:
            return Estimate(against.change, against.low, against.high, n)
        return Estimate(found.change, found.low, found.high, n)


def typed_change(measure: Measure) -> float | None:
    if measure.actual is None or measure.baseline is None:
        return None
    return measure.actual - measure.baseline


def compared(
    db: Session,
    before: int,
    after: int,
    outcome: str,
    place: Place | None = None,
    worth: float = 0,
    *,
    weighted: bool = False,
) -> Effect:
    """The change from one wave to another; with a place, there against everybody elsewhere in the same waves."""
    there = [measured(db, source, outcome, place, weighted=weighted) for source in (before, after)]
    if place is None:
        return effect(there[0], there[1], worth_having=worth or None)
    rest = [measured(db, source, outcome, place, elsewhere=True, weighted=weighted) for source in (before, after)]
    return effect(there[0], there[1], (rest[0], rest[1]), worth_having=worth or None)


def tell(db: Session, measure: Measure) -> Told:
    if measure.before_id is None or measure.after_id is None:
        return Told(measure, None)
    place = place_of(measure)
    return Told(measure, compared(db, measure.before_id, measure.after_id, measure.outcome, place, measure.worth))


def settle(db: Session, measure: Measure) -> None:
    """Read baseline and actual from the waves, and keep the effect for lists."""
    if measure.before_id is not None:
        before = measured(db, measure.before_id, measure.outcome, place_of(measure))
        measure.baseline = before.value if before else None
        after = measured(db, measure.after_id, measure.outcome, place_of(measure)) if measure.after_id else None
        measure.actual = after.value if after else None
    told = tell(db, measure)
    found = told.estimate
    measure.change, measure.change_low, measure.change_high = found.value, found.low, found.high
    measure.verdict = verdict_of(told)
    if told.effect is not None:
        measure.n_before, measure.n_after = told.effect.n_before, told.effect.n_after


def verdict_of(told: Told) -> str:
    if told.effect is not None:
        return told.effect.verdict.value
    return "" if told.estimate.value is None else "typed by hand"


def standing(
    verdict: str, change: float | None, low: float | None, high: float | None, worth: float
) -> tuple[str, str]:
    """The verdict as word and shape, from what a measure keeps: the same on every page and list."""
    if change is None:
        return "not measured yet", "quiet"
    if low is None or high is None:
        return ("typed by hand", "quiet") if verdict == "typed by hand" else ("Too little data", "not_certain")
    match verdict:
        case Verdict.TOO_LITTLE:
            return "Too little data", "not_certain"
        case Verdict.WORSENED:
            return "Harm", "harm"
        case Verdict.IMPROVED if worth and low >= worth:
            return "Worth having", "worth_having"
        case Verdict.IMPROVED if worth:
            return "Some, perhaps small", "some"
        case Verdict.IMPROVED:
            return "Improved", "good"
        case _ if worth and high < worth:
            return "Small at most", "small"
        case _:
            return "Not certain", "not_certain"


__all__ = ["Effect", "MeasureForm", "Told", "Worth", "compared", "keep", "settle", "sources", "standing", "tell"]

"""Measures of a pilot: planned, locked when the run begins, and what they say where it ran, against elsewhere."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Missing, Stale
from app.estimates import Estimate
from app.people.actor import Actor
from app.pilots.artefacts import allow, live_measures, locked_step, retire
from app.pilots.effect import Effect, Verdict, effect
from app.pilots.figures import Place, measured
from app.pilots.measures import MeasureForm, ResultForm, as_place, labels_of
from app.pilots.models import Compare, Measure, Pilot
from app.record.actions import write

STEP = 6


def locked(pilot: Pilot) -> str:
    return "" if pilot.running and not locked_step(pilot, STEP) else locked_step(pilot, STEP) or "The pilot has ended."


def begun(pilot: Pilot) -> bool:
    """Whether the run is on: the plan of its measures is locked, and only what was reached is entered."""
    return pilot.at(STEP).begun_at is not None


def place_of(measure: Measure) -> Place | None:
    return Place(measure.segment, measure.label) if measure.segment else None


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
        "decides": on(measure.decides),
        "falls": on(measure.falls),
        "weighted": on(measure.weighted),
        "compare": measure.compare.value,
        "against": measure.against,
        "success": measure.success.value,
        "first_day": measure.first_day,
        "last_day": measure.last_day,
        "expected": measure.expected,
    }


def with_result(measure: Measure, result: ResultForm) -> MeasureForm:
    """The plan as it stands, with what was reached."""
    return MeasureForm(**(as_form(measure) | {"after": result.after, "actual": result.actual}))


def on(so: bool) -> str:
    return "on" if so else ""


def keep(db: Session, actor: Actor, pilot: Pilot, data: MeasureForm, old: Measure | None = None) -> Measure:
    """A new measure, or a new version of one; with waves its figures are read from them.

    Once the run has begun its plan is locked: of a measure that is in it the result is entered, and nothing else.
    """
    allow(actor, pilot, locked(pilot))
    measure = planned(pilot, actor, data)
    if begun(pilot) and (old is None or plan_of(measure) != plan_of(old)):
        raise Stale("The run has begun: the plan of what is measured is locked. What was reached can be entered.")
    if old is not None:
        measure.first_id, measure.number = old.root, old.number + 1
    settle(db, measure)
    others = [one for one in live_measures(db, pilot) if one is not old]
    decides = bool(data.decides) or not any(one.decides for one in others)
    db.add(measure)
    db.flush()
    if old is not None:
        retire(db, old, replaced_by=measure.id)
    if decides:
        let_decide(db, measure)
    return measure


def planned(pilot: Pilot, actor: Actor, data: MeasureForm) -> Measure:
    place, waves = as_place(data.where), data.before is not None
    return Measure(
        pilot_id=pilot.id,
        name=data.name,
        outcome=data.outcome if waves else "",
        before_id=data.before,
        after_id=data.after,
        segment=place.segment if place else "",
        label=place.label if place else "",
        compare=data.compare,
        against="\n".join(labels_of(data.against)) if data.compare is Compare.NAMED else "",
        weighted=bool(data.weighted) and waves,
        falls=bool(data.falls) and not waves,
        baseline=data.baseline,
        target=data.target,
        actual=data.actual,
        worth=data.worth,
        success=data.success,
        first_day=data.first_day,
        last_day=data.last_day,
        expected=data.expected,
        run=pilot.run,
        made_by=actor.id,
    )


PLAN = (
    *("name", "outcome", "before_id", "segment", "label", "compare", "against", "weighted"),
    *("falls", "target", "worth", "success", "first_day", "last_day", "expected"),
)


def plan_of(measure: Measure) -> list[Any]:
    """What is locked when the run begins; the baseline of a wave is read anew, one typed by hand is part of it."""
    typed = None if measure.before_id else measure.baseline
    return [*(getattr(measure, name) for name in PLAN), typed]


def live_plan(db: Session, pilot: Pilot) -> str:
    """What is locked, as one text: the record keeps its seal."""
    return json.dumps({one.root: plan_of(one) for one in live_measures(db, pilot)}, default=str, sort_keys=True)


def let_decide(db: Session, measure: Measure) -> None:
    """Of the live measures of a pilot one decides; the index of the table holds it to that."""
    of_pilot = (col(Measure.pilot_id) == measure.pilot_id, col(Measure.decides).is_(True))
    db.execute(update(Measure).where(*of_pilot, alive()).values(decides=False))
    measure.decides = True
    db.flush()


def alive() -> Any:
    return col(Measure.replaced_by).is_(None) & col(Measure.withdrawn_at).is_(None)


def withdraw(db: Session, actor: Actor, pilot: Pilot, old: Measure) -> None:
    allow(actor, pilot, locked(pilot))
    if begun(pilot):
        raise Stale("The run has begun: what was planned to be measured is measured.")
    retire(db, old, withdrawn_at=now())
    write(db, actor.id, "withdraw", pilot.ref, figures={"measure": old.root, "version": old.number})


def begin_again(db: Session, actor: Actor, pilot: Pilot) -> None:
    """For another run: the same measures without what was reached; the earlier versions keep it."""
    for old in live_measures(db, pilot):
        again = {name: getattr(old, name) for name in (*PLAN, "baseline")}
        measure = Measure(pilot_id=pilot.id, run=pilot.run, made_by=actor.id, **again)
        measure.first_id, measure.number = old.root, old.number + 1
        db.add(measure)
        db.flush()
        retire(db, old, replaced_by=measure.id)
        if old.decides:
            let_decide(db, measure)


@dataclass(frozen=True)
class Told:
    """A measure as the effect's page tells it. `effect` is None for figures typed by hand."""

    measure: Measure
    effect: Effect | None

    @property
    def against(self) -> bool:
        """Whether a comparison is planned: the difference in differences then decides."""
        return bool(self.measure.segment) and self.measure.compare is not Compare.NOTHING

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
    """Higher is better, also of what is better when it falls."""
    if measure.actual is None or measure.baseline is None:
        return None
    return (measure.baseline - measure.actual) if measure.falls else (measure.actual - measure.baseline)


def compared(
    db: Session,
    before: int,
    after: int,
    outcome: str,
    place: Place | None = None,
    worth: float = 0,
    *,
    weighted: bool = False,
    compare: Compare = Compare.ELSEWHERE,
    against: Sequence[str] = (),
) -> Effect:
    """The change from one wave to another; with a place, there against the comparison in the same waves."""
    there = [measured(db, source, outcome, place, weighted=weighted) for source in (before, after)]
    if place is None or compare is Compare.NOTHING:
        return effect(there[0], there[1], worth_having=worth or None)
    rest = [
        measured(db, source, outcome, place, elsewhere=True, among=against, weighted=weighted)
        for source in (before, after)
    ]
    return effect(there[0], there[1], (rest[0], rest[1]), worth_having=worth or None)


def tell(db: Session, measure: Measure) -> Told:
    if measure.before_id is None or measure.after_id is None:
        return Told(measure, None)
    found = compared(
        db,
        measure.before_id,
        measure.after_id,
        measure.outcome,
        place_of(measure),
        measure.worth,
        weighted=measure.weighted,
        compare=measure.compare,
        against=labels_of(measure.against),
    )
    return Told(measure, found)


def settle(db: Session, measure: Measure) -> None:
    """Read baseline and actual from the waves, and keep the effect for lists."""
    if measure.before_id is not None:
        before, after = (
            measured(db, source, measure.outcome, place_of(measure), weighted=measure.weighted) if source else None
            for source in (measure.before_id, measure.after_id)
        )
        measure.baseline = before.value if before else None
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

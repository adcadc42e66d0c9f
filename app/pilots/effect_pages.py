"""The effect of a pilot: its measures against the waves of the voice, and their forms."""

from typing import Any

from app.db import Db
from app.errors import Refused
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.pilots import measures, measuring, rules, showing
from app.pilots.artefacts import allow, made
from app.pilots.camps import camps_of
from app.pilots.doubting import doubts
from app.pilots.foreseeing import foresee
from app.pilots.found import ThePilot
from app.pilots.measures import MeasureForm, ResultForm
from app.pilots.models import Compare, Measure, Pilot, Success
from app.trail import trail
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see, slow

routes = router()


@routes.get("/pilots/{id}/effect")
@slow
def show_effect(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    have = made(db, pilot)
    told = sorted((measuring.tell(db, one) for one in have.measures), key=lambda one: not one.measure.decides)
    begun_at = pilot.at(measuring.STEP).begun_at
    return page(
        request,
        "pilots/effect.html",
        pilot=pilot,
        told=told,
        forests=showing.forests_of(told),
        begun_at=begun_at,
        foreseen={one.measure.id: foresee(db, one.measure) for one in told if not one.measure.after_id},
        doubts={one.measure.id: doubts(db, one.measure, begun_at) for one in told},
        camps={one.measure.id: camps_of(db, one.measure) for one in told},
        rule=showing.rule_of(told),
        sources=dict(measures.sources(db)),
        answer=showing.effect_words(have).strip(),
        baseline=showing.baseline(pilot),
        edit=rules.team(actor, pilot) and not measuring.locked(pilot),
        trail=trail(db, actor, "effect", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )


def measure_page(
    request: Request,
    db: Db,
    actor: Actor,
    pilot: Pilot,
    form: Form[Any],
    measure: Measure | None = None,
    status: int = 200,
    late: str = "",
) -> Response:
    return page(
        request,
        "pilots/result.html" if measure and measuring.begun(pilot) else "pilots/measure.html",
        status=status,
        pilot=pilot,
        form=form,
        measure=measure,
        late=late,
        sources=measures.sources(db),
        outcomes=[(name, name) for name in measures.outcomes(db)],
        places=measures.places(db),
        compared=[(one.value, COMPARED[one]) for one in Compare],
        successes=[(one.value, one.value.capitalize()) for one in Success],
        trail=trail(db, actor, "effect", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )


@routes.get("/pilots/{id}/measures/new")
def new_measure(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    allow(actor, pilot, measuring.locked(pilot) or (LOCKED if measuring.begun(pilot) else ""))
    first = not made(db, pilot).measures
    return measure_page(
        request, db, actor, pilot, blank(MeasureForm, key=new_key(), worth=0, decides="on" if first else "")
    )


COMPARED = {
    Compare.ELSEWHERE: "Everybody elsewhere",
    Compare.NAMED: "The places named below",
    Compare.NOTHING: "Nothing: before and after alone",
}
LOCKED = "The run has begun: the plan of what is measured is locked."


def read(fields: Typed, db: Db, locked: Measure | None = None) -> Form[Any]:
    """locked: a measure whose plan is locked; then a result alone is read, and held against its plan."""
    form: Form[Any] = fill(ResultForm if locked else MeasureForm, fields)
    if form:
        whole = measuring.with_result(locked, form.data) if locked else form.data
        for name, words in measures.mistakes(db, whole).items():
            form.refuse(name, words)
    return form


@routes.post("/pilots/{id}/measures/new")
@slow
def add_measure(request: Request, db: Db, actor: Employee, pilot: ThePilot, fields: Typed) -> Response:
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = read(fields, db)
    if late := measuring.locked(pilot) or (LOCKED if measuring.begun(pilot) else ""):
        return measure_page(request, db, actor, pilot, form, status=409, late=late)
    allow(actor, pilot, "")
    if not form:
        return measure_page(request, db, actor, pilot, form, status=422)
    measure = measuring.keep(db, actor, pilot, form.data)
    return once_.see(f"/pilots/{pilot.id}/steps/6#m{measure.id}", "Kept: measure.")


@routes.get("/pilots/{id}/measures/{measure_id}")
def edit_measure(request: Request, db: Db, actor: Employee, pilot: ThePilot, measure_id: ThingId) -> Response:
    measure = measuring.find(db, pilot, measure_id)
    allow(actor, pilot, measuring.locked(pilot))
    return measure_page(request, db, actor, pilot, blank(MeasureForm, **measuring.as_form(measure)), measure)


@routes.post("/pilots/{id}/measures/{measure_id}")
@slow
def change_measure(
    request: Request, db: Db, actor: Employee, pilot: ThePilot, measure_id: ThingId, fields: Typed
) -> Response:
    measure = measuring.find(db, pilot, measure_id)
    if not rules.team(actor, pilot):
        raise Refused("The pilot’s team and its lead write here.")
    begun, late = measuring.begun(pilot), measuring.locked(pilot)
    form = read(fields, db, measure if begun else None)
    if not late and (measure.replaced_by is not None or measure.withdrawn_at is not None):
        late = "Somebody changed this after you opened it."
    if late:
        return measure_page(request, db, actor, pilot, form, measure, 409, late)
    if not form:
        return measure_page(request, db, actor, pilot, form, measure, 422)
    data = measuring.with_result(measure, form.data) if begun else form.data
    kept = measuring.keep(db, actor, pilot, data, measure)
    return see(request, f"/pilots/{pilot.id}/steps/6#m{kept.id}", f"Kept as version {kept.number}.")


@routes.post("/pilots/{id}/measures/{measure_id}/withdraw")
def withdraw_measure(request: Request, db: Db, actor: Employee, pilot: ThePilot, measure_id: ThingId) -> Response:
    measuring.withdraw(db, actor, pilot, measuring.find(db, pilot, measure_id))
    return see(request, f"/pilots/{pilot.id}/steps/6", "Withdrawn: measure.")

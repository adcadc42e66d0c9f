"""The effect of a pilot: its measures against the waves of the voice, and their forms."""

from typing import Any

from app.db import Db
from app.errors import Refused
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.pilots import measures, rules, showing
from app.pilots.artefacts import allow, made
from app.pilots.found import ThePilot
from app.pilots.measures import MeasureForm
from app.pilots.models import Measure, Pilot
from app.trail import trail
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see, slow

routes = router()


@routes.get("/pilots/{id}/effect")
@slow
def show_effect(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    have = made(db, pilot)
    told = [measures.tell(db, measure) for measure in have.measures]
    return page(
        request,
        "pilots/effect.html",
        pilot=pilot,
        told=told,
        forests=showing.forests_of(told),
        sources=dict(measures.sources(db)),
        answer=showing.effect_words(have).strip(),
        baseline=showing.baseline(pilot),
        edit=rules.team(actor, pilot) and not measures.locked(pilot),
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
        "pilots/measure.html",
        status=status,
        pilot=pilot,
        form=form,
        measure=measure,
        late=late,
        sources=measures.sources(db),
        outcomes=[(name, name) for name in measures.outcomes(db)],
        places=measures.places(db),
        trail=trail(db, actor, "effect", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )


@routes.get("/pilots/{id}/measures/new")
def new_measure(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    allow(actor, pilot, measures.locked(pilot))
    return measure_page(request, db, actor, pilot, blank(MeasureForm, key=new_key(), worth=0))


def read(fields: Typed, db: Db) -> Form[Any]:
    form = fill(MeasureForm, fields)
    if form:
        for name, words in measures.mistakes(db, form.data).items():
            form.refuse(name, words)
    return form


@routes.post("/pilots/{id}/measures/new")
@slow
def add_measure(request: Request, db: Db, actor: Employee, pilot: ThePilot, fields: Typed) -> Response:
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = read(fields, db)
    if late := measures.locked(pilot):
        return measure_page(request, db, actor, pilot, form, status=409, late=late)
    allow(actor, pilot, "")
    if not form:
        return measure_page(request, db, actor, pilot, form, status=422)
    measure = measures.keep(db, actor, pilot, form.data)
    return once_.see(f"/pilots/{pilot.id}/steps/6#m{measure.id}", "Kept: measure.")


@routes.get("/pilots/{id}/measures/{measure_id}")
def edit_measure(request: Request, db: Db, actor: Employee, pilot: ThePilot, measure_id: ThingId) -> Response:
    measure = measures.find(db, pilot, measure_id)
    allow(actor, pilot, measures.locked(pilot))
    return measure_page(request, db, actor, pilot, blank(MeasureForm, **measures.as_form(measure)), measure)


@routes.post("/pilots/{id}/measures/{measure_id}")
@slow
def change_measure(
    request: Request, db: Db, actor: Employee, pilot: ThePilot, measure_id: ThingId, fields: Typed
) -> Response:
    measure = measures.find(db, pilot, measure_id)
    if not rules.team(actor, pilot):
        raise Refused("The pilot’s team and its lead write here.")
    form, late = read(fields, db), measures.locked(pilot)
    if not late and (measure.replaced_by is not None or measure.withdrawn_at is not None):
        late = "Somebody changed this after you opened it."
    if late:
        return measure_page(request, db, actor, pilot, form, measure, 409, late)
    if not form:
        return measure_page(request, db, actor, pilot, form, measure, 422)
    kept = measures.keep(db, actor, pilot, form.data, measure)
    return see(request, f"/pilots/{pilot.id}/steps/6#m{kept.id}", f"Kept as version {kept.number}.")


@routes.post("/pilots/{id}/measures/{measure_id}/withdraw")
def withdraw_measure(request: Request, db: Db, actor: Employee, pilot: ThePilot, measure_id: ThingId) -> Response:
    measures.withdraw(db, actor, pilot, measures.find(db, pilot, measure_id))
    return see(request, f"/pilots/{pilot.id}/steps/6", "Withdrawn: measure.")

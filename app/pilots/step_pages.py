"""Pages of one step: what is made in it, its gate, and the forms of artefacts."""

from typing import Any

from app.changes import counts
from app.db import Db
from app.errors import Invalid, Missing, Refused
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.pilots import artefacts, gates, queries, rules, showing
from app.pilots.artefacts import Made, Thing, made
from app.pilots.causes.queries import causes_of_barriers, untaken
from app.pilots.checklist import asks
from app.pilots.fields import fields as fields_of
from app.pilots.found import StepNumber, ThePilot
from app.pilots.models import Pilot, StepStage
from app.pilots.money import pace
from app.pilots.queries import today
from app.pilots.roadmap import KINDS, MAPS, ROADMAP, Kind
from app.record.queries import entries_of
from app.trail import trail
from app.web import (
    Form,
    Request,
    Response,
    ThingId,
    Typed,
    blank,
    fill,
    page,
    router,
    see,
    slow,
    unchanged,
)
from app.workflow import MoveForm

routes = router()
SHOWN = ("pilots", "ideas", "processes", "people", "voice", "record")
TOLD = {
    "ask": "Asked for",
    "take_back": "Taken back",
    "pass": "Passed",
    "send_back": "Sent back",
    "stop": "Stopped the pilot",
    "reopen": "Reopened",
    "open": "Opened",
    "walk_back": "Open again, since an earlier step was reopened",
    "repeat": "Passed, to run again",
}


@routes.get("/pilots/{id}/steps/{number}")
def show_step(request: Request, db: Db, actor: Employee, pilot: ThePilot, number: StepNumber) -> Response:
    if kept := unchanged(request, actor.rights, counts(db, *SHOWN)):
        return kept
    return step_page(request, db, actor, pilot, number)


def step_page(
    request: Request,
    db: Db,
    actor: Actor,
    pilot: Pilot,
    number: int,
    status: int = 200,
    tried: MoveForm | None = None,
    mistake: str = "",
) -> Response:
    have, step = made(db, pilot), pilot.at(number)
    past = entries_of(db, step.ref)
    everybody = have.people() | {entry.actor_id for entry, _ in past if entry.actor_id}
    names = queries.people_of(db, pilot, everybody)
    day, root = today(db), db.info["settings"].root
    question, answer = showing.step_heading(pilot, number, have, names, day)
    return page(
        request,
        "pilots/step.html",
        status=status,
        pilot=pilot,
        step=step,
        stair=ROADMAP[number - 1],
        shown=number,
        made=have,
        names=names,
        question=question,
        answer=answer,
        stairs=showing.staircase(pilot, have, number, root, day),
        asks=asks(pilot, number, have),
        cells=showing.cells,
        maps=MAPS,
        pace=pace(pilot, have, day),
        causes=causes_of_barriers(db, pilot.id) if number == 1 else {},
        untaken=untaken(db, pilot) if number == 1 else 0,
        day=day,
        edit=rules.team(actor, pilot) and pilot.running and step.stage is StepStage.OPEN,
        always=rules.team(actor, pilot) and pilot.running and step.stage is not StepStage.ASKED,
        locked=artefacts.locked_step(pilot, number) if pilot.running else "",
        moves=rules.life.open_to(actor, step) if pilot.running else [],
        tried=tried,
        mistake=mistake,
        history=[
            {
                "at": entry.at,
                "what": TOLD.get(entry.move, entry.move),
                "who": names.get(entry.actor_id or 0),
                "why": why,
            }
            for entry, why in reversed(past)
        ],
        trail=trail(db, actor, "pilot", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )


@routes.post("/pilots/{id}/steps/{number}/moves")
def make_move(
    request: Request, db: Db, actor: Employee, pilot: ThePilot, number: StepNumber, fields: Typed
) -> Response:
    return moved(request, db, actor, pilot, number, fields)


@routes.post("/pilots/{id}/moves")
def make_move_now(request: Request, db: Db, actor: Employee, pilot: ThePilot, fields: Typed) -> Response:
    """The same on whichever step the pilot stands."""
    return moved(request, db, actor, pilot, pilot.step, fields)


def moved(request: Request, db: Db, actor: Actor, pilot: Pilot, number: int, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("The request could not be read.")
    move = form.data
    try:
        told = gates.move(db, actor, pilot, number, move.name, move.note, move.version)
    except Invalid as mistake:
        # Nothing has been written yet: what is invalid is seen before the first change.
        return step_page(request, db, actor, pilot, number, 422, move, mistake.words)
    return see(request, f"/pilots/{pilot.id}/steps/{pilot.step}", told)


def the_kind(name: str) -> Kind:
    if name not in KINDS:
        raise Missing()
    return KINDS[name]


@routes.get("/pilots/{id}/artefacts/new/{kind}")
def new_artefact(request: Request, db: Db, actor: Employee, pilot: ThePilot, kind: str) -> Response:
    the = the_kind(kind)
    artefacts.allow(actor, pilot, artefacts.locked(pilot, the))
    form = blank(the.form, key=new_key(), **defaults(the))
    return form_page(request, db, actor, pilot, the, form, made(db, pilot))


def defaults(kind: Kind) -> dict[str, Any]:
    given = {name: info.default for name, info in kind.form.model_fields.items() if not info.is_required()}
    return {name: value for name, value in given.items() if value is not None}


def form_page(
    request: Request,
    db: Db,
    actor: Actor,
    pilot: Pilot,
    kind: Kind,
    form: Form[Any],
    have: Made,
    thing: Thing | None = None,
    newer: Thing | None = None,
    status: int = 200,
    late: str = "",
) -> Response:
    people = queries.people_of(db, pilot)
    have = artefacts.offering_jobs(db, have) if kind.name == "jobs" else have
    return page(
        request,
        "pilots/artefact.html",
        status=status,
        pilot=pilot,
        kind=kind,
        form=form,
        thing=thing,
        newer=newer,
        late=late,
        fields=fields_of(kind, have, people),
        made=have,
        names=people,
        back=f"/pilots/{pilot.id}/steps/{kind.step}" if kind.step else f"/pilots/{pilot.id}",
        trail=trail(db, actor, "pilot", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )


@routes.post("/pilots/{id}/artefacts/new/{kind}")
def add_artefact(request: Request, db: Db, actor: Employee, pilot: ThePilot, kind: str, fields: Typed) -> Response:
    the, have = the_kind(kind), made(db, pilot)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = read(the, fields, db, pilot, have)
    if late := artefacts.locked(pilot, the):
        return form_page(request, db, actor, pilot, the, form, have, status=409, late=late)
    artefacts.allow(actor, pilot, "")
    if not form:
        return form_page(request, db, actor, pilot, the, form, have, status=422)
    row = artefacts.add(db, actor, pilot, the, form.data)
    return once_.see(address_of(pilot, row.id, the), f"Kept: {the.one}.")


def address_of(pilot: Pilot, artefact_id: int, kind: Kind) -> str:
    if kind.step:
        return f"/pilots/{pilot.id}/steps/{kind.step}#a{artefact_id}"
    return f"/pilots/{pilot.id}#a{artefact_id}"


def read(kind: Kind, fields: Typed, db: Db, pilot: Pilot, have: Made) -> Form[Any]:
    form: Form[Any] = fill(kind.form, fields)
    if form:
        people = queries.people_of(db, pilot)
        have = artefacts.offering_jobs(db, have) if kind.name == "jobs" else have
        for name, words in artefacts.mistakes(kind, form.data.model_dump(), have, people, pilot).items():
            form.refuse(name, words)
    return form


@routes.get("/pilots/{id}/artefacts/{artefact_id}")
def edit_artefact(request: Request, db: Db, actor: Employee, pilot: ThePilot, artefact_id: ThingId) -> Response:
    thing = artefacts.find(db, pilot, artefact_id)
    if not artefacts.may_write(actor, pilot, thing.kind) or not alive(thing):
        return see(request, f"/pilots/{pilot.id}/artefacts/{artefact_id}/versions")
    form = blank(thing.kind.form, **thing.data)
    return form_page(request, db, actor, pilot, thing.kind, form, made(db, pilot), thing)


def alive(thing: Thing) -> bool:
    ended = thing.row.replaced_by is not None or thing.row.withdrawn_at is not None
    earlier_run = thing.kind.slot is not None and thing.row.slot is None
    return not ended and not earlier_run


@routes.post("/pilots/{id}/artefacts/{artefact_id}")
def change_artefact(
    request: Request, db: Db, actor: Employee, pilot: ThePilot, artefact_id: ThingId, fields: Typed
) -> Response:
    """A late edit comes back with all that was typed, beside what stands now: nothing is overwritten unseen."""
    thing, have = artefacts.find(db, pilot, artefact_id), made(db, pilot)
    if not rules.team(actor, pilot):
        raise Refused("The pilot’s team and its lead write here.")
    form = read(thing.kind, fields, db, pilot, have)
    late, newer = artefacts.locked(pilot, thing.kind), have.named(thing.row.root)
    if not late and not alive(thing):
        late = "Somebody changed this after you opened it." if newer else "This was withdrawn after you opened it."
    if late:
        return form_page(request, db, actor, pilot, thing.kind, form, have, thing, newer, 409, late)
    if not form:
        return form_page(request, db, actor, pilot, thing.kind, form, have, thing, status=422)
    row = artefacts.change(db, actor, pilot, thing.row, form.data)
    return see(request, address_of(pilot, row.id, thing.kind), f"Kept as version {row.number}.")


@routes.post("/pilots/{id}/artefacts/{artefact_id}/withdraw")
def withdraw_artefact(request: Request, db: Db, actor: Employee, pilot: ThePilot, artefact_id: ThingId) -> Response:
    thing = artefacts.find(db, pilot, artefact_id)
    artefacts.withdraw(db, actor, pilot, thing.row)
    back = f"/pilots/{pilot.id}/steps/{thing.row.step}" if thing.row.step else f"/pilots/{pilot.id}"
    return see(request, back, f"Withdrawn: {thing.kind.one}. It can still be read.")


@routes.post("/pilots/{id}/artefacts/{artefact_id}/place")
def place_artefact(
    request: Request, db: Db, actor: Employee, pilot: ThePilot, artefact_id: ThingId, fields: Typed
) -> Response:
    thing = artefacts.find(db, pilot, artefact_id)
    artefacts.put(db, actor, pilot, thing.row, fields.get("way"))
    return see(request, address_of(pilot, artefact_id, thing.kind))


@routes.get("/pilots/{id}/artefacts/{artefact_id}/versions")
@slow
def versions_of(request: Request, db: Db, actor: Employee, pilot: ThePilot, artefact_id: ThingId) -> Response:
    thing = artefacts.find(db, pilot, artefact_id)
    versions, have = artefacts.versions(db, thing), made(db, pilot)
    people = {one.row.made_by for one in versions} | have.people()
    have = artefacts.offering_jobs(db, have) if thing.kind.name == "jobs" else have
    return page(
        request,
        "pilots/versions.html",
        pilot=pilot,
        thing=thing,
        versions=versions,
        made=have,
        names=queries.people_of(db, pilot, people | Made(versions, ()).people()),
        pick=artefacts.picked_from,
        edit=artefacts.may_write(actor, pilot, thing.kind) and alive(versions[0]),
        back=f"/pilots/{pilot.id}/steps/{thing.kind.step}" if thing.kind.step else f"/pilots/{pilot.id}",
        trail=trail(db, actor, "pilot", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )


@routes.get("/pilots/{id}/withdrawn")
def withdrawn(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    """What was taken out, step by step: it can still be read."""
    found = artefacts.withdrawn(db, pilot)
    return page(
        request,
        "pilots/withdrawn.html",
        pilot=pilot,
        things=found,
        names=queries.people_of(db, pilot, {thing.row.made_by for thing in found}),
        trail=trail(db, actor, "pilot", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )

"""The causes of a process: the tree, and one cause with its evidence."""

from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.columns import LARGEST_ID
from app.db import Db
from app.errors import Invalid
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.processes.causes import actions
from app.processes.causes.models import Cause, CauseForm, CauseKind, EvidenceForm, Strength, WithdrawForm
from app.processes.causes.queries import Tree, tree, working_on
from app.processes.causes.rules import DEEPEST, may_keep
from app.processes.models import Process, ProcessTouchpoint
from app.processes.queries import visible_to
from app.processes.voices import most_telling
from app.trail import trail
from app.voice.models import Touchpoint
from app.voice.queries import taken_sources
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see, slow, unchanged

routes = router()
TheProcess = Annotated[Process, Depends(found(Process, visible_to))]
KINDS = [(kind.value, kind.value) for kind in CauseKind]
STRENGTHS = [
    (Strength.SUSPECTED.value, "suspected", "somebody thinks so"),
    (Strength.LIKELY.value, "likely", "several things point there"),
    (Strength.SHOWN.value, "shown", "the evidence below shows it"),
]
Below = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


@routes.get("/processes/{id}/causes")
@slow
def causes(request: Request, db: Db, actor: Employee, process: TheProcess, below: Below = None) -> Response:
    keeps = may_keep(actor, process, working_on(db, process.id))
    if not keeps and (kept := unchanged(request, actor.rights, counts(db, "processes", "voice", "people", "pilots"))):
        return kept
    return tree_page(request, db, actor, process, blank(CauseForm, key=new_key(), parent=below), keeps)


def tree_page(
    request: Request,
    db: Session,
    actor: Actor,
    process: Process,
    form: Form[CauseForm],
    keeps: bool,
    status: int = 200,
) -> Response:
    told = tree(db, actor, process.id)
    return page(
        request,
        "processes/causes/index.html",
        status=status,
        process=process,
        tree=told,
        answer=answer(told),
        keeps=keeps,
        form=form,
        kinds=KINDS,
        strengths=[(value, f"{words}: {means}") for value, words, means in STRENGTHS[:2]],
        parents=[(node.cause.id, f"{'– ' * (node.depth - 1)}{node.cause.words}") for node in told.walk()],
        deepest=DEEPEST,
        trail=trail(db, actor, "process", process=process),
    )


def answer(told: Tree) -> str:
    nodes = list(told.walk())
    if not nodes:
        return "Nobody has asked yet."
    shown = sum(1 for node in nodes if node.cause.strength is Strength.SHOWN)
    bare = sum(1 for node in nodes if not node.evidence)
    count = "One cause is" if len(nodes) == 1 else f"{len(nodes)} causes are"
    proof = {0: "none is shown yet", 1: "one is shown"}.get(shown, f"{shown} are shown")
    return f"{count} kept; {proof}{f', {bare} without evidence' if bare else ''}."


@routes.post("/processes/{id}/causes")
def add(request: Request, db: Db, actor: Employee, process: TheProcess, fields: Typed) -> Response:
    actions.only_keepers(db, actor, process)
    form = fill(CauseForm, fields)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    if form:
        try:
            cause = actions.add(db, actor, process, form.data)
            return once_.see(f"/processes/{process.id}/causes#c{cause.id}", "Kept.")
        except Invalid as error:
            form.refuse("strength" if "evidence" in error.words else "parent", error.words)
    return tree_page(request, db, actor, process, form, keeps=True, status=422)


@routes.get("/processes/{id}/causes/{cause_id}")
@slow
def edit(request: Request, db: Db, actor: Employee, process: TheProcess, cause_id: ThingId) -> Response:
    cause = actions.find(db, process, cause_id, alive=False)
    if cause.withdrawn_at is not None or not may_keep(actor, process, working_on(db, process.id)):
        return see(request, f"/processes/{process.id}/causes")
    return cause_page(request, db, actor, process, cause_id, kept_form(cause))


def cause_page(
    request: Request,
    db: Session,
    actor: Actor,
    process: Process,
    cause_id: int,
    form: Form[Any],
    status: int = 200,
    cited: Form[Any] | None = None,
    gone: Form[Any] | None = None,
) -> Response:
    told = tree(db, actor, process.id)
    node = told.of(cause_id)
    assert node is not None
    return page(
        request,
        "processes/causes/edit.html",
        status=status,
        process=process,
        node=node,
        below=sum(1 for one in told.walk() if one.depth > node.depth and is_below(told, node.cause.id, one.cause.id)),
        form=form,
        cited=cited or blank(EvidenceForm, key=new_key()),
        gone=gone or blank(WithdrawForm, version=node.cause.version),
        kinds=KINDS,
        strengths=STRENGTHS,
        offered=offered(db, actor, process),
        trail=trail(db, actor, "process", process=process),
    )


def is_below(told: Tree, above: int, one: int) -> bool:
    parents = {node.cause.id: node.cause.parent_id for node in told.walk()}
    at: int | None = one
    while at is not None and at != above:
        at = parents.get(at)
    return at == above


def offered(db: Session, actor: Actor, process: Process) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be cited: touchpoints of the process, comments about it, sources; each with its ref."""
    query = (
        select(col(Touchpoint.id), col(Touchpoint.name), col(ProcessTouchpoint.weight))
        .join(ProcessTouchpoint, col(ProcessTouchpoint.touchpoint_id) == col(Touchpoint.id))
        .where(col(ProcessTouchpoint.process_id) == process.id)
        .order_by(col(Touchpoint.name))
    )
    parts = db.execute(query).all()
    weights = {number: weight for number, _, weight in parts}
    said = most_telling(db, actor, weights, 8)
    groups = [
        ("Figures of its touchpoints", [(f"touchpoint:{number}", name) for number, name, _ in parts]),
        ("Comments about it", [(f"remark:{one.id}", one.words[:90]) for one in said]),
        ("Sources", [(one.ref, one.name) for one in taken_sources(db, actor)[:30]]),
    ]
    return [(label, options) for label, options in groups if options]


@routes.post("/processes/{id}/causes/{cause_id}")
def change(
    request: Request, db: Db, actor: Employee, process: TheProcess, cause_id: ThingId, fields: Typed
) -> Response:
    actions.only_keepers(db, actor, process)
    cause = actions.find(db, process, cause_id)
    form = fill(CauseForm, fields)
    if form:
        try:
            actions.change(db, actor, process, cause, form.data)
            return see(request, f"/processes/{process.id}/causes#c{cause.id}", "Kept.")
        except Invalid as error:
            form.refuse("strength", error.words)
    return cause_page(request, db, actor, process, cause_id, form, 422)


def kept_form(cause: Cause) -> Form[Any]:
    values = {name: getattr(cause, name) for name in ("words", "note", "version")}
    return blank(CauseForm, kind=cause.kind.value, strength=cause.strength.value, **values)


@routes.post("/processes/{id}/causes/{cause_id}/evidence")
def cite(request: Request, db: Db, actor: Employee, process: TheProcess, cause_id: ThingId, fields: Typed) -> Response:
    actions.only_keepers(db, actor, process)
    cause = actions.find(db, process, cause_id)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = fill(EvidenceForm, fields)
    if form:
        try:
            actions.cite(db, actor, process, cause, form.data)
            return once_.see(f"/processes/{process.id}/causes/{cause.id}#evidence", "Kept.")
        except Invalid as error:
            form.refuse("about", error.words)
    return cause_page(request, db, actor, process, cause_id, kept_form(cause), 422, cited=form)


@routes.post("/processes/{id}/causes/{cause_id}/evidence/{evidence_id}/withdraw")
def uncite(
    request: Request, db: Db, actor: Employee, process: TheProcess, cause_id: ThingId, evidence_id: ThingId
) -> Response:
    actions.only_keepers(db, actor, process)
    cause = actions.find(db, process, cause_id)
    actions.uncite(db, actor, process, cause, evidence_id)
    return see(request, f"/processes/{process.id}/causes/{cause.id}#evidence", "Withdrawn.")


@routes.post("/processes/{id}/causes/{cause_id}/withdraw")
def withdraw(
    request: Request, db: Db, actor: Employee, process: TheProcess, cause_id: ThingId, fields: Typed
) -> Response:
    actions.only_keepers(db, actor, process)
    cause = actions.find(db, process, cause_id)
    form = fill(WithdrawForm, fields)
    if not form:
        return cause_page(request, db, actor, process, cause_id, kept_form(cause), 422, gone=form)
    count = actions.withdraw(db, actor, process, cause, form.data.why, form.data.version)
    words = "Withdrawn." if count == 1 else f"Withdrawn, with {count - 1} below it."
    return see(request, f"/processes/{process.id}/causes", words)

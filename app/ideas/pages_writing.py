"""Writing and changing ideas: forms, moves, support. `literal` holds the addresses without an id."""

from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session

from app import web
from app.db import Db
from app.errors import Invalid, Refused
from app.ideas import actions, queries, rules
from app.ideas.calls import queries as calls
from app.ideas.calls import taking
from app.ideas.listing import an_id
from app.ideas.models import Idea, IdeaForm, Stage, VoteForm
from app.once import new_key, once
from app.people.actor import Actor, Employee, Visitor
from app.people.found import found
from app.voice.customer_jobs import queries as jobs
from app.web import Form, Request, Response, Typed, blank, fill, page, see
from app.workflow import MoveForm

literal = web.router()
routes = web.router()
TheIdea = Annotated[Idea, Depends(found(Idea, queries.visible_to))]
NOVELTY = (
    ("incremental", "Incremental", "Better at what we do"),
    ("substantial", "Substantial", "A new way to do it"),
    ("radical", "Radical", "Something else instead"),
)
AREA = (
    ("product", "Product"),
    ("service or process", "Service or process"),
    ("business model or organisation", "Business model or organisation"),
)


@literal.get("/ideas/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    process = an_id(request.query_params.get("process", ""))
    call = calls.find(db, actor, an_id(request.query_params.get("call", "")))
    about = {"process": call.process_id, "call": call.id} if call else {"process": process or ""}
    form = blank(IdeaForm, key=new_key(), area="service or process", **about)
    return page(request, "ideas/edit.html", **writing(db, actor, form))


@literal.post("/ideas/new")
def begin(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    form = taking.filled(fields)
    if form:
        check_place(db, actor, form)
    answers = taking.check(db, actor, form)
    if not form:
        return refused(request, db, actor, form)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    idea = actions.begin(db, actor, form.data)
    taking.keep(db, idea, answers)
    if form.data.then == "submit":
        actions.submit(db, actor, idea)
    words = {"submit": "Submitted to the committee.", "signal": "Kept as a signal.", "draft": "Kept as a draft."}
    return once_.see(f"/ideas/{idea.id}", words[form.data.then])


def check_place(db: Session, actor: Actor, form: Form[IdeaForm], stage: Stage = Stage.DRAFT) -> None:
    """What only the database knows: whether the process takes ideas now, and whether enough is written to submit."""
    data = form.data
    process = next((one for one in queries.processes(db) if one.id == data.process), None)
    if process is None:
        form.refuse("process", "Choose one of the offered processes.")
    elif data.then == "signal" and process.prioritised:
        form.refuse("process", f"{process.name} is prioritised: this can be submitted as an idea.")
    elif data.then != "signal" and not process.prioritised and stage is Stage.DRAFT:
        form.refuse("process", f"{process.name} is not prioritised now. Keep this as a signal, or choose another.")
    if data.team is not None and data.team not in actor.teams:
        form.refuse("team", "You can write only for a team that you are in.")
    if data.jobs and set(data.jobs) - {job.id for job in jobs.visible_jobs(db, actor)}:
        form.refuse("jobs", "Choose one of the offered answers.")
    if data.then == "submit":
        for name in ("story", "change"):
            if not getattr(data, name).strip():
                form.refuse(name, "The committee needs this.")


def refused(request: Request, db: Session, actor: Actor, form: Form[IdeaForm], idea: Idea | None = None) -> Response:
    """Back with what was typed; nothing has been made."""
    form.key = new_key() if idea is None else ""
    return page(request, "ideas/edit.html", status=422, **writing(db, actor, form, idea))


def writing(db: Session, actor: Actor, form: Form[IdeaForm], idea: Idea | None = None) -> dict[str, Any]:
    processes = queries.processes(db)
    picked = next((one for one in processes if str(one.id) == form.value("process")), None)
    chosen = set(form.texts.get("jobs", ()))
    return {
        "form": form,
        "idea": idea,
        "theirs": None,
        "processes": [(one.id, one.name if one.rank else f"{one.name} (not prioritised)") for one in processes],
        "unasked": picked if picked and not picked.prioritised else None,
        "teams": [(team.id, team.name) for team in queries.my_teams(db, actor)],
        "novelty": NOVELTY,
        "area": AREA,
        "jobs": [
            (job.id, job.statement)
            for job in jobs.visible_jobs(db, actor)
            if job.put_aside_at is None or str(job.id) in chosen
        ],
        "may_submit": idea is None or idea.stage is not Stage.SIGNAL,
        "may_keep": idea is None,
        "call": taking.beside(db, actor, form, idea),
    }


@routes.get("/ideas/{id}/edit")
def edit(request: Request, db: Db, actor: Visitor, idea: TheIdea) -> Response:
    if not rules.may_change(actor, idea):
        raise Refused("This text cannot be changed now, or not by you.")
    return page(request, "ideas/edit.html", **writing(db, actor, stored(db, idea), idea))


def stored(db: Session, idea: Idea) -> Form[IdeaForm]:
    texts = {name: getattr(idea, name) for name in actions.TEXT}
    texts["jobs"] = [number for number, _ in queries.jobs_of(db, idea.id)]
    return blank(IdeaForm, process=idea.process_id, team=idea.team_id, version=idea.version, **texts)


@routes.post("/ideas/{id}/edit")
def change(request: Request, db: Db, actor: Visitor, idea: TheIdea, fields: Typed) -> Response:
    if not rules.may_change(actor, idea):
        raise Refused("This text cannot be changed now, or not by you.")
    form = taking.filled(fields)
    if form.filled is not None and form.filled.version != idea.version:
        return late(request, db, actor, idea, form)
    if form:
        check_place(db, actor, form, idea.stage)
    answers = taking.check(db, actor, form, idea)
    if not form:
        return refused(request, db, actor, form, idea)
    actions.change(db, actor, idea, form.data)
    taking.keep(db, idea, answers)
    if form.data.then == "submit":
        actions.submit(db, actor, idea)
        return see(request, f"/ideas/{idea.id}", "Submitted to the committee.")
    return see(request, f"/ideas/{idea.id}", "Kept.")


def late(request: Request, db: Session, actor: Actor, idea: Idea, form: Form[IdeaForm]) -> Response:
    """Somebody kept other words meanwhile: both stand there, and keeping again is a choice made knowingly."""
    form.texts = {**form.texts, "version": [str(idea.version)]}
    context = writing(db, actor, form, idea) | {"theirs": idea}
    return page(request, "ideas/edit.html", status=409, **context)


@routes.post("/ideas/{id}/moves")
def move(request: Request, db: Db, actor: Visitor, idea: TheIdea, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("This move cannot be read. Load the page again.")
    entry = actions.make(db, actor, idea, form.data.name, form.data.note, version=form.data.version)
    gone = idea.stage is Stage.DISCARDED
    return see(request, "/ideas" if gone else f"/ideas/{idea.id}", f"It is {entry.after} now.")


@routes.post("/ideas/{id}/vote")
def vote(request: Request, db: Db, actor: Employee, idea: TheIdea, fields: Typed) -> Response:
    form = fill(VoteForm, fields)
    if not form:
        raise Invalid("Support is on or off.")
    actions.vote(db, actor, idea, on=form.data.value == "on")
    return see(request, f"/ideas/{idea.id}")

"""Writing and changing ideas: forms, moves, support. `literal` holds the addresses without an id."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session

from app import web
from app.db import Db
from app.errors import Invalid, Missing, Refused
from app.ideas import actions, queries, rules
from app.ideas.calls import queries as calls
from app.ideas.calls import taking
from app.ideas.citing import actions as citing
from app.ideas.citing.queries import MOST, citations_of
from app.ideas.forms import YEARS, IdeaForm, VoteForm
from app.ideas.listing import an_id
from app.ideas.models import Idea, Stage
from app.ideas.similar.actions import relate_all
from app.ideas.similar.asking import Nearby, chosen, holding, near_form
from app.ideas.similar.pages import telling, with_pilots
from app.ideas.writing import actions as scratch
from app.ideas.writing import queries as scratches
from app.ideas.writing.guide import guide, measures
from app.once import new_key, once
from app.people.actor import Actor, Employee, Visitor
from app.people.found import found
from app.people.models import Person
from app.people.queries import paths
from app.processes.models import Process
from app.talk.files import queries as files
from app.voice.comments import queries as comments
from app.voice.customer_jobs import queries as jobs
from app.web import Form, Request, Response, Typed, blank, fill, page, see
from app.workflow import MoveForm

Texts = Mapping[str, Sequence[str]]
literal = web.router()
routes = web.router()
TheIdea = Annotated[Idea, Depends(found(Idea, queries.visible_to))]
NOVELTY = (
    ("incremental", "Incremental", "Better at what we do"),
    ("substantial", "Substantial", "A new way to do it"),
    ("radical", "Radical", "Something else instead"),
)
AUDIENCES = (
    ("everyone", "Everybody here", "Colleagues can add what they know, and support it."),
    ("departments", "Departments that you name", "Those who work there or below, your team, the committee, the owner."),
    ("committee", "Team and committee only", "And the owner of the process. Nobody else finds it by any way."),
)
AREA = (
    ("product", "Product"),
    ("service or process", "Service or process"),
    ("business model or organisation", "Business model or organisation"),
)


@literal.get("/ideas/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    """Empty; or what was begun in another window, or before the session ended."""
    process = an_id(request.query_params.get("process", ""))
    window, texts = resumed(request, db, actor)
    call = calls.find(db, actor, an_id(request.query_params.get("call", "")))
    about = {"process": call.process_id, "call": call.id} if call else {"process": process or ""}
    form: Form[IdeaForm] = blank(IdeaForm, area="service or process", audience="everyone", **about)
    form.texts = {**form.texts, **texts, "window": [window]}
    form.key = new_key()
    return page(request, "ideas/edit.html", **writing(db, actor, form))


def resumed(request: Request, db: Session, actor: Actor, idea_id: int | None = None) -> tuple[str, Texts]:
    """This window's name, and what was typed in it."""
    asked = request.query_params.get("window", "")[:40]
    texts = scratches.of_window(db, actor, asked, idea_id) if asked else None
    return (asked, texts) if texts is not None else (new_key(), {})


@literal.post("/ideas/new")
def begin(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    form = taking.filled(fields)
    if fields.get("then") == "look":
        return looked_again(request, db, actor, form)
    if form.value("then") == "similar":
        return beside(request, db, actor, form, near_form(db, actor, form, None))
    if form:
        check_place(db, actor, form)
    answers = taking.check(db, actor, form)
    if not form:
        return refused(request, db, actor, form)
    if near := holding(db, actor, form, None):
        return beside(request, db, actor, form, near)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    idea = actions.begin(db, actor, form.data)
    keep_beside(db, actor, idea, form)
    taking.keep(db, idea, answers)
    if form.data.then == "submit":
        actions.submit(db, actor, idea)
    words = {"submit": "Submitted to the committee.", "signal": "Kept as a signal.", "draft": "Kept as a draft."}
    return once_.see(f"/ideas/{idea.id}", words[form.data.then])


def keep_beside(db: Session, actor: Actor, idea: Idea, form: Form[IdeaForm]) -> None:
    """What was chosen beside the text: comments that stand behind it, and what it is to ideas near to it."""
    cite(db, actor, idea, form.data)
    relate_all(db, actor, idea, chosen(form))
    scratch.throw_away(db, actor, form.data.window)


def looked_again(
    request: Request, db: Session, actor: Actor, form: Form[IdeaForm], idea: Idea | None = None
) -> Response:
    """Without scripts: the same page with what stands beside the process that is chosen now."""
    form.errors = {}
    form.key = new_key() if idea is None else ""
    return page(request, "ideas/edit.html", **writing(db, actor, form, idea))


def cite(db: Session, actor: Actor, idea: Idea, data: IdeaForm) -> None:
    """The comments that were ticked beside the form; what cannot be read, or is cited already, is left out."""
    known = citations_of(db, actor, idea.id)
    there = {one.said.id for one in known if one.said}
    for number in [one for one in dict.fromkeys(data.cites) if one not in there][: MOST - len(known)]:
        with suppress(Missing):
            citing.cite(db, actor, idea, comments.remark(db, actor, number)[0])


def check_place(db: Session, actor: Actor, form: Form[IdeaForm], idea: Idea | None = None) -> None:
    """What only the database knows: whether the process takes ideas now, and whether enough is written to submit."""
    data, stage = form.data, Stage.DRAFT if idea is None else idea.stage
    process = next((one for one in queries.processes(db) if one.id == data.process), None)
    if process is None:
        form.refuse("process", "Choose one of the offered processes.")
        return
    if data.then == "signal" and process.prioritised:
        form.refuse("process", f"{process.name} is prioritised: this can be submitted as an idea.")
    if data.then != "signal" and not process.prioritised and stage is Stage.DRAFT:
        form.refuse("process", f"{process.name} is not prioritised now. Keep this as a signal, or choose another.")
    if data.team is not None and data.team not in actor.teams:
        form.refuse("team", "You can write only for a team that you are in.")
    if data.unnamed and not may_hide(db, actor, process, idea):
        form.refuse("unnamed", "Nobody could keep your name here. Write with it.")
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


def beside(
    request: Request, db: Session, actor: Actor, form: Form[IdeaForm], near: Nearby, idea: Idea | None = None
) -> Response:
    """The form as it was typed, with near ideas beside it: asked for, or once before a first submission."""
    form.errors.clear()
    form.key = new_key() if idea is None else ""
    context = writing(db, actor, form, idea) | telling(with_pilots(db, actor, near))
    return page(request, "ideas/edit.html", status=422 if near.holds else 200, **context)


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
        "guide": guide(db, actor, picked) if picked and not actor.guest else None,
        "measures": [(name, name) for name in measures(db)],
        "years": YEARS,
        "audiences": AUDIENCES,
        "departments": list(paths(db).items()),
        "custodian": custodian_name(db, actor, picked, idea),
        "begun": scratches.begun(db, actor, idea.id if idea else None, but=str(form.value("window"))),
        "files": files.of_thing(db, idea.ref, veiled=False) if idea else (),
        "may_submit": idea is None or idea.stage is not Stage.SIGNAL,
        "may_keep": idea is None,
        "call": taking.beside(db, actor, form, idea),
        **telling(None),
    }


def may_hide(db: Session, actor: Actor, process: Process, idea: Idea | None) -> bool:
    return (idea is not None and idea.unnamed) or actions.custodian_for(db, actor, process.committee_id) is not None


def custodian_name(db: Session, actor: Actor, process: Process | None, idea: Idea | None) -> str:
    """Who alone would know the name of somebody who writes without one; nothing where that is not offered."""
    if process is None or actor.guest:
        return ""
    known = idea.custodian_id if idea else None
    custodian = known or actions.custodian_for(db, actor, process.committee_id)
    return db.get_one(Person, custodian).name if custodian else ""


@routes.get("/ideas/{id}/edit")
def edit(request: Request, db: Db, actor: Visitor, idea: TheIdea) -> Response:
    if not rules.may_change(actor, idea):
        raise Refused("This text cannot be changed now, or not by you.")
    window, texts = resumed(request, db, actor, idea.id)
    form = stored(db, idea)
    form.texts = {**form.texts, **texts, "window": [window]}
    return page(request, "ideas/edit.html", **writing(db, actor, form, idea))


def stored(db: Session, idea: Idea) -> Form[IdeaForm]:
    texts = {name: getattr(idea, name) for name in actions.TEXT}
    texts["jobs"] = [number for number, _ in queries.jobs_of(db, idea.id)]
    texts["departments"] = queries.departments_of(db, idea.id)
    for one in queries.years_of(db, idea.id):
        texts |= {f"benefit_{one.year}": one.benefit, f"cost_{one.year}": one.cost}
    sight = {"audience": idea.audience.value, "unnamed": "on" if idea.unnamed else ""}
    return blank(IdeaForm, process=idea.process_id, team=idea.team_id, version=idea.version, **texts, **sight)


@routes.post("/ideas/{id}/edit")
def change(request: Request, db: Db, actor: Visitor, idea: TheIdea, fields: Typed) -> Response:
    if not rules.may_change(actor, idea):
        raise Refused("This text cannot be changed now, or not by you.")
    form = taking.filled(fields)
    if fields.get("then") == "look":
        return looked_again(request, db, actor, form, idea)
    if form.value("then") == "similar":
        return beside(request, db, actor, form, near_form(db, actor, form, idea), idea)
    if form.filled is not None and form.filled.version != idea.version:
        return late(request, db, actor, idea, form)
    if form:
        check_place(db, actor, form, idea)
    answers = taking.check(db, actor, form, idea)
    if not form:
        return refused(request, db, actor, form, idea)
    if near := holding(db, actor, form, idea):
        return beside(request, db, actor, form, near, idea)
    actions.change(db, actor, idea, form.data)
    keep_beside(db, actor, idea, form)
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


@routes.post("/ideas/{id}/name")
def put_name(request: Request, db: Db, actor: Employee, idea: TheIdea) -> Response:
    actions.put_name(db, actor, idea)
    return see(request, f"/ideas/{idea.id}", "Your name stands with it now.")


@routes.post("/ideas/{id}/open")
def open_to_all(request: Request, db: Db, actor: Employee, idea: TheIdea) -> Response:
    actions.open_to_all(db, actor, idea)
    return see(request, f"/ideas/{idea.id}", "Everybody here can read it now.")


@routes.post("/ideas/{id}/vote")
def vote(request: Request, db: Db, actor: Employee, idea: TheIdea, fields: Typed) -> Response:
    form = fill(VoteForm, fields)
    if not form:
        raise Invalid("Support is on or off.")
    actions.vote(db, actor, idea, on=form.data.value == "on")
    return see(request, f"/ideas/{idea.id}")

"""Writing and changing ideas. `literal` holds the addresses without an id."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session

from app import web
from app.db import Db
from app.errors import Missing, Refused
from app.ideas import actions, pages_moves, queries, rules
from app.ideas.calls import queries as calls
from app.ideas.calls import taking
from app.ideas.citing import actions as citing
from app.ideas.citing.queries import MOST, citations_of
from app.ideas.forms import IdeaForm
from app.ideas.listing import an_id
from app.ideas.models import Idea, Stage
from app.ideas.similar.actions import relate_all
from app.ideas.similar.asking import chosen, holding, near_form
from app.ideas.writing import actions as scratch
from app.ideas.writing.pages_form import beside, late, looked_again, may_hide, refused, resumed, stored, writing
from app.once import new_key, once
from app.people.actor import Actor, Employee, Visitor
from app.people.found import found
from app.voice.comments import queries as comments
from app.voice.customer_jobs import queries as jobs
from app.web import Fields, Form, Request, Response, Typed, blank, page, see

literal = web.router()
routes = web.router()
routes.routes.extend(pages_moves.routes.routes)
TheIdea = Annotated[Idea, Depends(found(Idea, queries.visible_to, made=queries.one_for))]
KEPT = {"submit": "Submitted to the committee.", "signal": "Kept as a signal.", "draft": "Kept as a draft."}


@dataclass(frozen=True)
class Judged:
    """What was sent: page: the answer where it is not to be kept yet. answers: to the questions of a call."""

    page: Response | None = None
    answers: taking.Beside | None = None


def judge(
    request: Request, db: Session, actor: Actor, form: Form[IdeaForm], fields: Fields, idea: Idea | None = None
) -> Judged:
    """Asked to look beside the text, written over meanwhile, mistaken, or near to what is here: the page again."""
    if fields.get("then") == "look":
        return Judged(looked_again(request, db, actor, form, idea))
    if form.value("then") == "similar":
        return Judged(beside(request, db, actor, form, near_form(db, actor, form, idea), idea))
    if idea is not None and form.filled is not None and form.filled.version != idea.version:
        return Judged(late(request, db, actor, idea, form))
    if form:
        check_place(db, actor, form, idea)
    answers = taking.check(db, actor, form, idea)
    if not form:
        return Judged(refused(request, db, actor, form, idea))
    near = holding(db, actor, form, idea)
    return Judged(beside(request, db, actor, form, near, idea)) if near else Judged(answers=answers)


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


@literal.post("/ideas/new")
def begin(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    form = taking.filled(fields)
    judged = judge(request, db, actor, form, fields)
    if judged.page:
        return judged.page
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    idea = actions.begin(db, actor, form.data)
    keep(db, actor, idea, form, judged)
    return once_.see(f"/ideas/{idea.id}", KEPT[form.data.then])


def keep(db: Session, actor: Actor, idea: Idea, form: Form[IdeaForm], judged: Judged) -> None:
    """What was chosen beside the text: comments that stand behind it, what it is to ideas near to it, what it answers
    to a call. Then it is submitted, if that was pressed."""
    cite(db, actor, idea, form.data)
    relate_all(db, actor, idea, chosen(form))
    scratch.throw_away(db, actor, form.data.window)
    taking.keep(db, idea, judged.answers)
    if form.data.then == "submit":
        actions.submit(db, actor, idea)


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


@routes.get("/ideas/{id}/edit")
def edit(request: Request, db: Db, actor: Visitor, idea: TheIdea) -> Response:
    may_be_changed(actor, idea)
    window, texts = resumed(request, db, actor, idea.id)
    form = stored(db, idea)
    form.texts = {**form.texts, **texts, "window": [window]}
    return page(request, "ideas/edit.html", **writing(db, actor, form, idea))


@routes.post("/ideas/{id}/edit")
def change(request: Request, db: Db, actor: Visitor, idea: TheIdea, fields: Typed) -> Response:
    may_be_changed(actor, idea)
    form = taking.filled(fields)
    judged = judge(request, db, actor, form, fields, idea)
    if judged.page:
        return judged.page
    actions.change(db, actor, idea, form.data)
    keep(db, actor, idea, form, judged)
    return see(request, f"/ideas/{idea.id}", KEPT["submit"] if form.data.then == "submit" else "Kept.")


def may_be_changed(actor: Actor, idea: Idea) -> None:
    if not rules.may_change(actor, idea):
        raise Refused("This text cannot be changed now, or not by you.")

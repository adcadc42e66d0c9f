"""The writing form as a page: empty, as it was typed, as it is stored; with what stands beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.ideas import actions, queries
from app.ideas.calls import taking
from app.ideas.forms import YEARS, IdeaForm
from app.ideas.models import Idea, Stage
from app.ideas.similar.asking import Nearby
from app.ideas.similar.pages import telling, with_pilots
from app.ideas.writing import queries as scratches
from app.ideas.writing.guide import guide, measures
from app.once import new_key
from app.people.actor import Actor
from app.people.models import Person
from app.people.queries import paths
from app.processes.models import Process
from app.talk.files import queries as files
from app.voice.customer_jobs import queries as jobs
from app.web import Form, Request, Response, blank, page

Texts = Mapping[str, Sequence[str]]
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


def resumed(request: Request, db: Session, actor: Actor, idea_id: int | None = None) -> tuple[str, Texts]:
    """This window's name, and what was typed in it."""
    asked = request.query_params.get("window", "")[:40]
    texts = scratches.of_window(db, actor, asked, idea_id) if asked else None
    return (asked, texts) if texts is not None else (new_key(), {})


def stored(db: Session, idea: Idea) -> Form[IdeaForm]:
    texts = {name: getattr(idea, name) for name in actions.TEXT}
    texts["jobs"] = [number for number, _ in queries.jobs_of(db, idea.id)]
    texts["departments"] = queries.departments_of(db, idea.id)
    for one in queries.years_of(db, idea.id):
        texts |= {f"benefit_{one.year}": one.benefit, f"cost_{one.year}": one.cost}
    sight = {"audience": idea.audience.value, "unnamed": "on" if idea.unnamed else ""}
    return blank(IdeaForm, process=idea.process_id, team=idea.team_id, version=idea.version, **texts, **sight)


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


def looked_again(
    request: Request, db: Session, actor: Actor, form: Form[IdeaForm], idea: Idea | None = None
) -> Response:
    """Without scripts: the same page with what stands beside the process that is chosen now."""
    form.errors = {}
    form.key = new_key() if idea is None else ""
    return page(request, "ideas/edit.html", **writing(db, actor, form, idea))


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


def late(request: Request, db: Session, actor: Actor, idea: Idea, form: Form[IdeaForm]) -> Response:
    """Somebody kept other words meanwhile: both stand there, and keeping again is a choice made knowingly."""
    form.texts = {**form.texts, "version": [str(idea.version)]}
    context = writing(db, actor, form, idea) | {"theirs": idea}
    return page(request, "ideas/edit.html", status=409, **context)

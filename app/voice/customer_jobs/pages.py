"""`/voice/jobs`: what customers try to get done, and who cites it: responses, ideas, maps."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Invalid
from app.frame import Area
from app.ideas.models import Idea, IdeaJob
from app.ideas.queries import citing
from app.ideas.queries import visible_to as ideas_visible_to
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.pilots.artefacts import maps_citing
from app.trail import trail
from app.voice.customer_jobs import actions, queries
from app.voice.customer_jobs.models import Job, JobForm, JobKind, OutcomeForm
from app.voice.customer_jobs.opportunity import in_words
from app.voice.customer_jobs.queries import Heard, Listed
from app.voice.journeys.rules import may_draw
from app.voice.queries import taken_sources
from app.web import Form, Request, Response, ThingId, Typed, blank, download, fill, page, router, see, slow, unchanged
from app.web.rendering import number_words
from app.web.sheets import csv_rows
from app.workflow import MoveForm

area = Area("voice", 70, "Jobs", "/voice/jobs")
routes = router()
TheJob = Annotated[Job, Depends(found(Job, queries.visible_to))]
KINDS = (
    (JobKind.FUNCTIONAL.value, "Functional", "Something to be done"),
    (JobKind.EMOTIONAL.value, "Emotional", "How one wants to feel"),
    (JobKind.SOCIAL.value, "Social", "How one wants to be seen"),
)


@routes.get("/voice/jobs")
def index(request: Request, db: Db, actor: Employee) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "ideas")):
        return kept
    told = queries.all_jobs(db)
    alive = [one for one in told if one.job.put_aside_at is None]
    return page(
        request,
        "voice/jobs/index.html",
        told=alive,
        aside=[one for one in told if one.job.put_aside_at is not None],
        answer=answer(alive),
        ideas=cited(db, actor),
        in_words=in_words,
        may_write=may_draw(db, actor),
    )


def cited(db: Session, actor: Actor) -> dict[int, int]:
    """How many listed ideas that this person may see cite each job."""
    query = (
        select(col(IdeaJob.job_id), func.count())
        .join(Idea, col(Idea.id) == col(IdeaJob.idea_id))
        .where(col(Idea.listed).is_(True), ideas_visible_to(actor))
        .group_by(col(IdeaJob.job_id))
    )
    return dict(db.execute(query).all())


def answer(told: Sequence[Listed]) -> str:
    if not told:
        return "No job is written down yet."
    rated = [(one.best.score or 0, one) for one in told if one.best]
    if not rated:
        return f"{len(told)} {'job is' if len(told) == 1 else 'jobs are'} written down; none is rated yet."
    score, most = max(rated, key=lambda pair: pair[0])
    assert most.best is not None
    words = f"“{most.best.outcome.statement}”: {number_words(score, 1)} of 20"
    return f"Most is to be gained where customers want to {most.job.want}. {words}."


@routes.get("/voice/jobs/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    actions.only_writers(db, actor)
    return form_page(request, db, actor, blank(JobForm, key=new_key(), kind=JobKind.FUNCTIONAL.value))


def form_page(
    request: Request, db: Session, actor: Actor, form: Form[JobForm], job: Job | None = None, status: int = 200
) -> Response:
    return page(
        request,
        "voice/jobs/edit.html",
        status=status,
        form=form,
        job=job,
        kinds=KINDS,
        stages=queries.all_stages(db),
        cells=offered(db, actor, job),
    )


def offered(db: Session, actor: Actor, job: Job | None) -> list[tuple[str, str]]:
    """What can be ticked: the labels of known segments, and what the job has already."""
    pairs = [(f"{name}={label}", f"{name}: {label}") for name, ls in queries.known_cells(db, actor) for label in ls]
    own = queries.cells_of(db, job.id) if job else ()
    return list(dict([*pairs, *((f"{one.segment}={one.label}", f"{one.segment}: {one.label}") for one in own)]).items())


def read(db: Session, actor: Actor, fields: Typed, job: Job | None) -> Form[JobForm]:
    form = fill(JobForm, fields)
    if form:
        if set(form.data.stages) - {number for number, _ in queries.all_stages(db)}:
            form.refuse("stages", "Choose one of the offered answers.")
        if set(form.data.cells) - {value for value, _ in offered(db, actor, job)}:
            form.refuse("cells", "Choose one of the offered answers.")
    return form


@routes.post("/voice/jobs/new")
def create(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    actions.only_writers(db, actor)
    form = read(db, actor, fields, None)
    if not form:
        return form_page(request, db, actor, form, status=422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    return once_.see(f"/voice/jobs/{actions.add(db, actor, form.data).id}", "Kept.")


@routes.get("/voice/jobs/{id}")
@slow
def show(request: Request, db: Db, actor: Employee, job: TheJob) -> Response:
    seen = counts(db, "voice", "ideas", "pilots", "people")
    may_write = may_draw(db, actor)
    if not may_write and (kept := unchanged(request, actor.rights, actor.department_id, actor.teams, seen)):
        return kept
    return job_page(request, db, actor, job, blank(OutcomeForm, key=new_key(), version=job.version))


def job_page(
    request: Request, db: Session, actor: Actor, job: Job, form: Form[OutcomeForm], status: int = 200
) -> Response:
    cells = queries.cells_of(db, job.id)
    ideas, count = citing(db, actor, job.id)
    heard = queries.heard(db, actor, cells)
    may_write = may_draw(db, actor)
    return page(
        request,
        "voice/jobs/show.html",
        status=status,
        trail=trail(db, actor, "voice"),
        job=job,
        cells=cells,
        stages=queries.stages_of(db, job.id),
        rated=queries.ratings(db, job.id).get(job.id, ()),
        heard=heard,
        answer=heard_words(heard) or "Nobody who does this job is known among those who answered.",
        in_words=in_words,
        ideas=ideas,
        more=count - len(ideas),
        maps=maps_citing(db, job.id),
        may_write=may_write,
        form=form,
        sources=[(one.id, one.name) for one in taken_sources(db, actor)] if may_write else [],
    )


def heard_words(heard: Sequence[Heard]) -> str:
    """Where those who do the job are served worse than everybody else, if chance does not explain it."""
    for one in heard:
        if one.n is None:
            return f"Too few of those who do it answered in {one.source.name} to say what they think."
        worse = [line for line in one.touchpoints if line.tone == "hurt"]
        first = f"{one.n:,} of those who answered {one.source.name} do it"
        if not worse:
            return f"{first}; nowhere are they served worse than others by more than chance explains."
        since = worse[0].since
        by = number_words(abs(since.change), 1) if since else ""
        return f"{first}; they fall furthest behind others at {worse[0].name}, by {by} of 100."
    return ""


@routes.post("/voice/jobs/{id}/outcomes")
def rate(request: Request, db: Db, actor: Employee, job: TheJob, fields: Typed) -> Response:
    actions.only_writers(db, actor)
    form = fill(OutcomeForm, fields)
    if form:
        told = form.data
        one_alone = (told.importance is None) != (told.satisfaction is None)
        if one_alone:
            form.refuse("satisfaction", "Give both ratings, or neither.")
        if told.importance is not None and not (told.source or told.told_by):
            form.refuse("told_by", "Say where the ratings come from.")
        if told.importance is not None and told.n is None:
            form.refuse("n", "Say how many customers rated it.")
        if told.source and told.source not in {one.id for one in taken_sources(db, actor)}:
            form.refuse("source", "Choose one of the offered answers.")
    if not form:
        return job_page(request, db, actor, job, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    actions.rate(db, actor, job, form.data)
    return once_.see(f"/voice/jobs/{job.id}#outcomes", "Kept.")


@routes.post("/voice/jobs/{id}/outcomes/{outcome}/remove")
def unrate(request: Request, db: Db, actor: Employee, job: TheJob, outcome: ThingId, fields: Typed) -> Response:
    version = fields.get("version")
    if not version.isdecimal():
        raise Invalid("This cannot be read. Load the page again.")
    actions.unrate(db, actor, job, outcome, int(version[:9]))
    return see(request, f"/voice/jobs/{job.id}#outcomes", "Taken out.")


@routes.post("/voice/jobs/{id}/moves")
def move(request: Request, db: Db, actor: Employee, job: TheJob, fields: Typed) -> Response:
    actions.only_writers(db, actor)
    form = fill(MoveForm, fields)
    if not form or form.data.name not in ("put_aside", "take_up"):
        raise Invalid("There is no such move.")
    aside = form.data.name == "put_aside"
    actions.put_aside(db, actor, job, form.data.version or 0, aside=aside)
    return see(request, f"/voice/jobs/{job.id}", "Put aside." if aside else "Taken up again.")


@routes.get("/voice/jobs/{id}/edit")
def edit(request: Request, db: Db, actor: Employee, job: TheJob) -> Response:
    actions.only_writers(db, actor)
    values: dict[str, Any] = {"situation": job.situation, "want": job.want, "so": job.so, "kind": job.kind.value}
    values["stages"] = [number for _, _, number, _ in queries.stages_of(db, job.id)]
    values["cells"] = [f"{one.segment}={one.label}" for one in queries.cells_of(db, job.id)]
    return form_page(request, db, actor, blank(JobForm, version=job.version, **values), job)


@routes.post("/voice/jobs/{id}/edit")
def save(request: Request, db: Db, actor: Employee, job: TheJob, fields: Typed) -> Response:
    actions.only_writers(db, actor)
    form = read(db, actor, fields, job)
    if not form:
        return form_page(request, db, actor, form, job, 422)
    actions.change(db, actor, job, form.data)
    return see(request, f"/voice/jobs/{job.id}", "Kept.")


@routes.get("/voice/jobs/{id}/figures.csv")
@slow
def figures_csv(request: Request, db: Db, actor: Employee, job: TheJob) -> Response:
    """What those who do it say, beside the others. What is withheld on the page is empty here."""
    header = ["Source", "Segment", "Labels", "Figure", "Value", "Low", "High", "Answers", "Others"]
    header += ["Difference", "Difference low", "Difference high"]
    rows: list[list[Any]] = []
    for one in queries.heard(db, actor, queries.cells_of(db, job.id)):
        first = [one.source.name, one.segment, ", ".join(one.labels)]
        for line in (*one.outcomes, *one.touchpoints):
            estimate, since = line.estimate, line.since
            figures = [estimate.value, estimate.low, estimate.high, estimate.n] if estimate else [None] * 4
            moved = [since.change, since.low, since.high] if since else [None] * 3
            rows.append([*first, line.name, *figures, line.was, *moved])
    return download(csv_rows(header, rows), "job.csv")

"""`/voice/journeys`: each journey as a curve of its figures, and the page on which it is drawn."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Invalid
from app.frame import Area
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.trail import trail
from app.voice.journeys import actions, drawing, words
from app.voice.journeys.models import ArrangeForm, Journey, JourneyForm
from app.voice.journeys.placing import stages_of
from app.voice.journeys.queries import Cell, Point, all_journeys, compared, figures_of, order_of, visible_to
from app.voice.journeys.rules import may_draw
from app.voice.models import Segment, Source
from app.voice.queries import taken_sources
from app.voice.queries import visible_to as sources_visible_to
from app.voice.touchpoints.queries import choices
from app.web import Form, Request, Response, Typed, blank, download, fill, page, router, see, slow, unchanged
from app.web.sheets import csv_rows

area = Area("voice", 40, "Journeys", "/voice/journeys")
routes = router()
TheJourney = Annotated[Journey, Depends(found(Journey, visible_to))]
MOST_LABELS = 12


@routes.get("/voice/journeys")
def index(request: Request, db: Db, actor: Employee) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice")):
        return kept
    return page(
        request, "voice/journeys/index.html", trail=None, journeys=all_journeys(db), may_draw=may_draw(db, actor)
    )


@dataclass(frozen=True)
class Asked:
    """What the page's sentence asks, made good where it names what is not there."""

    sources: Sequence[Source]
    source: Source | None = None
    cells: Sequence[tuple[str, str]] = ()
    others: Sequence[tuple[str, str]] = ()
    cell: Cell | None = None
    against: Cell | None = None
    cell_word: str = ""
    against_word: str = ""

    @property
    def query(self) -> Mapping[str, str]:
        own = {"source": str(self.source.id) if self.source else "", "cell": self.cell_word}
        return {name: value for name, value in {**own, "against": self.against_word}.items() if value}


def asked(db: Session, actor: Actor, source: str, cell: str, against: str) -> Asked:
    """`cell` is "segment=label" of the source; `against` another label of that segment, or another source's number."""
    sources = [one for one in taken_sources(db, actor) if one.responses]
    by_number = {str(one.id): one for one in sources}
    base = by_number.get(source) or next(iter(sources), None)
    if base is None:
        return Asked(sources)
    known = parts_of(db, base)
    first = known.get(cell)
    mine = Cell(base, *first) if first else Cell(base)
    waves = {str(one.id): Cell(one) for one in sources if one.id != base.id} if first is None else {}
    same = {name: Cell(base, *part) for name, part in known.items() if first and part[0] == first[0] and name != cell}
    other = {**waves, **same}.get(against)
    return Asked(
        sources,
        base if source in by_number or first or other else None,
        [(name, f"{segment}: {label}") for name, (segment, label) in known.items()],
        [(name, named(one)) for name, one in {**waves, **same}.items()],
        mine if first or other else None,
        other,
        cell if first else "",
        against if other else "",
    )


def parts_of(db: Session, source: Source) -> dict[str, tuple[str, str]]:
    """The groups of a source, without looking at an answer."""
    query = select(col(Segment.name), col(Segment.labels)).where(col(Segment.source_id) == source.id)
    pairs = [(name, json.loads(labels)) for name, labels in db.execute(query.order_by(col(Segment.place)))]
    return {
        f"{name}={label}": (name, label) for name, labels in pairs if len(labels) <= MOST_LABELS for label in labels
    }


def named(cell: Cell) -> str:
    return cell.label if cell.label is not None else cell.source.name


@routes.get("/voice/journeys/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    actions.only_drawers(db, actor)
    return page(request, "voice/journeys/new.html", form=blank(JourneyForm, key=new_key()))


@routes.post("/voice/journeys/new")
def create(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    actions.only_drawers(db, actor)
    form = fill(JourneyForm, fields)
    if form and actions.namesake(db, form.data.name):
        form.refuse("name", "There is a journey of this name already.")
    if not form:
        return page(request, "voice/journeys/new.html", status=422, form=form)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    journey = actions.draw(db, actor, form.data)
    return once_.see(f"/voice/journeys/{journey.id}/edit", "Kept. Now its stages.")


@routes.get("/voice/journeys/{id}")
@slow
def show(
    request: Request,
    db: Db,
    actor: Employee,
    journey: TheJourney,
    source: str = "",
    cell: str = "",
    against: str = "",
) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice")):
        return kept
    what = asked(db, actor, source, cell, against)
    points = told(db, actor, journey, what)
    drawn = (drawing.wide(points), drawing.tall(points)) if points else None
    compares = what.against is not None
    return page(
        request,
        "voice/journeys/show.html",
        trail=trail(db, actor, "voice"),
        journey=journey,
        what=what,
        points=points,
        stages=drawing.stages_of(points),
        answer=words.finding(points),
        gaps=words.gaps(points),
        apart=words.apart(points, named(what.cell), named(what.against)) if what.cell and what.against else "",
        drawn=drawn,
        compares=compares,
        heard=sorted({one.source for one in points if one.source}),
        may_draw=may_draw(db, actor),
        smallest=max((one.minimum_cell for one in what.sources), default=1),
    )


def told(db: Session, actor: Actor, journey: Journey, what: Asked) -> list[Point]:
    points = figures_of(db, journey.id, what.source, sources_visible_to(actor))
    if what.cell is None:
        return points
    return compared(db, points, what.cell, what.against)


@routes.get("/voice/journeys/{id}/figures.csv")
@slow
def figures_csv(
    request: Request,
    db: Db,
    actor: Employee,
    journey: TheJourney,
    source: str = "",
    cell: str = "",
    against: str = "",
) -> Response:
    what = asked(db, actor, source, cell, against)
    beside = "Beside" if what.against else "Wave before"
    header = ["Stage", "Touchpoint", "Moment of truth", "On 0 to 100", "Low", "High", "Answers", beside, "Difference"]
    header += ["Difference low", "Difference high", "Source"]
    rows = [cells(one) for one in told(db, actor, journey, what)]
    return download(csv_rows(header, rows), f"{journey.name}.csv")


def cells(one: Point) -> list[Any]:
    estimate, since = (one.line.estimate, one.line.since) if one.line else (None, None)
    figures = [estimate.value, estimate.low, estimate.high, estimate.n] if estimate else [None] * 4
    moved = [since.change, since.low, since.high] if since else [None] * 3
    first = [one.placed.stage, one.placed.name, "yes" if one.placed.moment else ""]
    heard = one.source if one.asked else "nobody asks"
    return [*first, *figures, one.line.was if one.line else None, *moved, heard]


@routes.get("/voice/journeys/{id}/edit")
def edit(request: Request, db: Db, actor: Employee, journey: TheJourney) -> Response:
    actions.only_drawers(db, actor)
    return editor(request, db, actor, journey)


def editor(
    request: Request,
    db: Session,
    actor: Actor,
    journey: Journey,
    form: Form[JourneyForm] | None = None,
    status: int = 200,
) -> Response:
    order = [placed for placed in order_of(db, journey.id) if placed.touchpoint_id is not None]
    stages = [(stage, [one for one in order if one.stage_id == stage.id]) for stage in stages_of(db, journey.id)]
    own = blank(
        JourneyForm,
        name=journey.name,
        for_whom=journey.for_whom,
        description=journey.description,
        version=journey.version,
    )
    return page(
        request,
        "voice/journeys/edit.html",
        status=status,
        journey=journey,
        form=form or own,
        stages=stages,
        touchpoints=choices(db, actor),
    )


@routes.post("/voice/journeys/{id}/edit")
def describe(request: Request, db: Db, actor: Employee, journey: TheJourney, fields: Typed) -> Response:
    actions.only_drawers(db, actor)
    form = fill(JourneyForm, fields)
    if form and actions.namesake(db, form.data.name, journey.id):
        form.refuse("name", "There is a journey of this name already.")
    if not form:
        return editor(request, db, actor, journey, form, 422)
    actions.describe(db, actor, journey, form.data)
    return see(request, f"/voice/journeys/{journey.id}/edit", "Kept.")


@routes.post("/voice/journeys/{id}/arrange")
def arrange(request: Request, db: Db, actor: Employee, journey: TheJourney, fields: Typed) -> Response:
    """One change of the order."""
    actions.only_drawers(db, actor)
    form = fill(ArrangeForm, fields)
    if not form:
        raise Invalid("This change cannot be read. Load the page again.")
    data = form.data
    words_, at = actions.arrange(db, actor, journey, data), f"#s{data.stage}" if data.stage else "#stages"
    return see(request, f"/voice/journeys/{journey.id}/edit{at}", words_)

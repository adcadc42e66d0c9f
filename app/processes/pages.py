"""Processes: performance by impact. Rounds, the register and one process stand in pages of their own beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Invalid, Missing, Refused
from app.frame import Area
from app.ideas.models import ALIVE, Idea, Stage
from app.ideas.queries import visible_to as ideas_visible_to
from app.people.actor import Actor, Employee
from app.people.models import Organisation
from app.processes import queries, register_pages, round_pages, story_pages, telling
from app.processes.asking import Asked, asked
from app.processes.assessing import NotYet, Picture, all_drivers, picture
from app.processes.benchmarks import benchmarks
from app.processes.drawing import Row, answer, drawn, notes, rows_of, sorted_rows
from app.processes.impact.keeping import ask, row_of
from app.processes.impact.taking_away import analysis
from app.processes.models import Process
from app.processes.rules import may_register
from app.processes.standing.queries import standings
from app.voice.indices import Measured
from app.voice.queries import before
from app.voice.rules import sees_rows
from app.web import Request, Response, download, page, router, slow, unchanged
from app.web.sheets import Cell, csv_rows

area = Area("processes", 0, "Which hurt", "/processes")
routes = router()
for others in (round_pages, register_pages, story_pages):
    routes.routes.extend(others.routes.routes)
LITTLE_DATA = 100
CSV_HEADER = ("Process", "Verdict", "Chance of vital", "Performance", "Low", "High", "Impact", "Impact low")
CSV_MORE = ("Impact high", "Share", "Answers", "Rank", "Ideas", "Correlation", "Answered both", "Market")
NAMES = {"means": "means", "medians": "medians", "target": "a target"}


@routes.get("/processes")
@slow
def processes(request: Request, db: Db, actor: Employee, sort: str = "") -> Response:
    if kept := unchanged(request, actor.rights, counts(db, "voice", "processes", "ideas", "pilots", "people")):
        return kept
    what = asked(request, db, actor)
    try:
        told, problem = answered(db, what)
    except NotYet as error:
        return working(request, db, what, error)
    known = {process.id: process for process in queries.all_processes(db)}
    rows, waits = the_rows(request, db, actor, what, told, known)
    registered = [row for row in rows if row.process_id]
    shown = registered or rows
    drivers = told.every if told else all_drivers(db, what.source.id) if what.source else ()
    asked_about = {one.process_id for one in drivers}
    unasked = [process for number, process in known.items() if number not in asked_about]
    return page(
        request,
        "processes/index.html",
        what=what,
        problem=problem,
        told=told,
        waits=waits,
        rows=sorted_rows(shown, sort),
        sort=sort or "chance",
        answer=answer(shown, bool(told), bool(registered)),
        drawn=drawn(told, shown) if told else None,
        notes=notes(told, shown) if told else [],
        **told_in_words(told, shown),
        alone=[row for row in rows if not row.process_id] if registered else [],
        registered=bool(registered),
        unasked=unasked,
        found=queries.found_by_asking(db, actor) if unasked or any(row.little for row in shown) else {},
        standings=standings(db),
        priorities=[process for process in known.values() if process.rank],
        rounds=queries.rounds(db)[:3],
        all_drivers=drivers,
        rules=list(NAMES.items()),
        may_register=may_register(actor),
        may_open=any(actor.chairs(number) for number in actor.seats),
        sees_rows=what.source is not None and sees_rows(actor, what.source),
    )


def working(request: Request, db: Session, what: Asked, waiting: NotYet) -> Response:
    """It is asked for, once, and the page says how far it is."""
    row = row_of(db, waiting.wish)
    if row is None:
        request.app.state.database.aside(lambda own: ask(own, waiting.wish))
    request.state.etag = None
    return page(request, "processes/working.html", what=what, done=row.done if row else 0)


def told_in_words(told: Picture | None, shown: Sequence[Row]) -> dict[str, Any]:
    if told is None:
        return {"cautions": [], "changes": [], "beside": None, "missing": "", "resampled": "", "made_of": []}
    return {
        "cautions": telling.cautions(told),
        "changes": telling.changes(told) if told.found.items and told.found.resampling else [],
        "beside": telling.side_by_side(told, {row.key for row in shown}),
        "missing": telling.missing_answers(told),
        "resampled": telling.resampled(told),
        "made_of": made_of(told),
    }


def made_of(told: Picture) -> list[tuple[str, list[tuple[str, float, float]]]]:
    """Each process with its touchpoints: name, weight, and part of the whole."""
    named = {driver.touchpoint_id: driver.name for driver in told.lone}
    found = []
    for one in told.standings:
        if one.process_id:
            total = sum(weight for _, weight in one.driver.parts)
            parts = [(named[number], weight, weight / total) for number, weight in one.driver.parts]
            found.append((one.driver.name, parts))
    return found


def answered(db: Session, what: Asked) -> tuple[Picture | None, str]:
    """The picture, or why there is none in one sentence."""
    if what.question is None:
        return None, ""
    try:
        return picture(db, what.question), what.instead
    except NotYet:
        raise
    except Invalid as error:
        return None, error.words


def the_rows(
    request: Request, db: Session, actor: Actor, what: Asked, told: Picture | None, known: Mapping[int, Process]
) -> tuple[list[Row], bool]:
    """The rows, and whether the wave before is still being worked out."""
    if told is None or what.source is None:
        return [], False
    measure, earlier, waits = what.performance, before(db, what.source, actor), False
    drivers = [one.driver for one in told.standings]
    now = queries.measured(drivers, told.study, measure, what.source.minimum_cell)
    was: Mapping[int, Measured] = {}
    try:
        was = queries.performances(db, earlier, measure) if earlier else {}
    except NotYet as error:
        wish, waits = error.wish, True
        request.state.etag = None
        request.app.state.database.aside(lambda own: ask(own, wish))
    market = benchmarks(db, [number for driver in drivers for number, _ in driver.parts])
    return rows_of(told, known, was, now, ideas_by_process(db, actor), market, few_answers(db)), waits


def few_answers(db: Session) -> int:
    """Below how many answers there is little data, as the organisation has set it."""
    return db.scalar(select(col(Organisation.few_answers))) or LITTLE_DATA


def ideas_by_process(db: Session, actor: Actor, *stages: Stage) -> dict[int, int]:
    """Ideas that are alive, of those that this person may see."""
    query = (
        select(col(Idea.process_id), func.count())
        .where(ideas_visible_to(actor), col(Idea.stage).in_(stages or ALIVE))
        .group_by(col(Idea.process_id))
    )
    return dict(db.execute(query).all())


@routes.get("/processes.csv")
@slow
def processes_csv(request: Request, db: Db, actor: Employee) -> Response:
    """The figures of the table, numbers unrounded."""
    what = asked(request, db, actor)
    told, _ = answered(db, what)
    known = {process.id: process for process in queries.all_processes(db)}
    rows, _ = the_rows(request, db, actor, what, told, known)
    return download(csv_rows(CSV_HEADER + CSV_MORE, [cells(row) for row in rows]), "processes.csv")


def cells(row: Row) -> list[Cell]:
    item = row.item
    figures = [item.vital_probability, item.performance, item.performance_low, item.performance_high]
    more = [item.impact, item.impact_low, item.impact_high, item.share, item.n]
    rest = [row.rank, row.ideas, item.pairwise, item.pairwise_n, row.market]
    return [item.name, item.verdict.value, *figures, *more, *rest]


@routes.get("/processes.zip")
@slow
def processes_zip(request: Request, db: Db, actor: Employee) -> Response:
    """The rows behind the figures, the options, and a script that comes to the same: for those who may see rows."""
    what = asked(request, db, actor)
    told, _ = answered(db, what)
    if told is None or what.source is None:
        raise Missing()
    if not sees_rows(actor, what.source):
        raise Refused("The rows of this source are for others: its page says for whom.")
    headers = {"Content-Disposition": "attachment; filename=processes-analysis.zip", "Cache-Control": "no-store"}
    return Response(analysis(db, what.source, told), media_type="application/zip", headers=headers)

"""The leaders' page and its exports."""

from app import web
from app.changes import FEATURES, counts
from app.columns import today
from app.db import Db
from app.errors import Missing
from app.leaders.pipeline import pipeline
from app.leaders.queries import late, pilots, rounds
from app.leaders.tables import TABLES
from app.leaders.words import answer
from app.people.actor import Leader
from app.pilots.roadmap import ROADMAP
from app.web import Request, Response, download, page, slow, unchanged
from app.web.sheets import csv_rows

routes = web.router()
ON_A_STEP = 6  # pilots shown on one step of the board; the table has them all


@routes.get("/leaders")
@slow
def index(request: Request, db: Db, actor: Leader) -> Response:
    day = today(request.app.state.settings.time_zone)
    if kept := unchanged(request, actor.rights, actor.time_zone, day, counts(db, *FEATURES)):
        return kept
    rows = pilots(db, actor, day)
    running = [row for row in rows if row.line.running]
    board = [(stair, [row for row in running if row.line.step == stair.number]) for stair in ROADMAP]
    return page(
        request,
        "leaders/index.html",
        answer=answer(rows),
        rows=rows,
        running=running,
        board=board,
        on_a_step=ON_A_STEP,
        spent=sum(row.line.spent for row in rows),
        budget=sum(row.line.budget or 0 for row in rows),
        pipeline=pipeline(db, day),
        late=late(db, actor, rows, day),
        rounds=rounds(db),
    )


@routes.get("/leaders/{table}.csv")
@slow
def export(request: Request, db: Db, actor: Leader, table: str) -> Response:
    wanted = TABLES.get(table)
    if wanted is None:
        raise Missing()
    day = today(request.app.state.settings.time_zone)
    rows = list(wanted.rows(db, actor, day))
    return download(csv_rows(wanted.header, rows), f"{table}-{day.isoformat()}.csv")

"""All rounds of prioritisation: what each chose, and what changed from the one before. One round is in round_pages."""

from app.changes import counts
from app.columns import LARGEST_ID, today
from app.db import Db
from app.frame import Area
from app.people.actor import Employee
from app.processes.models import RoundStage
from app.processes.rounds.queries import round_lines
from app.web import Request, Response, page, router, unchanged

area = Area("processes", 20, "Rounds", "/processes/rounds")
routes = router()


@routes.get("/processes/rounds")
def rounds(request: Request, db: Db, actor: Employee, before: str = "") -> Response:
    if kept := unchanged(request, actor.rights, counts(db, "processes", "people")):
        return kept
    last = int(before) if before.isdecimal() and int(before[:19]) <= LARGEST_ID and len(before) < 20 else None
    lines, following = round_lines(db, last)
    is_open = next((line for line in lines if line.round.stage is RoundStage.OPEN), None)
    standing = next((line for line in lines if line.round.stage is RoundStage.PUBLISHED), None)
    return page(
        request,
        "processes/rounds/index.html",
        lines=lines,
        following=f"/processes/rounds?before={following}" if following else None,
        first="/processes/rounds" if last else None,
        open=is_open,
        standing=standing,
        chairs=actor.chairs_one,
        day=today(db.info["settings"].time_zone),
    )

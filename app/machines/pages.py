"""For machines: whether we live, whether we serve, and figures. Open to everyone, so nothing secret stands here."""

from ipaddress import ip_address

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import col
from starlette.responses import JSONResponse, PlainTextResponse

from app import schema, web
from app.columns import now
from app.db import Database
from app.errors import Missing
from app.outbox import Job
from app.record.queries import head
from app.web import Request, Response, slow

routes = web.router()
NO_STORE = {"Cache-Control": "no-store"}


@routes.get("/healthz")
async def healthz(request: Request) -> Response:
    """This process answers. Does not ask the database: a database that is away is no reason to restart us."""
    return JSONResponse({"status": "ok"}, headers=NO_STORE)


@routes.get("/readyz")
@slow
def readyz(request: Request) -> Response:
    """The database answers and has the tables of this version."""
    database: Database = request.app.state.database
    try:
        found = {**database.ready(), "migrations": "current" if schema.is_current(database) else "behind"}
    except (DBAPIError, PoolTimeout):
        found = {"database": "sqlite" if database.embedded else "postgresql", "problem": "does not answer"}
    ready = found.get("migrations") == "current"
    answer = {"status": "ready" if ready else "not ready", **found}
    return JSONResponse(answer, status_code=200 if ready else 503, headers=NO_STORE)


@routes.get("/metrics")
@slow
def metrics(request: Request) -> Response:
    """Prometheus' text, to this machine alone: the counts are of the one process that answers."""
    if not from_this_machine(request):
        raise Missing()
    guard = request.app.guard
    lines = ["# TYPE pilotage_requests_total counter"]
    lines += [f'pilotage_requests_total{{status="{status}"}} {n}' for status, n in sorted(guard.answers.items())]
    lines += ["# TYPE pilotage_request_seconds_total counter", f"pilotage_request_seconds_total {guard.seconds:.6f}"]
    for name, value in stored(request.app.state.database).items():
        lines += [f"# TYPE pilotage_{name} gauge", f"pilotage_{name} {value}"]
    return PlainTextResponse("\n".join(lines) + "\n", headers=NO_STORE)


def stored(database: Database) -> dict[str, int]:
    with database.reading() as db:
        open_ = col(Job.done_at).is_(None)
        waiting = db.scalar(select(func.count()).where(open_, col(Job.due) <= now()))
        failed = db.scalar(select(func.count()).where(open_, col(Job.failure) != ""))
        return {"jobs_waiting": waiting or 0, "jobs_failed": failed or 0, "record_entries": head(db)[0]}


def from_this_machine(request: Request) -> bool:
    """Not through a proxy on this machine either: it says for whom it asks."""
    proxied = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "via"))
    try:
        return not proxied and request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False

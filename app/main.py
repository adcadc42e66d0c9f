"""The application: settings, database, what guards it, the features' routes in order."""

import gc
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio
import structlog
from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from jinja2 import Environment
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import frame
from app.columns import use_currency
from app.db import Database, passes
from app.errors import Refusal, Trouble
from app.outbox import Task, Watch, Worker
from app.record.chain import Keys, key_beside, keys_in
from app.refs import Registry
from app.settings import TOP, Settings
from app.voice import privacy
from app.web import Guard, error_response
from app.web.rendering import make_environment
from app.web.routing import sections
from app.web.static import Static

# In the order of the house. A feature, and each area inside it (a folder), may have `pages.py` and `api.py` with
# `routes`, `jobs.py` with `tasks` and `watches`, `commands.py` with `commands`, and in `queries.py` the `kinds` of
# things that have refs.
FEATURES = (
    "people",
    "voice",
    "diagnosis",
    "processes",
    "teams",
    "ideas",
    "talk",
    "review",
    "pilots",
    "leaders",
    "record",
    "notices",
)
LATER_FEATURES = ("work", "search", "admin", "machines")
EXPECTED: tuple[type[Exception], ...] = (
    *(Refusal, HTTPException, RequestValidationError, DBAPIError, PoolTimeout),
    *(OverflowError, UnicodeEncodeError, Exception),
)
BODY_LIMIT = 2 * 1024 * 1024


def record_keys(settings: Settings) -> Keys:
    """From the environment, else from the file beside an embedded database."""
    words = settings.record_key.get_secret_value()
    if words:
        return Keys.of(words)
    if not settings.embedded:
        raise Trouble("PILOTAGE_RECORD_KEY is needed with a server database: 64 hexadecimal digits, kept outside it.")
    return keys_in(key_beside(settings.database_file))


def parts(name: str) -> Iterator[Any]:
    """The modules of this name that features have, in the order of the house; a feature's areas before itself.

    An area's addresses are words, which stand before the feature's own `{id}`.
    """
    for feature in (*FEATURES, *LATER_FEATURES):
        home = Path(__file__).parent / feature
        for area in sorted(home.glob(f"*/{name}.py")):
            yield import_module(f"app.{feature}.{area.parent.name}.{name}")
        if (home / f"{name}.py").exists():
            yield import_module(f"app.{feature}.{name}")


def open_database(settings: Settings) -> Database:
    use_currency(settings.currency)
    if settings.embedded:
        settings.database_file.parent.mkdir(parents=True, exist_ok=True)
    things = Registry(kind for queries in parts("queries") for kind in getattr(queries, "kinds", ()))
    keys = record_keys(settings)
    return Database(settings.database_url, record_keys=keys, settings=settings, things=things, kept={})


def all_tasks() -> dict[str, Task]:
    return {task.kind: task for jobs in parts("jobs") for task in getattr(jobs, "tasks", ())}


def all_watches() -> list[Watch]:
    return [watch for jobs in parts("jobs") for watch in getattr(jobs, "watches", ())]


def build_id() -> str:
    """Changes whenever what we serve may change: part of every ETag."""
    stamp = hashlib.sha256()
    for folder in ("app", "templates", "static"):
        for file in sorted((TOP / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                stamp.update(f"{file.name}{file.stat().st_mtime_ns}{file.stat().st_size}".encode())
    return stamp.hexdigest()[:12]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    state.database.stay_open()
    worker = None
    if state.database.embedded and state.run_worker:
        worker = Worker(state.database, state.tasks, all_watches())
        worker.start()
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        if worker:
            worker.stop()
        state.database.close()


class Pilotage(FastAPI):
    """FastAPI with the guard outermost: even the answer to a failure of its own carries our headers."""

    guard: Guard

    @property
    def routes(self) -> list[BaseRoute]:
        """One by one, whatever sections they stand in."""
        return [one for route in self.router.routes for one in getattr(route, "routes", None) or [route]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await self.guard(scope, receive, send)

    async def unguarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page that failed for what passes by itself is made again, twice at most; a change never is."""
        repeatable = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        for pause in (0.1, 0.3) if repeatable else ():
            if not await self.failed({**scope}, receive, send):
                return
            await anyio.sleep(pause)
        await super().__call__(scope, receive, send)

    async def failed(self, scope: Scope, receive: Receive, send: Send) -> bool:
        dropped = False

        async def kept(message: Message) -> None:
            nonlocal dropped
            if message["type"] == "http.response.start":
                dropped = scope["state"].pop("passes", False)
            if not dropped:
                await send(message)

        await super().__call__(scope, receive, kept)
        return dropped


def drawing(root: str, time_zone: str, currency: str) -> Environment:
    """What templates are drawn with: what the web gives, and customers' own words with what is personal masked."""
    environment = make_environment(root, time_zone, currency)
    environment.filters["said"] = privacy.parts
    return environment


def compressing(app: ASGIApp) -> ASGIApp:
    return GZipMiddleware(app, minimum_size=1000, compresslevel=1)


def create_app(settings: Settings, database: Database | None = None, *, run_worker: bool = True) -> Pilotage:
    app = Pilotage(
        title="Pilotage",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        max_body_size=BODY_LIMIT,
        middleware=[Middleware(compressing)],
    )
    app.guard = Guard(app.unguarded, settings)
    state: Any = app.state
    state.settings = settings
    state.database = database or open_database(settings)
    state.tasks = all_tasks()
    state.run_worker = run_worker
    state.endings = []  # what ends open streams when the process stops
    state.jinja = drawing(settings.root, settings.time_zone, settings.currency)
    state.build = build_id()
    areas = (pages.area for pages in parts("pages") if hasattr(pages, "area"))
    state.areas = sorted(areas, key=lambda area: area.place)
    state.frame, state.bare_frame = frame.frame, frame.bare_frame
    state.password_threads = CapacityLimiter(2)
    state.figures = frame.Figures()
    state.limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
    state.organisation = ""
    for kind in EXPECTED:
        app.add_exception_handler(kind, refuse)
    add_routes(app, settings)
    return app


async def refuse(request: Any, error: Exception) -> Any:
    answer = error_response(request, error)
    if isinstance(error, (DBAPIError, PoolTimeout)):
        request.state.passes = passes(error)
        log = structlog.get_logger()
        if answer.status_code == 500:
            log.error("request failed", request=request.state.request_id, exc_info=error)
        else:
            why = type(getattr(error, "orig", error)).__name__
            log.warning("database trouble", request=request.state.request_id, status=answer.status_code, why=why)
    return answer


def add_routes(app: FastAPI, settings: Settings) -> None:
    """Routes are taken over as they are; including routers would work each request's context out anew."""
    found = (route for name in ("api", "pages") for pages in parts(name) for route in pages.routes.routes)
    app.router.routes.extend(sections(found))
    app.mount("/static", Static(), name="static")

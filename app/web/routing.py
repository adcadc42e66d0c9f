"""Routes: a sync function runs where its database wants it."""

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.columns import LARGEST_ID
from app.db import Database

F = TypeVar("F", bound=Callable[..., Any])

# An id in an address. What no database can hold is as absent as any other unknown id.
ThingId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def slow(call: F) -> F:
    """Mark a page that does more than a few short queries: it always runs in a thread."""
    call.__dict__["slow"] = True
    return call


def placed(call: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """The one place that decides: on SQLite short work runs on the loop, all else in threads.

    The function has a parameter `request: Request`; that is how its database is found. Used on routes by `Route`,
    and as a decorator on dependencies that read the database.
    """

    @functools.wraps(call)
    async def run(**named: Any) -> Any:
        database: Database = named["request"].app.state.database
        runner = database.run_slow if getattr(call, "slow", False) else database.run
        return await runner(call, **named)

    return run


class Route(APIRoute):
    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        placed_endpoint = endpoint if inspect.iscoroutinefunction(endpoint) else placed(endpoint)
        super().__init__(path, placed_endpoint, **options)
        self.literal = path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Most routes begin otherwise than the address: told without working their patterns out."""
        if not scope.get("root_path") and not scope["path"].startswith(self.literal):
            return Match.NONE, {}
        return super().matches(scope)


class Section(BaseRoute):
    """Routes whose addresses begin with the same word: an address that begins otherwise is compared with none."""

    def __init__(self, word: str, routes: Sequence[BaseRoute]) -> None:
        self.word, self.routes = word, routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if first_word(scope["path"].removeprefix(scope.get("root_path", ""))) != self.word:
            return Match.NONE, {}
        found: tuple[Match, Scope] = (Match.NONE, {})
        for route in self.routes:
            match, known = route.matches(scope)
            if match is Match.FULL:
                return match, {**known, "route_of_section": route}
            if match is Match.PARTIAL and found[0] is Match.NONE:
                found = match, {**known, "route_of_section": route}
        return found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["route_of_section"].handle(scope, receive, send)


def first_word(path: str) -> str:
    return path[1:].partition("/")[0]


def sections(routes: Iterable[Route]) -> list[Section]:
    """In the order of the routes, which matters only where addresses begin with the same word."""
    words: dict[str, list[BaseRoute]] = {}
    for route in routes:
        words.setdefault(first_word(route.path), []).append(route)
    return [Section(word, inside) for word, inside in words.items()]


def router() -> APIRouter:
    """A feature's routes. Addresses are written whole, so that they can be found by searching for them."""
    return APIRouter(route_class=Route, include_in_schema=False)


def api_router() -> APIRouter:
    """Routes for programs: described at /openapi.json."""
    return APIRouter(route_class=Route)

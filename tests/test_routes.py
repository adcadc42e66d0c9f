"""Every route: closed unless declared, with safe headers, for own requests only; and a GET changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import select
from starlette.routing import BaseRoute, Match

from app import web
from app.db import Database
from app.main import BODY_LIMIT, Pilotage, create_app
from app.people import actor
from app.people.models import Person
from app.people.tokens import caller
from app.web import guard
from app.web.guard import SAFE_HEADERS
from tests.cast import Cast
from tests.client import ORIGIN, Browser
from tests.conftest import settings_for

RULES = {actor.visitor, actor.employee, actor.leader, actor.administrator, actor.member, caller.sender, caller.reader}
# Open to everyone: signing in and out, links that carry their own right (a customer's to answer a survey among them),
# and addresses for machines: the description of the API holds nothing but what its documentation says.
PUBLIC = {
    *("GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /reset", "POST /reset"),
    *("GET /reset/{token}", "POST /reset/{token}", "GET /invitation/{token}", "POST /invitation/{token}"),
    *("GET /set-up/{token}", "POST /set-up/{token}/{step}", "POST /set-up/{token}/mail", "POST /set-up/{token}/end"),
    # A customer answers a diagnosis by invitation: the link is the right, 256 bits, once, until a time.
    *("GET /asked/{token}", "POST /asked/{token}"),
    *("GET /s/{token}", "POST /s/{token}", "GET /s/{token}/thanks", "GET /openapi.json"),
    # The end of mail of one kind: the link in the mail is the right to it.
    *("GET /unsubscribe/{token}", "POST /unsubscribe/{token}"),
    # A guest comes in by their link: 256 bits, once, until a time.
    *("GET /guest/{token}", "POST /guest/{token}", "POST /guest/{token}/again"),
    *("GET /healthz", "GET /readyz", "GET /metrics"),
}
PEOPLE = [field.name for field in fields(Cast) if field.type in ("Person", Person)]


def routes(app: Pilotage) -> list[APIRoute]:
    found = [route for route in app.routes if isinstance(route, APIRoute)]
    others = [getattr(route, "path", route) for route in app.routes if not isinstance(route, APIRoute)]
    assert others == ["/static"]
    return found


def names(route: APIRoute) -> set[str]:
    return {f"{method} {route.path}" for method in route.methods}


def rules(dependant: Any) -> Iterator[Any]:
    for needed in dependant.dependencies:
        yield needed.call
        yield from rules(needed)


def plain(app: Pilotage, method: str) -> list[str]:
    """Addresses without a parameter."""
    return sorted({route.path for route in routes(app) if method in route.methods and "{" not in route.path})


def filled(app: Pilotage, method: str) -> list[str]:
    """All addresses, each parameter with something."""
    paths = [route for route in routes(app) if method in route.methods]
    return sorted({route.path_format.format(**dict.fromkeys(route.param_convertors, "1")) for route in paths})


def api(address: str) -> bool:
    return address.startswith("/api/")


def is_ours(headers: Any) -> set[str]:
    """The names of the headers that an answer lacks."""
    lacking = {name for name, value in SAFE_HEADERS.items() if headers.get(name) != value}
    return lacking | {name for name in ("X-Request-ID", "Cache-Control") if name not in headers}


def test_every_route_names_its_rule_or_is_public(app: Pilotage) -> None:
    unruled = {name for route in routes(app) if not RULES & set(rules(route.dependant)) for name in names(route)}
    assert unruled == PUBLIC


def test_sections_lead_where_the_routes_one_by_one_would(app: Pilotage) -> None:
    methods = {method for route in routes(app) for method in route.methods}
    asked = [(method, path) for method in sorted(methods) for path in filled(app, method)]
    assert len(asked) > 400
    for method, path in asked:
        scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "root_path": ""}
        (first, *_) = (route for route in app.routes if route.matches(scope)[0] is Match.FULL)
        (chosen,) = (known for route in app.router.routes if (known := full(route, scope)) is not None)
        assert chosen["route_of_section"] is first


def full(route: BaseRoute, scope: dict[str, Any]) -> Any:
    match, known = route.matches(scope)
    return known if match is Match.FULL else None


def test_the_walk_finds_a_route_without_a_rule(app: Pilotage) -> None:
    pages = web.router()

    @pages.get("/open")
    def forgotten(request: web.Request) -> web.Response:
        return web.Response("all of it")

    (route,) = (route for route in pages.routes if isinstance(route, APIRoute))
    assert not RULES & set(rules(route.dependant))


def test_a_stranger_gets_to_the_sign_in_page_and_no_further(app: Pilotage, cast: Cast) -> None:
    stranger = Browser(app)
    closed = [address for address in plain(app, "GET") if f"GET {address}" not in PUBLIC and not api(address)]
    assert len(closed) > 20
    for address in closed:
        answer = stranger.get(address)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), address
    for address in plain(app, "POST"):
        if f"POST {address}" not in PUBLIC:  # to the API, which has no sign-in page, as well
            assert stranger.post(address).status_code == 401, address


@pytest.mark.parametrize("name", PEOPLE)
def test_a_get_changes_nothing_and_answers_with_our_headers(
    app: Pilotage, database: Database, cast: Cast, as_: Callable[[Person], Browser], name: str
) -> None:
    browser = as_(getattr(cast, name))
    version = Version(database)
    for address in plain(app, "GET"):
        before = version.now()
        answer = browser.get(address)
        right = (401,) if api(address) else (200, 303, 403, 404)  # a cookie is nobody to the API
        assert answer.status_code in right, (address, answer.status_code)
        assert is_ours(answer.headers) == set(), address
        assert version.now() == before, f"GET {address} as {name} changed the database"
        head = browser.http.head(address)
        assert head.status_code in (answer.status_code, 405), address
    version.close()


class Version:
    """SQLite's own mark that some other connection has changed the file."""

    def __init__(self, database: Database) -> None:
        self.connection = database.reads.raw_connection()

    def now(self) -> int:
        assert self.connection.driver_connection
        return int(self.connection.driver_connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        self.connection.close()


def test_the_mark_moves_when_something_changes(database: Database, cast: Cast) -> None:
    version = Version(database)
    before = version.now()
    with database.writing() as db:
        person = db.scalars(select(Person)).first()
        assert person
        person.theme = "dark"
    assert version.now() != before
    version.close()


FOREIGN: list[dict[str, str]] = [
    {},
    {"origin": "null"},
    {"origin": "https://elsewhere.example"},
    {"origin": ORIGIN.replace("http:", "https:")},
    {"origin": ORIGIN + ".elsewhere.example"},
    {"sec-fetch-site": "cross-site", "origin": ORIGIN},
    {"sec-fetch-site": "same-site", "origin": ORIGIN},
    {"sec-fetch-site": "none"},
    {"authorization": "Bearer x"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_forged_request_is_refused_before_anything_is_read(
    app: Pilotage, database: Database, cast: Cast, as_: Callable[[Person], Browser], headers: dict[str, str]
) -> None:
    """A cookie makes it a browser's, whatever else it carries."""
    browser = as_(cast.root)
    browser.http.headers.pop("origin")
    version = Version(database)
    before = version.now()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        closed = [address for address in filled(app, "POST") if not address.startswith(("/s/", "/unsubscribe/"))]
        for address in closed if method == "POST" else ["/me", "/ideas/1", "/nothing"]:
            answer = browser.http.request(method, address, data={"name": "x"}, headers=headers)
            assert answer.status_code == 403, (method, address)
            assert is_ours(answer.headers) == set()
    assert version.now() == before
    version.close()


def test_our_own_requests_are_not_refused_for_where_they_come_from(app: Pilotage, cast: Cast) -> None:
    for headers in ({"origin": ORIGIN}, {"sec-fetch-site": "same-origin"}):
        browser = Browser(app)
        browser.http.headers.pop("origin")
        answer = browser.post("/sign-in", {"email": "a@b.example", "password": "wrong"}, headers=headers)
        assert answer.status_code == 422


def test_every_kind_of_answer_carries_our_headers(
    app: Pilotage, cast: Cast, as_: Callable[[Person], Browser], database: Database
) -> None:
    amal = as_(cast.amal)
    answers = {
        404: amal.get("/nothing"),
        405: amal.http.put("/sign-in"),
        403: amal.get("/admin"),
        413: amal.http.post(
            "/sign-in", content=b"x=" + b"y" * BODY_LIMIT, headers={"content-type": "application/json"}
        ),
        422: amal.http.get("/ideas", headers={"host": "elsewhere.example"}),
        303: Browser(app).get("/ideas"),
        401: Browser(app).post("/ideas/new"),
        200: amal.get("/static/0/app.css"),
    }
    assert {status: answer.status_code for status, answer in answers.items()} == {status: status for status in answers}
    for answer in answers.values():
        assert is_ours(answer.headers) == set(), answer.url
    assert answers[413].headers["connection"] == "close"
    assert "immutable" in answers[200].headers["cache-control"]
    assert is_ours(amal.get("/static/0/nothing.css").headers) == set()


@pytest.fixture
def failing(database: Database, cast: Cast) -> TestClient:
    """The product with a page that fails, as seen from outside."""
    app = create_app(settings_for(database.url), database, run_worker=False)
    pages = web.router()

    @pages.get("/fails")
    def fails(request: web.Request) -> web.Response:
        raise RuntimeError("a secret of ours: SELECT * FROM person")

    app.router.routes[0:0] = pages.routes
    return TestClient(app, base_url=ORIGIN, raise_server_exceptions=False)


def test_a_failure_of_ours_says_so_in_words_and_nothing_of_its_inside(failing: TestClient) -> None:
    answer = failing.get("/fails")
    assert answer.status_code == 500
    assert is_ours(answer.headers) == set()
    assert answer.headers["X-Request-ID"] in answer.text
    for inside in ("secret", "SELECT", "Traceback", "RuntimeError", ".py", "/app/"):
        assert inside not in answer.text


@pytest.mark.parametrize(
    ("address", "method", "status"), [("/fails", "GET", 500), ("/nothing", "GET", 404), ("/ideas", "PUT", 405)]
)
def test_to_htmx_a_refusal_is_the_notice_alone(failing: TestClient, address: str, method: str, status: int) -> None:
    headers = {"HX-Request": "true", "HX-Target": "section#list", "HX-Request-Type": "partial", "Origin": ORIGIN}
    answer = failing.request(method, address, headers=headers)
    assert answer.status_code == status
    assert answer.headers["HX-Retarget"] == "#notice"
    assert answer.text.lstrip().startswith('<div id="notice"')
    assert "<html" not in answer.text


def test_a_right_that_a_link_carries_is_not_written_to_the_log(
    app: Pilotage, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, said = "aRightThatOnlyTheMailKnows", []  # type: ignore[var-annotated]
    monkeypatch.setattr(guard.log, "info", lambda event, **facts: said.append((event, facts)))
    assert Browser(app).http.post(f"/reset/{right}", headers={"origin": "https://elsewhere.example"}).status_code == 403
    assert "/reset/..." in str(said)
    assert right not in str(said)


def test_no_answer_names_what_serves_it(app: Pilotage, cast: Cast, as_: Callable[[Person], Browser]) -> None:
    for address in ("/", "/nothing", "/healthz"):
        answer = as_(cast.root).get(address)
        assert not {"server", "x-powered-by"} & set(answer.headers)

"""A person at a browser without JavaScript: cookies, forms and redirects, nothing else."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from fastapi.testclient import TestClient

from app.main import Pilotage
from app.people.models import Person
from app.people.sessions import begin

ORIGIN = "http://127.0.0.1:8000"


class KeyFinder(HTMLParser):
    """The one-shot keys of a page's forms, by the form's action."""

    def __init__(self) -> None:
        super().__init__()
        self.action, self.keys = "", {}  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given.get("action") or ""
        if tag == "input" and given.get("name") == "key":
            self.keys[self.action] = given.get("value") or ""


class Browser:
    """`get` and `post` do not follow redirects; `send` loads the page first and posts with its one-shot key."""

    def __init__(self, app: Pilotage, person: Person | None = None) -> None:
        self.http = TestClient(app, base_url=ORIGIN, follow_redirects=False, headers={"origin": ORIGIN})
        if person:
            with app.state.database.writing() as db:
                self.http.cookies.set("pilotage", begin(db, person.id, "test"), domain="127.0.0.1")

    def get(self, address: str, **options: Any) -> Any:
        return self.http.get(address, **options)

    def post(self, address: str, data: Mapping[str, Any] | None = None, **options: Any) -> Any:
        return self.http.post(address, data=dict(data or {}), **options)

    def key(self, page: str, action: str | None = None) -> str:
        finder = KeyFinder()
        finder.feed(self.get(page).text)
        return finder.keys[page if action is None else action]

    def send(self, page: str, data: Mapping[str, Any], action: str | None = None, **options: Any) -> Any:
        address = action or page
        return self.post(address, {**data, "key": self.key(page, address)}, **options)

    def move(self, address: str, name: str, note: str = "") -> Any:
        return self.post(f"{address}/moves", {"name": name, "note": note})

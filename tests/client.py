"""A person at a browser without JavaScript: cookies, forms and redirects, nothing else."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi.testclient import TestClient

from app.main import Pilotage
from app.people.models import Person
from app.people.sessions import begin
from tests.forms import forms_of

ORIGIN = "http://127.0.0.1:8000"


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
        wanted = page if action is None else action
        keys = [
            value
            for form in forms_of(self.get(page).text)
            if form.action == wanted
            for value in form.filled({}).get("key", ())
        ]
        return keys[0]

    def send(self, page: str, data: Mapping[str, Any], action: str | None = None, **options: Any) -> Any:
        address = action or page
        return self.post(address, {**data, "key": self.key(page, address)}, **options)

    def move(self, address: str, name: str, note: str = "") -> Any:
        return self.post(f"{address}/moves", {"name": name, "note": note})

    def fill(self, page: str, typed: Mapping[str, Any], button: str = "", action: str = "", **options: Any) -> Any:
        """Load a page, type into one of its forms, and press the button whose words these are."""
        answer = self.get(page)
        assert answer.status_code == 200, (page, answer.status_code, answer.headers.get("location"))
        known = [form for form in forms_of(answer.text) if form.method.lower() == "post" and form.action != "/sign-out"]
        fits = [form for form in known if action in form.action and (not typed or set(typed) <= form.names)]
        if button:
            fits = [form for form in fits if any(button in words for _, _, words in form.buttons)]
        assert fits, (page, action, sorted(typed), [(form.action, sorted(form.names), form.buttons) for form in known])
        return self.post(fits[0].action, fits[0].filled(typed, button), **options)

    def works(self, page: str, typed: Mapping[str, Any], button: str = "", action: str = "", **options: Any) -> str:
        """`fill` that must work; where it leads."""
        answer = self.fill(page, typed, button, action, **options)
        assert answer.status_code == 303, (page, answer.status_code, mistakes(answer.text))
        return str(answer.headers["location"])


def mistakes(html: str) -> list[str]:
    return re.findall(r'class="mistake"[^>]*>(?:<svg.*?</svg>)?<span>(.*?)</span>', html) + re.findall(
        r'<p class="answer">(.*?)</p>', html, re.S
    )

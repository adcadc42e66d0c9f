"""A source that collects, and tokens, made as the product makes them."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.main import Pilotage
from app.people.actor import find_actor
from app.people.models import Person
from app.people.tokens.actions import make
from app.people.tokens.models import Scope
from app.voice.asking.actions import Plan, begin
from app.voice.asking.links import address_of
from app.voice.asking.models import Asking
from app.voice.models import OutcomeKind, Source
from tests.client import ORIGIN

SEND = "/api/v1/voice/responses"
TOUCHPOINTS = ("Restaurants", "Parking", "Shops")


def day(ahead: int = 0) -> date:
    return now().date() + timedelta(days=ahead)


def collecting(database: Database, person: Person, name: str = "Lounge cards", **over: Any) -> int:
    """The id of the asking."""
    fields: dict[str, Any] = {
        "name": name,
        "opens_on": day(-3),
        "closes_on": day(20),
        "minimum_cell": 1,
        "outcomes": [("Recommend", OutcomeKind.NPS), ("Overall", OutcomeKind.RATING)],
        "touchpoints": TOUCHPOINTS,
        "segments": ["Terminal"],
        "texts": {"open": {"en": "What should we do better?", "es": "¿Qué deberíamos hacer mejor?"}},
    } | over
    with database.writing() as db:
        return begin(db, find_actor(db, person.id), Plan(**fields)).id


def a_survey(database: Database, person: Person, **over: Any) -> tuple[int, str]:
    """The id of the asking, and the path of its link."""
    fields: dict[str, Any] = {"survey": True, "segments": []} | over
    number = collecting(database, person, **fields)
    with database.reading() as db:
        address = address_of(db, db.get_one(Asking, number))
    assert address
    return number, address.removeprefix(ORIGIN)


def a_token(database: Database, person: Person, scope: Scope = Scope.SEND) -> str:
    with database.writing() as db:
        return make(db, find_actor(db, person.id), "Till", scope, 30)[1]


def source_of(database: Database, asking_id: int) -> Source:
    with database.reading() as db:
        query = select(Source).join(Asking, col(Asking.source_id) == col(Source.id))
        return db.scalars(query.where(col(Asking.id) == asking_id)).one()


def answer(respondent: object = "r1", **over: Any) -> dict[str, Any]:
    return {
        "respondent": respondent,
        "outcomes": {"Recommend": 9, "Overall": 4},
        "ratings": {"Restaurants": 4, "Parking": "not applicable"},
        "segments": {"Terminal": "T1"},
        "comments": [{"text": "More seats."}],
    } | over


class Program:
    """A program with a token, without cookies, from nowhere that a browser would name."""

    def __init__(self, app: Pilotage, token: str) -> None:
        self.http = TestClient(app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False)
        self.headers = {"authorization": f"Bearer {token}"} if token else {}

    def send(self, batch: object, key: str = "k", headers: Mapping[str, str] | None = None) -> Any:
        body = batch if isinstance(batch, bytes) else json.dumps(batch).encode()
        more = {"idempotency-key": key, "content-type": "application/json"} | dict(headers or {})
        return self.http.post(SEND, content=body, headers=self.headers | more)

    def get(self, address: str) -> Any:
        return self.http.get(address, headers=self.headers)

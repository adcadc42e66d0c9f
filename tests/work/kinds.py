from typing import Any

from sqlalchemy import true
from sqlmodel import col

from app.db import Database
from app.pilots.models import Pilot
from app.processes.models import Prioritisation
from app.refs import Kind, Registry
from app.review.models import Round


def known(database: Database) -> Database:
    have: Registry = database.known["things"]
    more: list[Any] = [
        Kind("pilot", Pilot, lambda actor: true(), col(Pilot.name), lambda id: f"/pilots/{id}"),
        Kind("round", Round, lambda actor: true(), col(Round.name), lambda id: f"/review/rounds/{id}"),
        Kind("prioritisation", Prioritisation, lambda a: true(), col(Prioritisation.name), lambda id: f"/p/{id}"),
    ]
    database.known["things"] = Registry([*more, *have.kinds.values()])
    return database

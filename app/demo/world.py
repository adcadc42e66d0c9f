"""The stage of the demo's story: who is there, and how a scene is played on its day."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.columns import as_of, now
from app.db import Database
from app.people.actor import Actor, find_actor


@dataclass
class World:
    """Ids of everything that has a key, and the seed from which all chance comes."""

    database: Database
    people: dict[str, int] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    processes: dict[str, int] = field(default_factory=dict)
    ideas: dict[str, int] = field(default_factory=dict)
    pilots: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    committee: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(2026))  # noqa: S311 - a story, not a secret
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    scenes: int = 0

    def day(self, days_ago: float) -> date:
        return (self.begun - timedelta(days=days_ago)).date()

    def moment(self, days_ago: float) -> datetime:
        """In office hours, each scene some minutes after the one before it; never in the future."""
        self.scenes += 1
        day = (self.begun - timedelta(days=days_ago)).replace(hour=7, minute=0, second=0)
        return min(day + timedelta(minutes=self.scenes * 7 % 540, seconds=self.scenes % 60), self.begun)

    @contextmanager
    def scene(self, who: str, days_ago: float) -> Iterator[tuple[Session, Actor]]:
        """One person acts, on that day, in one transaction."""
        with as_of(self.moment(days_ago)), self.database.writing() as db:
            yield db, find_actor(db, self.people[who])

    def thing(self, db: Session, model: Any, id: int) -> Any:
        return db.get_one(model, id)

    def ago(self, day: date) -> float:
        return (now().date() - day).days

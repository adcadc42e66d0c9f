"""The stage of the demo's story: who is there, and how a scene is played on its day."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app.columns import as_of
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
    rounds: dict[str, int] = field(default_factory=dict)
    meetings: dict[str, int] = field(default_factory=dict)
    jobs: dict[str, int] = field(default_factory=dict)
    diagnoses: dict[str, int] = field(default_factory=dict)
    planned: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    committee: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(2026))  # noqa: S311 - a story, not a secret
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def day(self, days_ago: float) -> date:
        return (self.begun - timedelta(days=days_ago)).date()

    def moment(self, days_ago: float) -> datetime:
        """On that day in office hours, a minute or more after the scene before it, and never in the future."""
        wanted = (self.begun - timedelta(days=days_ago)).replace(hour=7, minute=12, second=0, microsecond=0)
        step = timedelta(seconds=61 + self.chance.randint(0, 240))
        self.clock = min(max(wanted, self.clock + step), self.begun)
        return self.clock

    def wait(self, until: datetime) -> None:
        """The next scene is played then, or a few minutes later."""
        self.clock = max(self.clock, min(until, self.begun) - timedelta(seconds=61))

    def plan(self, days_ago: float, scene: Callable[..., None], *args: Any, **named: Any) -> None:
        """`scene(world, *args, days_ago)` is played on its day, after what was planned for it earlier."""
        call = partial(scene, self, *args, days_ago, **named)
        self.planned.append((-days_ago, len(self.planned), call))

    def play(self) -> None:
        """All that is planned, in the order of its days: the record of the demo is written as time passes."""
        for _, _, call in sorted(self.planned, key=lambda entry: entry[:2]):
            call()
        self.planned.clear()

    @contextmanager
    def scene(self, who: str, days_ago: float) -> Iterator[tuple[Session, Actor]]:
        """One person acts, on that day, in one transaction."""
        with as_of(self.moment(days_ago)), self.database.writing() as db:
            yield db, find_actor(db, self.people[who])

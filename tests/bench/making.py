"""What every part of the bench's organisation is made with: a size, a seed, and rows put in by the thousand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from random import Random
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert
from sqlmodel import SQLModel

from app.changes import table_of
from app.columns import now
from tests.bench.words import Words

BATCH = 5_000
DAYS = 1000  # for which people have been having ideas


@dataclass(frozen=True)
class Size:
    """For every 100,000 ideas: 5,000 people, 1,000,000 votes, 300,000 comments."""

    ideas: int

    @property
    def people(self) -> int:
        return max(100, self.ideas // 20)

    @property
    def teams(self) -> int:
        return self.people // 25

    @property
    def votes(self) -> int:
        return self.ideas * 10

    @property
    def comments(self) -> int:
        return self.ideas * 3

    @property
    def pilots(self) -> int:
        return min(60, self.ideas // 50)


class Making:
    def __init__(self, connection: Connection, size: Size, seed: int) -> None:
        self.connection, self.size = connection, size
        self.random, self.numbers = Random(seed), np.random.default_rng(seed)
        self.words = Words(self.random)

    @cached_property
    def today(self) -> datetime:
        return now().replace(hour=0, minute=0, second=0, microsecond=0)

    def at(self, share: float) -> datetime:
        """An instant at this share of the days."""
        return self.today - timedelta(days=DAYS * (1 - share))

    def person(self) -> int:
        return self.random.randint(1, self.size.people)

    def store(self, model: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
        """With the model's defaults where a row says nothing. All rows say the same."""
        defaults = {
            name: field.get_default(call_default_factory=True, validated_data={})
            for name, field in model.model_fields.items()
            if name != "id" and not field.is_required()
        }
        whole = (defaults | row for row in rows)
        while batch := list(islice(whole, BATCH)):
            self.connection.execute(insert(table_of(model)), batch)

    def shares(self, parts: int, total: int, most: int) -> Sequence[int]:
        """A total parted as attention is: a few get much, many get little, none more than `most`."""
        weights = self.numbers.pareto(1.3, parts) + 0.2
        shares = np.minimum(self.numbers.multinomial(total, weights / weights.sum()), most)
        while left := total - int(shares.sum()):
            room = np.flatnonzero(shares < most)
            shares[self.numbers.choice(room, min(left, len(room)), replace=False)] += 1
        return [int(share) for share in shares]


def numbered(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return ({"id": number, **row} for number, row in enumerate(rows, 1))

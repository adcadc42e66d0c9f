"""What a list of ideas is asked for, as an address says it; and what a line of it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.columns import LARGEST_ID
from app.ideas.models import Stage

SIZE = 25
COUNTED = 1000


class Sort(StrEnum):
    NEWEST = "newest"
    WARM = "warm"
    SUPPORT = "support"
    TALK = "talk"
    PROMISED = "promised"


@dataclass(frozen=True)
class Filter:
    """What a list is asked for. Read from an address: what cannot be read is left out."""

    q: str = ""
    process: int | None = None
    team: int | None = None
    stage: Stage | None = None
    sort: Sort = Sort.NEWEST
    after: str = ""
    author: int | None = None
    call: int | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Filter":
        stage, sort = given.get("stage", ""), given.get("sort", "")
        return cls(
            q=given.get("q", "").strip()[:200],
            process=an_id(given.get("process", "")),
            team=an_id(given.get("team", "")),
            stage=Stage(stage) if stage in STAGES else None,
            sort=Sort(sort) if sort in SORTS else Sort.NEWEST,
            after=given.get("after", ""),
            call=an_id(given.get("call", "")),
        )

    def fields(self) -> dict[str, str]:
        """As the address says it, without what is left at its usual value and without the place in the list."""
        named = {
            "q": self.q,
            "process": str(self.process or ""),
            "team": str(self.team or ""),
            "stage": self.stage.value if self.stage else "",
            "call": str(self.call or ""),
            "sort": "" if self.sort is Sort.NEWEST else self.sort.value,
        }
        return {name: value for name, value in named.items() if value}

    @property
    def narrow(self) -> bool:
        return bool(self.q or self.process or self.team or self.stage or self.call)


STAGES = frozenset(stage.value for stage in Stage if stage is not Stage.DISCARDED)
SORTS = frozenset(sort.value for sort in Sort)


def an_id(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return number if 0 < number <= LARGEST_ID else None


@dataclass(frozen=True, slots=True)
class Place:
    """One line of a list: which card, and what is drawn around it. `key` is where the next page would go on."""

    id: int
    version: int
    support: int
    supported: bool
    veiled: bool
    key: str


@dataclass(frozen=True)
class Count:
    number: int
    more: bool

    @property
    def words(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"


def key_of(asked: Filter) -> dict[str, Any] | None:
    """Where the page begins, from `after`. What is no key begins at the start."""
    first, _, last = asked.after.rpartition(".")
    number = an_id(last)
    if number is None:
        return None
    if asked.sort is Sort.NEWEST:
        return {"id": number}
    if asked.sort is Sort.PROMISED:
        try:
            return {"id": number, "first": date.fromisoformat(first)}
        except ValueError:
            return None
    return {"id": number, "first": int(first)} if first.isascii() and first.isdigit() and len(first) < 19 else None

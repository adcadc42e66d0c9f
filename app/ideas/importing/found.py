"""What an import holds once it is read and held against its map: ready to be stored, nothing asked any more."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.ideas.importing.problems import Problems

NEVER = np.iinfo(np.int64).min  # no date was given


@dataclass(frozen=True)
class Place:
    """A process that ideas can be for."""

    id: int
    committee_id: int
    name: str


@dataclass(frozen=True)
class House:
    """What checking has to know: processes by their plain names, and what this source brought before."""

    processes: Mapping[str, Place]
    known: Mapping[str, str]  # an idea's id in the source -> digest of its words
    zone: ZoneInfo


@dataclass(frozen=True)
class NewIdea:
    key: str
    title: str
    words: str
    author: int  # a place among the people, -1 for nobody
    at: datetime | None
    process_id: int
    committee_id: int
    listed: bool
    digest: str
    supported: int | None = None


@dataclass(frozen=True)
class NewComment:
    """`idea` and `author` are places; `parent` a place among the comments or -1. Parents stand before their answers."""

    idea: int
    author: int
    parent: int
    depth: int
    orphan: bool
    words: str
    at: datetime | None


@dataclass(frozen=True)
class Ballot:
    """The votes that count: one a person and idea, in the order of the ideas. `at`: microseconds, or NEVER."""

    ideas: NDArray[np.int32]
    people: NDArray[np.int32]
    at: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ideas)


NO_VOTES = Ballot(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64))


class Crowd:
    """People by their id in the source, numbered as they come."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def place(self, key: str) -> int:
        return self.places.setdefault(key, len(self.places))

    def __len__(self) -> int:
        return len(self.places)


@dataclass
class Found:
    problems: Problems = field(default_factory=Problems)
    crowd: Crowd = field(default_factory=Crowd)
    ideas: list[NewIdea] = field(default_factory=list)
    here: int = 0  # ideas that an earlier import of this source brought
    answers: list[Counter[str]] = field(default_factory=list)  # beside each idea
    ballot: Ballot = NO_VOTES
    comments: list[NewComment] = field(default_factory=list)
    votes: dict[str, Any] = field(default_factory=dict)
    talk: dict[str, Any] = field(default_factory=dict)
    left_out: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows will be stored: what progress is counted in."""
        return len(self.crowd) + len(self.ideas) + len(self.ballot) + len(self.comments)

"""What one server process keeps of a database between requests, so that it need not be read or drawn again.

Every entry is found under the change counters of what it was made of: a change makes it unreachable, and the bound
lets it go. What differs by person is never kept here, only whether the reader may see names.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

T = TypeVar("T")


class Kept:
    """The last used entries, at most `bound` of them."""

    def __init__(self, bound: int) -> None:
        self.bound = bound
        self.entries: OrderedDict[Hashable, Any] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Hashable) -> Any:
        with self.lock:
            found = self.entries.get(key)
            if found is not None:
                self.entries.move_to_end(key)
            return found

    def put(self, key: Hashable, value: Any) -> None:
        with self.lock:
            self.entries[key] = value
            self.entries.move_to_end(key)
            while len(self.entries) > self.bound:
                self.entries.popitem(last=False)

    def or_made(self, key: Hashable, make: Callable[[], T]) -> T:
        found: T | None = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found


class Shelf:
    """The kept things of one kind, apart for each database that this process has open."""

    def __init__(self, bound: int) -> None:
        self.bound = bound
        self.by_engine: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()

    def of(self, db: Session) -> Kept:
        engine = db.get_bind()
        assert isinstance(engine, Engine)
        kept = self.by_engine.get(engine)
        if kept is None:
            kept = self.by_engine.setdefault(engine, Kept(self.bound))
        return kept

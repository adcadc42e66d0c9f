"""What was lately drawn or counted, kept by one server process, so that it need not be made again.

Every entry is found under the change counters of what it was made of: a change makes it unreachable, and the bound
lets it go. What differs by person is never kept here, only whether the reader may see names.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy.orm import Session

T = TypeVar("T")


class Lately:
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


def lately(db: Session, name: str, bound: int) -> Lately:
    """The shelf of this name, of the database that this session is of."""
    shelf: Lately = db.info["kept"].setdefault(name, Lately(bound))
    return shelf

"""What is dear to work out and the same for everybody: kept per process for as long as its key stands.

The key is made of change counters (see changes) and of the day, so that a kept value is never older than its data.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

T = TypeVar("T")


def kept(db: Session, name: str, key: object, read: Callable[[Session], T]) -> T:
    """The value kept under this name if its key is still the same, else read anew. One value a name."""
    shelf: dict[str, tuple[object, Any]] = db.info["kept"]
    held = shelf.get(name)
    if held is not None and held[0] == key:
        value: T = held[1]
        return value
    value = read(db)
    shelf[name] = (key, value)
    return value

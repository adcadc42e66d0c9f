"""One thing that waits for a person: what each feature's `waiting` gives, and the home page shows."""

from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Todo:
    """A sentence: verb, title (of what), rest, by when; `sub` says why.

    key: what it is, the same on every page ("score idea:7"). href: below the base path. word: the verb where there is
    little room. things: how many it stands for, when it says "4 more". `late` is worked out from `today`, the
    organisation's day: a deadline ends with its day.
    """

    verb: str
    href: str
    key: str
    today: InitVar[date]
    title: str = ""
    rest: str = ""
    sub: str = ""
    due: date | None = None
    word: str = ""
    things: int = 1
    late: bool = field(init=False)

    def __post_init__(self, today: date) -> None:
        object.__setattr__(self, "late", self.due is not None and self.due < today)

    @property
    def short(self) -> str:
        return self.word or self.verb.split()[0]

    @property
    def target(self) -> str:
        """The button for it: "Score the late one"."""
        which = "the late one" if self.late else "the first one"
        return f"{self.verb} {which}" if " " not in self.verb and self.title else f"Go to {which}"


def in_order(todos: Iterable[Todo]) -> list[Todo]:
    """Late first, then by date, then what has no date; what is alike in this stays in the order it came in."""
    return sorted(todos, key=lambda todo: todo.due or date.max)

"""Who has a conflict with an idea, who is left without one, and who has a word in it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.errors import Refused
from app.ideas.models import ConflictKind
from app.people.actor import HEADS
from app.people.models import Post

Pair = tuple[int, int]  # idea, person
OWN = "You or your team wrote this idea. Others review it and decide on it."
OTHER = "You have a conflict with this idea. Others review it and decide on it."
WORDS: Mapping[ConflictKind, str] = {
    ConflictKind.DECLARED: "Declared",
    ConflictKind.NAMED: "Named by an author",
    ConflictKind.LINE: "A reporting line between them, at some level",
    ConflictKind.DEPARTMENT: "The same department as an author",
    ConflictKind.TOGETHER: "Wrote another idea together with an author",
    ConflictKind.SUPPORTER: "Supported it, or spoke about it, before the round",
}
# The same to the member themself.
TO_THEM: Mapping[ConflictKind, str] = {
    ConflictKind.LINE: "You lead an author, or an author leads you, at some level.",
    ConflictKind.DEPARTMENT: "You are in the same department as an author.",
    ConflictKind.TOGETHER: "You wrote another idea together with an author.",
    ConflictKind.SUPPORTER: "You supported it, or spoke about it, before the round.",
}


@dataclass(frozen=True)
class Concerned:
    """Who is concerned by which idea: `own` by writing it (or being in the team that did), `declared` by their word,
    `found` where it was named or found, and confirmed.

    To whom names are hidden nothing is told, nor counted, but what members declared themselves: `told`.
    """

    own: frozenset[Pair]
    declared: frozenset[Pair]
    found: frozenset[Pair] = frozenset()

    def has(self, idea_id: int, person_id: int) -> bool:
        pair = (idea_id, person_id)
        return pair in self.own or pair in self.declared or pair in self.found

    def told(self, *, hidden: bool) -> frozenset[Pair]:
        return self.declared if hidden else self.declared | self.own | self.found


@dataclass(frozen=True)
class Member:
    id: int
    name: str
    post: Post

    @property
    def head(self) -> bool:
        return self.post in HEADS


@dataclass(frozen=True)
class Sight:
    """What one person has to do with conflicts of an idea.

    settles: confirms, dismisses and ends. open: knows who wrote it, and so reads what was found and why. keeper: the
    name of the one to whom it goes instead, where there is one.
    """

    settles: bool = False
    open: bool = False
    keeper: str = ""


def eligible(seated: Collection[Member], known: Concerned, idea_id: int) -> list[Member]:
    return [member for member in seated if not known.has(idea_id, member.id)]


def must_be_free(known: Concerned, idea_id: int, person_id: int) -> None:
    """Refuse who has a conflict: neither sight nor score nor decision."""
    if (idea_id, person_id) in known.own:
        raise Refused(OWN)
    if known.has(idea_id, person_id):
        raise Refused(OTHER)

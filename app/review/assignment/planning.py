"""A plan of who reviews what, before anybody agrees to it: what it gives, moves and leaves open."""

import hmac
import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from sqlalchemy.orm import Session

from app.record.chain import Keys
from app.review.assignment.flow import ANEW, REPAIR, Ints, Question, solve
from app.review.assignment.models import Wish
from app.review.assignment.scene import Placed, Reader, Scene
from app.review.conflicts.rules import Pair

# What reading an idea costs its reader: two that are disliked are worse than three that are merely there.
TASTE = {Wish.WANT: 0, Wish.CAN: 1, Wish.RATHER_NOT: 3}


class Way(StrEnum):
    """Anew: only what is filed stays. Repair: who has an idea keeps it, and what is missing is filled."""

    ANEW = "anew"
    REPAIR = "repair"


@dataclass(frozen=True)
class Lack:
    """An idea with fewer reviews than are wanted, and why."""

    idea: Placed
    asked: int
    able: int  # who may review it at all

    def why(self, wanted: int) -> str:
        if self.able < wanted:
            who = "Nobody" if self.able == 0 else f"Only {self.able} of the reviewers"
            return f"{who} may review it."
        return "Those who may review it have as many as they take."


@dataclass(frozen=True)
class Share:
    """What a plan means for one member."""

    reader: Reader
    before: int
    after: int
    new: Sequence[Placed]
    gone: Sequence[Placed]
    wanted: int  # of those that they want to read, how many they get
    of: int
    disliked: int


@dataclass(frozen=True)
class Plan:
    scene: Scene
    way: Way
    pairs: frozenset[Pair]

    @property
    def new(self) -> list[Pair]:
        return sorted(self.pairs - self.scene.live - self.scene.submitted)

    @property
    def gone(self) -> list[Pair]:
        """Asked until now, and not any more: what fell away by itself among it."""
        return sorted(self.scene.live - self.pairs)

    @property
    def moved(self) -> list[Pair]:
        return sorted(set(self.scene.standing) - self.pairs)

    @property
    def changes(self) -> bool:
        return bool(self.new or self.gone)

    @property
    def lacking(self) -> list[Lack]:
        asked, wanted = Counter(idea for idea, _ in self.pairs), self.scene.round.wanted
        short = [idea for idea in self.scene.ideas if asked[idea.id] < wanted]
        return [Lack(idea, asked[idea.id], self.able(idea)) for idea in short]

    @property
    def lack(self) -> int:
        return sum(self.scene.round.wanted - one.asked for one in self.lacking)

    def able(self, idea: Placed) -> int:
        return sum(self.scene.may(idea, one) or self.scene.filed(idea, one) for one in self.scene.readers)

    @property
    def unread(self) -> list[Placed]:
        """Ideas that no expert reads, though somebody on the committee who may review it is one."""
        read = {idea for idea, person in self.pairs if (idea, person) in self.scene.experts}
        known = {
            idea.id
            for idea in self.scene.ideas
            if any((idea.id, one.id) in self.scene.experts and self.scene.may(idea, one) for one in self.scene.readers)
        }
        return [idea for idea in self.scene.ideas if idea.id in known - read]

    @property
    def loads(self) -> list[int]:
        """How many reviews each who is here would have, from the fewest."""
        after = Counter(person for _, person in self.pairs)
        return sorted(after[reader.id] for reader in self.scene.readers if reader.here)

    def shares(self, but: Collection[int] = ()) -> list[Share]:
        """By member. but: ideas of which nothing is told."""
        ideas = {idea.id: idea for idea in self.scene.ideas if idea.id not in but}
        before, after = self.scene.loads(), Counter(person for _, person in self.pairs)
        new, gone = grouped(self.new, ideas), grouped(self.gone, ideas)
        return [
            Share(
                one,
                before[one.id],
                after[one.id],
                new.get(one.id, ()),
                gone.get(one.id, ()),
                self.count(one, Wish.WANT, given=True),
                self.count(one, Wish.WANT, given=False),
                self.count(one, Wish.RATHER_NOT, given=True),
            )
            for one in self.scene.readers
            if one.here or before[one.id] or one.id in gone
        ]

    def count(self, reader: Reader, wish: Wish, *, given: bool) -> int:
        """Of a member's wishes of a kind: all that could be met, or those that are."""
        mine = [
            (idea.id, reader.id) for idea in self.scene.ideas if self.scene.wishes.get((idea.id, reader.id)) is wish
        ]
        may = [pair for pair in mine if pair not in self.scene.over and not self.scene.known.has(*pair)]
        return sum(pair in self.pairs for pair in may) if given else len(may)

    def total(self, wish: Wish, *, given: bool) -> int:
        return sum(self.count(one, wish, given=given) for one in self.scene.readers if one.here)


def grouped(pairs: Collection[Pair], ideas: dict[int, Placed]) -> dict[int, list[Placed]]:
    found: dict[int, list[Placed]] = {}
    for idea, person in pairs:
        if idea in ideas:
            found.setdefault(person, []).append(ideas[idea])
    return found


def work_out(scene: Scene, way: Way) -> Plan:
    chosen = solve(question(scene, way))
    pairs = ((scene.ideas[row].id, scene.readers[column].id) for row, column in np.argwhere(chosen))
    return Plan(scene, way, frozenset(pairs))


def question(scene: Scene, way: Way) -> Question:
    def table(of: Callable[[Placed, Reader], int]) -> Ints:
        cells = [[of(idea, reader) for reader in scene.readers] for idea in scene.ideas]
        return np.array(cells, dtype=np.int64).reshape(len(scene.ideas), len(scene.readers))

    return Question(
        wanted=np.full(len(scene.ideas), scene.round.wanted, dtype=np.int64),
        allowed=table(scene.may) > 0,
        taste=table(lambda idea, reader: TASTE[scene.wishes.get((idea.id, reader.id), Wish.CAN)]),
        expert=table(lambda idea, reader: (idea.id, reader.id) in scene.experts) > 0,
        cap=np.array([len(scene.ideas) if one.most is None else one.most for one in scene.readers], dtype=np.int64),
        filed=table(scene.filed) > 0,
        kept=table(scene.stands) > 0,
        order=ANEW if way is Way.ANEW else REPAIR,
    )


def seal(db: Session, plan: Plan) -> str:
    """What a preview and its applying must agree on. With a key: who reviews what cannot be guessed from it."""
    keys: Keys = db.info["record_keys"]
    told = json.dumps([plan.scene.round.id, plan.way.value, plan.new, plan.gone, sorted(plan.pairs)])
    return hmac.new(keys.current, b"pilotage: an assignment\n" + told.encode(), "sha256").hexdigest()[:32]

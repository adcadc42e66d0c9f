"""Fifty people who vote at once, each keeping a journal of what was acknowledged; and the rows they left."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlmodel import col

from app.db import Database
from app.errors import Trouble
from app.ideas.models import Author, Idea, Vote
from app.people.models import Membership
from tests.bench.load import Ask, Client, client
from tests.bench.servers import Server

VOTERS = range(40, 90)
IDEAS = 200


@dataclass
class Voter:
    """`journal`: for each idea what the server last said yes to; `open`: asked for and never answered."""

    person: int
    token: str
    ideas: Sequence[int]
    journal: dict[int, bool] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    errors: int = 0

    def vote(self, server: Server, until: float) -> None:
        chance = random.Random(self.person)
        with client(server) as there:
            while time.monotonic() < until:
                self.once(there, server, chance.choice(self.ideas))

    def once(self, there: Client, server: Server, idea: int) -> None:
        on = not self.journal.get(idea, False)
        headers = {
            "Cookie": f"pilotage={self.token}",
            "Origin": f"http://127.0.0.1:{server.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        begun = time.perf_counter()
        try:
            answer, _ = there.send(Ask(f"/ideas/{idea}/vote", headers), "POST", f"value={'on' if on else 'off'}")
        except OSError:
            self.errors += 1
            self.open.add(idea)
            there.http.close()
            return
        self.seconds.append(time.perf_counter() - begun)
        if answer.status == 303:
            self.journal[idea] = on
        else:
            self.errors += 1


@dataclass(frozen=True)
class Voted:
    per_second: float
    errors: int
    seconds: Sequence[float]
    voters: Sequence[Voter]


def voters(database: Database, tokens: Mapping[int, str]) -> list[Voter]:
    """With the ideas that they may support and have not supported yet: nobody votes for an own or a team's idea."""
    newest = select(col(Idea.id), col(Idea.team_id)).where(col(Idea.listed)).order_by(col(Idea.id).desc()).limit(IDEAS)
    teams = select(col(Membership.person_id), col(Membership.team_id)).where(col(Membership.person_id).in_(tokens))
    with database.reading() as db:
        ideas = dict(db.execute(newest).all())
        in_teams = set(db.execute(teams))
        took_part = {pair for table in (Author, Vote) for pair in db.execute(pairs(table, ideas))}
    free = {
        person: [i for i, team in ideas.items() if (person, i) not in took_part and (person, team) not in in_teams]
        for person in tokens
    }
    return [Voter(person, tokens[person], may) for person, may in free.items() if may]


def pairs(table: type[Author] | type[Vote], ideas: Iterable[int]) -> Select[int, int]:
    return select(col(table.person_id), col(table.idea_id)).where(col(table.idea_id).in_(ideas))


def vote(server: Server, people: Sequence[Voter], seconds: float) -> Voted:
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=one.vote, args=(server, until)) for one in people]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    times = [second for one in people for second in one.seconds]
    if not times:
        raise Trouble("Not one vote was answered.")
    return Voted(len(times) / took, sum(one.errors for one in people), times, people)


def lost(database: Database, people: Sequence[Voter]) -> int:
    """Votes whose rows are not what was acknowledged, and ideas whose counter is not the number of their rows."""
    journal = {(one.person, idea): on for one in people for idea, on in one.journal.items() if idea not in one.open}
    ideas = {idea for _, idea in journal}
    counters = select(col(Idea.id), col(Idea.support)).where(col(Idea.id).in_(ideas))
    with database.reading() as db:
        rows = set(db.execute(pairs(Vote, ideas)))
        support = db.execute(counters).all()
    counted = Counter(idea for _, idea in rows)
    return sum((key in rows) != on for key, on in journal.items()) + sum(counted[i] != n for i, n in support)

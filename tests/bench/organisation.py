"""A seeded organisation of N ideas, made through the product's own schema: people, ideas, votes, conversation.

What the product derives (counters in the row, the paths of threads) is written as the product writes it; the words
that are searched are kept by the database's own triggers.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from app.db import Database
from app.ideas.models import PRIVATE, UNANSWERED, Area, Author, Idea, Novelty, Revision, Stage, Vote
from app.ideas.similar.keeping import catch_up
from app.people.models import Committee, Department, Grant, Membership, Organisation, Person, Post, Role, Seat, Team
from app.talk.actions import segment
from app.talk.models import Comment
from tests.bench import around
from tests.bench.making import Making, Size
from tests.bench.words import name

LEADER, ADMINISTRATOR, CHAIR = 1, 2, 3
MEMBERS = range(4, 10)
FIRST_IN_A_TEAM = 10
IN_A_TEAM = 4
BUSY, BUSY_COMMENTS = 20, 50  # so many ideas are talked about by exactly so many comments
DEEPEST = 4
# Of a hundred ideas, how many stand where: most have ended.
STAGES = {
    Stage.DRAFT: 6,
    Stage.SIGNAL: 4,
    Stage.SUBMITTED: 5,
    Stage.SENT_BACK: 3,
    Stage.ADMITTED: 5,
    Stage.IN_REVIEW: 4,
    Stage.RETURNED: 3,
    Stage.DEFERRED: 5,
    Stage.APPROVED: 11,
    Stage.DECLINED: 28,
    Stage.REFUSED: 8,
    Stage.ANSWERED: 8,
    Stage.WITHDRAWN: 6,
    Stage.DISCARDED: 4,
}


def make(database: Database, size: Size, seed: int = 1) -> None:
    """Into a migrated, empty database, in one transaction; then read into the index of similar ideas."""
    with database.writes.begin() as connection:
        making = Making(connection, size, seed)
        people(making)
        around.processes(making)
        stages = stages_of(making)
        listed = [number for number, stage in enumerate(stages, 1) if stage not in PRIVATE]
        support = dict(zip(listed, making.shares(len(listed), size.votes, size.people // 2), strict=True))
        talk = dict(zip(listed, threads(making, len(listed)), strict=True))
        ideas(making, stages, support, talk)
        votes(making, support)
        comments(making, talk)
        around.decisions(making, stages)
        around.pilots(making, stages)
    catch_up(database)


def people(making: Making) -> None:
    size, begun = making.size, making.at(0)
    making.store(Organisation, [{"id": 1, "name": "Rimal International Airport", "set_up_at": begun}])
    making.store(Department, ({"id": number, "name": f"Department {number}"} for number in range(1, 21)))
    making.store(Person, (person(number) | {"created_at": begun} for number in range(1, size.people + 1)))
    roles = {LEADER: Role.LEADER, ADMINISTRATOR: Role.ADMINISTRATOR}
    making.store(Grant, ({"person_id": person, "role": role} for person, role in roles.items()))
    making.store(Committee, [{"id": 1, "name": "Innovation Committee"}])
    posts = {CHAIR: Post.CHAIR} | dict.fromkeys(MEMBERS, Post.MEMBER)
    making.store(Seat, ({"committee_id": 1, "person_id": person, "post": post} for person, post in posts.items()))
    teams = range(1, size.teams + 1)
    purposes = ({"id": team, "name": f"Team {team}", "purpose": making.words.sentence()} for team in teams)
    making.store(Team, ({**purpose, "committee_id": 1, "created_at": begun} for purpose in purposes))
    places = ((team, place) for team in teams for place in range(IN_A_TEAM))
    making.store(Membership, (membership(size, team, place) for team, place in places))


def person(number: int) -> dict[str, Any]:
    return {"id": number, "name": name(number), "email": f"p{number}@bench.example", "department_id": number % 20 + 1}


def membership(size: Size, team: int, place: int) -> dict[str, Any]:
    others = size.people - FIRST_IN_A_TEAM
    return {"team_id": team, "person_id": FIRST_IN_A_TEAM + (team * IN_A_TEAM + place) % others, "lead": place == 0}


def stages_of(making: Making) -> list[Stage]:
    """Of what was approved, the latest is in pilots and the rest done or waiting."""
    drawn = making.random.choices(list(STAGES), list(STAGES.values()), k=making.size.ideas)
    approved = [place for place, stage in enumerate(drawn) if stage is Stage.APPROVED]
    for place in approved[-making.size.pilots :]:
        drawn[place] = Stage.IN_PILOT
    return drawn


def threads(making: Making, parts: int) -> Sequence[int]:
    """How many comments each listed idea has. The last few, the newest, have BUSY_COMMENTS."""
    busy = [BUSY_COMMENTS] * BUSY
    return [*making.shares(parts - BUSY, making.size.comments - sum(busy), 500), *busy]


def ideas(making: Making, stages: Sequence[Stage], support: Mapping[int, int], talk: Mapping[int, int]) -> None:
    made = enumerate(stages, 1)
    rows = [idea(making, number, stage) | counters(support, talk, number) for number, stage in made]
    making.store(Idea, rows)
    making.store(Author, (author for row in rows for author in authors(making, row["id"])))
    making.store(Revision, (revision(making, row) for row in rows if row["revision"]))


def counters(support: Mapping[int, int], talk: Mapping[int, int], number: int) -> dict[str, int]:
    return {"support": support.get(number, 0), "talk": talk.get(number, 0)}


def idea(making: Making, number: int, stage: Stage) -> dict[str, Any]:
    """Ideas come evenly over the days, in the order of their ids."""
    words, random, size = making.words, making.random, making.size
    begun = making.at(number / (size.ideas + 1))
    submitted = stage not in (*PRIVATE, Stage.SIGNAL, Stage.ANSWERED)
    answered = submitted and stage not in UNANSWERED
    return {
        "id": number,
        "process_id": random.randint(1, around.PROCESSES),
        "committee_id": 1,
        "team_id": random.randint(1, size.teams) if random.random() < 0.3 else None,
        "stage": stage,
        "listed": stage not in PRIVATE,
        "title": words.title(),
        "story": words.sentences(4),
        "change": words.sentences(3),
        "needs": words.sentences(1),
        "novelty": random.choice(list(Novelty)),
        "area": random.choice(list(Area)),
        "revision": int(submitted),
        "created_at": begun,
        "submitted_at": begun + timedelta(hours=5) if submitted else None,
        "promised_on": (begun + timedelta(days=21)).date() if submitted else None,
        "answered_at": begun + timedelta(days=15) if answered else None,
        "deferred_to": (making.today + timedelta(days=90)).date() if stage is Stage.DEFERRED else None,
    }


def authors(making: Making, idea: int) -> Iterator[dict[str, int]]:
    wrote = {making.person() for _ in range(making.random.choice((1, 1, 1, 2, 3)))}
    return ({"idea_id": idea, "person_id": person} for person in sorted(wrote))


def revision(making: Making, row: Mapping[str, Any]) -> dict[str, Any]:
    same = ("id", "title", "story", "change", "needs", "novelty", "area", "submitted_at")
    return {"idea_id": row["id"], "number": 1, "submitted_by": making.person()} | {name: row[name] for name in same}


def votes(making: Making, support: Mapping[int, int]) -> None:
    people, today = making.size.people, making.today
    first = making.numbers.integers(0, people, len(support))
    rows = (
        {"idea_id": idea, "person_id": (int(start) + place) % people + 1, "at": today}
        for (idea, count), start in zip(support.items(), first, strict=True)
        for place in range(count)
    )
    making.store(Vote, rows)


def comments(making: Making, talk: Mapping[int, int]) -> None:
    """Threads grow side by side: neighbours by id belong to different ideas."""
    about = np.repeat(list(talk), list(talk.values()))
    making.numbers.shuffle(about)
    grown: dict[int, list[Row]] = {}
    making.store(Comment, (comment(making, number, int(idea), grown) for number, idea in enumerate(about, 1)))


Row = dict[str, Any]


def comment(making: Making, number: int, idea: int, grown: dict[int, list[Row]]) -> Row:
    """Half of them answer an earlier one."""
    thread = grown.setdefault(idea, [])
    above = making.random.choice(thread) if thread and making.random.random() < 0.5 else None
    answered = above if above and above["depth"] < DEEPEST else None
    place = {
        "id": number,
        "depth": answered["depth"] + 1 if answered else 0,
        "path": (answered["path"] if answered else "") + segment(number),
    }
    thread.append(place)
    said = {"about": f"idea:{idea}", "author_id": making.person(), "words": making.words.comment()}
    moment = making.at(number / (making.size.comments + 1))
    return {**place, **said, "parent_id": answered["id"] if answered else None, "written_at": moment}

"""What the lines of a list say: cards by id, and the names of processes and teams.

Read apart from which ideas a list holds, so that a card that is kept already costs nothing. Veiled cards are read by
a select of their own that knows no authors.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, cast, func, literal_column, null, select, type_coerce, union_all
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Session

from app.changes import table_of
from app.ideas.listing import Place
from app.ideas.models import Author, Idea
from app.lately import lately
from app.people.models import Person, Team
from app.processes.models import Priority, Process

I = table_of(Idea).c  # noqa: E741 - reads well in selects


@dataclass(frozen=True, slots=True)
class Card:
    """What a line says to everybody who may see as much. To a veiled reader there is no `by`."""

    id: int
    title: str
    lead: str
    stage: str
    novelty: str
    area: str
    process_id: int
    promised_on: date | None
    deferred_to: date | None
    by: str


LEAD = 400
PLAIN = (
    I.id,
    I.title,
    func.substr(func.coalesce(func.nullif(I.story, ""), I.change), 1, LEAD),
    type_coerce(I.stage, String),
    type_coerce(I.novelty, String),
    type_coerce(I.area, String),
    I.process_id,
    I.promised_on,
    I.deferred_to,
)
WANTED = I.id.in_(bindparam("ids", expanding=True))


def by_whom() -> Any:
    """The team's name, else the authors' names."""
    wrote, person, team = table_of(Author).c, table_of(Person).c, table_of(Team).c
    names = (
        select(func.aggregate_strings(cast(person.name, SqlText), "\x1f"))
        .where(wrote.idea_id == I.id, person.id == wrote.person_id)
        .correlate(table_of(Idea))
        .scalar_subquery()
    )
    named = select(team.name).where(team.id == I.team_id).correlate(table_of(Idea)).scalar_subquery()
    return named, names


CARDS: Select[Any] = select(*PLAIN, *by_whom()).where(WANTED)
VEILED_CARDS: Select[Any] = select(*PLAIN).where(WANTED)


def cards(db: Session, wanted: Sequence[Place]) -> dict[int, Card]:
    """What these lines say. Veiled ones are read by a select of their own that knows no authors."""
    found: dict[int, Card] = {}
    for query, ids in (
        (CARDS, [place.id for place in wanted if not place.veiled]),
        (VEILED_CARDS, [place.id for place in wanted if place.veiled]),
    ):
        if ids:
            for row in db.connection().execute(query, {"ids": ids}):
                found[row[0]] = card(*row)
    return found


def card(id: int, title: str, story: str, *facts: Any) -> Card:
    stage, novelty, area, process_id, promised_on, deferred_to, *by = facts
    lead = first_lines(beyond(title, story))
    return Card(id, title, lead, stage, novelty, area, process_id, promised_on, deferred_to, byline(*by))


def beyond(title: str, text: str) -> str:
    """What a text says beside its title: an imported title may be its text, or the beginning of it."""
    plain = " ".join(text.split())
    stem = title.removesuffix("…")
    if plain == title:
        return ""
    return f"… {plain[len(stem) :].lstrip()}" if stem != title and plain.startswith(stem) else plain


def first_lines(story: str) -> str:
    """The beginning of a text, cut at a word."""
    plain = " ".join(story.split())
    if len(plain) <= 170:
        return plain
    return f"{plain[:170].rpartition(' ')[0] or plain[:170]} …"


def byline(team: str | None = None, names: str | None = None) -> str:
    if team:
        return f"Team {team}"
    people = sorted((names or "").split("\x1f"))
    return ", ".join(people[:3]) + (f" and {len(people) - 3} more" if len(people) > 3 else "")


@dataclass(frozen=True)
class ProcessLine:
    """A process as chips and choices show it: with its figure of the day when it was prioritised."""

    id: int
    name: str
    rank: int | None
    figure: int | None
    vital: bool


@dataclass(frozen=True)
class Directory:
    """The names that every list shows: of processes (prioritised ones first) and of teams."""

    processes: Mapping[int, ProcessLine]
    teams: Mapping[int, str]


def names_select() -> Any:
    process, priority, team = table_of(Process).c, table_of(Priority).c, table_of(Team).c
    evidence = and_(priority.round_id == process.prioritised_by, priority.process_id == process.id)
    return union_all(
        select(literal_column("'p'"), process.id, process.name, process.rank, priority.evidence).select_from(
            table_of(Process).outerjoin(table_of(Priority), evidence)
        ),
        select(literal_column("'t'"), team.id, team.name, null(), null()).where(team.disbanded_at.is_(None)),
    )


NAMES = names_select()


def directory(db: Session, changes: tuple[int, ...]) -> Directory:
    """Kept until a process or a person changes."""
    return lately(db, "names in lists of ideas", 2).or_made(changes, lambda: read_directory(db))


def read_directory(db: Session) -> Directory:
    rows = db.connection().execute(NAMES).all()
    processes = [process_line(*row[1:]) for row in rows if row[0] == "p"]
    processes.sort(key=lambda one: (one.rank is None, one.rank or 0, one.name))
    teams = sorted(((row[2], row[1]) for row in rows if row[0] == "t"), key=lambda pair: pair[0].casefold())
    return Directory({one.id: one for one in processes}, {id: name for name, id in teams})


def process_line(id: int, name: str, rank: int | None, evidence: str | None) -> ProcessLine:
    """The evidence of a priority is the item of the round's figures, as JSON."""
    item = json.loads(evidence) if evidence else {}
    figure = item.get("performance") if isinstance(item, dict) else None
    return ProcessLine(id, name, rank, None if figure is None else round(figure), bool(figure and item.get("vital")))

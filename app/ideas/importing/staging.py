"""The rows of an import, staged in short chunks: straight to the driver, under ids that nobody else gets.

Staged ideas stand as discarded and unlisted and staged people as erased, so that no page, list, count or search has
to know of imports that are under way.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of, touched
from app.columns import now
from app.db import Database, embedded
from app.errors import Stale
from app.ideas.importing.cells import name_of
from app.ideas.importing.dates import moment_of
from app.ideas.importing.found import Found, NewComment
from app.ideas.importing.models import ForeignPerson, IdeaImport, ImportedIdea
from app.ideas.importing.queries import foreign_key, people_known
from app.ideas.models import Area, Author, Idea, Novelty, Stage, Vote
from app.ideas.warmth import warmer, warmth
from app.people.models import Kind, Person
from app.talk.actions import path_below, segment
from app.talk.models import Comment

CHUNK = 5_000
Progress = Callable[[Session, int], None]


@dataclass
class Run:
    """One run of an import. Ids are given as rows are staged: of people, ideas and comments by their places."""

    import_id: int
    found: Found
    source: str
    people_name: str
    ticket: str = ""
    people: list[int] = field(default_factory=list)
    strangers: set[int] = field(default_factory=set)
    ideas: list[int] = field(default_factory=list)
    done: int = 0


def still_ours(db: Session, run: Run) -> None:
    """Give a sign of life; end if somebody took this run for a dead one meanwhile."""
    query = update(IdeaImport).where(col(IdeaImport.id) == run.import_id, col(IdeaImport.ticket) == run.ticket)
    changed = db.execute(query.values(alive_at=now()))
    assert isinstance(changed, CursorResult)
    if changed.rowcount != 1:
        raise Stale("The same files are being taken in by somebody else.")


def put(db: Session, model: Any, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Rows straight to the driver: SQLAlchemy would cost several times as much. The counters are told by hand."""
    if not rows:
        return
    table = table_of(model)
    lite = embedded(db)
    marks = ", ".join(["?" if lite else "%s"] * len(columns))
    names = ", ".join(f'"{column}"' for column in columns)
    sql = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - nothing but our own names
    values = [tuple(plain(cell, lite) for cell in row) for row in rows]
    db.connection().exec_driver_sql(sql, values)


def plain(cell: Any, lite: bool) -> Any:
    """As SQLAlchemy's types would hand it on."""
    if lite and isinstance(cell, datetime):
        return cell.replace(tzinfo=None).isoformat(" ", "microseconds")
    return cell


def next_ids(db: Session, model: Any, n: int) -> list[int]:
    """Ids that nobody else gets: SQLite's writer is alone, PostgreSQL's sequence gives each once."""
    name = table_of(model).name
    if embedded(db):
        last = db.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name}).scalar() or 0
        return list(range(last + 1, last + 1 + n))
    query = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)")
    return sorted(db.scalars(query, {"name": name, "n": n}))


def slices(n: int) -> Iterator[slice]:
    return (slice(at, min(at + CHUNK, n)) for at in range(0, n, CHUNK))


def stage_people(database: Database, run: Run, progress: Progress) -> None:
    """Those who are not known become imported people, hidden until the flip."""
    keys = list(run.found.crowd.places)
    with database.reading() as db:
        known = people_known(db, run.source, keys)
    run.people = [known.get(key, 0) for key in keys]
    new = [place for place, id in enumerate(run.people) if not id]
    run.strangers = set(new)
    columns = ("id", "name", "kind", "theme", "time_zone", "unread", "created_at", "erased_at", "version")
    for some in slices(len(new)):
        with database.writing() as db:
            still_ours(db, run)
            places, moment = new[some], now()
            ids = next_ids(db, Person, len(places))
            names = [name_of(keys[place], run.people_name) for place in places]
            rows = [
                (id, name, Kind.IMPORTED.value, "", "", 0, moment, moment, 1)
                for id, name in zip(ids, names, strict=True)
            ]
            put(db, Person, columns, rows)
            foreign = [
                (run.source, foreign_key(run.source, keys[place]), id, run.import_id)
                for place, id in zip(places, ids, strict=True)
            ]
            put(db, ForeignPerson, ("source", "key", "person_id", "import_id"), foreign)
            for place, id in zip(places, ids, strict=True):
                run.people[place] = id
            said(db, run, len(places), progress, "people")


IDEA = (
    *("id", "process_id", "committee_id", "stage", "listed", "title", "story", "change", "needs"),
    *("novelty", "area", "revision", "reconsidered", "support", "talk", "created_at", "warmth", "version"),
)


def stage_ideas(database: Database, run: Run, progress: Progress) -> None:
    """By age, so that the list of the newest keeps their order."""
    ideas = run.found.ideas
    for some in slices(len(ideas)):
        with database.writing() as db:
            still_ours(db, run)
            chunk, moment = ideas[some], now()
            ids = next_ids(db, Idea, len(chunk))
            usual = (Novelty.INCREMENTAL.value, Area.SERVICE.value, 0, False, 0, 0)
            rows = [
                (
                    *(id, one.process_id, one.committee_id, Stage.DISCARDED.value, False, one.title, "", one.words, ""),
                    *(*usual, one.at or moment, warmth(one.at or moment), 1),
                )
                for id, one in zip(ids, chunk, strict=True)
            ]
            put(db, Idea, IDEA, rows)
            told = [
                (
                    id,
                    run.import_id,
                    run.source,
                    one.key,
                    one.digest,
                    one.listed,
                    one.supported,
                    answers(run.found, place),
                )
                for place, id, one in zip(range(some.start, some.stop), ids, chunk, strict=True)
            ]
            columns = ("idea_id", "import_id", "source", "key", "digest", "wanted", "supported", "answers")
            put(db, ImportedIdea, columns, told)
            put(db, Author, ("idea_id", "person_id"), authors(run, list(zip(ids, chunk, strict=True)), strangers=True))
            run.ideas += ids
            said(db, run, len(chunk), progress, "ideas")


def answers(found: Found, place: int) -> str:
    return json.dumps(dict(sorted(found.answers[place].items())))


def authors(run: Run, ideas: Sequence[tuple[int, Any]], *, strangers: bool) -> list[tuple[int, int]]:
    """Who wrote which. A colleague's name is put to an idea only when it is shown: they see what is theirs."""
    return [
        (id, run.people[one.author])
        for id, one in ideas
        if one.author >= 0 and (one.author in run.strangers) is strangers
    ]


def stage_votes(database: Database, run: Run, progress: Progress) -> None:
    """Support, with each idea's counter and warmth in the transaction of what they count."""
    ballot = run.found.ballot
    warm: dict[int, int] = {}
    for some in slices(len(ballot)):
        with database.writing() as db:
            still_ours(db, run)
            places = ballot.ideas[some].tolist()
            moment = now()
            rows = [
                (run.ideas[place], run.people[person], moment_of(at) or run.found.ideas[place].at or moment)
                for place, person, at in zip(
                    places, ballot.people[some].tolist(), ballot.at[some].tolist(), strict=True
                )
            ]
            put(db, Vote, ("idea_id", "person_id", "at"), rows)
            count(db, "support", [run.ideas[place] for place in places])
            warm_up(db, run, warm, [(place, at) for place, (_, _, at) in zip(places, rows, strict=True)])
            said(db, run, len(rows), progress, "ideas")


def count(db: Session, column: str, ideas: Sequence[int]) -> None:
    """Raise each idea's counter by how often it stands here."""
    many: dict[int, int] = {}
    for id in ideas:
        many[id] = many.get(id, 0) + 1
    mark = "?" if embedded(db) else "%s"
    sql = f"UPDATE idea SET {column} = {column} + {mark} WHERE id = {mark}"  # noqa: S608 - nothing but our own names
    db.connection().exec_driver_sql(sql, [(n, id) for id, n in many.items()])


def warm_up(db: Session, run: Run, warm: dict[int, int], votes: Sequence[tuple[int, datetime]]) -> None:
    """Each idea's warmth with these votes, going on from what it was with those before."""
    for place, at in votes:
        idea = run.ideas[place]
        warm[idea] = warmer(warm.get(idea) or warmth(run.found.ideas[place].at or now()), at)
    changed = {run.ideas[place] for place, _ in votes}
    mark = "?" if embedded(db) else "%s"
    sql = f"UPDATE idea SET warmth = {mark} WHERE id = {mark}"  # noqa: S608 - nothing but our own names
    db.connection().exec_driver_sql(sql, [(warm[id], id) for id in sorted(changed)])


COMMENT = (
    *("id", "about", "parent_id", "author_id", "words", "path", "depth", "orphan"),
    *("revision", "official", "written_at", "version"),
)


def stage_comments(database: Database, run: Run, progress: Progress) -> None:
    """Parents stand before their answers; siblings by date, since a thread is read in the order of ids."""
    comments = run.found.comments
    stored: list[Comment] = []
    for some in slices(len(comments)):
        with database.writing() as db:
            still_ours(db, run)
            chunk, moment = comments[some], now()
            for id, one in zip(next_ids(db, Comment, len(chunk)), chunk, strict=True):
                stored.append(as_stored(id, one, run, stored, moment))
            rows = [tuple(getattr(one, column) for column in COMMENT) for one in stored[some]]
            put(db, Comment, COMMENT, rows)
            count(db, "talk", [run.ideas[one.idea] for one in chunk])
            said(db, run, len(chunk), progress, "talk")


def as_stored(id: int, one: NewComment, run: Run, stored: Sequence[Comment], moment: datetime) -> Comment:
    parent = stored[one.parent] if one.parent >= 0 else None
    return Comment(
        id=id,
        about=f"idea:{run.ideas[one.idea]}",
        parent_id=parent.id if parent else None,
        author_id=run.people[one.author],
        words=one.words,
        path=path_below(parent) + segment(id),
        depth=one.depth,
        orphan=one.orphan,
        revision=0,
        written_at=one.at or run.found.ideas[one.idea].at or moment,
    )


def said(db: Session, run: Run, rows: int, progress: Progress, feature: str) -> None:
    """How far it is; and that this feature's things have changed, past the session that would have seen it."""
    touched(db, feature)
    run.done += rows
    progress(db, run.done)

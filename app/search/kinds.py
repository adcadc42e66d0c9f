"""The kinds of things that the search finds by their words, each declared once.

A kind has an index `{table}_text` (made in a migration, kept by triggers), a rule of who sees it (its own, from the
registry), and what it can be narrowed by. One more kind is one more declaration here and one more line there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType
from sqlmodel import col

from app.changes import table_of
from app.ideas.models import ALIVE, Author, Idea, Stage
from app.ideas.queries import ANY_READER, Reader, veiled_from
from app.people.models import Membership, Person, Team
from app.pilots.models import Keeper, Pilot, PilotStage
from app.processes.models import Process
from app.refs import Registry
from app.talk.files.models import File
from app.talk.models import Comment

ME: Any = bindparam("me")
TEAMS: Any = ANY_READER.teams
AUTHORS: Any = bindparam("authors", expanding=True)
Seen = Callable[[Registry, Reader], ColumnElement[bool]]


@dataclass(frozen=True)
class Searched:
    """title: None where a thing is shown under another's title. texts: what its excerpt is taken from.

    process, stage, open, mine, wrote: SQL that narrows; a kind that has none is left out when it is asked for.
    `seen` is asked beside `standing` of every row: it is the only door.
    """

    name: str
    one: str
    many: str
    model: Any
    seen: Seen
    at: Any
    title: Any = None
    texts: Sequence[Any] = ()
    process: Any = None
    stage: Any = None
    open: Any = None
    mine: Any = None
    wrote: Any = None
    standing: Any = None
    about: Any = None  # a ref of what it belongs to, where it has no page of its own;
    address: Callable[[int], str] | None = None  # and where it is read then

    def narrows(self, key: str) -> Any:
        return self.wrote if key == "author" else getattr(self, key)


def as_registered(name: str) -> Seen:
    return lambda things, reader: things.kinds[name].visible_to(reader)  # type: ignore[arg-type]


TALKED_ABOUT = ("idea", "process", "pilot", "team")


def comments_seen(things: Registry, reader: Reader) -> ColumnElement[bool]:
    """Of the talk about what this reader sees, and a guest may not see what else is about an idea."""
    return Registry(things.kinds[name] for name in TALKED_ABOUT).sees(reader, col(Comment.about))  # type: ignore[arg-type]


def said_of(name: str, about: Any = Comment.about) -> Any:
    """The number of the thing that a comment is about, or a file hangs on, where it is of this kind."""
    about = col(about)
    number = cast(func.substr(about, len(name) + 2), BigInteger)
    return case((about.startswith(f"{name}:"), number), else_=null())


def own_idea() -> ColumnElement[bool]:
    wrote = select(col(Author.idea_id)).where(col(Author.person_id) == ME)
    return or_(col(Idea.id).in_(wrote), col(Idea.team_id).in_(TEAMS))


def idea_written() -> ColumnElement[bool]:
    """By one of these people, where the reader may know it."""
    wrote = select(col(Author.idea_id)).where(col(Author.person_id).in_(AUTHORS))
    return and_(col(Idea.id).in_(wrote), ~veiled_from(ME))


def comment_written() -> ColumnElement[bool]:
    """Nothing said about a veiled idea is found by who said it."""
    return and_(col(Comment.author_id).in_(AUTHORS), ~veiled_from(ME, said_of("idea")))


def comment_process() -> Any:
    of_idea = select(col(Idea.process_id)).where(col(Idea.id) == said_of("idea")).scalar_subquery()
    of_pilot = select(col(Pilot.process_id)).where(col(Pilot.id) == said_of("pilot")).scalar_subquery()
    return func.coalesce(of_idea, of_pilot, said_of("process"))


def own_pilot() -> ColumnElement[bool]:
    keeps = select(col(Keeper.pilot_id)).where(col(Keeper.person_id) == ME)
    leads = or_(col(Pilot.lead_id) == ME, col(Pilot.sponsor_id) == ME, col(Pilot.team_id).in_(TEAMS))
    return or_(leads, col(Pilot.id).in_(keeps))


def in_team() -> ColumnElement[bool]:
    current = (col(Membership.person_id) == ME, col(Membership.until).is_(None))
    return col(Team.id).in_(select(col(Membership.team_id)).where(*current))


IDEAS = Searched(
    *("idea", "Idea", "Ideas", Idea, as_registered("idea")),
    at=func.coalesce(Idea.submitted_at, Idea.created_at),
    title=Idea.title,
    texts=(Idea.story, Idea.change, Idea.needs),
    process=Idea.process_id,
    stage=type_coerce(col(Idea.stage), String),
    open=col(Idea.stage).in_(ALIVE),
    mine=own_idea(),
    wrote=idea_written(),
    standing=col(Idea.stage) != Stage.DISCARDED,
)


def comment_stands() -> ColumnElement[bool]:
    """Neither taken back nor hidden; and none that names somebody where the idea's authors are hidden."""
    shown = (col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None))
    return and_(*shown, or_(col(Comment.mentions) == 0, ~veiled_from(ME, said_of("idea"))))


COMMENTS = Searched(
    *("comment", "Comment", "Comments", Comment, comments_seen),
    at=col(Comment.written_at),
    texts=(Comment.words,),
    process=comment_process(),
    mine=col(Comment.author_id) == ME,
    wrote=comment_written(),
    standing=comment_stands(),
    about=Comment.about,
    address=lambda number: f"/search/comments/{number}",
)


def files_seen(things: Registry, reader: Reader) -> ColumnElement[bool]:
    return Registry(things.kinds[name] for name in TALKED_ABOUT).sees(reader, col(File.about))  # type: ignore[arg-type]


def file_stands() -> ColumnElement[bool]:
    """On the thing or on a comment that stands; and a name may tell of people where the idea's authors are hidden."""
    shown = (col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None))
    on_a_comment = exists().where(col(Comment.id) == col(File.comment_id), *shown).correlate(File)
    placed = or_(col(File.comment_id).is_(None), on_a_comment)
    return and_(col(File.until).is_(None), placed, ~veiled_from(ME, said_of("idea", File.about)))


FILES = Searched(
    *("file", "File", "Files", File, files_seen),
    at=col(File.added_at),
    title=File.name,
    texts=(File.alt,),
    mine=col(File.added_by) == ME,
    standing=file_stands(),
    about=File.about,
    address=lambda number: f"/files/{number}",
)
PROCESSES = Searched(
    *("process", "Process", "Processes", Process, as_registered("process")),
    at=col(Process.created_at),
    title=Process.name,
    texts=(Process.purpose, Process.desired, Process.promised, Process.provided),
    process=col(Process.id),
    open=col(Process.rank).is_not(None),
    mine=col(Process.owner_id) == ME,
)
PILOTS = Searched(
    *("pilot", "Pilot", "Pilots", Pilot, as_registered("pilot")),
    at=col(Pilot.chartered_at),
    title=Pilot.name,
    texts=(Pilot.health_note, Pilot.learned),
    process=Pilot.process_id,
    stage=type_coerce(col(Pilot.stage), String),
    open=col(Pilot.stage) == PilotStage.RUNNING,
    mine=own_pilot(),
)
TEAMS_THAT_ARE = Searched(
    *("team", "Team", "Teams", Team, as_registered("team")),
    at=col(Team.created_at),
    title=Team.name,
    texts=(Team.purpose,),
    open=col(Team.disbanded_at).is_(None),
    mine=in_team(),
)
PEOPLE = Searched(
    *("person", "Person", "People", Person, as_registered("person")),
    at=col(Person.created_at),
    title=Person.name,
    mine=col(Person.id) == ME,
    standing=col(Person.erased_at).is_(None),
)
# In the order in which the page names them.
SEARCHED: Mapping[str, Searched] = {
    one.name: one for one in (IDEAS, COMMENTS, FILES, PROCESSES, PILOTS, TEAMS_THAT_ARE, PEOPLE)
}
LARGE = ("idea", "comment")


def columns(one: Searched) -> tuple[Any, Any, Any]:
    """Process, stage and time as every kind can say them. The time as the driver gives it: only compared."""
    process = cast(null(), BigInteger) if one.process is None else one.process
    stage = cast(null(), String) if one.stage is None else one.stage
    return process.label("process"), stage.label("stage"), type_coerce(one.at, NullType()).label("at")


def text_of(one: Searched) -> Any:
    """All its texts behind one another."""
    whole: Any = None
    for part in one.texts:
        whole = part if whole is None else whole.concat(" ").concat(part)
    return whole


def number_of(one: Searched) -> Any:
    return table_of(one.model).c.id

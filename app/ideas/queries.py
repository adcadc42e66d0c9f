"""Reading ideas: one door for all of it. Lists are in listing.py.

Whoever is veiled from an idea's authors is served by selects without author columns; nothing is left to a template.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from app.changes import table_of
from app.columns import Id
from app.errors import Missing
from app.ideas.models import (
    Audience,
    Author,
    Conflict,
    Idea,
    IdeaDepartment,
    IdeaJob,
    IdeaYear,
    Invited,
    Revision,
    Stage,
    Veil,
    Vote,
)
from app.people.actor import HEADS, Actor
from app.people.models import Committee, Department, Membership, Person, Seat, Team
from app.processes.models import Process
from app.record.models import Entry, Salt
from app.refs import Kind
from app.talk.models import MOVES_OF_TALK, Follow
from app.voice.customer_jobs.models import Job

FOR_OTHERS = "An idea for its committee"


@dataclass(frozen=True)
class Reader:
    """What `visible_to` asks of an actor, where parameters stand for the person: for selects that are made once."""

    id: Any
    teams: Any
    seats: Any
    department_id: Any
    guest: bool = False


def visible_to(actor: Actor | Reader) -> ColumnElement[bool]:
    """What is listed and for this reader, and all of one's own; a guest sees those that they were invited to."""
    if actor.guest:
        invited = select(col(Invited.idea_id)).where(col(Invited.person_id) == actor.id)
        return and_(col(Idea.id).in_(invited), col(Idea.listed).is_(True))
    return or_(and_(col(Idea.listed).is_(True), is_for(actor)), own(actor))


def own(actor: Actor | Reader) -> ColumnElement[bool]:
    wrote = select(col(Author.idea_id)).where(col(Author.person_id) == actor.id)
    return or_(col(Idea.id).in_(wrote), col(Idea.team_id).in_(actor.teams))


def is_for(actor: Actor | Reader) -> ColumnElement[bool]:
    """Whether an employee is among those whom an idea is for: all, named departments, or team and committee only.

    Its committee and the process owner always are: they have to answer it.
    """
    owned = select(col(Process.id)).where(col(Process.owner_id) == actor.id)
    named = select(col(IdeaDepartment.idea_id)).where(col(IdeaDepartment.department_id).in_(above(actor.department_id)))
    return or_(
        col(Idea.audience) == Audience.EVERYONE,
        col(Idea.committee_id).in_(actor.seats),
        col(Idea.process_id).in_(owned),
        and_(col(Idea.audience) == Audience.DEPARTMENTS, col(Idea.id).in_(named)),
    )


def title_for(actor: Actor, title: Any = None) -> ColumnElement[str]:
    """An idea's title where all ideas of a kind are counted, to whoever may not read this one."""
    shown = col(Idea.title) if title is None else title
    return case((visible_to(actor), shown), else_=literal(FOR_OTHERS))


def above(department: Any) -> Select[Any]:
    """A department and those above it: what is for Operations is for Operations / Terminal too."""
    tree = (
        select(col(Department.id), col(Department.parent_id))
        .where(col(Department.id) == department)
        .cte(recursive=True)
    )
    upper = aliased(Department)
    tree = tree.union(select(col(upper.id), col(upper.parent_id)).join(tree, col(upper.id) == tree.c.parent_id))
    return select(tree.c.id)


def blind_to(reader: Any, idea: Any = Idea.id) -> ColumnElement[bool]:
    """Whether a blind round hides from this reader who wrote the idea."""
    return exists().where(col(Veil.person_id) == reader, col(Veil.idea_id) == idea)


def veiled_from(me: Any, idea: Any = Idea.id) -> ColumnElement[bool]:
    """Whether this reader (an actor, or SQL for a person's id) may not see who wrote the idea.

    A blind round says so for its reviewers; and whoever writes without a name, for all but the custodian of that day.
    """
    reader = me.id if isinstance(me, Actor) else me
    one = aliased(Idea)
    wrote = exists().where(col(Author.idea_id) == one.id, col(Author.person_id) == reader).correlate(one)
    unnamed = exists().where(col(one.id) == idea, col(one.custodian_id) != reader, ~wrote)
    return or_(blind_to(reader, idea), unnamed)


def hidden_ideas(actor: Actor) -> CompoundSelect[Any]:
    """The ids of all ideas whose authors this person may not learn."""
    blind: Select[Any] = select(col(Veil.idea_id).label("idea_id")).where(col(Veil.person_id) == actor.id)
    return blind.union(select(col(Idea.id)).where(col(Idea.custodian_id).is_not(None), veiled_from(actor)))


def hides(me: Any, idea: Any, person: Any) -> ColumnElement[bool]:
    """Whether this person stands behind an idea whose authors the reader may not see: wrote it, or was in the team."""
    wrote = exists().where(col(Author.idea_id) == idea, col(Author.person_id) == person)
    team = select(col(Idea.team_id)).where(col(Idea.id) == idea).scalar_subquery()
    in_team = exists().where(col(Membership.team_id) == team, col(Membership.person_id) == person)
    return and_(veiled_from(me, idea), or_(wrote, in_team))


def in_team() -> tuple[ColumnElement[bool], ...]:
    """A membership that makes a person part of a team's idea: in the team now, or at some time since it was begun."""
    ended = or_(col(Membership.until).is_(None), col(Membership.until) >= col(Idea.created_at))
    return col(Membership.team_id) == col(Idea.team_id), ended


def conflicted(people: Any) -> CompoundSelect[Any]:
    """The ids of all ideas with which this person (an id, or a select of several) has a conflict."""

    def theirs(column: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column == people if isinstance(people, int) else column.in_(people)
        return found

    wrote = select(col(Author.idea_id)).where(theirs(col(Author.person_id)))
    team = select(col(Idea.id)).join(Membership, and_(*in_team())).where(theirs(col(Membership.person_id)))
    said = select(col(Conflict.idea_id)).where(theirs(col(Conflict.person_id)), col(Conflict.ended_at).is_(None))
    return union_all(wrote, team, said)


def bars(person: int, idea: Any) -> ColumnElement[bool]:
    """Whether this person has a conflict with the idea."""
    found: ColumnElement[bool] = idea.in_(conflicted(person))
    return found


kinds = [
    Kind("idea", Idea, visible_to, Idea.title, lambda id: f"/ideas/{id}", hides=hides, veils=veiled_from, bars=bars)
]


@dataclass(frozen=True)
class Someone:
    id: int
    name: str


@dataclass(frozen=True)
class Past:
    """An entry of the record about the idea; `who` is empty for a veiled reader."""

    at: datetime
    move: str
    after: str
    figures: str
    who: str
    why: str


@dataclass(frozen=True)
class Shown:
    """An idea with what its page needs, for one reader."""

    idea: Idea
    process: Process
    committee: str
    team: Someone | None
    authors: Sequence[Someone]
    guests: Sequence[Someone]
    veiled: bool
    supported: bool
    follows: bool
    blind: bool = False  # by a round: then nothing says whether it was written without a name
    chair: str = ""
    owner: str = ""
    has: frozenset[str] = frozenset()  # what hangs on it, of HANGING


ME: Any = bindparam("me")
ID: Any = bindparam("id")
MANY: Mapping[str, Any] = {name: bindparam(name, expanding=True) for name in ("teams", "seats")}
ANY_READER = Reader(ME, MANY["teams"], MANY["seats"], bindparam("department", type_=Id))
VOTED = exists().where(col(Vote.idea_id) == Idea.id, col(Vote.person_id) == ME)
FOLLOWED = exists().where(col(Follow.person_id) == ME, col(Follow.about) == bindparam("ref"))


def head_of(committee: Any) -> Any:
    """The name of a committee's chair, else of its deputy."""
    heads = select(col(Person.name)).join(Seat, col(Seat.person_id) == col(Person.id))
    seated = heads.where(col(Seat.committee_id) == committee, col(Seat.until).is_(None), col(Seat.post).in_(HEADS))
    return seated.order_by(col(Seat.post), col(Seat.id)).limit(1).correlate(Committee).scalar_subquery()


# What may hang on an idea: asked for by a statement of its own only where there is something. By the tables' names,
# since the features stand further right.
HANGING: Mapping[str, str] = {
    "years": "idea_year WHERE idea_id = idea.id AND revision = 0",
    "citations": "citation WHERE idea_id = idea.id AND withdrawn_at IS NULL",
    "call": "call_idea WHERE idea_id = idea.id",
    "origin": "imported_idea WHERE idea_id = idea.id",
    "jobs": "idea_job WHERE idea_id = idea.id",
    "relations": "idea_relation WHERE idea_id = idea.id OR other_id = idea.id",
    "joinings": "joining WHERE idea_id = idea.id OR into_id = idea.id",
    "questions": "author_question WHERE idea_id = idea.id AND stage IN ('passed on', 'answered')",
    "orders": "to_do WHERE idea_id = idea.id",
    "files": "file WHERE about = 'idea:' || idea.id AND comment_id IS NULL AND until IS NULL",
}
THERE: list[Any] = [literal_column(f"EXISTS (SELECT 1 FROM {rows})") for rows in HANGING.values()]  # noqa: S608 - our own words
OWNER = select(col(Person.name)).where(col(Person.id) == col(Process.owner_id)).correlate(Process).scalar_subquery()


def whole(guest: bool) -> Any:
    """The idea's row and all about it that one statement finds, for any reader of a kind: made once."""
    reader = replace(ANY_READER, guest=guest)
    return (
        select(
            *(Idea, Process, col(Committee.name), veiled_from(ME), VOTED, FOLLOWED, head_of(Committee.id), OWNER),
            *(blind_to(ME), *THERE),
        )
        .join(Process, col(Process.id) == Idea.process_id)
        .join(Committee, col(Committee.id) == Idea.committee_id)
        .where(col(Idea.id) == ID, visible_to(reader))
    )


WHOLE = {guest: whole(guest) for guest in (False, True)}


def of_idea(table: Any, kind: str, *names: Any) -> Select[Any]:
    query: Select[Any] = (
        select(col(table.person_id).label("id"), literal(kind).label("kind"), *names)
        .join(Person, col(Person.id) == table.person_id)
        .where(col(table.idea_id) == ID)
    )
    return query


KINDS = ("author", "guest", "team")
NAME: Any = col(Person.name).label("name")
TEAM: Any = (
    select(col(Team.id).label("id"), literal("team").label("kind"), col(Team.name).label("name"))
    .join(Idea, col(Idea.team_id) == Team.id)
    .where(col(Idea.id) == ID)
)
BEHIND = union_all(of_idea(Author, "author", NAME), of_idea(Invited, "guest", NAME), TEAM).order_by("id")
AUTHORS_UNNAMED = of_idea(Author, "author").order_by("id")


def sight(actor: Actor) -> dict[str, Any]:
    """What the parameters of a `Reader` stand for."""
    return {"teams": sorted(actor.teams), "seats": sorted(actor.seats), "department": actor.department_id}


ONE: Mapping[bool, Select[Any]] = {
    guest: select(Idea).where(col(Idea.id) == ID, visible_to(replace(ANY_READER, guest=guest)))
    for guest in (False, True)
}


def one_for(actor: Actor) -> tuple[Select[Any], dict[str, Any]]:
    """The select for one idea that this person may see, and what its parameters but the id stand for."""
    return ONE[actor.guest], {"me": actor.id} | ({} if actor.guest else sight(actor))


def find(db: Session, actor: Actor, id: int) -> Shown:
    """An idea that this person may see, as far as they may see it; else it is missing."""
    given = {"id": id, "me": actor.id, "ref": f"idea:{id}"} | ({} if actor.guest else sight(actor))
    found = db.execute(WHOLE[actor.guest], given).first()
    if found is None:
        raise Missing()
    idea, process, committee, veiled, supported, follows, chair, owner, blind, *hanging = found
    people = db.execute(AUTHORS_UNNAMED if veiled else BEHIND, {"id": id}).all()
    authors = [Author(idea_id=id, person_id=row.id) for row in people if row.kind == "author"]
    set_committed_value(idea, "authors", authors)
    named = {
        kind: [] if veiled else [Someone(row.id, row.name) for row in people if row.kind == kind] for kind in KINDS
    }
    return Shown(
        idea,
        process,
        committee,
        team=next(iter(named["team"]), None),
        authors=named["author"],
        guests=named["guest"],
        veiled=veiled,
        supported=supported,
        follows=follows,
        blind=blind,
        chair=chair or "",
        owner=owner or "",
        has=frozenset(name for name, there in zip(HANGING, hanging, strict=True) if there),
    )


E, S = table_of(Entry).c, table_of(Salt).c
REASON = select(S.words).where(S.number == E.number, S.name == "reason").scalar_subquery()


def history(*who: Any) -> Select[Any]:
    query: Select[Any] = (
        select(E.at, E.move, E.after, E.figures, func.coalesce(REASON, "").label("why"), *who)
        .where(E.ref == bindparam("ref"), E.move.not_in(MOVES_OF_TALK))
        .order_by(E.number.desc())
        .limit(100)
    )
    return query


HISTORY = history(select(col(Person.name)).where(col(Person.id) == E.actor_id).scalar_subquery().label("who"))
UNNAMED_HISTORY = history()


def past_of(db: Session, shown: Shown) -> list[Past]:
    """What happened to the idea, newest first."""
    rows = db.execute(UNNAMED_HISTORY if shown.veiled else HISTORY, {"ref": shown.idea.ref})
    return [
        Past(row.at, row.move, row.after, row.figures, "" if shown.veiled else row.who or "", row.why) for row in rows
    ]


def revision(db: Session, idea_id: int, number: int) -> Revision:
    query = select(Revision).where(col(Revision.idea_id) == idea_id, col(Revision.number) == number)
    found = db.scalars(query).first()
    if found is None:
        raise Missing()
    return found


def prioritised(db: Session) -> Sequence[Process]:
    """The processes that ideas are asked for, in the committee's order."""
    return db.scalars(select(Process).where(col(Process.rank).is_not(None)).order_by(col(Process.rank))).all()


def processes(db: Session) -> Sequence[Process]:
    """All processes, prioritised ones first."""
    order = (col(Process.rank).is_(None), col(Process.rank), col(Process.name))
    return db.scalars(select(Process).order_by(*order)).all()


def my_teams(db: Session, actor: Actor) -> Sequence[Team]:
    return db.scalars(select(Team).where(col(Team.id).in_(actor.teams)).order_by(col(Team.name))).all()


def departments_of(db: Session, idea_id: int) -> Sequence[int]:
    """The departments that an idea is for, where it is for some."""
    query = select(col(IdeaDepartment.department_id)).where(col(IdeaDepartment.idea_id) == idea_id)
    return db.scalars(query.order_by(col(IdeaDepartment.department_id))).all()


def years_of(db: Session, idea_id: int, revision: int = 0) -> Sequence[IdeaYear]:
    """What its years bring and cost: as the text stands, or as a revision said."""
    same = (col(IdeaYear.idea_id) == idea_id, col(IdeaYear.revision) == revision)
    return db.scalars(select(IdeaYear).where(*same).order_by(col(IdeaYear.year))).all()


def jobs_of(db: Session, idea_id: int) -> list[tuple[int, str]]:
    """The jobs of customers that an idea is for: (id, statement)."""
    query = select(Job).join(IdeaJob, col(IdeaJob.job_id) == col(Job.id)).where(col(IdeaJob.idea_id) == idea_id)
    return [(job.id, job.statement) for job in db.scalars(query.order_by(col(Job.id)))]


def citing(db: Session, actor: Actor, job_id: int, most: int = 25) -> tuple[list[tuple[int, str, Stage]], int]:
    """The ideas that this person may see and that are for a job: the latest, and how many there are."""
    for_it = (visible_to(actor), col(IdeaJob.job_id) == job_id, col(Idea.stage) != Stage.DISCARDED)
    base = select(col(Idea.id), col(Idea.title), col(Idea.stage)).join(IdeaJob, col(IdeaJob.idea_id) == col(Idea.id))
    rows = db.execute(base.where(*for_it).order_by(col(Idea.id).desc()).limit(most)).all()
    if len(rows) < most:
        return [(row.id, row.title, row.stage) for row in rows], len(rows)
    count = db.scalar(select(func.count()).select_from(base.where(*for_it).subquery())) or 0
    return [(row.id, row.title, row.stage) for row in rows], count

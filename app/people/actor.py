"""The signed-in person, as every rule asks about them: found once a request, in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Select, bindparam, select, update
from sqlalchemy import Text as SqlText
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from app.changes import Change
from app.columns import now
from app.db import Database, Db
from app.errors import Missing, Refused, SignedOut
from app.people.models import Grant, Kind, Membership, Person, Post, Role, Seat, Session, initials
from app.web import cookie_name, placed

IDLE = timedelta(days=14)
LONGEST = timedelta(days=60)
SEEN_EVERY = timedelta(minutes=10)
# What an open page asks for by itself: it does not keep a session from its idle end.
UNATTENDED = ("/notices/count", "/live/stream")
HEADS = (Post.CHAIR, Post.DEPUTY)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Frozen: rights are what they were when the request began, read from the database each time."""

    id: int
    name: str
    email: str = ""
    kind: Kind = Kind.EMPLOYEE
    department_id: int | None = None
    roles: frozenset[Role] = frozenset()
    seats: Mapping[int, Post] = field(default_factory=dict)
    teams: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()
    theme: str = ""
    time_zone: str = ""
    unread: int = 0
    version: int = 1
    session: str = ""

    @property
    def ref(self) -> str:
        return f"person:{self.id}"

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def guest(self) -> bool:
        return self.kind is Kind.GUEST

    @property
    def leader(self) -> bool:
        return Role.LEADER in self.roles

    @property
    def administrator(self) -> bool:
        return Role.ADMINISTRATOR in self.roles

    @property
    def on_a_committee(self) -> bool:
        return bool(self.seats)

    @property
    def chairs_one(self) -> bool:
        return any(post in HEADS for post in self.seats.values())

    def on(self, committee_id: int | None) -> bool:
        return committee_id in self.seats

    def chairs(self, committee_id: int | None) -> bool:
        """Chair or deputy of this committee."""
        return committee_id is not None and self.seats.get(committee_id) in HEADS

    @property
    def rights(self) -> tuple[object, ...]:
        """All that a page may draw differently for this person: part of every ETag."""
        return (
            self.id,
            self.version,
            self.unread,
            self.theme,
            sorted(self.roles),
            sorted(self.seats.items()),
        )


class CommaList(FunctionElement[str]):
    """A column as one text. (`aggregate_strings` puts its separator in anew each time: dearer than the query.)"""

    inherit_cache = True
    type = SqlText()


@compiles(CommaList, "sqlite")
def comma_list_sqlite(element: CommaList, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, ',')"


@compiles(CommaList, "postgresql")
def comma_list_postgresql(element: CommaList, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}, ',')"


def listed(of: Any) -> Any:
    return CommaList(sql_cast(of, SqlText))


def packed(first: Any, second: Any) -> Any:
    return CommaList(sql_cast(first, SqlText) + ":" + sql_cast(second, SqlText))


def profile() -> Select[Any]:
    """Person, roles, seats and teams in one row."""
    me = col(Person.id)
    roles = select(listed(Grant.role)).where(col(Grant.person_id) == me)
    seats = select(packed(Seat.committee_id, Seat.post)).where(col(Seat.person_id) == me, col(Seat.until).is_(None))
    current = (col(Membership.person_id) == me, col(Membership.until).is_(None))
    teams = select(listed(Membership.team_id)).where(*current)
    leads = select(listed(Membership.team_id)).where(*current, col(Membership.lead).is_(True))
    fields: list[Any] = [
        *(Person.id, Person.name, Person.email, Person.kind, Person.department_id),
        *(Person.theme, Person.time_zone, Person.unread, Person.version),
        *(part.correlate(Person).scalar_subquery() for part in (roles, seats, teams, leads)),
    ]
    usable = (col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None), col(Person.kind) != Kind.IMPORTED)
    query: Select[Any] = select(*fields).where(*usable)
    return query


COUNTERS = select(packed(Change.feature, Change.count)).scalar_subquery().label("counters")
BY_ID = profile().where(col(Person.id) == bindparam("person"))
BY_SESSION = (
    profile()
    .add_columns(col(Session.seen_at), COUNTERS)
    .join(Session, col(Session.person_id) == col(Person.id))
    .where(
        col(Session.key) == bindparam("key"),
        col(Session.ended_at).is_(None),
        col(Session.seen_at) > bindparam("idle", type_=Session.__table__.c.seen_at.type),  # type: ignore[attr-defined]
        col(Session.created_at) > bindparam("begun", type_=Session.__table__.c.seen_at.type),  # type: ignore[attr-defined]
    )
)


def pairs(text: str | None) -> list[list[str]]:
    """What `packed` made of rows with two columns."""
    return [part.split(":", 1) for part in (text or "").split(",") if part]


def from_row(row: Any, session: str = "") -> Actor:
    numbers = [frozenset(int(part) for part in (row[place] or "").split(",") if part) for place in (11, 12)]
    return Actor(
        id=row[0],
        name=row[1],
        email=row[2] or "",
        kind=row[3],
        department_id=row[4],
        theme=row[5],
        time_zone=row[6],
        unread=row[7],
        version=row[8],
        roles=frozenset(Role(part) for part in (row[9] or "").split(",") if part),
        seats={int(committee): Post(post) for committee, post in pairs(row[10])},
        teams=numbers[0],
        leads=numbers[1],
        session=session,
    )


def find_actor(db: Db, person_id: int) -> Actor:
    """A person as an actor, for commands, jobs and tests."""
    row = db.execute(BY_ID, {"person": person_id}).first()
    if row is None:
        raise Missing()
    return from_row(row)


def session_key(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


@placed
def visitor(request: Request, db: Db) -> Actor:
    """Whoever is signed in, guests included."""
    token = request.cookies.get(cookie_name(request.app.state.settings), "")
    if not token:
        raise SignedOut()
    moment = now()
    key = session_key(token)
    row = db.connection().execute(BY_SESSION, {"key": key, "idle": moment - IDLE, "begun": moment - LONGEST}).first()
    if row is None:
        raise SignedOut()
    actor = from_row(row, key)
    request.state.actor = actor
    request.state.db = db
    if not db.info.get("writing"):
        db.info["counts"] = {feature: int(count) for feature, count in pairs(row.counters)}
    late = moment - row.seen_at.replace(tzinfo=UTC) > SEEN_EVERY
    if late and not db.info.get("writing") and not request.scope["path"].endswith(UNATTENDED):
        note_visit(request.app.state.database, key, moment)
    return actor


def note_visit(database: Database, key: str, moment: datetime) -> None:
    """Every few minutes, beside the request: the idle end of a session counts from here."""
    database.aside(lambda db: db.execute(update(Session).where(col(Session.key) == key).values(seen_at=moment)))


async def early(request: Request) -> Actor:
    """Whoever is signed in, found in a read of its own: for what is slow and comes before a transaction that writes."""
    async with request.app.state.database.transaction(write=False) as db:
        found: Actor = await visitor(request=request, db=db)
        return found


Visitor = Annotated[Actor, Depends(visitor)]


async def employee(actor: Visitor) -> Actor:
    """To a guest the rest of the house does not exist."""
    if actor.guest:
        raise Missing()
    return actor


async def leader(actor: Visitor) -> Actor:
    return only(actor, actor.leader or actor.chairs_one)


async def administrator(actor: Visitor) -> Actor:
    return only(actor, actor.administrator)


async def member(actor: Visitor) -> Actor:
    return only(actor, actor.on_a_committee)


def only(actor: Actor, allowed: bool) -> Actor:
    if actor.guest:
        raise Missing()
    if not allowed:
        raise Refused("This page is for others. Ask an administrator if you need it.")
    return actor


# What a route says about who may use it: one of these stands in its signature, and a test walks the routes.
Employee = Annotated[Actor, Depends(employee)]
Leader = Annotated[Actor, Depends(leader)]
Administrator = Annotated[Actor, Depends(administrator)]
Member = Annotated[Actor, Depends(member)]

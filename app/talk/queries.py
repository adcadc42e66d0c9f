"""Reading threads: depth first, a page by key, names only where the thing does not hide them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, case, func, literal, null, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of
from app.errors import Missing
from app.people.actor import Actor
from app.people.models import Person
from app.refs import Found, Kind, registry
from app.talk.models import WIDTH, Comment, Follow

PAGE = 50
SOMEBODY = "An author"


class Node(NamedTuple):
    """One comment as a reader may see it. Of somebody who is hidden there is neither name nor number.

    A tuple, since a page makes fifty of them and finds what is drawn already by them.
    """

    id: int
    depth: int
    at: datetime
    text: str | None
    official: bool
    orphan: bool
    author: str
    author_href: str | None
    parent_author: str | None
    edited: bool
    reply_href: str | None
    edit_href: str | None
    version: int


@dataclass(frozen=True)
class Thread:
    """A page of talk. `next`: the last comment here, where the next page goes on, or None."""

    ref: str
    nodes: Sequence[Node]
    total: int
    next: int | None
    begun: bool


ME: Any = bindparam("me")


made: dict[str, Select[Any]] = {}


def thread_of(kind: Kind) -> Select[Any]:
    """`thread_select`, made once for each kind of thing."""
    query = made.get(kind.name)
    if query is None:
        query = made[kind.name] = thread_select(kind)
    return query


def thread_select(kind: Kind) -> Select[Any]:
    """One page and one row more. The thing's kind says whom it hides; a hidden name is not read."""
    comment, person = table_of(Comment), table_of(Person)
    thing: Any = bindparam("thing")
    c, p = comment.c, person.c
    parent = comment.alias("parent")
    answered = person.alias("answered")

    def seen(who: Any, what: Any) -> Any:
        return case((kind.hides(ME, thing, who), null()), else_=what) if kind.hides else what

    start = select(c.path).where(c.id == bindparam("after"), c.about == bindparam("ref")).scalar_subquery()
    query: Select[Any] = (
        select(
            *(c.id, c.depth, c.written_at, c.edited_at.is_not(None), c.withdrawn_at.is_(None)),
            *(c.words, c.official, c.parent_id, c.version),
            seen(c.author_id, p.name).label("author"),
            seen(c.author_id, c.author_id).label("shown_id"),
            seen(parent.c.author_id, answered.c.name).label("parent_author"),
            parent.c.id.label("parent_there"),
            (c.author_id == ME).label("mine"),
            c.orphan,
        )
        .select_from(
            comment.join(person, p.id == c.author_id)
            .outerjoin(parent, parent.c.id == c.parent_id)
            .outerjoin(answered, answered.c.id == parent.c.author_id)
        )
        .where(c.about == bindparam("ref"), c.path > func.coalesce(start, ""))
        .order_by(c.path)
        .limit(PAGE + 1)
    )
    return query


def thread(db: Session, actor: Actor, ref: str, after: int | None = None, total: int | None = None) -> Thread:
    """A page of the talk about a thing that the caller has found to be visible. One statement, two without `total`."""
    kind, id = registry(db).kind_of(ref)
    given = {"ref": ref, "thing": id, "me": actor.id, "after": after or 0}
    rows = db.connection().execute(thread_of(kind), given).all()
    root = db.info["settings"].root
    nodes = [node(row, ref, root, guest=actor.guest) for row in rows[:PAGE]]
    if total is None:
        total = len(rows) if len(rows) <= PAGE and not after else count(db, ref)
    return Thread(ref, nodes, total, nodes[-1].id if len(rows) > PAGE else None, begun=bool(after))


def node(row: Any, ref: str, root: str, *, guest: bool = False) -> Node:
    """The columns as `thread_select` names them, in its order. To a guest nobody has a page."""
    id, depth, at, edited, standing, words, official, parent_id, version, *who = row
    author, author_id, parent_author, parent_there, mine, orphan = who
    answers = parent_id is not None
    return Node(
        id,
        depth,
        at,
        words if standing else None,
        official,
        orphan=orphan or (answers and parent_there is None),
        author=author or SOMEBODY,
        author_href=f"{root}/people/{author_id}" if author_id and not guest else None,
        parent_author=(parent_author or SOMEBODY) if answers else None,
        edited=bool(standing and edited),
        reply_href=f"{root}/talk/{ref}/answers/{id}",
        edit_href=f"{root}/talk/comments/{id}/edit" if mine and standing else None,
        version=version,
    )


def count(db: Session, ref: str) -> int:
    """Comments that stand."""
    standing = (col(Comment.about) == ref, col(Comment.withdrawn_at).is_(None))
    return db.scalar(select(func.count()).where(*standing)) or 0


C = table_of(Comment).c
SPOKE = select(C.id).where(C.about == bindparam("ref"), C.author_id == ME).limit(1)


def spoke(db: Session, actor: Actor, ref: str) -> bool:
    """Whether this person has said anything here, and so finds something to change."""
    return db.connection().execute(SPOKE, {"ref": ref, "me": actor.id}).first() is not None


def follows(db: Session, actor: Actor, ref: str) -> bool:
    query = select(literal(1)).where(col(Follow.person_id) == actor.id, col(Follow.about) == ref)
    return db.scalar(query) is not None


def followers(db: Session, ref: str) -> Sequence[int]:
    return db.scalars(select(col(Follow.person_id)).where(col(Follow.about) == ref)).all()


def find(db: Session, actor: Actor, id: int) -> tuple[Comment, Found]:
    """A comment on a thing that this person may see, and that thing."""
    comment = db.get(Comment, id)
    if comment is None:
        raise Missing()
    return comment, registry(db).one(db, actor, comment.about)


def page_start(db: Session, comment: Comment) -> int | None:
    """`after` for the page on which a comment stands: from its root where both fit on one page, else from itself."""
    root = comment.path[:WIDTH]
    inside = (col(Comment.about) == comment.about, col(Comment.path) <= comment.path)
    near = db.scalar(select(func.count()).where(*inside, col(Comment.path) >= root)) or 0
    if (db.scalar(select(func.count()).where(*inside)) or 0) <= PAGE:
        return None
    first = root if near <= PAGE else comment.path
    before = and_(col(Comment.about) == comment.about, col(Comment.path) < first)
    return db.scalar(select(col(Comment.id)).where(before).order_by(col(Comment.path).desc()).limit(1))


def one(db: Session, actor: Actor, comment: Comment) -> Node:
    """A single comment as this reader may see it."""
    kind, id = registry(db).kind_of(comment.about)
    query = thread_select(kind).where(table_of(Comment).c.id == comment.id)
    given = {"ref": comment.about, "thing": id, "me": actor.id, "after": 0}
    return node(db.connection().execute(query, given).one(), comment.about, db.info["settings"].root, guest=actor.guest)

"""Reading threads: depth first, a page by key, names only where the thing does not hide them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, false, func, literal, null, select, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of
from app.errors import Missing
from app.people.actor import Actor
from app.people.models import Person
from app.refs import Found, Kind, registry
from app.talk.files.queries import Hung, of_comments
from app.talk.mentions import HIDDEN, hide_names, labels_of
from app.talk.models import WIDTH, Comment, Follow, Wording
from app.talk.rules import moderates
from app.talk.things import committee_of

PAGE = 50
SOMEBODY = "An author"


class Node(NamedTuple):
    """One comment as a reader may see it. Of somebody who is hidden there is neither name nor number.

    A tuple, since a page makes fifty of them and finds what is drawn already by them. text: none where its author
    took it back; `hidden`: the moderation's reason, and then a text only for who may read it all the same.
    names: what stands after at signs and is somebody's name.
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
    hidden: str | None = None
    parent_href: str | None = None
    quote_href: str | None = None
    report_href: str | None = None
    moderate_href: str | None = None
    before_href: str | None = None
    files: tuple[Hung, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Thread:
    """A page of talk. `next`: the last comment here, where the next page goes on, or None. branch: of it alone."""

    ref: str
    nodes: Sequence[Node]
    total: int
    next: int | None
    begun: bool
    branch: int | None = None


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
            *(c.words, c.official, c.parent_id, c.version, c.hidden_at.is_not(None), c.hidden_why, c.mentions, c.files),
            kind.veils(ME, thing).label("veiled") if kind.veils else false().label("veiled"),
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


@dataclass(frozen=True)
class Reader:
    """What a page of talk asks of its reader."""

    id: int
    ref: str
    root: str
    guest: bool
    moderates: bool
    files: Mapping[int, tuple[Hung, ...]]
    names: Mapping[int, tuple[str, ...]]
    here: frozenset[int]

    def address(self, id: int, end: str) -> str:
        return f"{self.root}/talk/comments/{id}/{end}"


def rows_of(db: Session, me: int, ref: str, after: int | None = None, branch: int | None = None) -> Sequence[Any]:
    """A page of talk and one comment more, as this reader may see it; nobody has the id 0, and sees what all see."""
    kind, id = registry(db).kind_of(ref)
    query = thread_of(kind)
    if branch is not None:
        query = query.where(*below(db, ref, branch))
    return db.connection().execute(query, {"ref": ref, "thing": id, "me": me, "after": after or 0}).all()


def thread(
    db: Session,
    actor: Actor,
    ref: str,
    after: int | None = None,
    total: int | None = None,
    *,
    moderating: bool = False,
    branch: int | None = None,
    rows: Sequence[Any] | None = None,
) -> Thread:
    """A page of the talk about a thing that the caller has found to be visible. One statement (none with `rows`), two
    without `total`, one more where files hang on these comments, and one where somebody is named."""
    rows = rows_of(db, actor.id, ref, after, branch) if rows is None else rows
    nodes = nodes_of(db, actor, ref, rows[:PAGE], moderating=moderating)
    if total is None:
        total = len(rows) if len(rows) <= PAGE and not after and branch is None else count(db, ref)
    return Thread(ref, nodes, total, nodes[-1].id if len(rows) > PAGE else None, begun=bool(after), branch=branch)


def below(db: Session, ref: str, id: int) -> tuple[ColumnElement[bool], ...]:
    """One comment and all that answers it."""
    path = db.scalar(select(col(Comment.path)).where(col(Comment.id) == id, col(Comment.about) == ref))
    if path is None:
        raise Missing()
    return (col(Comment.path) >= path, func.substr(col(Comment.path), 1, len(path)) == path)


def nodes_of(db: Session, actor: Actor, ref: str, rows: Sequence[Any], *, moderating: bool) -> list[Node]:
    veiled = bool(rows and rows[0].veiled)
    with_files = [row.id for row in rows if row.files]
    with_names = [row.id for row in rows if row.mentions]
    reader = Reader(
        actor.id,
        ref,
        db.info["settings"].root,
        actor.guest,
        moderating,
        of_comments(db, with_files, veiled=veiled) if with_files else {},
        labels_of(db, with_names) if with_names else {},
        frozenset(row.id for row in rows),
    )
    return [node(row, reader) for row in rows]


def node(row: Any, reader: Reader) -> Node:
    """The columns as `thread_select` names them, in its order. To a guest nobody has a page."""
    id, depth, at, edited, standing, words, official, parent_id, version, hidden, why, _, _, veiled, *who = row
    author, author_id, parent_author, parent_there, mine, orphan = who
    mine = mine or author_id == reader.id  # rows that were read for all know nobody's own
    answers = parent_id is not None
    all_of_it = mine or reader.moderates
    shown = standing and (not hidden or all_of_it)
    names = reader.names.get(id, ())
    if veiled and not mine and names:
        words, names = hide_names(words, names), (HIDDEN,)
    answer = f"{reader.root}/talk/{reader.ref}/answers/{id}" if standing and not hidden else None
    return Node(
        id,
        depth,
        at,
        words if shown else None,
        official,
        orphan=orphan or (answers and parent_there is None),
        author=author or SOMEBODY,
        author_href=f"{reader.root}/people/{author_id}" if author_id and not reader.guest else None,
        parent_author=(parent_author or SOMEBODY) if answers else None,
        edited=bool(standing and edited),
        reply_href=answer,
        edit_href=reader.address(id, "edit") if mine and standing else None,
        version=version,
        hidden=why if hidden and standing else None,
        parent_href=parent_address(parent_id, reader) if parent_there else None,
        quote_href=f"{answer}?quote=1" if answer else None,
        report_href=reader.address(id, "report") if answer and not mine and not reader.moderates else None,
        moderate_href=reader.address(id, "moderation") if standing and reader.moderates and not mine else None,
        before_href=reader.address(id, "before") if all_of_it and (edited or not standing) else None,
        files=reader.files.get(id, ()) if shown else (),
        names=names,
    )


def parent_address(id: int, reader: Reader) -> str:
    return f"#c{id}" if id in reader.here else f"{reader.root}/talk/comments/{id}"


def count(db: Session, ref: str) -> int:
    """Comments that stand."""
    standing = (col(Comment.about) == ref, col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None))
    return db.scalar(select(func.count()).where(*standing)) or 0


C, F = table_of(Comment).c, table_of(Follow).c
WHO = union_all(
    select(C.author_id, literal("spoke")).where(C.about == bindparam("ref")).distinct(),
    select(F.person_id, literal("follows")).where(F.about == bindparam("ref")),
)


@dataclass(frozen=True)
class Taking:
    """Who takes part in the talk about a thing, and so finds something to change or hears of it."""

    spoke: frozenset[int]
    follow: frozenset[int]
    answer: int | None  # the committee's last one here


def taking_part(db: Session, ref: str) -> Taking:
    """Two statements. The same for every reader, so that it can be kept until talk changes."""
    rows = db.connection().execute(WHO, {"ref": ref}).all()
    spoke, follow = (frozenset(row[0] for row in rows if row[1] == way) for way in ("spoke", "follows"))
    return Taking(spoke, follow, official_answer(db, ref))


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
    row = db.connection().execute(query, given).one()
    moderating = moderates(actor, committee_of(db, comment.about))
    return nodes_of(db, actor, comment.about, [row], moderating=moderating)[0]


def before(db: Session, actor: Actor, comment: Comment) -> list[tuple[datetime, str]]:
    """What a comment said before, the latest first: until when, and the words. For who `reads_all` of it."""
    query = select(Wording).where(col(Wording.comment_id) == comment.id)
    rows = db.scalars(query.order_by(col(Wording.id).desc()).limit(50)).all()
    blind = comment.author_id != actor.id and registry(db).veiled(db, actor, comment.about)
    labels = labels_of(db, [comment.id]).get(comment.id, ()) if blind else ()
    return [(row.until, hide_names(row.words, labels)) for row in rows]


OFFICIAL = (
    select(C.id)
    .where(C.about == bindparam("ref"), C.official.is_(True), C.withdrawn_at.is_(None), C.hidden_at.is_(None))
    .order_by(C.id.desc())
    .limit(1)
)


def official_answer(db: Session, ref: str) -> int | None:
    """The committee's last answer here."""
    return db.scalar(OFFICIAL, {"ref": ref})


def speakers(nodes: Sequence[Node]) -> list[str]:
    """The names in a page of talk: whom its form offers to tell."""
    return sorted({node.author for node in nodes if node.author != SOMEBODY and node.author_href})

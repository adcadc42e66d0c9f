"""Reading files: through the thing that they hang on, and under a name that tells nothing where people are hidden."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Missing
from app.people.actor import Actor
from app.refs import registry
from app.talk.files.kinds import plain
from app.talk.files.models import File, FileKind
from app.talk.models import Comment
from app.talk.rules import reads_all, stands


class Hung(NamedTuple):
    """A file as one reader may see it: never who added it. Where they are handed its cleaned copy there is no size:
    how long the properties are that were taken out would tell of the name in them."""

    id: int
    photo: bool
    name: str
    alt: str
    size: str
    width: int
    height: int
    href: str
    withdrawn: bool


def size_words(count: int) -> str:
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def name_for(file: File, *, veiled: bool) -> str:
    return plain(file.kind.value, file.place, file.name) if veiled else file.name


def hung(file: File, root: str, *, veiled: bool) -> Hung:
    return Hung(
        file.id,
        file.kind is FileKind.PHOTO,
        name_for(file, veiled=veiled),
        file.alt,
        "" if veiled and file.cleaned else size_words(file.size),
        file.width,
        file.height,
        f"{root}/files/{file.id}",
        not file.standing,
    )


def read(db: Session, root: str, *conditions: ColumnElement[bool], veiled: bool) -> list[Hung]:
    query = select(File).where(*conditions).order_by(col(File.comment_id), col(File.id))
    return [hung(file, root, veiled=veiled) for file in db.scalars(query)]


def of_thing(db: Session, ref: str, *, veiled: bool, revision: int | None = None) -> list[Hung]:
    """What hangs on a thing itself: now, or as a revision had it. Whoever calls has found the thing to be visible."""
    on = (col(File.about) == ref, col(File.comment_id).is_(None))
    if revision is None:
        then: tuple[ColumnElement[bool], ...] = (col(File.until).is_(None),)
    else:
        then = (col(File.since) <= revision, col(File.until).is_(None) | (col(File.until) >= revision))
    return read(db, db.info["settings"].root, *on, *then, veiled=veiled)


def of_comments(db: Session, ids: Sequence[int], *, veiled: bool) -> dict[int, tuple[Hung, ...]]:
    root = db.info["settings"].root
    query = select(File).where(col(File.comment_id).in_(ids), col(File.until).is_(None)).order_by(col(File.id))
    found: dict[int, list[Hung]] = {}
    for file in db.scalars(query):
        found.setdefault(file.comment_id or 0, []).append(hung(file, root, veiled=veiled))
    return {number: tuple(files) for number, files in found.items()}


def find(db: Session, actor: Actor, id: int) -> tuple[File, bool]:
    """A file that this person may open, and whether names are hidden from them on its thing."""
    file = db.get(File, id)
    if file is None or not file.sha256:
        raise Missing()
    registry(db).one(db, actor, file.about)
    if file.comment_id is None:
        if not file.kept:
            raise Missing()
    else:
        comment = db.get_one(Comment, file.comment_id)
        if not (stands(comment) and file.standing) and not reads_all(db, actor, comment):
            raise Missing()
    return file, registry(db).veiled(db, actor, file.about)


def count(db: Session, ref: str) -> int:
    """Files that stand on the thing itself."""
    standing = (col(File.about) == ref, col(File.comment_id).is_(None), col(File.until).is_(None))
    return db.scalar(select(func.count()).where(*standing)) or 0


def wanted(db: Session, names: Sequence[str]) -> set[str]:
    """Of these contents, the ones that some row names."""
    found: set[str] = set()
    for column in (col(File.sha256), col(File.preview), col(File.cleaned)):
        found |= set(db.scalars(select(column).where(column.in_(names))))
    return found

"""Hanging files on things and comments, and taking them down again with a trace. Who may is asked by who calls."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Stale
from app.outbox import Job, later
from app.people.actor import Actor
from app.talk.files.models import MOST_ON_A_THING, File, FileKind
from app.talk.files.queries import count, wanted
from app.talk.files.reading import Ready
from app.talk.files.store import Store, store_of
from app.talk.models import Comment

SWEEP = "files sweep"
A_DAY = timedelta(days=1)


def hang(
    db: Session, actor: Actor, about: str, ready: Ready, alt: str, *, comment: Comment | None = None, since: int = 1
) -> File:
    """The bytes first, then the row that names them: what is committed can be read."""
    if comment is None and count(db, about) >= MOST_ON_A_THING:
        raise Invalid(f"At most {MOST_ON_A_THING} files hang on one thing. Withdraw one first.")
    on = (col(File.about) == about, col(File.comment_id) == (comment.id if comment else None))
    place = (db.scalar(select(func.max(col(File.place))).where(*on)) or 0) + 1
    store = store_of(db.info["settings"])
    file = File(
        about=about,
        comment_id=comment.id if comment else None,
        place=place,
        kind=FileKind.PHOTO if ready.photo else FileKind.DOCUMENT,
        name=ready.name,
        type=ready.type,
        size=ready.content.stat().st_size,
        sha256=store.put(ready.content),
        preview=store.put(ready.preview) if ready.preview else "",
        cleaned=store.put(ready.cleaned) if ready.cleaned else "",
        width=ready.width,
        height=ready.height,
        alt=alt if ready.photo else "",
        added_by=actor.id,
        since=since,
    )
    db.add(file)
    db.flush()
    if comment:
        comment.files += 1
    have_swept(db)
    return file


def withdraw(db: Session, actor: Actor, file: File, *, until: int = 0) -> None:
    """It stands no more; a revision that had it keeps it. until: the number of the last revision."""
    if not file.standing:
        raise Stale("This file was withdrawn already.")
    file.until, file.withdrawn_by, file.withdrawn_at = until, actor.id, now()
    if file.comment_id:
        db.execute(update(Comment).where(col(Comment.id) == file.comment_id).values(files=Comment.files - 1))


def erase(db: Session, person_id: int) -> None:
    """Whoever is erased: what they hung on comments goes for good, names and bytes; what they added to things stays
    with the thing, under a name that tells nothing."""
    theirs = db.scalars(select(File).where(col(File.added_by) == person_id)).all()
    for file in theirs:
        kind = file.kind.value.capitalize() if file.kind is FileKind.PHOTO else "File"
        file.name = f"{kind} {file.place}.{file.name.rpartition('.')[2]}"
        if file.comment_id is not None:
            file.alt, file.sha256, file.preview, file.cleaned = "", "", "", ""
            if file.standing:
                file.until, file.withdrawn_at = 0, now()
    db.flush()
    if theirs:
        have_swept(db, at_once=True)


def have_swept(db: Session, *, at_once: bool = False) -> None:
    """A day from now, once, however many files come until then."""
    waiting = select(col(Job.id)).where(col(Job.kind) == SWEEP, col(Job.done_at).is_(None), col(Job.attempts) == 0)
    if at_once or db.scalars(waiting.limit(1)).first() is None:
        later(db, SWEEP, now() + (timedelta() if at_once else A_DAY), erased=at_once)


def sweep(db: Session, store: Store, *, older: timedelta = A_DAY) -> int:
    """Bytes that no row names: of a change that was not committed, or of somebody who was erased."""
    gone, batch = 0, list[str]()
    for name, put in store.names():
        if put < now() - older:
            batch.append(name)
        if len(batch) == 500:
            gone += remove(db, store, batch)
            batch = []
    return gone + remove(db, store, batch)


def remove(db: Session, store: Store, names: Sequence[str]) -> int:
    left: Iterable[str] = set(names) - wanted(db, names) if names else ()
    for name in left:
        store.remove(name)
    return len(list(left))

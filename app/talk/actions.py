"""Saying, changing and taking back; following. A thing's `talk` counter changes in the same transaction."""

from collections.abc import Iterable

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of, touched
from app.columns import now
from app.db import embedded
from app.errors import Invalid, Refused, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.refs import registry
from app.talk import mentions
from app.talk.files import actions as files
from app.talk.files.models import File
from app.talk.mentions import Named
from app.talk.models import DEEPEST, WIDTH, Comment, EditForm, Follow, Wording
from app.talk.moderation.models import Report
from app.talk.queries import count
from app.talk.rules import may_answer_officially, may_edit
from app.talk.things import committee_of, revision_of

ERASED = "somebody"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def segment(id: int) -> str:
    """An id in base 36, padded, so that text sorts as the numbers do."""
    digits = ""
    while id:
        id, rest = divmod(id, 36)
        digits = DIGITS[rest] + digits
    return digits.rjust(WIDTH, "0")


def say(
    db: Session, actor: Actor, ref: str, words: str, parent_id: int | None = None, *, official: bool = False
) -> Comment:
    """A remark on a thing that the caller has found to be visible, or an answer to one there."""
    if official and not may_answer_officially(db, actor, ref, committee_of(db, ref)):
        raise Refused("Only the chair answers for the committee.")
    parent = answered(db, ref, parent_id)
    comment = Comment(
        about=ref,
        parent_id=parent_id,
        author_id=actor.id,
        words=words,
        official=official,
        depth=parent.depth + 1 if parent else 0,
        revision=revision_of(db, ref),
    )
    db.add(comment)
    db.flush()
    comment.path = path_below(parent) + segment(comment.id)
    count_talk(db, ref, 1)
    follow(db, actor, ref)
    write(db, actor.id, "say", comment.ref, figures={"official": official})
    return comment


def answered(db: Session, ref: str, parent_id: int | None) -> Comment | None:
    if parent_id is None:
        return None
    parent = db.get(Comment, parent_id)
    if parent is None or parent.about != ref:
        raise Invalid("What you answer is not here any more.")
    return parent


def path_below(parent: Comment | None) -> str:
    """Where an answer begins. Past the deepest level it stands beside what it answers."""
    return parent.path[: (DEEPEST - 1) * WIDTH] if parent else ""


def change(db: Session, actor: Actor, comment: Comment, data: EditForm, named: Named | None = None) -> list[str]:
    """Other words; what stood there is kept. Names of those who are named now and do not see the thing."""
    if not may_edit(actor, comment):
        raise Refused("Only who wrote this can change it.")
    if data.version != comment.version:
        raise Stale("This was changed after you opened it.")
    if data.words != comment.words:
        keep_wording(db, comment)
        comment.words, comment.edited_at = data.words, now()
    comment.version += 1
    return mentions.keep(db, actor, comment, named) if named else []


def keep_wording(db: Session, comment: Comment) -> None:
    db.add(Wording(comment_id=comment.id, words=comment.words, until=now()))


def withdraw(db: Session, actor: Actor, comment: Comment) -> None:
    """Taken back: the words go, the place stays, so that answers keep what they hang on."""
    if comment.author_id == actor.id and comment.withdrawn_at is not None:
        return
    if not may_edit(actor, comment):
        raise Refused("Only who wrote this can take it back.")
    keep_wording(db, comment)
    counted = comment.hidden_at is None
    comment.words, comment.withdrawn_at = "", now()
    comment.version += 1
    if counted:
        count_talk(db, comment.about, -1)


def withdraw_file(db: Session, actor: Actor, comment: Comment, file: File) -> None:
    if not may_edit(actor, comment):
        raise Refused("Only who wrote this can change it.")
    files.withdraw(db, actor, file)


def follow(db: Session, actor: Actor, ref: str, *, on: bool = True) -> None:
    if not on:
        db.execute(delete(Follow).where(col(Follow.person_id) == actor.id, col(Follow.about) == ref))
        return
    insert = (sqlite if embedded(db) else postgresql).insert(table_of(Follow))
    db.execute(insert.values(person_id=actor.id, about=ref, since=now()).on_conflict_do_nothing())
    touched(db, "talk")


def count_talk(db: Session, ref: str, by: int) -> None:
    kind, id = registry(db).kind_of(ref)
    if hasattr(kind.model, "talk"):
        statement = update(kind.model).where(kind.model.id == id).values(talk=kind.model.talk + by)
        db.execute(statement, execution_options={"synchronize_session": False})


def erase_words(db: Session, person_id: int) -> None:
    """Take all that a person said back, for whoever is erased: earlier wordings, files, reports and mentions too.

    Places stay; what they follow goes.
    """
    mine = (col(Comment.author_id) == person_id, col(Comment.withdrawn_at).is_(None))
    refs = set(db.scalars(select(col(Comment.about)).where(*mine).distinct()))
    db.execute(update(Comment).where(*mine).values(words="", withdrawn_at=now(), version=Comment.version + 1))
    own = select(col(Comment.id)).where(col(Comment.author_id) == person_id)
    db.execute(delete(Wording).where(col(Wording.comment_id).in_(own)))
    db.execute(update(Report).where(col(Report.person_id) == person_id).values(reason=""))
    mentions.forget(db, person_id, ERASED)
    files.erase(db, person_id)
    db.execute(delete(Follow).where(col(Follow.person_id) == person_id))
    set_right(db, refs)


def set_right(db: Session, refs: Iterable[str]) -> None:
    for ref in sorted(refs):
        kind, id = registry(db).kind_of(ref)
        if hasattr(kind.model, "talk"):
            db.execute(update(kind.model).where(kind.model.id == id).values(talk=count(db, ref)))


def recount(db: Session, *, mend: bool = True) -> list[tuple[str, int, int]]:
    """Counters of talk that are not the number of comments that stand: ref, counter, comments. Mended, unless not."""
    standing = select(col(Comment.about), func.count()).where(
        col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None)
    )
    real = {row[0]: row[1] for row in db.execute(standing.group_by(col(Comment.about)))}
    wrong: list[tuple[str, int, int]] = []
    for kind in registry(db).kinds.values():
        if hasattr(kind.model, "talk"):
            for id, counter in db.execute(select(kind.model.id, kind.model.talk).order_by(kind.model.id)):
                ref = f"{kind.name}:{id}"
                if counter != real.get(ref, 0):
                    wrong.append((ref, counter, real.get(ref, 0)))
    if mend:
        set_right(db, [ref for ref, _, _ in wrong])
    return wrong

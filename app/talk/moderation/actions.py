"""Reporting a comment, and what the moderation does with it: all of it on the record, with the reason's digest.

An entry of a report names no actor: who reported is sealed in it by a salted digest, and told to nobody.
"""

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Refused, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.talk.actions import count_talk
from app.talk.models import Comment
from app.talk.moderation.models import ModerateForm, Report, ReportStage
from app.talk.moderation.queries import mine
from app.talk.rules import may_moderate, stands
from app.talk.things import committee_of


def report(db: Session, actor: Actor, comment: Comment, reason: str) -> Report:
    if comment.author_id == actor.id:
        raise Refused("What you wrote yourself you can take back.")
    if not stands(comment):
        raise Stale("This comment does not stand any more.")
    if mine(db, actor, comment.id):
        raise Stale("You reported this comment already. Your reason is kept, and the moderation has it.")
    committee = committee_of(db, comment.about)
    made = Report(comment_id=comment.id, person_id=actor.id, committee_id=committee, reason=reason)
    db.add(made)
    db.flush()
    words = {"report": reason, "reporter": str(actor.id)}
    write(db, None, "report", comment.about, figures={"comment": comment.id}, words=words, owner_id=actor.id)
    return made


def moderate(db: Session, actor: Actor, comment: Comment, data: ModerateForm) -> None:
    if not may_moderate(actor, committee_of(db, comment.about), comment):
        raise Refused("The chair of the committee and administrators moderate, and nobody their own words.")
    if data.version != comment.version:
        raise Stale("This comment was changed after you opened it. Look at it again.")
    {"hide": hide, "restore": restore, "dismiss": dismiss}[data.do](db, actor, comment, data.reason)


def hide(db: Session, actor: Actor, comment: Comment, reason: str) -> None:
    """Its place stays, with the reason in the place of its words."""
    if not stands(comment):
        raise Stale("This comment does not stand any more.")
    comment.hidden_at, comment.hidden_why = now(), reason
    comment.version += 1
    settle(db, comment, ReportStage.UPHELD, reason)
    count_talk(db, comment.about, -1)
    told(db, actor, comment, "hide", reason)


def restore(db: Session, actor: Actor, comment: Comment, reason: str) -> None:
    if comment.hidden_at is None or comment.withdrawn_at is not None:
        raise Stale("This comment is not hidden.")
    comment.hidden_at, comment.hidden_why = None, ""
    comment.version += 1
    count_talk(db, comment.about, 1)
    told(db, actor, comment, "restore", reason)


def dismiss(db: Session, actor: Actor, comment: Comment, reason: str) -> None:
    """The comment stays; its reports are answered."""
    if not settle(db, comment, ReportStage.DISMISSED, reason):
        raise Stale("No report of this comment is open.")
    told(db, actor, comment, "dismiss", reason)


def settle(db: Session, comment: Comment, stage: ReportStage, answer: str) -> int:
    open_ones = (col(Report.comment_id) == comment.id, col(Report.stage) == ReportStage.OPEN)
    settled = update(Report).where(*open_ones).values(stage=stage, answer=answer, settled_at=now())
    return len(db.execute(settled.returning(col(Report.id))).all())


def told(db: Session, actor: Actor, comment: Comment, move: str, reason: str) -> None:
    """`person`: whose comment it is, who hears what was done with it; of reports that came to nothing they do not."""
    concerned = {} if move == "dismiss" else {"person": comment.author_id}
    figures = {"comment": comment.id, **concerned}
    write(db, actor.id, move, comment.about, figures=figures, words={"reason": reason})

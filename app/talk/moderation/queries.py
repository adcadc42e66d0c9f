"""Reading reports: of comments on things that the moderator sees, never who made them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import HEADS, Actor
from app.refs import Found, registry
from app.talk.models import Comment
from app.talk.moderation.models import Report, ReportStage

MOST = 100


@dataclass(frozen=True)
class Reported:
    """A comment with reports that nobody has answered."""

    comment_id: int
    thing: Found
    reports: int
    since: datetime


def moderates_any(actor: Actor) -> bool:
    return not actor.guest and (actor.administrator or actor.chairs_one)


def theirs(actor: Actor) -> ColumnElement[bool]:
    """Reports that this person answers: of their committee's things, and never of their own words."""
    if not moderates_any(actor):
        return false()
    chaired = [committee for committee, post in actor.seats.items() if post in HEADS]
    where = true() if actor.administrator else or_(col(Report.committee_id).in_(chaired), false())
    return where & (col(Comment.author_id) != actor.id)


def open_reports(db: Session, actor: Actor) -> list[Reported]:
    """The longest waiting first. Two statements."""
    query: Any = (
        select(col(Comment.id), col(Comment.about), func.count(), func.min(col(Report.at)))
        .join(Report, col(Report.comment_id) == col(Comment.id))
        .where(col(Report.stage) == ReportStage.OPEN, col(Comment.withdrawn_at).is_(None), theirs(actor))
        .group_by(col(Comment.id), col(Comment.about))
        .order_by(func.min(col(Report.at)), col(Comment.id))
        .limit(MOST)
    )
    rows = db.execute(query).all()
    things = registry(db).find(db, actor, {row.about for row in rows})
    return [Reported(row[0], things[row[1]], row[2], row[3]) for row in rows if row[1] in things]


def hidden(db: Session, actor: Actor) -> list[tuple[int, Found, datetime | None, str]]:
    """What was hidden lately: comment, thing, when, why."""
    query = (
        select(col(Comment.id), col(Comment.about), col(Comment.hidden_at), col(Comment.hidden_why))
        .where(col(Comment.hidden_at).is_not(None), col(Comment.withdrawn_at).is_(None))
        .order_by(col(Comment.hidden_at).desc())
        .limit(MOST)
    )
    rows = db.execute(query).all()
    things = registry(db).find(db, actor, {row.about for row in rows})
    return [(row[0], things[row[1]], row[2], row[3]) for row in rows if row[1] in things]


def of_comment(db: Session, comment_id: int) -> Sequence[Report]:
    return db.scalars(select(Report).where(col(Report.comment_id) == comment_id).order_by(col(Report.id))).all()


def mine(db: Session, actor: Actor, comment_id: int) -> Report | None:
    query = select(Report).where(col(Report.comment_id) == comment_id, col(Report.person_id) == actor.id)
    return db.scalars(query).first()

"""Calls that wait for the chair's words on what came of them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.calls.models import Call, CallStage
from app.people.actor import Actor
from app.todo import Todo


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    headed = [committee for committee in actor.seats if actor.chairs(committee)]
    if not headed:
        return []
    over = col(Call.stage) == CallStage.CLOSED
    ran_out = col(Call.stage).in_((CallStage.PLANNED, CallStage.OPEN)) & (col(Call.closes_on) < day)
    query = (
        select(col(Call.id), col(Call.question))
        .where(col(Call.committee_id).in_(headed), over | ran_out, col(Call.concluded_at).is_(None))
        .order_by(col(Call.closes_on), col(Call.id))
        .limit(5)
    )
    return [
        Todo("Say what came of", f"/calls/{row.id}#conclude", f"call {row.id}", day, title=row.question, word="Say")
        for row in db.execute(query)
    ]

"""What waits for somebody among processes, and which processes need ideas."""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.estimates import Estimate
from app.ideas.models import ALIVE, Idea
from app.people.actor import Actor
from app.people.models import Seat
from app.processes.models import Ballot, Prioritisation, Priority, Process, RoundStage
from app.todo import Todo
from app.web.rendering import day_words


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    """Rounds of prioritisation that are open in one's committee: to rank, and for the chair to publish."""
    if not actor.seats:
        return []
    of_round = col(Ballot.round_id) == col(Prioritisation.id)
    mine = select(func.count()).where(of_round, col(Ballot.person_id) == actor.id).scalar_subquery()
    ranked = select(func.count(col(Ballot.person_id).distinct())).where(of_round).scalar_subquery()
    seated = (
        select(func.count())
        .where(col(Seat.committee_id) == col(Prioritisation.committee_id), col(Seat.until).is_(None))
        .scalar_subquery()
    )
    fields = (col(Prioritisation.id), col(Prioritisation.name), col(Prioritisation.committee_id))
    query = (
        select(
            *fields,
            col(Prioritisation.opened_at),
            col(Prioritisation.due),
            mine.label("mine"),
            ranked.label("ranked"),
            seated.label("all"),
        )
        .where(col(Prioritisation.stage) == RoundStage.OPEN, col(Prioritisation.committee_id).in_(list(actor.seats)))
        .order_by(col(Prioritisation.id))
    )
    todos: list[Todo] = []
    for row in db.execute(query):
        href, since = f"/processes/rounds/{row.id}", f"open since {day_words(row.opened_at.date())}"
        sub = f"{row.name} · {row.ranked} of {row.all} members have ranked · {since}"
        if not row.mine:
            todos.append(Todo("Rank the processes", href, f"rank {row.id}", day, sub=sub, due=row.due, word="Rank"))
        if actor.chairs(row.committee_id) and row.ranked:
            todos.append(Todo("Publish the priorities", href, f"publish {row.id}", day, sub=sub, word="Publish"))
    return todos


@dataclass(frozen=True)
class Need:
    """A prioritised process: why it was chosen, what customers said of it that day, and the ideas that are alive."""

    id: int
    name: str
    rank: int
    reason: str
    ideas: int
    performance: Estimate | None


def needs(db: Session) -> list[Need]:
    alive = (
        select(col(Idea.process_id), func.count().label("ideas"))
        .where(col(Idea.stage).in_(ALIVE))
        .group_by(col(Idea.process_id))
        .subquery()
    )
    chosen = and_(col(Priority.process_id) == col(Process.id), col(Priority.round_id) == col(Process.prioritised_by))
    query = (
        select(
            col(Process.id),
            col(Process.name),
            col(Process.rank),
            col(Priority.reason),
            alive.c.ideas,
            col(Priority.evidence),
        )
        .outerjoin(Priority, chosen)
        .outerjoin(alive, alive.c.process_id == col(Process.id))
        .where(col(Process.rank).is_not(None))
        .order_by(col(Process.rank), col(Process.id))
        .limit(12)
    )
    return [
        Need(key, name, rank or 0, reason or "", ideas or 0, performance(evidence or ""))
        for key, name, rank, reason, ideas, evidence in db.execute(query)
    ]


def performance(evidence: str) -> Estimate | None:
    """The figure of the day it was prioritised; None on judgement."""
    item = json.loads(evidence) if evidence else {}
    if not isinstance(item, dict) or item.get("performance") is None:
        return None
    bounds = (item.get("performance_low"), item.get("performance_high"))
    return Estimate(item["performance"], *bounds, item.get("n") or 0)

"""What waits for somebody among ideas: their own to go on with, and the chair's to answer."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Author, Idea, Stage
from app.people.actor import HEADS, Actor
from app.processes.models import Process
from app.todo import Todo
from app.web.rendering import day_words

MOST = 20
MOST_A_STAGE = 5
OWN = (Stage.SENT_BACK, Stage.RETURNED, Stage.SIGNAL, Stage.DRAFT)  # what came back first
# What the chair does with an idea, by its stage: verb, one word, what it is called, where all of them stand.
CHAIRS = {
    Stage.SUBMITTED: ("Screen", "Screen", "submitted"),
    Stage.ADMITTED: ("Find a round for", "Round", "admitted"),
    Stage.IN_REVIEW: ("Bring to a decision", "Decide", "in review"),
    Stage.SIGNAL: ("Answer the signal", "Answer", "signal"),
}


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    return [*own(db, actor, day), *chairs(db, actor, day)]


def is_own(actor: Actor) -> ColumnElement[bool]:
    wrote = select(col(Author.idea_id)).where(col(Author.person_id) == actor.id)
    return or_(col(Idea.id).in_(wrote), col(Idea.team_id).in_(actor.teams))


def own(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    open_ = or_(col(Idea.stage) != Stage.SIGNAL, col(Process.rank).is_not(None))
    query = (
        select(col(Idea.id), col(Idea.title), col(Idea.stage), col(Process.name), col(Process.rank))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(is_own(actor), col(Idea.stage).in_(OWN), open_)
        .order_by(col(Idea.id).desc())
        .limit(MOST)
    )
    for row in sorted(db.execute(query), key=lambda row: OWN.index(row.stage)):
        yield own_todo(row, day)


def own_todo(row: Any, day: date) -> Todo:
    here, title = f"/ideas/{row.id}", row.title
    prioritised = f"{row.name} · prioritised, rank {row.rank}" if row.rank else f"{row.name} · not prioritised now"
    match row.stage:
        case Stage.DRAFT:
            verb, word, rest, href, sub = (
                "Finish and submit",
                "Submit",
                "",
                f"{here}/edit",
                f"{prioritised} · your draft",
            )
        case Stage.SIGNAL:
            verb, word, rest, href = "Adopt", "Adopt", "as a draft", here
            sub = f"{prioritised} · you had kept it as a signal"
        case Stage.RETURNED:
            verb, word, rest, href = "Change", "Change", "as the committee asks", f"{here}/edit"
            sub = f"{row.name} · returned by the committee with its reason"
        case _:
            verb, word, rest, href = "Answer the advice on", "Answer", "", here
            sub = f"{row.name} · sent back, not refused: change it and submit it again"
    return Todo(verb, href, f"own idea:{row.id}", day, title=title, rest=rest, sub=sub, word=word)


def chairs(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    """For each stage the few whose promised day comes first, and how many more there are. Own ideas are not theirs."""
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    if not headed:
        return
    late = and_(col(Idea.stage).in_((Stage.ADMITTED, Stage.IN_REVIEW)), col(Idea.promised_on) < day)
    at_once = col(Idea.stage).in_((Stage.SUBMITTED, Stage.SIGNAL))
    by_stage: dict[str, Any] = {"partition_by": col(Idea.stage)}
    ranked = (
        select(
            col(Idea.id),
            col(Idea.title),
            col(Idea.stage),
            col(Idea.promised_on),
            col(Idea.submitted_at),
            col(Process.name),
            func.count().over(**by_stage).label("all"),
            func.row_number().over(**by_stage, order_by=(col(Idea.promised_on), col(Idea.id))).label("place"),
        )
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(col(Idea.committee_id).in_(headed), or_(at_once, late), ~is_own(actor))
        .subquery()
    )
    query = select(ranked).where(ranked.c.place <= MOST_A_STAGE).order_by(ranked.c.stage, ranked.c.place)
    for row in db.execute(query):
        yield chairs_todo(row, day)
        if row.place == MOST_A_STAGE < row.all:
            yield more(row, day)


def chairs_todo(row: Any, day: date) -> Todo:
    verb, word, _ = CHAIRS[row.stage]
    owed = row.promised_on if row.stage is not Stage.SIGNAL else None
    since = f" · submitted {day_words(row.submitted_at.date())}" if row.submitted_at else ""
    sub = f"{row.name}{since}" + (" · an answer is promised" if owed else "")
    return Todo(verb, f"/ideas/{row.id}", f"{word} idea:{row.id}", day, title=row.title, sub=sub, due=owed, word=word)


def more(row: Any, day: date) -> Todo:
    verb, word, stage = CHAIRS[row.stage]
    left = row.all - MOST_A_STAGE
    href, rest, sub = f"/ideas?stage={stage.replace(' ', '+')}", f"{left:,} more", "Their days come later"
    return Todo(verb, href, f"{word} more", day, rest=rest, sub=sub, word=word, things=left)

"""What waits for somebody among ideas: their own to go on with, and the chair's to answer."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, and_, func, literal, or_, select, union, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Author, Idea, Stage
from app.ideas.queries import conflicted
from app.people.actor import HEADS, Actor
from app.processes.models import Process
from app.todo import Todo
from app.web.rendering import day_words

MOST = 20
MOST_A_KIND = 5
MOST_COUNTED = 100
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


def own_ids(actor: Actor) -> Select[Any]:
    """Ideas that this person or a team of theirs wrote: two index ranges, however many ideas there are."""
    wrote = select(col(Author.idea_id)).where(col(Author.person_id) == actor.id)
    teams = select(col(Idea.id)).where(col(Idea.team_id).in_(actor.teams))
    return select(union(wrote, teams).subquery().c[0]) if actor.teams else wrote


def own(db: Session, actor: Actor, day: date) -> Iterator[Todo]:
    open_ = or_(col(Idea.stage) != Stage.SIGNAL, col(Process.rank).is_not(None))
    query = (
        select(col(Idea.id), col(Idea.title), col(Idea.stage), col(Process.name), col(Process.rank))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(col(Idea.id).in_(own_ids(actor)), col(Idea.stage).in_(OWN), open_)
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
    """For each kind the few whose promised day comes first, and how many more there are. Ideas with which they
    have a conflict are for the other one.

    Nothing is read beyond the first hundred of a kind: a chair of 100,000 ideas waits no longer than one of ten.
    """
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    if not headed:
        return
    theirs = and_(col(Idea.committee_id).in_(headed), col(Idea.id).not_in(conflicted(actor.id)))
    overdue = and_(col(Idea.stage).in_((Stage.ADMITTED, Stage.IN_REVIEW)), col(Idea.promised_on) < day)
    kinds = (
        ((col(Idea.stage) == Stage.SUBMITTED,), (col(Idea.promised_on), col(Idea.id))),
        ((overdue,), (col(Idea.promised_on), col(Idea.id))),
        ((col(Idea.stage) == Stage.SIGNAL,), (col(Idea.id),)),
    )
    parts = [first_of(place, (theirs, *which), order) for place, (which, order) in enumerate(kinds)]
    rows = db.execute(union_all(*parts)).all()
    for row in rows:
        yield chairs_todo(row, day)
    for last in {row.kind: row for row in rows}.values():
        if last.all > MOST_A_KIND:
            yield more(last, day)


def first_of(kind: int, which: Sequence[ColumnElement[bool] | TextClause], order: Sequence[Any]) -> Select[Any]:
    """The first few of a kind, and how many there are, counted up to a hundred."""
    counted = select(col(Idea.id)).where(*which).limit(MOST_COUNTED).subquery()
    fields = (
        col(Idea.id),
        col(Idea.title),
        col(Idea.stage),
        col(Idea.promised_on),
        col(Idea.submitted_at),
        col(Idea.committee_id),
    )
    first = (
        select(*fields, col(Process.name).label("name"))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(*which)
        .order_by(*order)
        .limit(MOST_A_KIND)
        .subquery()
    )
    every = select(func.count()).select_from(counted).scalar_subquery()
    return select(first, literal(kind).label("kind"), every.label("all"))


def chairs_todo(row: Any, day: date) -> Todo:
    verb, word, _ = CHAIRS[row.stage]
    owed = row.promised_on if row.stage is not Stage.SIGNAL else None
    since = f" · submitted {day_words(row.submitted_at.date())}" if row.submitted_at else ""
    sub = f"{row.name}{since}" + (" · an answer is promised" if owed else "")
    screened = f"/review/screening?committee={row.committee_id}&idea={row.id}"
    href = screened if row.stage is Stage.SUBMITTED else f"/ideas/{row.id}"
    return Todo(verb, href, f"{word} idea:{row.id}", day, title=row.title, sub=sub, due=owed, word=word)


def more(row: Any, day: date) -> Todo:
    verb, word, stage = CHAIRS[row.stage]
    left = row.all - MOST_A_KIND
    href, sub = f"/ideas?stage={stage.replace(' ', '+')}", "Their days come later"
    if row.stage is Stage.SUBMITTED:
        href = "/review/screening"
    rest = f"{left} more" if row.all < MOST_COUNTED else f"more than {left - 1} more"
    return Todo(verb, href, f"{word} more", day, rest=rest, sub=sub, word=word, things=left)

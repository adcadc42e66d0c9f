"""The home page: what waits for a person, from every feature, and the fortnight that it falls into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Author, Idea
from app.ideas.queries import visible_to
from app.people.actor import Actor
from app.pilots.models import Pilot, PilotStage
from app.pilots.queries import visible_to as pilots_visible_to
from app.processes.models import Process
from app.todo import Todo, in_order
from app.work import alarms, diagnosis, ideas, joining, moderation, pilots, processes, review, teams
from app.workdays import Workdays

FORTNIGHT = 14
WORKDAYS = Workdays()
COUNTED = {"Score", "Gate", "Step", "Meeting", "Answer"}  # words that have a plural
LOOK_BACK = 2  # days before today with which the strip may begin, when something late lies there


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    """All that waits for this person, late first, then by date. A bounded number of statements."""
    kinds = (ideas, joining, review, pilots, teams, processes, alarms, diagnosis, moderation)
    return in_order(todo for source in kinds for todo in source.waiting(db, actor, day))


@dataclass(frozen=True)
class Day:
    date: date
    today: bool
    rest: bool
    late: bool
    count: int
    word: str
    href: str | None


def fortnight(todos: Sequence[Todo], day: date, calendar: Workdays = WORKDAYS) -> list[Day]:
    """Fourteen days from today; from a little earlier with something late, and what is older stands on the first."""
    overdue = [todo.due for todo in todos if todo.late and todo.due]
    first = max(min(overdue), day - timedelta(days=LOOK_BACK)) if overdue else day
    days = [first + timedelta(days=number) for number in range(FORTNIGHT)]
    rest = {one for one in days if not calendar.works(one)}
    on = {one: [todo for todo in todos if on_strip(todo, first) == one] for one in days}
    return [strip_day(one, day, on[one], todos, rest=one in rest) for one in days]


def on_strip(todo: Todo, first: date) -> date | None:
    return max(todo.due, first) if todo.due else None


def strip_day(date_: date, day: date, due: Sequence[Todo], todos: Sequence[Todo], *, rest: bool) -> Day:
    href = f"#w-{todos.index(due[0])}" if due else None
    return Day(date_, date_ == day, rest, any(todo.late for todo in due), len(due), word(due), href)


def word(due: Sequence[Todo]) -> str:
    """Score; 2 scores; 3 things."""
    words, count = {todo.short for todo in due}, sum(todo.things for todo in due)
    if count < 2:
        return "".join(words)
    return f"{count} {words.pop().lower()}s" if len(words) == 1 and words < COUNTED else f"{count} things"


@dataclass(frozen=True)
class Invitation:
    """An idea that a guest works on."""

    id: int
    title: str
    stage: str
    process: str
    change: str
    talk: int


def invitations(db: Session, actor: Actor) -> list[Invitation]:
    query = (
        select(col(Idea.id), col(Idea.title), col(Idea.stage), col(Process.name), col(Idea.change), col(Idea.talk))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(visible_to(actor))
        .order_by(col(Idea.id).desc())
        .limit(50)
    )
    return [Invitation(*row) for row in db.execute(query)]


def invited_pilots(db: Session, actor: Actor) -> list[tuple[int, str, int, bool]]:
    """The pilots that a guest works on: id, name, step, whether it runs."""
    query = select(col(Pilot.id), col(Pilot.name), col(Pilot.step), col(Pilot.stage)).where(pilots_visible_to(actor))
    rows = db.execute(query.order_by(col(Pilot.id).desc()).limit(50))
    return [(row[0], row[1], row[2], row[3] is PilotStage.RUNNING) for row in rows]


def has_written(db: Session, actor: Actor) -> bool:
    return db.scalars(select(col(Author.idea_id)).where(col(Author.person_id) == actor.id).limit(1)).first() is not None

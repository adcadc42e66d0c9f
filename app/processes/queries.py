"""Reading processes, their evidence and their rounds."""

from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.processes.assessing import Picture, Question, picture
from app.processes.models import Prioritisation, Process
from app.processes.priority import Item
from app.refs import Kind
from app.voice.queries import headline


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Every employee sees every process; a guest none."""
    return false() if actor.guest else true()


kinds = [
    Kind("process", Process, visible_to, Process.name, lambda number: f"/processes/{number}"),
    Kind(
        "prioritisation", Prioritisation, visible_to, Prioritisation.name, lambda number: f"/processes/rounds/{number}"
    ),
]


def headline_picture(db: Session) -> Picture | None:
    """All processes by the organisation's figure, correlation and means; None without a survey."""
    outcome = headline(db)
    return picture(db, Question(outcome.source_id, outcome.name)) if outcome else None


def evidence(db: Session, process_id: int) -> Item | None:
    """A process in the latest source by its first outcome: performance, impact, their intervals, the verdict.

    None where nobody was asked about it. Worked out at most once for a source and register, in about half a second:
    ask from a `slow` route.
    """
    found = headline_picture(db)
    standing = found.of(process_id) if found else None
    return standing.item if standing else None

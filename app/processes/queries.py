"""Reading processes, their evidence and their rounds."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.processes.assessing import NotYet, Picture, Question, picture, stands
from app.processes.models import Ballot, Prioritisation, Priority, Process, ProcessTouchpoint
from app.processes.priority import Item
from app.processes.study import Measure, Study
from app.processes.working import Driver
from app.refs import Kind
from app.voice.evidence.models import Finding
from app.voice.evidence.queries import findings_visible_to
from app.voice.indices import Measured
from app.voice.models import Source
from app.voice.queries import headline


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Every employee sees every process and round; a guest none."""
    return false() if actor.guest else true()


kinds = [
    Kind("process", Process, visible_to, Process.name, lambda number: f"/processes/{number}"),
    Kind(
        "prioritisation", Prioritisation, visible_to, Prioritisation.name, lambda number: f"/processes/rounds/{number}"
    ),
]


def headline_question(db: Session) -> Question | None:
    """All processes by the organisation's figure, correlation and means; None without a survey."""
    outcome = headline(db)
    return Question(outcome.source_id, outcome.name) if outcome else None


def headline_picture(db: Session) -> Picture | None:
    """None without a survey, and while a large one is still being worked out."""
    question = headline_question(db)
    try:
        return picture(db, question) if question else None
    except NotYet:
        return None


def evidence(db: Session, process_id: int) -> Item | None:
    """A process in the latest source by its first outcome: performance, impact, their intervals, the verdict.

    None where nobody was asked about it, and while a large source is still being worked out. Worked out at most once
    for a source and register, in about half a second: ask from a `slow` route.
    """
    found = headline_picture(db)
    standing = found.of(process_id) if found else None
    return standing.item if standing else None


def performances(db: Session, source: Source, measure: Measure = Measure.MEAN) -> dict[int, Measured]:
    """How each process stood in a source, on 0 to 100, with its standard error: what it takes to compare waves.

    NotYet where that is still being worked out.
    """
    drivers, found = stands(db, source)
    return measured(drivers, found, measure, source.minimum_cell)


def measured(drivers: Sequence[Driver], found: Study, measure: Measure, smallest: int) -> dict[int, Measured]:
    pairs = zip(drivers, found.stands[measure], strict=True)
    return {
        driver.process_id: Measured(one.value, one.error, one.n)
        for driver, one in pairs
        if driver.process_id and one.value is not None and one.error is not None and one.n >= smallest
    }


def found_by_asking(db: Session, actor: Actor) -> dict[int, int]:
    """How many findings of interviews, observation and reports are pinned to the touchpoints of each process."""
    query = (
        select(col(ProcessTouchpoint.process_id), func.count(col(Finding.id)))
        .join(Finding, col(Finding.touchpoint_id) == col(ProcessTouchpoint.touchpoint_id))
        .where(findings_visible_to(actor))
        .group_by(col(ProcessTouchpoint.process_id))
    )
    return dict(db.execute(query).all())


def all_processes(db: Session) -> Sequence[Process]:
    return db.scalars(select(Process).order_by(col(Process.name))).all()


def candidates(db: Session, committee_id: int) -> Sequence[Process]:
    """What a round of this committee ranks: all its processes."""
    query = select(Process).where(col(Process.committee_id) == committee_id).order_by(col(Process.name))
    return db.scalars(query).all()


def rounds(db: Session) -> Sequence[Prioritisation]:
    """Latest first."""
    return db.scalars(select(Prioritisation).order_by(col(Prioritisation.id).desc())).all()


def ballots_of(db: Session, round_id: int) -> dict[int, list[int]]:
    """Each member's order of processes, best first."""
    query = select(col(Ballot.person_id), col(Ballot.process_id)).where(col(Ballot.round_id) == round_id)
    found: dict[int, list[int]] = {}
    for person, process in db.execute(query.order_by(col(Ballot.person_id), col(Ballot.place))):
        found.setdefault(person, []).append(process)
    return found


def priorities_of(db: Session, round_id: int) -> Sequence[tuple[Priority, str]]:
    query = (
        select(Priority, col(Process.name))
        .join(Process, col(Process.id) == col(Priority.process_id))
        .where(col(Priority.round_id) == round_id)
        .order_by(col(Priority.rank))
    )
    return db.execute(query).all()


def past_priorities(db: Session, process_id: int) -> Sequence[tuple[Priority, Prioritisation]]:
    """The published rounds that chose this process, latest first."""
    query = (
        select(Priority, Prioritisation)
        .join(Prioritisation, col(Prioritisation.id) == col(Priority.round_id))
        .where(col(Priority.process_id) == process_id)
        .order_by(col(Priority.id).desc())
    )
    return db.execute(query).all()

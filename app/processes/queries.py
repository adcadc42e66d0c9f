"""Reading processes, their evidence and their rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.processes.assessing import Picture, Question, all_drivers, combined, picture
from app.processes.models import Ballot, Prioritisation, Priority, Process
from app.processes.priority import Item
from app.refs import Kind
from app.voice.answers import answers
from app.voice.indices import Measured, measured_mean
from app.voice.queries import headline
from app.voice.showing import without_small


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Every employee sees every process and round; a guest none."""
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


def performances(db: Session, source_id: int, smallest: int) -> dict[int, Measured]:
    """How each process stood in a source, on 0 to 100, with its standard error: what it takes to compare waves."""
    told = without_small(answers(db, source_id), smallest)
    drivers = all_drivers(db, told)
    said = combined(told, drivers)
    found: dict[int, Measured] = {}
    for place, driver in enumerate(drivers):
        measured = measured_mean(said[:, place])
        if driver.process_id and measured and measured.n >= smallest:
            found[driver.process_id] = measured
    return found


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


@dataclass(frozen=True)
class Tally:
    """What all ballots together say of one process. mean_place is over the ballots that rank it."""

    process_id: int
    points: int
    ranked_by: int
    mean_place: float | None


def tally(ballots: Mapping[int, Sequence[int]], process_ids: Sequence[int]) -> list[Tally]:
    """Borda's count: of m processes a first place gives m points, a second m - 1; unranked gives none.

    Most points first; ties by mean place, then in the order given.
    """
    told = []
    for process_id in process_ids:
        places = [order.index(process_id) + 1 for order in ballots.values() if process_id in order]
        points = sum(len(process_ids) - place + 1 for place in places)
        told.append(Tally(process_id, points, len(places), sum(places) / len(places) if places else None))
    return sorted(told, key=lambda one: (-one.points, one.mean_place or float("inf")))


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

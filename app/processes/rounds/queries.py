"""Reading rounds: their evidence, what each chose and left out, and what changed from the one before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.models import Committee, Person, Seat
from app.processes.models import Ballot, LeftOut, Prioritisation, Priority, Process, RoundStage
from app.record.models import Entry

A_PAGE = 25


def evidence_of(round_: Prioritisation) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(round_.evidence) if round_.evidence else {}
    return told


def evidence_items(round_: Prioritisation) -> dict[int, Mapping[str, Any]]:
    """The round's evidence by process."""
    return {item["process"]: item for item in evidence_of(round_).get("items", ()) if item["process"]}


def signals_of(round_: Prioritisation) -> dict[int, int] | None:
    """What was counted when it was opened; None for a round of before they were kept."""
    told = evidence_of(round_).get("signals")
    return None if told is None else {int(process): count for process, count in told.items()}


def vital_ones(round_: Prioritisation) -> set[int]:
    """What was vital, beyond doubt or perhaps, when the round was opened."""
    return {process for process, item in evidence_items(round_).items() if item["vital"]}


@dataclass(frozen=True)
class Chosen:
    process_id: int
    name: str
    rank: int
    was: int | None = None  # its rank in the round before
    new: bool = False

    @property
    def moved(self) -> str:
        """new, up, down, same; nothing where there was no round before."""
        if self.new:
            return "new"
        if self.was is None:
            return ""
        return "same" if self.was == self.rank else "up" if self.was > self.rank else "down"


@dataclass(frozen=True)
class RoundLine:
    """A round of the list: what it chose, what it dropped, how many vital processes it left out with a reason."""

    round: Prioritisation
    committee: str
    source: str
    ballots: int
    members: int
    chosen: Sequence[Chosen] = ()
    dropped: Sequence[tuple[int, str]] = ()
    left_out: int = 0
    superseded_by: int | None = None


@dataclass
class Told:
    """What all rounds chose and left out, by round."""

    chosen: dict[int, dict[int, int]] = field(default_factory=dict)
    left_out: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


def round_lines(db: Session, before: int | None = None) -> tuple[list[RoundLine], int | None]:
    """A page of rounds, latest first, and the key of the next page. Four statements, whatever their number."""
    ballots = select(func.count(col(Ballot.person_id).distinct())).where(col(Ballot.round_id) == Prioritisation.id)
    seated = select(func.count()).where(
        col(Seat.committee_id) == col(Prioritisation.committee_id), col(Seat.until).is_(None)
    )
    query = (
        select(
            Prioritisation,
            col(Committee.name),
            ballots.correlate(Prioritisation).scalar_subquery(),
            seated.correlate(Prioritisation).scalar_subquery(),
        )
        .join(Committee, col(Committee.id) == col(Prioritisation.committee_id))
        .order_by(col(Prioritisation.id).desc())
    )
    if before is not None:
        query = query.where(col(Prioritisation.id) < before)
    rows = db.execute(query.limit(A_PAGE + 1)).all()
    told = what_was_chosen(db)
    published = published_by_committee(db)
    lines = [a_line(told, published[row[0].committee_id], *row) for row in rows[:A_PAGE]]
    return lines, rows[A_PAGE - 1][0].id if len(rows) > A_PAGE else None


def published_by_committee(db: Session) -> dict[int, list[int]]:
    """The published rounds of each committee, oldest first."""
    query = select(col(Prioritisation.committee_id), col(Prioritisation.id), col(Prioritisation.stage))
    found: dict[int, list[int]] = {}
    for committee, number, stage in db.execute(query.order_by(col(Prioritisation.published_at))):
        own = found.setdefault(committee, [])
        if stage is RoundStage.PUBLISHED:
            own.append(number)
    return found


def what_was_chosen(db: Session) -> Told:
    told = Told()
    chosen = select(col(Priority.round_id), col(Priority.process_id), col(Priority.rank), col(Process.name)).join(
        Process, col(Process.id) == col(Priority.process_id)
    )
    for round_id, process_id, rank, name in db.execute(chosen.order_by(col(Priority.rank))):
        told.chosen.setdefault(round_id, {})[process_id] = rank
        told.names[process_id] = name
    vital = select(col(LeftOut.round_id), func.count()).where(col(LeftOut.vital).is_(True))
    told.left_out = dict(db.execute(vital.group_by(col(LeftOut.round_id))).all())
    return told


def a_line(
    told: Told, published: Sequence[int], round_: Prioritisation, committee: str, ballots: int, members: int
) -> RoundLine:
    source = str(evidence_of(round_).get("source", ""))
    own = told.chosen.get(round_.id, {})
    at = published.index(round_.id) if round_.id in published else None
    earlier = told.chosen.get(published[at - 1], {}) if at else None
    chosen = [
        Chosen(one, told.names[one], rank, (earlier or {}).get(one), earlier is not None and one not in earlier)
        for one, rank in own.items()
    ]
    dropped = [(one, told.names[one]) for one in (earlier or {}) if one not in own]
    later = published[at + 1] if at is not None and at + 1 < len(published) else None
    out = told.left_out.get(round_.id, 0)
    return RoundLine(round_, committee, source, ballots, members, chosen, dropped, out, later)


def left_out_of(db: Session, round_id: int) -> Sequence[tuple[LeftOut, str]]:
    query = (
        select(LeftOut, col(Process.name))
        .join(Process, col(Process.id) == col(LeftOut.process_id))
        .where(col(LeftOut.round_id) == round_id)
        .order_by(col(LeftOut.vital).desc(), col(Process.name))
    )
    return db.execute(query).all()


def neighbours(db: Session, round_: Prioritisation) -> tuple[Prioritisation | None, Prioritisation | None]:
    """The published rounds of this committee before and after a published one."""
    if round_.published_at is None:
        return None, None
    same = (
        col(Prioritisation.committee_id) == round_.committee_id,
        col(Prioritisation.stage) == RoundStage.PUBLISHED,
    )
    query = select(Prioritisation).where(*same).order_by(col(Prioritisation.published_at), col(Prioritisation.id))
    known = list(db.scalars(query))
    at = [one.id for one in known].index(round_.id)
    return known[at - 1] if at else None, known[at + 1] if at + 1 < len(known) else None


def ranked_again(db: Session, round_: Prioritisation) -> set[int]:
    """Who handed in a second ranking, when the others' could be seen."""
    query = (
        select(col(Entry.actor_id))
        .where(col(Entry.ref) == round_.ref, col(Entry.move) == "rank")
        .group_by(col(Entry.actor_id))
        .having(func.count() > 1)
    )
    return {number for number in db.scalars(query) if number}


def people_in(db: Session, round_: Prioritisation, voters: Sequence[int]) -> list[tuple[int, str, bool]]:
    """Who sits in the committee, and who ranked and has left it: id, name, seated now."""
    seated = select(col(Seat.person_id)).where(col(Seat.committee_id) == round_.committee_id, col(Seat.until).is_(None))
    query = select(col(Person.id), col(Person.name), col(Person.id).in_(seated)).where(
        col(Person.id).in_(seated) | col(Person.id).in_(voters)
    )
    return [(number, name, bool(here)) for number, name, here in db.execute(query.order_by(col(Person.name)))]

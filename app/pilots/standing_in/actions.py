"""Gates of absent keepers who sit on the pilot's committee: kept by their substitute until they are back.

As with reviews, `settle` works out anew what should be and makes it so; `settle_all` sees to reviews and gates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.people.absences.queries import absent
from app.people.models import Kind, Membership, Person, Seat
from app.pilots.models import Keeper, Pilot, PilotStage, Step, StepStage
from app.record.actions import write
from app.review.standing_in import actions as reviews
from app.review.standing_in.actions import day_of


@dataclass(frozen=True)
class Gate:
    """A gate that is not passed, as one keeper has it. fit: their substitute, where one is named and can keep it."""

    keeper: Keeper
    absent: bool
    fit: int | None

    @property
    def should_be_away(self) -> bool:
        return self.absent and self.fit is not None


def gates(db: Session) -> list[Gate]:
    """Of running pilots, those whose keeper is absent today or was. One statement."""
    other = aliased(Person)
    gone = absent(day_of(db))
    in_team = select(col(Membership.person_id)).where(
        col(Membership.team_id) == col(Pilot.team_id), col(Membership.until).is_(None)
    )
    able = and_(
        col(other.id) == col(Seat.substitute_id),
        col(other.disabled_at).is_(None),
        col(other.erased_at).is_(None),
        col(other.kind) == Kind.EMPLOYEE,
        col(other.id) != col(Pilot.lead_id),
        col(other.id).not_in(in_team.correlate(Pilot)),
        col(other.id).not_in(gone),
    )
    seat = and_(
        col(Seat.committee_id) == col(Pilot.committee_id),
        col(Seat.person_id) == col(Keeper.person_id),
        col(Seat.until).is_(None),
    )
    query = (
        select(Keeper, col(Keeper.person_id).in_(gone), col(other.id))
        .join(Pilot, col(Pilot.id) == col(Keeper.pilot_id))
        .join(Step, and_(col(Step.pilot_id) == col(Pilot.id), col(Step.number) == col(Keeper.number)))
        .outerjoin(Seat, seat)
        .outerjoin(other, able)
        .where(
            col(Pilot.stage) == PilotStage.RUNNING,
            col(Step.stage) != StepStage.PASSED,
            col(Keeper.stands_in_for).is_(None),
            or_(col(Keeper.away).is_(True), col(Keeper.person_id).in_(gone)),
        )
        .order_by(col(Keeper.pilot_id), col(Keeper.person_id), col(Keeper.number))
    )
    return [Gate(keeper, bool(away), fit) for keeper, away, fit in db.execute(query)]


def to_do(db: Session) -> list[Gate]:
    """The gates that are not as they should be: somebody is away, or back, or another stands in."""
    found = gates(db)
    there = stand_ins(db, [one.keeper for one in found if one.keeper.away])
    return [
        one
        for one in found
        if one.should_be_away != one.keeper.away
        or (one.keeper.away and (one.keeper.pilot_id, one.keeper.number, one.fit) not in there)
    ]


def stand_ins(db: Session, away: Iterable[Keeper]) -> set[tuple[int, int, int | None]]:
    """Who keeps which gate now, of the pilots of these."""
    pilots = {one.pilot_id for one in away}
    if not pilots:
        return set()
    query = select(col(Keeper.pilot_id), col(Keeper.number), col(Keeper.person_id))
    return {(row[0], row[1], row[2]) for row in db.execute(query.where(col(Keeper.pilot_id).in_(pilots)))}


def wanted(db: Session) -> bool:
    return bool(to_do(db))


def settle(db: Session) -> int:
    """How many gates changed hands. The pilots are locked: who keeps a gate, and who settles, wait for each other."""
    pilots = {one.keeper.pilot_id for one in to_do(db)}
    if not pilots:
        return 0
    db.scalars(select(col(Pilot.id)).where(col(Pilot.id).in_(pilots)).order_by(col(Pilot.id)).with_for_update()).all()
    found = to_do(db)
    for (pilot_id, person), own in groupby(found, key=lambda one: (one.keeper.pilot_id, one.keeper.person_id)):
        hand_over(db, pilot_id, person, list(own))
    return len(found)


def hand_over(db: Session, pilot_id: int, person: int, own: list[Gate]) -> None:
    """One member's gates of one pilot: what stood in before ends, what stands in now begins."""
    gone = [one for one in own if one.should_be_away]
    back = [one for one in own if not one.should_be_away]
    for gate in own:
        end_of(db, gate.keeper)
        gate.keeper.away = gate.should_be_away
        if gate.should_be_away:
            begin(db, gate)
    db.flush()
    if gone:
        figures = {"person": gone[0].fit, "for": person, "gates": [one.keeper.number for one in gone]}
        write(db, None, "stand_in", f"pilot:{pilot_id}", figures=figures)
    if back:
        figures = {"person": person, "gates": [one.keeper.number for one in back]}
        write(db, None, "back", f"pilot:{pilot_id}", figures=figures)


def end_of(db: Session, keeper: Keeper) -> None:
    at = (col(Keeper.pilot_id) == keeper.pilot_id, col(Keeper.number) == keeper.number)
    for one in db.scalars(select(Keeper).where(*at, col(Keeper.stands_in_for) == keeper.person_id)).all():
        db.delete(one)
    db.flush()


def begin(db: Session, gate: Gate) -> None:
    """A substitute who keeps the gate anyway keeps it as before."""
    kept = gate.keeper
    at = (col(Keeper.pilot_id) == kept.pilot_id, col(Keeper.number) == kept.number)
    if gate.fit and db.scalars(select(Keeper).where(*at, col(Keeper.person_id) == gate.fit)).first() is None:
        made = Keeper(pilot_id=kept.pilot_id, number=kept.number, person_id=gate.fit, stands_in_for=kept.person_id)
        db.add(made)


def settle_all(db: Session) -> int:
    """Reviews and gates, as they should be today."""
    return reviews.settle(db) + settle(db)


def anything(db: Session) -> bool:
    return reviews.wanted(db) or wanted(db)

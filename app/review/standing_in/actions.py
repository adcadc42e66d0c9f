"""Stand-ins of reviewers: worked out anew from who is absent and who is named, and made so.

`wanted` reads what is not yet as it should be; `settle` does it. Both may be called at any time and as often as one
likes: by a job that looks again and again, and at once where an absence, a seat or a round changes.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.columns import today
from app.people.absences.queries import absent_on
from app.people.models import Committee, Kind, Person, Seat
from app.record.actions import write
from app.review.models import Reviewer, Round, RoundStage
from app.review.rounds import locked_ideas, veil


@dataclass(frozen=True)
class Sitting:
    """A seat as of today: who stands in for its holder."""

    person_id: int
    name: str
    substitute_id: int | None
    substitute: str | None


@dataclass(frozen=True)
class Change:
    """One thing to do in a round. what: `stand_in` (other: the substitute), `back`, `relieve` (other: who stood in),
    `leave` (a seat that has ended)."""

    round_id: int
    what: str
    person_id: int
    other: int | None = None


@dataclass(frozen=True)
class Unfilled:
    """An absent member of an open round in whose place nobody can review, and why."""

    round_id: int
    round: str
    committee_id: int
    name: str
    why: str


@dataclass
class Standing:
    """How an open round stands: its reviewers, its committee's seats, who is absent."""

    round: Round
    reviewers: dict[int, Reviewer]
    seats: dict[int, Sitting]
    keepers_of_names: frozenset[int]
    absent: frozenset[int]
    able: frozenset[int]  # of those named as substitutes, who can sign in and is no guest

    def why_not(self, sitting: Sitting) -> str:
        """What keeps the named substitute from reviewing here; empty where nothing does."""
        other = sitting.substitute_id
        if other is None:
            return "no substitute is named"
        there = self.reviewers.get(other)
        if there is not None and there.stands_in_for != sitting.person_id:
            return f"{sitting.substitute} reviews in this round already"
        if other in self.keepers_of_names:
            return f"{sitting.substitute} may see the names"
        if other in self.absent:
            return f"{sitting.substitute} is absent too"
        return "" if other in self.able else f"{sitting.substitute} cannot sign in"

    def changes(self) -> list[Change]:
        found: list[Change] = []
        for person, row in self.reviewers.items():
            if row.stands_in_for is None:
                found += self.of_member(person, row)
            elif not row.away and not self.is_wanted(row):
                found.append(Change(self.round.id, "relieve", row.stands_in_for, person))
        return found

    def of_member(self, person: int, row: Reviewer) -> list[Change]:
        sitting = self.seats.get(person)
        if sitting is None:
            return [] if row.away else [Change(self.round.id, "leave", person)]
        if person not in self.absent or self.why_not(sitting):
            return [Change(self.round.id, "back", person)] if row.away else []
        there = self.reviewers.get(sitting.substitute_id or 0)
        stood_in = there is not None and not there.away
        return [] if row.away and stood_in else [Change(self.round.id, "stand_in", person, sitting.substitute_id)]

    def is_wanted(self, row: Reviewer) -> bool:
        sitting = self.seats.get(row.stands_in_for or 0)
        named = sitting is not None and sitting.substitute_id == row.person_id
        return named and sitting is not None and sitting.person_id in self.absent and not self.why_not(sitting)

    def unfilled(self) -> list[Unfilled]:
        found = []
        for person, row in self.reviewers.items():
            sitting = self.seats.get(person)
            if sitting and row.stands_in_for is None and person in self.absent and (why := self.why_not(sitting)):
                found.append(Unfilled(self.round.id, self.round.name, self.round.committee_id, sitting.name, why))
        return found


def standings(db: Session, day: date, absent: frozenset[int] | None = None, *, lock: bool = False) -> list[Standing]:
    """The open rounds. Four statements."""
    query = select(Round).where(col(Round.stage) == RoundStage.OPEN).order_by(col(Round.id))
    rounds = db.scalars(query.with_for_update() if lock else query).all()
    if not rounds:
        return []
    rows = db.scalars(select(Reviewer).where(col(Reviewer.round_id).in_([one.id for one in rounds])))
    reviewers: dict[int, dict[int, Reviewer]] = {}
    for row in rows.all():
        reviewers.setdefault(row.round_id, {})[row.person_id] = row
    seats, able, custodians = sittings(db, {one.committee_id for one in rounds})
    gone = absent_on(db, day) if absent is None else absent
    return [
        Standing(
            one,
            reviewers.get(one.id, {}),
            seats.get(one.committee_id, {}),
            frozenset(who for who in (one.custodian_id, custodians[one.committee_id]) if who is not None),
            gone,
            able,
        )
        for one in rounds
    ]


def sittings(
    db: Session, committees: set[int]
) -> tuple[dict[int, dict[int, Sitting]], frozenset[int], dict[int, int | None]]:
    """By committee and person; who of the substitutes is able; and each committee's custodian of names."""
    other = aliased(Person)
    query = (
        select(Seat, Person, other, col(Committee.custodian_id), col(Committee.id))
        .select_from(Committee)
        .outerjoin(Seat, (col(Seat.committee_id) == col(Committee.id)) & col(Seat.until).is_(None))
        .outerjoin(Person, col(Person.id) == col(Seat.person_id))
        .outerjoin(other, col(other.id) == col(Seat.substitute_id))
        .where(col(Committee.id).in_(committees))
    )
    seats: dict[int, dict[int, Sitting]] = {}
    able: set[int] = set()
    custodians: dict[int, int | None] = {}
    for seat, person, substitute, custodian, committee in db.execute(query):
        custodians[committee] = custodian
        if seat is None or not person.active:
            continue
        name = substitute.name if substitute else None
        seats.setdefault(committee, {})[person.id] = Sitting(person.id, person.name, seat.substitute_id, name)
        if substitute is not None and substitute.active and substitute.kind is Kind.EMPLOYEE:
            able.add(substitute.id)
    return seats, frozenset(able), custodians


def day_of(db: Session) -> date:
    return today(db.info["settings"].time_zone)


def wanted(db: Session) -> bool:
    """Whether `settle` would do anything."""
    return any(one.changes() for one in standings(db, day_of(db)))


def settle(db: Session) -> int:
    """How much was done. The rounds are locked: who files a review, and who settles, wait for each other."""
    done = 0
    for standing in standings(db, day_of(db), lock=True):
        for change in standing.changes():
            do(db, standing, change)
            done += 1
    return done


def do(db: Session, standing: Standing, change: Change) -> None:
    """Whoever is back is asked again; who stood in, or whose seat has ended, keeps what they have begun."""
    row = standing.reviewers[change.person_id]
    match change.what:
        case "stand_in":
            row.away = True
            stand_in(db, standing, change)
        case "relieve":
            standing.reviewers[change.other or 0].away = True
        case what:
            row.away = what == "leave"
    db.flush()
    figures = {"person": change.other, "for": change.person_id} if change.other else {"person": change.person_id}
    write(db, None, change.what, standing.round.ref, figures=figures)


def stand_in(db: Session, standing: Standing, change: Change) -> None:
    """The substitute reviews from now on; in a blind round under the same veil as everybody who reviews."""
    assert change.other
    there = standing.reviewers.get(change.other)
    if there is None:
        there = Reviewer(round_id=standing.round.id, person_id=change.other, stands_in_for=change.person_id)
        db.add(there)
        standing.reviewers[change.other] = there
    there.away = False
    db.flush()
    if standing.round.blind:
        veil(db, standing.round, [idea.id for _, idea in locked_ideas(db, standing.round.id)], [change.other])


def unfilled(db: Session, committees: set[int]) -> list[Unfilled]:
    """Absent members of these committees' open rounds in whose place nobody can review. One statement where nobody is
    absent."""
    day = day_of(db)
    absent = absent_on(db, day)
    found = [one for standing in standings(db, day, absent) for one in standing.unfilled()] if absent else []
    return [one for one in found if one.committee_id in committees]

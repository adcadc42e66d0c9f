"""Reading mandates: what stands, its versions, what is owed and late, whose hours are released."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.people.actor import Actor
from app.people.models import Person, Team
from app.processes.models import Process
from app.teams.mandates.models import ALIVE, Mandate, MandateStage, Owed, Release, ReleaseStage
from app.teams.mandates.rules import may_release, sees_words


def mandate_visible_to(actor: Actor) -> ColumnElement[bool]:
    """As teams: every employee sees every mandate."""
    return false() if actor.guest else true()


@dataclass(frozen=True)
class OwedLine:
    id: int
    what: str
    due: date
    done_at: datetime | None
    words: str
    late: bool


@dataclass(frozen=True)
class HoursLine:
    id: int
    person_id: int
    name: str
    hours: int
    stage: ReleaseStage
    asked_of: str  # the manager's name; none: the chair
    may_answer: bool
    words: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Told:
    """A mandate with all that its page shows."""

    mandate: Mandate
    process: str
    given_by: str
    owed: Sequence[OwedLine]
    hours: Sequence[HoursLine]

    @property
    def total(self) -> int:
        return sum(one.hours for one in self.hours)

    @property
    def released(self) -> int:
        return sum(one.hours for one in self.hours if one.stage is ReleaseStage.RELEASED)

    @property
    def late(self) -> int:
        return sum(one.late for one in self.owed)


def told(db: Session, actor: Actor, team: Team, mandates: Sequence[tuple[Mandate, str, str]], day: date) -> list[Told]:
    """Two statements, however many there are."""
    ids = [mandate.id for mandate, _, _ in mandates]
    if not ids:
        return []
    by_id = {mandate.id: mandate for mandate, _, _ in mandates}
    owed: dict[int, list[OwedLine]] = {}
    for one in db.scalars(select(Owed).where(col(Owed.mandate_id).in_(ids)).order_by(col(Owed.due), col(Owed.place))):
        late = one.done_at is None and one.due < day and by_id[one.mandate_id].stands
        line = OwedLine(one.id, one.what, one.due, one.done_at, one.words, late)
        owed.setdefault(one.mandate_id, []).append(line)
    manager = aliased(Person)
    query = (
        select(Release, col(Person.name), manager)
        .join(Person, col(Person.id) == Release.person_id)
        .outerjoin(manager, manager.id == Release.asked_of)  # type: ignore[arg-type]
        .where(col(Release.mandate_id).in_(ids))
        .order_by(col(Person.name), col(Release.id))
    )
    hours: dict[int, list[HoursLine]] = {}
    for release, name, above in db.execute(query):
        may = may_release(actor, team, by_id[release.mandate_id], release, above)
        words = release.words if sees_words(actor, team, release) else ""
        asked = above.name if above is not None and above.active else ""
        hours.setdefault(release.mandate_id, []).append(
            HoursLine(
                *(release.id, release.person_id, name, release.hours, release.stage),
                *(asked, may, words, release.answered_at),
            )
        )
    return [Told(one, process, by, owed.get(one.id, ()), hours.get(one.id, ())) for one, process, by in mandates]


def mandates(db: Session, team_id: int, *, standing: bool = True) -> list[tuple[Mandate, str, str]]:
    """(mandate, process, who gave it): those that stand, or every version, the newest first."""
    query = (
        select(Mandate, col(Process.name), col(Person.name))
        .join(Process, col(Process.id) == Mandate.process_id)
        .join(Person, col(Person.id) == Mandate.given_by)
        .where(col(Mandate.team_id) == team_id)
        .order_by(col(Process.rank), col(Mandate.process_id), col(Mandate.number).desc())
    )
    if standing:
        query = query.where(col(Mandate.stage).in_(ALIVE))
    return [(row[0], row[1], row[2]) for row in db.execute(query.limit(100))]


def versions(db: Session, mandate: Mandate) -> Sequence[Mandate]:
    """All of the same team and process, the newest first."""
    same = (col(Mandate.team_id) == mandate.team_id, col(Mandate.process_id) == mandate.process_id)
    return db.scalars(select(Mandate).where(*same).order_by(col(Mandate.number).desc())).all()


def stands(db: Session, team_id: int, process_id: int) -> Mandate | None:
    query = select(Mandate).where(
        col(Mandate.team_id) == team_id, col(Mandate.process_id) == process_id, col(Mandate.stage).in_(ALIVE)
    )
    return db.scalars(query).first()


@dataclass(frozen=True)
class Debt:
    """Something owed to a committee, and which team owes it."""

    id: int
    mandate_id: int
    team_id: int
    team: str
    process: str
    what: str
    due: date


def debts(
    db: Session, committees: Collection[int] = (), teams: Collection[int] = (), until: date | None = None
) -> Sequence[Debt]:
    """What these committees are owed, or these teams owe, and is not there yet; the earliest first."""
    query = (
        select(
            *(col(Owed.id), col(Mandate.id), col(Team.id), col(Team.name), col(Process.name)),
            *(col(Owed.what), col(Owed.due)),
        )
        .join(Mandate, col(Mandate.id) == Owed.mandate_id)
        .join(Team, col(Team.id) == Mandate.team_id)
        .join(Process, col(Process.id) == Mandate.process_id)
        .where(col(Owed.done_at).is_(None), col(Mandate.stage) == MandateStage.ACCEPTED)
        .where(col(Team.disbanded_at).is_(None))
        .where(col(Team.committee_id).in_(committees) if committees else col(Team.id).in_(teams))
        .order_by(col(Owed.due), col(Owed.id))
        .limit(50)
    )
    if until is not None:
        query = query.where(col(Owed.due) < until)
    return [Debt(*row) for row in db.execute(query)]


def newest_number(db: Session, team_id: int, process_id: int) -> int:
    same = (col(Mandate.team_id) == team_id, col(Mandate.process_id) == process_id)
    return db.scalar(select(func.max(col(Mandate.number))).where(*same)) or 0

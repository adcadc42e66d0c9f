"""Reading committees: who sits on them until when, what they have to spend, what they answer for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.columns import today
from app.errors import Missing, Refused
from app.people.absences.models import Absence
from app.people.absences.queries import absent, coming
from app.people.actor import HEADS, Actor
from app.people.models import Committee, Organisation, Person, Post, Seat
from app.people.queries import house_visible_to as visible_to
from app.processes.models import Process
from app.review.committees.models import Budget
from app.workdays import FiscalYear, fiscal_year

ORDER = (Post.CHAIR, Post.DEPUTY, Post.MEMBER)
AHEAD = timedelta(days=30)  # within which the chair hears that a term ends


@dataclass(frozen=True)
class Line:
    """A committee in the list of all."""

    id: int
    name: str
    purpose: str
    promised_days: int
    members: int
    chair: str | None
    processes: int


def committees(db: Session, actor: Actor) -> list[Line]:
    """Those that one sits on first. One statement."""
    here = col(Committee.id)
    open_ = (col(Seat.committee_id) == here, col(Seat.until).is_(None))
    members = select(func.count()).select_from(Seat).where(*open_)
    chair = select(col(Person.name)).join(Seat, col(Seat.person_id) == col(Person.id))
    chair = chair.where(*open_, col(Seat.post) == Post.CHAIR).order_by(col(Seat.id)).limit(1)
    processes = select(func.count()).select_from(Process).where(col(Process.committee_id) == here)
    parts = [part.correlate(Committee).scalar_subquery() for part in (members, chair, processes)]
    query = (
        select(here, col(Committee.name), col(Committee.purpose), col(Committee.promised_days), *parts)
        .where(visible_to(actor))
        .order_by(here.not_in(list(actor.seats)), col(Committee.name), here)
    )
    return [Line(*row) for row in db.execute(query)]


def choices(db: Session, wanted: Sequence[int] | None = None, but: int = 0) -> list[tuple[int, str]]:
    """Committees as choices of a form: these, or all."""
    query = select(col(Committee.id), col(Committee.name)).where(col(Committee.id) != but)
    if wanted is not None:
        query = query.where(col(Committee.id).in_(list(wanted)))
    return [(row[0], row[1]) for row in db.execute(query.order_by(col(Committee.name), col(Committee.id)))]


def headed_by(actor: Actor) -> list[int]:
    return sorted(committee for committee, post in actor.seats.items() if post in HEADS)


@dataclass(frozen=True)
class Sitting:
    """A seat with its holder, as the committee's page shows it."""

    id: int
    person_id: int
    name: str
    post: Post
    since: datetime
    ends_on: date | None
    substitute_id: int | None
    substitute: str | None
    absences: Sequence[Absence] = ()

    def away(self, day: date) -> Absence | None:
        return next((one for one in self.absences if one.begins <= day), None)


def sittings(db: Session, committee_id: int, day: date) -> list[Sitting]:
    """Who sits on it now, the chair first. Two statements."""
    other = aliased(Person)
    query = (
        select(
            *(col(Seat.id), col(Person.id), col(Person.name), col(Seat.post), col(Seat.since), col(Seat.ends_on)),
            *(col(Seat.substitute_id), col(other.name)),
        )
        .join(Person, col(Person.id) == col(Seat.person_id))
        .outerjoin(other, col(other.id) == col(Seat.substitute_id))
        .where(col(Seat.committee_id) == committee_id, col(Seat.until).is_(None))
        .order_by(col(Person.name), col(Seat.id))
    )
    rows = db.execute(query).all()
    noted = coming(db, [row[1] for row in rows], day)
    found = [Sitting(*row, absences=[one for one in noted if one.person_id == row[1]]) for row in rows]
    return sorted(found, key=lambda one: ORDER.index(one.post))


def ending(db: Session, committees: Sequence[int], day: date) -> list[tuple[int, str, Post, date, str]]:
    """Terms on these committees that end within thirty days: committee, name, post, last day, the committee's name."""
    query = (
        select(col(Seat.committee_id), col(Person.name), col(Seat.post), col(Seat.ends_on), col(Committee.name))
        .join(Person, col(Person.id) == col(Seat.person_id))
        .join(Committee, col(Committee.id) == col(Seat.committee_id))
        .where(
            col(Seat.committee_id).in_(list(committees)),
            col(Seat.until).is_(None),
            col(Seat.ends_on) >= day,
            col(Seat.ends_on) <= day + AHEAD,
        )
        .order_by(col(Seat.ends_on), col(Person.name))
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in db.execute(query) if row[3]]


def to_look_after(committees: Sequence[int], day: date) -> ColumnElement[bool]:
    """Whether a term on these committees ends soon, or a member is absent."""
    soon = and_(col(Seat.ends_on) >= day, col(Seat.ends_on) <= day + AHEAD)
    here = (col(Seat.committee_id).in_(list(committees)), col(Seat.until).is_(None))
    return exists().where(*here, or_(soon, col(Seat.person_id).in_(absent(day))))


def processes_of(db: Session, committee_id: int) -> list[tuple[int, str, int | None]]:
    """What it answers for, prioritised ones first: id, name, rank."""
    query = (
        select(col(Process.id), col(Process.name), col(Process.rank))
        .where(col(Process.committee_id) == committee_id)
        .order_by(col(Process.rank).is_(None), col(Process.rank), col(Process.name))
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


@dataclass(frozen=True)
class Year:
    """A fiscal year of a committee: what it has. `amount` is None where nothing was set."""

    year: FiscalYear
    amount: Decimal | None


def years(db: Session, committee: Committee, now: FiscalYear) -> list[Year]:
    """The years that have a budget, this one and the next among them; without one of its own a year has the committee's
    yearly budget. Newest first."""
    query = select(col(Budget.year), col(Budget.amount)).where(col(Budget.committee_id) == committee.id)
    known: dict[int, Decimal] = dict(db.execute(query).all())
    shown = sorted({*known, now.year, now.year + 1}, reverse=True)
    return [Year(fiscal_year(one, now.first.month), known.get(one, committee.budget)) for one in shown]


def budget_now(db: Session, committee_id: int) -> Decimal | None:
    """What a committee has for the fiscal year in which we are. One statement."""
    day = today(db.info["settings"].time_zone)
    year = day.year - case((col(Organisation.fiscal_month) > day.month, 1), else_=0)
    of_year = and_(col(Budget.committee_id) == col(Committee.id), col(Budget.year) == year)
    query = (
        select(func.coalesce(col(Budget.amount), col(Committee.budget)))
        .select_from(Committee)
        .outerjoin(Organisation, true())
        .outerjoin(Budget, of_year)
        .where(col(Committee.id) == committee_id)
    )
    return db.scalar(query)


def seat_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Seats that this person arranges: their own, and on committees that they head."""
    open_ = col(Seat.until).is_(None)
    return open_ & or_(col(Seat.person_id) == actor.id, col(Seat.committee_id).in_(headed_by(actor)))


def chosen(actor: Actor, typed: str, words: str) -> int:
    """The committee that a chair means: of several the one that the form or the address names, else the first.

    Raises Refused for who heads none, Missing where it is another's.
    """
    headed = headed_by(actor)
    if not headed:
        raise Refused(words)
    if not typed:
        return headed[0]
    if typed not in {str(one) for one in headed}:
        raise Missing()
    return int(typed)


def committees_of(db: Session, actor: Actor, chosen: int) -> list[tuple[int, str]]:
    """Where a chair heads several, those among which they choose; nothing where there is no choice."""
    headed = headed_by(actor)
    return choices(db, headed) if len(headed) > 1 and chosen in headed else []

"""Reading pilots: the door, the list, what waits for whom, the leaders' portfolio."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, case, false, func, literal, or_, select, true
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app import columns
from app.columns import now
from app.ideas import queries as ideas
from app.ideas.models import Idea, Stage
from app.people.actor import Actor
from app.people.models import Membership, Person, Team
from app.pilots.guests.models import PilotGuest
from app.pilots.measuring import standing
from app.pilots.models import Health, Keeper, Measure, Pilot, PilotStage, Step, StepStage
from app.pilots.roadmap import stair
from app.processes.models import Process
from app.refs import Kind

A_PAGE = 25
MOST = 2000
SOON = timedelta(days=14)
ENDED = 7  # where pilots that have ended stand in the list: after the six steps


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Every employee sees every pilot; a guest those that they were invited to, on a page of their own."""
    if actor.guest:
        return col(Pilot.id).in_(select(col(PilotGuest.pilot_id)).where(col(PilotGuest.person_id) == actor.id))
    return true()


def step_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Steps and gates are the house's own."""
    return false() if actor.guest else true()


step_title = (
    literal("Gate ")
    + sql_cast(col(Step.number), String)
    + literal(" of ")
    + select(col(Pilot.name)).where(col(Pilot.id) == col(Step.pilot_id)).correlate(Step).scalar_subquery()
)


def its_idea(pilot: Any) -> Any:
    return select(col(Pilot.idea_id)).where(col(Pilot.id) == pilot).scalar_subquery()


def hides(me: Any, pilot: Any, person: Any) -> ColumnElement[bool]:
    """Whoever is hidden behind the idea that a pilot came of is hidden behind the pilot."""
    return ideas.hides(me, its_idea(pilot), person)


def veils(me: Any, pilot: Any) -> ColumnElement[bool]:
    return ideas.veiled_from(me, its_idea(pilot))


kinds = [
    Kind("pilot", Pilot, visible_to, Pilot.name, lambda number: f"/pilots/{number}", hides=hides, veils=veils),
    Kind("step", Step, step_visible_to, step_title, lambda number: f"/pilots/{number}", parent=Step.pilot_id),
]


def today(db: Session) -> date:
    """The day in the organisation's time zone: a deadline ends with it."""
    return columns.today(db.info["settings"].time_zone)


@dataclass(frozen=True, slots=True)
class Line:
    """A pilot as lists and the portfolio show it."""

    place: int
    id: int
    name: str
    stage: PilotStage
    step: int
    step_stage: StepStage
    opened_at: datetime | None
    due: date | None
    ended_at: datetime | None
    health: Health
    health_note: str
    lead: str
    owner: str
    sponsor: str | None
    team: str | None
    process_id: int
    process: str
    budget: Decimal | None
    spent: Decimal
    measure: str | None
    change: float | None
    low: float | None
    high: float | None
    worth: float | None
    verdict: str | None

    @property
    def running(self) -> bool:
        return self.stage is PilotStage.RUNNING

    @property
    def step_name(self) -> str:
        return stair(self.step).name

    @property
    def standing(self) -> tuple[str, str]:
        """The effect's verdict as word and kind of status."""
        return standing(self.verdict or "", self.change, self.low, self.high, self.worth or 0)

    @property
    def days(self) -> int | None:
        """How long it has been in its step."""
        return (now() - self.opened_at).days if self.running and self.opened_at else None

    def late(self, day: date) -> bool:
        return self.running and self.due is not None and self.due < day


lead, owner, sponsor = (aliased(Person, name=name) for name in ("lead", "owner", "sponsor"))
place = case((col(Pilot.stage) == PilotStage.RUNNING, col(Pilot.step)), else_=ENDED)


def first_of(*conditions: ColumnElement[bool]) -> Any:
    alive = (col(Measure.replaced_by).is_(None), col(Measure.withdrawn_at).is_(None))
    own = select(func.min(col(Measure.id))).where(col(Measure.pilot_id) == col(Pilot.id), *alive, *conditions)
    return own.correlate(Pilot).scalar_subquery()


# The measure that speaks for a pilot: the one that decides, else its first.
first_measure = func.coalesce(first_of(col(Measure.decides).is_(True)), first_of())
FIELDS: tuple[Any, ...] = (
    place.label("place"),
    *(Pilot.id, Pilot.name, Pilot.stage, Pilot.step, Step.stage, Step.opened_at, Step.due, Pilot.ended_at),
    *(Pilot.health, Pilot.health_note, lead.name, owner.name, sponsor.name, Team.name, Process.id, Process.name),
    *(Pilot.budget, Pilot.spent, Measure.name, Measure.change, Measure.change_low, Measure.change_high),
    *(Measure.worth, Measure.verdict),
)
LINES: Select[Any] = (
    select(*FIELDS)
    .select_from(Pilot)
    .join(Step, and_(col(Step.pilot_id) == col(Pilot.id), col(Step.number) == col(Pilot.step)))
    .join(Process, col(Process.id) == col(Pilot.process_id))
    .join(lead, col(lead.id) == col(Pilot.lead_id))
    .join(owner, col(owner.id) == col(Process.owner_id))
    .outerjoin(sponsor, col(sponsor.id) == col(Pilot.sponsor_id))
    .outerjoin(Team, col(Team.id) == col(Pilot.team_id))
    .outerjoin(Measure, col(Measure.id) == first_measure)
)
AFTER = or_(
    place > bindparam("place_after"),
    and_(place == bindparam("place_after"), col(Pilot.id) > bindparam("id_after")),
)
BY_STEP = (place, col(Pilot.id))
PAGE = LINES.where(AFTER).order_by(*BY_STEP).limit(bindparam("most"))


@dataclass(frozen=True)
class Filter:
    """What the list shows: words of the name, a step (7: ended), a health. Empty means any."""

    q: str = ""
    step: int = 0
    health: Health | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.q:
            found.append(col(Pilot.name).icontains(self.q, autoescape=True))
        if self.step:
            found.append(place == self.step)
        if self.health:
            found.append(and_(col(Pilot.health) == self.health, col(Pilot.stage) == PilotStage.RUNNING))
        return found


def lines(
    db: Session, actor: Actor, chosen: Filter, after: tuple[int, int] = (0, 0), most: int = A_PAGE
) -> Sequence[Line]:
    """Pilots by step, the ended ones last; `after` is (place, id) of the last one of the page before."""
    query = PAGE.where(visible_to(actor), *chosen.conditions())
    given = {"place_after": after[0], "id_after": after[1], "most": most}
    return [Line(*row) for row in db.execute(query, given)]


def count(db: Session, actor: Actor, chosen: Filter) -> int:
    query = select(func.count()).select_from(Pilot).where(visible_to(actor), *chosen.conditions())
    return db.scalar(query) or 0


@dataclass(frozen=True)
class Tally:
    """What the list's title is made of."""

    running: int
    ended: int
    asked: int
    late: int
    troubled: int


def tally(db: Session, actor: Actor, day: date) -> Tally:
    running = col(Pilot.stage) == PilotStage.RUNNING

    def of(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)

    query = (
        select(
            of(running),
            of(~running),
            of(running, col(Step.stage) == StepStage.ASKED),
            of(running, col(Step.due) < day),
            of(running, col(Pilot.health) != Health.ON_COURSE),
        )
        .select_from(Pilot)
        .join(Step, and_(col(Step.pilot_id) == col(Pilot.id), col(Step.number) == col(Pilot.step)))
        .where(visible_to(actor))
    )
    return Tally(*db.execute(query).one())


def portfolio(db: Session, actor: Actor) -> Sequence[Line]:
    """Every pilot for those who steer: step, health, owner and lead, money, effect; `days` and `late(day)` on each."""
    return lines(db, actor, Filter(), most=MOST)


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person: a verb, what it is about, where, until when, and why."""

    verb: str
    title: str
    address: str
    due: date | None
    why: str
    late: bool = False


def waiting(db: Session, actor: Actor) -> Sequence[Waiting]:
    """Gates to keep, steps of one's own that are due, approved ideas to be chartered; the earliest first."""
    if actor.guest:
        return []
    day = today(db)
    found = [*gates_to_keep(db, actor, day), *steps_due(db, actor, day), *to_be_chartered(db, actor)]
    return sorted(found, key=lambda item: (item.due is None, item.due or day, item.title))


NOW = and_(col(Step.pilot_id) == col(Pilot.id), col(Step.number) == col(Pilot.step))
RUNNING = col(Pilot.stage) == PilotStage.RUNNING


def of_own_team(actor: Actor) -> ColumnElement[bool]:
    return or_(col(Pilot.lead_id) == actor.id, col(Pilot.team_id).in_(actor.teams))


def gates_to_keep(db: Session, actor: Actor, day: date) -> list[Waiting]:
    kept = and_(col(Keeper.pilot_id) == col(Pilot.id), col(Keeper.number) == col(Step.number))
    kept = and_(kept, col(Keeper.away).is_(False))
    query = (
        select(col(Pilot.id), col(Pilot.name), col(Step.number), col(Step.due), col(Process.name))
        .join(Step, NOW)
        .join(Keeper, kept)
        .join(Process, col(Process.id) == col(Pilot.process_id))
        .where(RUNNING, col(Step.stage) == StepStage.ASKED, col(Keeper.person_id) == actor.id)
        .where(visible_to(actor), ~of_own_team(actor))
    )
    return [
        Waiting(
            f"Keep gate {number} of",
            name,
            f"/pilots/{pilot_id}/steps/{number}",
            due,
            f"{process} · the team asks for it",
            late=due is not None and due < day,
        )
        for pilot_id, name, number, due, process in db.execute(query)
    ]


def steps_due(db: Session, actor: Actor, day: date) -> list[Waiting]:
    query = (
        select(col(Pilot.id), col(Pilot.name), col(Step.number), col(Step.due), col(Process.name))
        .join(Step, NOW)
        .join(Process, col(Process.id) == col(Pilot.process_id))
        .where(RUNNING, col(Step.stage) == StepStage.OPEN, col(Step.due) <= day + SOON)
        .where(visible_to(actor), of_own_team(actor))
    )
    return [
        Waiting(
            f"Finish step {number}, {stair(number).name}, of",
            name,
            f"/pilots/{pilot_id}/steps/{number}",
            due,
            f"{process} · then ask for gate {number}",
            late=due is not None and due < day,
        )
        for pilot_id, name, number, due, process in db.execute(query)
    ]


def to_be_chartered(db: Session, actor: Actor) -> list[Waiting]:
    chaired = [committee for committee in actor.seats if actor.chairs(committee)]
    if not chaired:
        return []
    query = (
        select(col(Idea.id), col(Idea.title))
        .where(col(Idea.stage) == Stage.APPROVED, col(Idea.committee_id).in_(chaired))
        .where(col(Idea.id).not_in(ideas.conflicted(actor.id)))
        .order_by(col(Idea.id))
        .limit(A_PAGE)
    )
    return [
        Waiting("Charter a pilot of", title, f"/pilots/new?idea={idea_id}", None, "Approved by the committee")
        for idea_id, title in db.execute(query)
    ]


def people_of(db: Session, pilot: Pilot, more: set[int] | None = None) -> dict[int, str]:
    """Names by id of all who have to do with a pilot, and of `more`."""
    return names(db, everybody(pilot) | (more or set()), pilot.team_id)


def everybody(pilot: Pilot) -> set[int]:
    fixed = {pilot.lead_id, pilot.process.owner_id, *(keeper.person_id for keeper in pilot.keepers)}
    return fixed | ({pilot.sponsor_id} if pilot.sponsor_id else set())


def names(db: Session, ids: set[int], team_id: int | None) -> dict[int, str]:
    members = select(col(Membership.person_id)).where(
        col(Membership.team_id) == team_id, col(Membership.until).is_(None)
    )
    query = select(col(Person.id), col(Person.name)).where(or_(col(Person.id).in_(ids), col(Person.id).in_(members)))
    return dict(db.execute(query.order_by(col(Person.name), col(Person.id))).all())

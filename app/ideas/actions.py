"""Changing ideas. Every move goes through `make`, which keeps what hangs on the stage in step with it."""

from datetime import date
from typing import Any

from sqlalchemy import CursorResult, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from app.changes import feature_of, table_of, touched
from app.columns import now
from app.columns import today as today_in
from app.db import embedded
from app.errors import Invalid, Refused, Stale
from app.ideas.calls.actions import comes_late
from app.ideas.calls.queries import unanswered
from app.ideas.forms import IdeaForm
from app.ideas.models import (
    PRIVATE,
    Audience,
    Author,
    Idea,
    IdeaDepartment,
    IdeaJob,
    IdeaYear,
    Revision,
    Stage,
    Vote,
)
from app.ideas.queries import departments_of
from app.ideas.reconsidering.models import Reconsideration
from app.ideas.rules import life, may_change, may_name, may_open, may_support
from app.ideas.warmth import warmer, warmth
from app.people.actor import Actor
from app.people.calendar.queries import in_working_days
from app.people.models import Committee, Department
from app.processes.models import Process
from app.record.actions import write
from app.record.models import Entry
from app.talk.actions import follow
from app.workflow import guarded_update

FORECAST = ("forecast_of", "forecast_low", "forecast", "forecast_high")
TEXT = ("title", "story", "change", "needs", "risks", "novelty", "area", "cost", *FORECAST)
ANSWERS = ("answer", "send_back", "refuse", "approve", "do_now", "decline", "defer", "return")


def today(db: Session) -> date:
    return today_in(db.info["settings"].time_zone)


def begin(db: Session, actor: Actor, data: IdeaForm) -> Idea:
    """A draft; or, for a process that is not prioritised, a signal that everybody sees."""
    process = held_process(db, data.process)
    check_team(actor, data.team)
    stage = Stage.SIGNAL if data.then == "signal" else Stage.DRAFT
    if (stage is Stage.SIGNAL) == process.prioritised:
        raise Invalid(wrong_place(process))
    idea = Idea(stage=stage, listed=stage not in PRIVATE, **written(db, actor, process, data))
    idea.warmth = warmth(idea.created_at)
    db.add(idea)
    db.flush()
    db.add(Author(idea_id=idea.id, person_id=actor.id))
    put_parts(db, idea, data)
    db.refresh(idea)
    follow(db, actor, idea.ref)
    write(db, actor.id, "begin", idea.ref, after=stage.value)
    return idea


def written(db: Session, actor: Actor, process: Process, data: IdeaForm, idea: Idea | None = None) -> dict[str, Any]:
    """The columns that the writing page fills. Who was promised to be the only one to know, stays so."""
    custodian = None
    if data.unnamed:
        custodian = (idea and idea.custodian_id) or custodian_for(db, actor, process.committee_id)
        if custodian is None:
            raise Invalid("Nobody could keep your name here. Write with it.")
    texts = {name: getattr(data, name) for name in TEXT}
    if costs := [cost for _, cost in data.years.values() if cost is not None]:
        texts["cost"] = sum(costs)
    # An idea that was passed on stays where it is for as long as it is for the same process.
    committee = idea.committee_id if idea is not None and idea.process_id == process.id else process.committee_id
    places = {"process_id": process.id, "committee_id": committee, "team_id": data.team}
    return {**texts, **places, "audience": data.audience, "custodian_id": custodian}


def custodian_for(db: Session, actor: Actor, committee_id: int) -> int | None:
    """Who alone would know, if the committee has named somebody.

    Whoever sits on the committee, or keeps its names, writes with a name: a conflict has to be seen.
    """
    custodian = db.get_one(Committee, committee_id).custodian_id
    return None if actor.on(committee_id) or actor.id == custodian else custodian


def put_parts(db: Session, idea: Idea, data: IdeaForm) -> None:
    """What stands in rows of its own: jobs of customers, years, and the departments that see it."""
    db.execute(delete(IdeaJob).where(col(IdeaJob.idea_id) == idea.id))
    db.execute(delete(IdeaDepartment).where(col(IdeaDepartment.idea_id) == idea.id))
    db.execute(delete(IdeaYear).where(col(IdeaYear.idea_id) == idea.id, col(IdeaYear.revision) == 0))
    db.add_all(IdeaJob(idea_id=idea.id, job_id=job) for job in dict.fromkeys(data.jobs))
    if data.audience is Audience.DEPARTMENTS:
        wanted = select(col(Department.id)).where(col(Department.id).in_(data.departments))
        db.add_all(IdeaDepartment(idea_id=idea.id, department_id=key) for key in db.scalars(wanted))
    for year, (benefit, cost) in data.years.items():
        db.add(IdeaYear(idea_id=idea.id, revision=0, year=year, benefit=benefit, cost=cost))
    db.flush()


def held_process(db: Session, id: int) -> Process:
    """A process that will not lose its priority before this transaction is done."""
    process = db.get(Process, id, with_for_update={"read": True})
    if process is None:
        raise Invalid("Choose one of the offered processes.")
    return process


def wrong_place(process: Process) -> str:
    if process.prioritised:
        return f"{process.name} is prioritised: this can be submitted as an idea."
    return f"{process.name} is not prioritised now. An idea can be submitted only for a process that is."


def check_team(actor: Actor, team: int | None) -> None:
    if team is not None and team not in actor.teams:
        raise Refused("You can write only for a team that you are in.")


def change(db: Session, actor: Actor, idea: Idea, data: IdeaForm) -> None:
    """New text. The version that the person began with must still be the one that stands."""
    if not may_change(actor, idea):
        raise Refused("This text cannot be changed now, or not by you.")
    if data.version != idea.version:
        raise Stale("Somebody changed this after you opened it.")
    process = held_process(db, data.process)
    if data.team != idea.team_id:
        check_team(actor, data.team)
    if process.id != idea.process_id and process.prioritised == (idea.stage is Stage.SIGNAL):
        raise Invalid(wrong_place(process))
    before, named = seen_by(idea), list(departments_of(db, idea.id))
    guarded_update(db, idea, "stage", idea.stage, **written(db, actor, process, data, idea))
    put_parts(db, idea, data)
    others = list(departments_of(db, idea.id))
    if idea.listed and (seen_by(idea), others) != (before, named):
        figures = {"departments": others} if others else None
        write(db, actor.id, "change_sight", idea.ref, before=before, after=seen_by(idea), figures=figures)


def seen_by(idea: Idea) -> str:
    """Its audience and whether its author is named, as the record tells it."""
    return f"{idea.audience.value}, unnamed" if idea.unnamed else idea.audience.value


def put_name(db: Session, actor: Actor, idea: Idea) -> None:
    """Whoever wrote without a name may put it to the idea at any time; never the other way round."""
    if not may_name(actor, idea):
        raise Refused("Only who wrote it can put a name to it.")
    guarded_update(db, idea, "stage", idea.stage, custodian_id=None)
    write(db, actor.id, "put_name", idea.ref)


def open_to_all(db: Session, actor: Actor, idea: Idea) -> None:
    """For more readers at any time; for fewer only while the text can be changed."""
    if not may_open(actor, idea):
        raise Refused("Its authors open it to everybody.")
    before = seen_by(idea)
    guarded_update(db, idea, "stage", idea.stage, audience=Audience.EVERYONE)
    write(db, actor.id, "change_sight", idea.ref, before=before, after=seen_by(idea))


def make(
    db: Session,
    actor: Actor,
    idea: Idea,
    name: str,
    note: str = "",
    *,
    version: int | None = None,
    form: bool = False,
    **also: Any,
) -> Entry:
    """Any move of an idea, a later stage's too (with `form=True`, and `deferred_to` where it defers)."""
    move = life.check(actor, idea, name, note, form=form)
    target = move.target
    if name in ("submit", "reconsider"):
        return submit(db, actor, idea, name, note, version)
    if name == "adopt":
        return adopt(db, actor, idea, version)
    columns: dict[str, Any] = {"listed": target not in PRIVATE, "deferred_to": None} | also
    if name in ANSWERS:
        columns["answered_at"] = now()
    if target in (Stage.DRAFT, Stage.WITHDRAWN):
        columns["promised_on"] = None
    return life.make(db, actor, idea, name, note, form=form, version=version, **columns)


def submit(
    db: Session, actor: Actor, idea: Idea, name: str = "submit", note: str = "", version: int | None = None
) -> Entry:
    """Rule 1: only for a process that is prioritised at this time, asked while nobody can change that."""
    life.check(actor, idea, name, note)
    process = held_process(db, idea.process_id)
    if not process.prioritised:
        raise Invalid(wrong_place(process))
    if not (idea.story.strip() and idea.change.strip()):
        raise Invalid("The committee needs to read what hurts today and what would be different.")
    if not comes_late(db, idea) and (lacking := unanswered(db, idea.id)):
        raise Invalid(f"The call asks: {lacking[0]} Change the text and answer it first.")
    number = idea.revision + 1
    columns = {"revision": number, "submitted_at": now(), "listed": True, **promise(db, idea)}
    if name == "reconsider":
        columns["reconsidered"] = True
        ask_once(db, actor, idea, number, note)
    entry = life.make(db, actor, idea, name, note, version=version, figures={"revision": number}, **columns)
    texts = {part: getattr(idea, part) for part in TEXT}
    db.add(Revision(idea_id=idea.id, number=number, submitted_by=actor.id, submitted_at=now(), **texts))
    standing = select(IdeaYear).where(col(IdeaYear.idea_id) == idea.id, col(IdeaYear.revision) == 0)
    for one in db.scalars(standing).all():
        db.add(IdeaYear(idea_id=idea.id, revision=number, year=one.year, benefit=one.benefit, cost=one.cost))
    return entry


def ask_once(db: Session, actor: Actor, idea: Idea, number: int, facts: str) -> None:
    """The new facts, which stand before the committee beside its first answer. The table takes one for each idea."""
    db.add(Reconsideration(idea_id=idea.id, revision=number, facts=facts.strip(), asked_by=actor.id))
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("This idea was asked about once more already. The second answer stands.") from error


def promise(db: Session, idea: Idea) -> dict[str, Any]:
    """The day by which an answer is promised: in working days from today, by the organisation's calendar."""
    days = db.scalars(select(col(Committee.promised_days)).where(col(Committee.id) == idea.committee_id)).one()
    return {"promised_on": in_working_days(db, days), "answered_at": None}


def adopt(db: Session, actor: Actor, idea: Idea, version: int | None) -> Entry:
    """A signal by its authors once its process is prioritised; an imported idea by anyone, who becomes its author."""
    if idea.stage is Stage.SIGNAL:
        process = held_process(db, idea.process_id)
        if not process.prioritised:
            raise Invalid(wrong_place(process))
    new_author = actor.id not in idea.author_ids
    entry = life.make(db, actor, idea, "adopt", version=version, listed=False)
    if new_author:
        db.add(Author(idea_id=idea.id, person_id=actor.id))
        drop_support(db, actor, idea)
        db.flush()
        db.refresh(idea)
    follow(db, actor, idea.ref)
    return entry


def drop_support(db: Session, actor: Actor, idea: Idea) -> None:
    """Whoever becomes an author supports it no longer."""
    if set_aside(db, actor.id, idea.id):
        count_support(db, idea.id, -1)


def vote(db: Session, actor: Actor, idea: Idea, *, on: bool) -> None:
    """Support, set to a value: sent twice it counts once. The counter changes in the same transaction."""
    if not may_support(actor, idea):
        raise Refused("You can support what others wrote, not your own.")
    changed = put_support(db, actor.id, idea.id) if on else set_aside(db, actor.id, idea.id)
    if changed:
        count_support(db, idea.id, 1 if on else -1)


def insert_once(db: Session, model: type[SQLModel], **values: Any) -> bool:
    """Insert unless the key is there already; whether it was inserted."""
    table = table_of(model)
    insert = (sqlite if embedded(db) else postgresql).insert(table).values(**values)
    touched(db, feature_of(model))
    return db.execute(insert.on_conflict_do_nothing().returning(*table.primary_key)).first() is not None


def put_support(db: Session, person_id: int, idea_id: int) -> bool:
    return insert_once(db, Vote, idea_id=idea_id, person_id=person_id, at=now())


def set_aside(db: Session, person_id: int, idea_id: int) -> bool:
    result = db.execute(delete(Vote).where(col(Vote.idea_id) == idea_id, col(Vote.person_id) == person_id))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


SUPPORTED = select(col(Idea.created_at), col(Idea.warmth)).where(col(Idea.id) == bindparam("idea"))
COUNTED = (
    update(table_of(Idea))
    .where(table_of(Idea).c.id == bindparam("idea"))
    .values(support=table_of(Idea).c.support + bindparam("by"), warmth=bindparam("warm"))
)


def count_support(db: Session, idea_id: int, by: int) -> None:
    """One vote more or less, which stands already: the counter, and the warmth that the list goes by."""
    begun, warm = db.connection().execute(SUPPORTED, {"idea": idea_id}).one()
    if by > 0:
        warm = warmer(warm, now())
    else:
        warm = warmth(begun, db.scalars(select(col(Vote.at)).where(col(Vote.idea_id) == idea_id)))
    touched(db, feature_of(Idea))
    db.connection().execute(COUNTED, {"idea": idea_id, "by": by, "warm": warm})


def bring_back(db: Session, most: int = 200) -> int:
    """Deferred ideas whose day has come stand before the committee again, with a new promise: some of them at a time,
    since whoever writes waits meanwhile. How many did."""
    (move,) = (move for move in life.moves if move.name == "day_has_come")
    query = select(Idea).where(col(Idea.stage) == Stage.DEFERRED, col(Idea.deferred_to) <= today(db))
    due = db.scalars(query.order_by(col(Idea.id)).limit(most).with_for_update()).all()
    for idea in due:
        life.step(db, None, idea, move, deferred_to=None, **promise(db, idea))
    return len(due)


def wrong_counters(db: Session) -> list[tuple[int, int, int]]:
    """Ideas whose counter of support is not the number of votes: id, counter, votes."""
    votes = select(col(Vote.idea_id), func.count().label("n")).group_by(col(Vote.idea_id)).subquery()
    real = func.coalesce(votes.c.n, 0)
    query = (
        select(col(Idea.id), col(Idea.support), real)
        .outerjoin(votes, votes.c.idea_id == Idea.id)
        .where(col(Idea.support) != real)
        .order_by(col(Idea.id))
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


def recount(db: Session) -> list[tuple[int, int, int]]:
    """Set right what `wrong_counters` finds."""
    found = wrong_counters(db)
    for id, _, votes in found:
        idea = db.get_one(Idea, id)
        moments = db.scalars(select(col(Vote.at)).where(col(Vote.idea_id) == id))
        idea.support, idea.warmth = votes, warmth(idea.created_at, moments)
    return found

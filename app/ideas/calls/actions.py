"""A call is made, changed while it is planned, opened and closed by its days, concluded; ideas answer it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.columns import today as today_in
from app.db import Database
from app.errors import Invalid, Refused, Stale
from app.ideas.calls.forms import CallForm, Question
from app.ideas.calls.models import Call, CallAnswer, CallDepartment, CallIdea, CallQuestion, CallStage
from app.ideas.calls.rules import OPEN, RUN_OUT, chair, life
from app.ideas.models import Idea
from app.people.actor import Actor
from app.people.models import Department, Grant, Person, Role
from app.processes.models import Process
from app.record.actions import write
from app.record.models import Entry
from app.workflow import guarded_update

FIELDS = ("question", "brief", "criteria", "opens_on", "closes_on")


def today(db: Session) -> date:
    return today_in(db.info["settings"].time_zone)


def chairs_only(actor: Actor) -> None:
    if not actor.chairs_one:
        raise Refused("The chair of the committee makes a call.")


def add(db: Session, actor: Actor, data: CallForm, extra: Sequence[Question]) -> Call:
    process = asked_about(db, actor, data.process)
    texts = {name: getattr(data, name) for name in FIELDS}
    call = Call(
        process_id=process.id,
        committee_id=process.committee_id,
        sponsor_id=data.sponsor,
        everyone=not data.departments,
        made_by=actor.id,
        **texts,
    )
    db.add(call)
    db.flush()
    settle(db, call, data, extra)
    write(db, actor.id, "plan", call.ref, after=call.stage.value, figures=figures(call, extra), words=said(call))
    step_to(db, call)
    return call


def asked_about(db: Session, actor: Actor, process_id: int) -> Process:
    process = db.get(Process, process_id, with_for_update={"read": True})
    if process is None or not process.prioritised or not actor.chairs(process.committee_id):
        raise Invalid("Choose a process that your committee has prioritised.")
    return process


def change(db: Session, actor: Actor, call: Call, data: CallForm, extra: Sequence[Question]) -> None:
    """While it is planned. What people have begun to answer stays as they read it."""
    if not chair(actor, call):
        raise Refused("The chair of the committee changes a call.")
    if call.stands(today(db)) is not CallStage.PLANNED:
        raise Stale("It has opened: what people answer stays as they read it.")
    if data.version != call.version:
        raise Stale("Somebody changed this after you opened it. Look at it again before you go on.")
    process = asked_about(db, actor, data.process)
    places = {"process_id": process.id, "committee_id": process.committee_id, "sponsor_id": data.sponsor}
    texts = {name: getattr(data, name) for name in FIELDS}
    guarded_update(db, call, "stage", call.stage, everyone=not data.departments, **places, **texts)
    db.execute(delete(CallQuestion).where(col(CallQuestion.call_id) == call.id))
    db.execute(delete(CallDepartment).where(col(CallDepartment.call_id) == call.id))
    settle(db, call, data, extra)
    write(db, actor.id, "change", call.ref, figures=figures(call, extra), words=said(call))
    step_to(db, call)


def settle(db: Session, call: Call, data: CallForm, extra: Sequence[Question]) -> None:
    for place, one in enumerate(extra):
        db.add(
            CallQuestion(
                call_id=call.id,
                place=place,
                words=one.words,
                kind=one.kind,
                choices=one.choices,
                required=one.required,
            )
        )
    named = set(data.departments)
    for department in sorted(below(db, named)):
        db.add(CallDepartment(call_id=call.id, department_id=department, named=department in named))
    db.flush()


def below(db: Session, named: Iterable[int]) -> set[int]:
    """These departments and all that lie under them."""
    parents = dict(db.execute(select(col(Department.id), col(Department.parent_id))).all())
    found = {number for number in named if number in parents}
    while more := {number for number, above in parents.items() if above in found and number not in found}:
        found |= more
    return found


def figures(call: Call, extra: Sequence[Question]) -> dict[str, object]:
    days = {"opens": call.opens_on.isoformat(), "closes": call.closes_on.isoformat()}
    return {"process": call.process_id, "sponsor": call.sponsor_id or 0, "questions": len(extra), **days}


def said(call: Call) -> dict[str, str]:
    return {name: words for name in ("question", "brief", "criteria") if (words := getattr(call, name))}


def leaders(db: Session) -> list[tuple[int, str]]:
    """Who can sponsor a call."""
    query = (
        select(col(Person.id), col(Person.name))
        .join(Grant, col(Grant.person_id) == Person.id)
        .where(col(Grant.role) == Role.LEADER, col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None))
        .order_by(col(Person.name))
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def step_to(db: Session, call: Call) -> bool:
    """Write down what its days have done with it. Whether they did."""
    moved = False
    day = today(db)
    for move in (OPEN, RUN_OUT):
        if call.stage in move.sources and call.stands(day) is not call.stage:
            life.step(db, None, call, move)
            moved = True
    return moved


def follow_the_days(database: Database) -> int:
    """Calls whose day has come are opened and closed; how many. Asks first, and writes only where one is due."""
    with database.reading() as db:
        due = db.scalars(due_calls(db).limit(1)).first() is not None
    if not due:
        return 0
    with database.writing() as db:
        return sum(step_to(db, call) for call in db.scalars(due_calls(db).with_for_update()).all())


def due_calls(db: Session) -> Select[Call]:
    day = today(db)
    opens = (col(Call.stage) == CallStage.PLANNED) & (col(Call.opens_on) <= day)
    closes = (col(Call.stage) == CallStage.OPEN) & (col(Call.closes_on) < day)
    return select(Call).where(opens | closes).order_by(col(Call.id))


def make(db: Session, actor: Actor, call: Call, name: str, note: str, version: int | None) -> Entry:
    step_to(db, call)
    return life.make(db, actor, call, name, note, version=version)


def conclude(db: Session, actor: Actor, call: Call, words: str, version: int) -> None:
    """What came of it, for everybody who was asked; it can be said anew, and each time stands in the record."""
    if step_to(db, call):
        version = call.version
    life.make(
        db,
        actor,
        call,
        "conclude",
        form=True,
        version=version,
        words={"reason": words},
        came_of=words,
        concluded_at=now(),
    )


def comes_late(db: Session, idea: Idea) -> bool:
    """Whether its call had closed when it was first submitted: then it is an idea like any other, and no answer."""
    query = select(CallIdea, Call).join(Call, col(Call.id) == CallIdea.call_id)
    found = db.execute(query.where(col(CallIdea.idea_id) == idea.id)).first()
    if found is None:
        return False
    link, call = found
    if not idea.revision and call.stands(today(db)) is not CallStage.OPEN:
        link.late = True
    return bool(link.late)


def answer(db: Session, idea: Idea, call: Call | None, given: Mapping[int, str]) -> None:
    """Keep with the idea which call it answers, and what it says to each question."""
    if call is not None and db.get(CallIdea, idea.id) is None:
        db.add(CallIdea(idea_id=idea.id, call_id=call.id))
    db.execute(delete(CallAnswer).where(col(CallAnswer.idea_id) == idea.id, col(CallAnswer.question_id).in_(given)))
    for question_id, words in given.items():
        if words:
            db.add(CallAnswer(idea_id=idea.id, question_id=question_id, answer=words))
    db.flush()

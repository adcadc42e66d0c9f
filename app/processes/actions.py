"""Keeping the register, and rounds: opened with their evidence, ranked by members, published by the chair."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Refused, Stale
from app.people.actor import Actor
from app.processes.assessing import Question, as_json, picture
from app.processes.drivers import Method
from app.processes.models import (
    Ballot,
    Prioritisation,
    Priority,
    Process,
    ProcessDepartment,
    ProcessForm,
    ProcessTouchpoint,
    RoundForm,
    RoundStage,
)
from app.processes.priority import Verdict
from app.processes.queries import ballots_of, candidates
from app.processes.rules import life, may_edit, may_rank
from app.record.actions import write
from app.voice.queries import source_named

TEXTS = ("name", "purpose", "factor", "journey", "stage", "desired", "promised", "provided")


@dataclass(frozen=True)
class Choice:
    """One process that a round prioritises."""

    process_id: int
    rank: int
    reason: str
    on_judgement: bool


def register(db: Session, actor: Actor, data: ProcessForm, weights: Mapping[int, float]) -> Process:
    values = {name: getattr(data, name) for name in TEXTS}
    process = Process(owner_id=data.owner, committee_id=data.committee, **values)
    db.add(process)
    db.flush()
    belong(db, process, data, weights)
    write(db, actor.id, "register", process.ref, figures={"owner": process.owner_id})
    return process


def change(db: Session, actor: Actor, process: Process, data: ProcessForm, weights: Mapping[int, float]) -> None:
    if not may_edit(actor, process):
        raise Refused("The chair, the owner and administrators change a process.")
    if data.version != process.version:
        raise Stale("Somebody changed this process after you opened it. Look at it again before you go on.")
    before = process.owner_id
    for name in TEXTS:
        setattr(process, name, getattr(data, name))
    process.owner_id = data.owner
    process.version += 1
    belong(db, process, data, weights)
    write(db, actor.id, "change", process.ref, figures={"owner_before": before, "owner": process.owner_id})


def belong(db: Session, process: Process, data: ProcessForm, weights: Mapping[int, float]) -> None:
    """Its departments and touchpoints, as the form says."""
    db.execute(delete(ProcessDepartment).where(col(ProcessDepartment.process_id) == process.id))
    db.execute(delete(ProcessTouchpoint).where(col(ProcessTouchpoint.process_id) == process.id))
    for department in dict.fromkeys(data.departments):
        db.add(ProcessDepartment(process_id=process.id, department_id=department))
    for touchpoint in dict.fromkeys(data.touchpoints):
        weight = weights.get(touchpoint, 1.0)
        db.add(ProcessTouchpoint(process_id=process.id, touchpoint_id=touchpoint, weight=weight))
    db.flush()


def open_round(db: Session, actor: Actor, data: RoundForm) -> Prioritisation:
    """The evidence of today is kept with it, so that what was known can be read later."""
    if not actor.chairs(data.committee):
        raise Refused("The chair of the committee opens its rounds.")
    round_ = Prioritisation(
        committee_id=data.committee,
        name=data.name,
        source_id=data.source,
        outcome=data.outcome if data.source else "",
        impact=data.impact,
        rule=data.rule,
        evidence=json.dumps(frozen(db, data), ensure_ascii=False),
        opened_by=actor.id,
    )
    db.add(round_)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("This committee has a round open already. Publish or cancel it first.") from error
    write(db, actor.id, "open", round_.ref, after=RoundStage.OPEN.value, figures={"source": data.source or 0})
    return round_


def frozen(db: Session, data: RoundForm) -> Mapping[str, object]:
    """Worked out before, as a rule: the page that asks shows the same picture."""
    if data.source is None:
        return {}
    source = source_named(db, str(data.source))
    found = picture(db, Question(source.id, data.outcome, Method(data.impact), data.rule))
    return {"source": source.name, "last_day": source.last_day.isoformat(), **as_json(found)}


def rank(db: Session, actor: Actor, round_: Prioritisation, order: Sequence[int], seen: Sequence[int]) -> None:
    """One member's places, 1, 2, 3 ... `seen` is the ranking that the form was drawn with."""
    if round_.stage is not RoundStage.OPEN:
        raise Stale("This round is over: no more rankings are taken.")
    if not may_rank(actor, round_):
        raise Refused("The members of the committee rank.")
    if list(seen) != ballots_of(db, round_.id).get(actor.id, []):
        raise Stale("Your ranking was changed in another window. Look at it again before you go on.")
    known = {process.id for process in candidates(db, round_.committee_id)}
    if not order or len(set(order)) != len(order) or not set(order) <= known:
        raise Invalid("Rank at least one process, each once.")
    db.execute(delete(Ballot).where(col(Ballot.round_id) == round_.id, col(Ballot.person_id) == actor.id))
    for place, process_id in enumerate(order, start=1):
        db.add(Ballot(round_id=round_.id, person_id=actor.id, process_id=process_id, place=place))
    write(db, actor.id, "rank", round_.ref, words={"ballot": ",".join(map(str, order))})


def publish(
    db: Session, actor: Actor, round_: Prioritisation, choices: Sequence[Choice], note: str, version: int | None
) -> None:
    """Ranks, reasons and the evidence of each; what the committee prioritised before is prioritised no more."""
    ordered = sorted(choices, key=lambda choice: choice.rank)
    if [choice.rank for choice in ordered] != list(range(1, len(ordered) + 1)) or not ordered:
        raise Invalid("Ranks are 1, 2, 3 and so on, each once.")
    if any(not choice.reason.strip() for choice in ordered):
        raise Invalid("Give a reason for each process that you prioritise.")
    processes = {process.id: process for process in candidates(db, round_.committee_id)}
    if any(choice.process_id not in processes for choice in ordered):
        raise Invalid("One of these processes is not this committee's.")
    figures = {
        "ranks": {str(choice.process_id): choice.rank for choice in ordered},
        "ballots": {str(person): order for person, order in ballots_of(db, round_.id).items()},
    }
    round_.note = note.strip()
    life.make(
        db,
        actor,
        round_,
        "publish",
        note,
        form=True,
        version=version,
        figures=figures,
        published_at=now(),
    )
    prioritised = (col(Process.committee_id) == round_.committee_id, col(Process.rank).is_not(None))
    db.execute(update(Process).where(*prioritised).values(rank=None, prioritised_by=None, version=Process.version + 1))
    items = evidence_items(round_)
    for choice in ordered:
        prioritise(db, round_, choice, items.get(choice.process_id))


def prioritise(db: Session, round_: Prioritisation, choice: Choice, item: Mapping[str, object] | None) -> None:
    enough = item is not None and item["verdict"] != Verdict.TOO_LITTLE.value
    db.add(
        Priority(
            round_id=round_.id,
            process_id=choice.process_id,
            rank=choice.rank,
            reason=choice.reason.strip(),
            on_judgement=choice.on_judgement or not enough,
            evidence=json.dumps(item, ensure_ascii=False) if item else "",
        )
    )
    chosen = update(Process).where(col(Process.id) == choice.process_id)
    db.execute(chosen.values(rank=choice.rank, prioritised_by=round_.id, version=Process.version + 1))


def evidence_items(round_: Prioritisation) -> dict[int, Mapping[str, object]]:
    """The round's evidence by process."""
    told = json.loads(round_.evidence) if round_.evidence else {}
    return {item["process"]: item for item in told.get("items", ()) if item["process"]}

"""Rounds: opened with their evidence, ranked by members, published by the chair with a reason for all that matters."""

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
from app.processes.models import Ballot, LeftOut, Prioritisation, Priority, Process, RoundForm, RoundStage
from app.processes.priority import Verdict
from app.processes.queries import ballots_of, candidates
from app.processes.rounds.agreement import agreement
from app.processes.rounds.queries import evidence_items, vital_ones
from app.processes.rules import life, may_rank
from app.record.actions import write
from app.voice.queries import source_named


@dataclass(frozen=True)
class Choice:
    """One process that a round prioritises."""

    process_id: int
    rank: int
    reason: str
    on_judgement: bool


def open_round(db: Session, actor: Actor, data: RoundForm, signals: Mapping[int, int] | None = None) -> Prioritisation:
    """The evidence of today is kept with it, so that what was known can be read later.

    signals: thoughts about each process that were waiting that day; whoever knows ideas counts them.
    """
    if not actor.chairs(data.committee):
        raise Refused("The chair of the committee opens its rounds.")
    round_ = Prioritisation(
        committee_id=data.committee,
        name=data.name,
        source_id=data.source,
        outcome=data.outcome if data.source else "",
        impact=data.impact,
        rule=data.rule,
        evidence=json.dumps(frozen(db, data, signals or {}), ensure_ascii=False),
        due=data.due,
        opened_by=actor.id,
    )
    db.add(round_)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("This committee has a round open already. Publish or cancel it first.") from error
    figures = {"source": data.source or 0, "due": data.due.isoformat() if data.due else ""}
    write(
        db,
        actor.id,
        "open",
        round_.ref,
        after=RoundStage.OPEN.value,
        figures=figures,
        words={"evidence": round_.evidence},
    )
    return round_


def frozen(db: Session, data: RoundForm, signals: Mapping[int, int]) -> Mapping[str, object]:
    """Worked out before, as a rule: the page that asks shows the same picture."""
    known = {"signals": {str(process): count for process, count in signals.items()}}
    if data.source is None:
        return known
    source = source_named(db, str(data.source))
    found = picture(db, Question(source.id, data.outcome, Method(data.impact), data.rule))
    days = {"first_day": source.first_day.isoformat(), "last_day": source.last_day.isoformat()}
    of = {"source": source.name, "responses": source.responses, "source_version": source.version, **days}
    return {**of, **as_json(found), **known}


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
    db: Session,
    actor: Actor,
    round_: Prioritisation,
    choices: Sequence[Choice],
    note: str,
    version: int | None,
    left_out: Mapping[int, str] | None = None,
) -> None:
    """Ranks, reasons and the evidence of each; what the committee prioritised before is prioritised no more.

    left_out: the reason for each process that was vital that day and is not chosen; others may have one.
    """
    life.check(actor, round_, "publish", form=True)
    ordered, others = sorted(choices, key=lambda choice: choice.rank), left_out or {}
    ballots = ballots_of(db, round_.id)
    processes = {process.id: process for process in candidates(db, round_.committee_id)}
    refuse_incomplete(round_, ordered, others, processes)
    if actor.id not in ballots:
        raise Invalid("Hand in your own ranking first: then you see the others and can publish.")
    told = agreement(ballots, list(processes))
    figures = {
        "ranks": {str(choice.process_id): choice.rank for choice in ordered},
        "left_out": sorted((vital_ones(round_) & processes.keys()) - {choice.process_id for choice in ordered}),
        "ballots": {str(person): order for person, order in ballots.items()},
        "agreement": "" if told.w is None else f"{told.w:.3f}",
    }
    words = {f"in-{choice.process_id}": choice.reason.strip() for choice in ordered}
    words |= {f"out-{process_id}": reason.strip() for process_id, reason in others.items() if reason.strip()}
    round_.note = note.strip()
    life.make(
        db, actor, round_, "publish", note, form=True, version=version, figures=figures, words=words, published_at=now()
    )
    stand_down(db, round_)
    items = evidence_items(round_)
    for choice in ordered:
        prioritise(db, round_, choice, items.get(choice.process_id))
    chosen = {choice.process_id for choice in ordered}
    for process_id in processes.keys() - chosen:
        leave_out(db, round_, process_id, others.get(process_id, ""), items.get(process_id))


def refuse_incomplete(
    round_: Prioritisation, ordered: Sequence[Choice], left_out: Mapping[int, str], processes: Mapping[int, Process]
) -> None:
    if [choice.rank for choice in ordered] != list(range(1, len(ordered) + 1)) or not ordered:
        raise Invalid("Ranks are 1, 2, 3 and so on, each once.")
    if any(not choice.reason.strip() for choice in ordered):
        raise Invalid("Give a reason for each process that you prioritise.")
    chosen = {choice.process_id for choice in ordered}
    if chosen - processes.keys() or left_out.keys() - processes.keys() or len(chosen) != len(ordered):
        raise Invalid("One of these processes is not this committee's, or stands there twice.")
    silent = [one for one in (vital_ones(round_) & processes.keys()) - chosen if not left_out.get(one, "").strip()]
    if silent:
        names = " and ".join(sorted(processes[one].name for one in silent))
        raise Invalid(f"Give a reason for leaving out what is vital: {names}.")


def stand_down(db: Session, round_: Prioritisation) -> None:
    prioritised = (col(Process.committee_id) == round_.committee_id, col(Process.rank).is_not(None))
    db.execute(update(Process).where(*prioritised).values(rank=None, prioritised_by=None, version=Process.version + 1))


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


def leave_out(
    db: Session, round_: Prioritisation, process_id: int, reason: str, item: Mapping[str, object] | None
) -> None:
    """Kept where it was vital or has a reason; the rest was simply not chosen."""
    vital = process_id in vital_ones(round_)
    if vital or reason.strip():
        evidence = json.dumps(item, ensure_ascii=False) if item else ""
        db.add(
            LeftOut(round_id=round_.id, process_id=process_id, reason=reason.strip(), vital=vital, evidence=evidence)
        )

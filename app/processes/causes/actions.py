"""Keeping causes: added, changed, withdrawn with a trace; each with its evidence."""

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Missing, Refused, Stale
from app.people.actor import Actor
from app.processes.causes.models import Cause, CauseEvidence, CauseForm, EvidenceForm, Strength
from app.processes.causes.queries import told_of, working_on
from app.processes.causes.rules import DEEPEST, may_keep
from app.processes.models import Process
from app.record.actions import write

MOST = 200
CITED = ("touchpoint", "remark", "source", "finding")


def only_keepers(db: Session, actor: Actor, process: Process) -> None:
    if not may_keep(actor, process, working_on(db, process.id)):
        raise Refused("The owner, the committee and the teams that work on this process keep its causes.")


def find(db: Session, process: Process, cause_id: int, *, alive: bool = True) -> Cause:
    cause = db.get(Cause, cause_id)
    if cause is None or cause.process_id != process.id:
        raise Missing()
    if alive and cause.withdrawn_at is not None:
        raise Stale("This cause was withdrawn a moment ago.")
    return cause


def add(db: Session, actor: Actor, process: Process, data: CauseForm) -> Cause:
    only_keepers(db, actor, process)
    live = select(func.count()).where(col(Cause.process_id) == process.id, col(Cause.withdrawn_at).is_(None))
    if (db.scalar(live) or 0) >= MOST:
        raise Invalid(f"A tree holds at most {MOST} causes. Withdraw what has proved wrong.")
    if data.parent is not None and depth_of(db, find(db, process, data.parent)) >= DEEPEST:
        raise Invalid(f"A tree is at most {DEEPEST} deep: what lies deeper is a cause of its own.")
    if data.strength is Strength.SHOWN:
        raise Invalid("Shown needs evidence: keep it as suspected or likely, add the evidence, then say so.")
    cause = Cause(
        process_id=process.id,
        parent_id=data.parent,
        words=data.words,
        kind=data.kind,
        strength=data.strength,
        note=data.note,
        author_id=actor.id,
    )
    db.add(cause)
    db.flush()
    record(db, actor, "add", cause)
    return cause


def depth_of(db: Session, cause: Cause) -> int:
    depth, above = 1, cause.parent_id
    while above is not None:
        depth, above = depth + 1, db.get_one(Cause, above).parent_id
    return depth


def record(db: Session, actor: Actor, move: str, cause: Cause, before: str = "") -> None:
    figures = {"process": cause.process_id, "parent": cause.parent_id or 0, "kind": cause.kind.value}
    words = {"words": cause.words, "note": cause.note}
    write(db, actor.id, move, cause.ref, before=before, after=cause.strength.value, figures=figures, words=words)


def change(db: Session, actor: Actor, process: Process, cause: Cause, data: CauseForm) -> None:
    only_keepers(db, actor, process)
    if data.strength is Strength.SHOWN and not evidence_of(db, cause):
        raise Invalid("Shown needs evidence: add it first.")
    before = cause.strength.value
    values = {"words": data.words, "kind": data.kind, "strength": data.strength, "note": data.note}
    guarded(db, cause, data.version, **values)
    record(db, actor, "change", cause, before)


def guarded(db: Session, cause: Cause, version: int, **values: object) -> None:
    """Only where nobody has changed or withdrawn it since it was read."""
    same = (col(Cause.id) == cause.id, col(Cause.version) == version, col(Cause.withdrawn_at).is_(None))
    query = update(Cause).where(*same).values(version=version + 1, **values)
    result = db.execute(query.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise Stale("Somebody changed this cause after you opened it. Look at it again before you go on.")
    db.refresh(cause)


def withdraw(db: Session, actor: Actor, process: Process, cause: Cause, why: str, version: int) -> int:
    """With all that stands below it, which explains it and nothing else. How many were withdrawn."""
    only_keepers(db, actor, process)
    guarded(db, cause, version)
    gone = branch(db, process, cause)
    values = {"withdrawn_at": now(), "withdrawn_by": actor.id, "withdrawn_why": why, "version": Cause.version + 1}
    query = update(Cause).where(col(Cause.id).in_([one.id for one in gone])).values(**values)
    db.execute(query.execution_options(synchronize_session=False))
    figures = {"process": process.id, "with": [one.id for one in gone[1:]]}
    write(db, actor.id, "withdraw", cause.ref, before=cause.strength.value, figures=figures, words={"reason": why})
    return len(gone)


def branch(db: Session, process: Process, cause: Cause) -> list[Cause]:
    """A cause and all live ones below it."""
    live = select(Cause).where(col(Cause.process_id) == process.id, col(Cause.withdrawn_at).is_(None))
    below: dict[int, list[Cause]] = {}
    for one in db.scalars(live.order_by(col(Cause.id))):
        below.setdefault(one.parent_id or 0, []).append(one)
    found, ahead = [], [cause]
    while ahead:
        found.append(ahead.pop())
        ahead += below.get(found[-1].id, [])
    return found


def evidence_of(db: Session, cause: Cause) -> int:
    live = (col(CauseEvidence.cause_id) == cause.id, col(CauseEvidence.withdrawn_at).is_(None))
    return db.scalar(select(func.count()).where(*live)) or 0


def cite(db: Session, actor: Actor, process: Process, cause: Cause, data: EvidenceForm) -> CauseEvidence:
    """Only what the person sees can be cited; what was withdrawn once comes back as it was."""
    only_keepers(db, actor, process)
    if not data.about and len(data.note) < 3:
        raise Invalid("Choose what speaks for it, or say it in words.")
    citable = data.about.partition(":")[0] in CITED
    if data.about and not (citable and data.about in told_of(db, actor, {data.about})):
        raise Invalid("There is nothing of this name that you may see.")
    same = (col(CauseEvidence.about) == data.about, col(CauseEvidence.note) == data.note)
    row = db.scalars(select(CauseEvidence).where(col(CauseEvidence.cause_id) == cause.id, *same)).first()
    if row is not None and row.withdrawn_at is None:
        raise Stale("This evidence is there already.")
    if row is None:
        row = CauseEvidence(cause_id=cause.id, about=data.about, note=data.note, author_id=actor.id)
        db.add(row)
    row.withdrawn_at = row.withdrawn_by = None
    db.flush()
    write(db, actor.id, "cite", cause.ref, figures={"about": data.about, "evidence": row.id}, words={"note": data.note})
    return row


def uncite(db: Session, actor: Actor, process: Process, cause: Cause, evidence_id: int) -> None:
    only_keepers(db, actor, process)
    row = db.get(CauseEvidence, evidence_id)
    if row is None or row.cause_id != cause.id:
        raise Missing()
    if row.withdrawn_at is not None:
        raise Stale("This evidence was withdrawn a moment ago.")
    if cause.strength is Strength.SHOWN and evidence_of(db, cause) == 1:
        raise Invalid("The cause is kept as shown, and this is all that shows it: make it likely first.")
    row.withdrawn_at, row.withdrawn_by = now(), actor.id
    write(db, actor.id, "uncite", cause.ref, figures={"about": row.about, "evidence": row.id})

"""Opening a diagnosis, answering it, inviting customers, writing the organisation's answers, publishing them."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.columns import today as today_in
from app.db import lock
from app.diagnosis import rules
from app.diagnosis.items import ITEMS
from app.diagnosis.models import (
    Answer,
    Asked,
    Diagnosis,
    DiagnosisStage,
    Finding,
    FindingForm,
    Invitation,
    OpenForm,
    Sheet,
)
from app.diagnosis.queries import asked_of, findings, sheet_of, spreads
from app.errors import Invalid, Missing, Refused, Stale
from app.people.actor import Actor, session_key
from app.record.actions import write

MOST_INVITED = 1000
OVER = "The answering is over: no more answers are taken."
GONE = "This link was used, has ended, or was never given out."


@dataclass(frozen=True)
class Said:
    """One answer of a sheet; level None: "can't say"."""

    level: int | None
    words: str = ""


def today(db: Session) -> date:
    return today_in(db.info["settings"].time_zone)


def open_diagnosis(db: Session, actor: Actor, data: OpenForm) -> Diagnosis:
    diagnosis = Diagnosis(committee_id=data.committee, name=data.name, due=data.due, opened_by=actor.id)
    if not rules.keeper(actor, diagnosis):
        raise Refused("The chair of the committee and administrators open a diagnosis.")
    db.add(diagnosis)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("This committee has a diagnosis under way already. Publish or cancel it first.") from error
    departments = list(dict.fromkeys(data.departments))
    db.add_all(Asked(diagnosis_id=diagnosis.id, department_id=department) for department in departments)
    figures = {"departments": departments, "due": data.due.isoformat()}
    write(db, actor.id, "open", diagnosis.ref, after=DiagnosisStage.OPEN.value, figures=figures)
    return diagnosis


def answer(db: Session, actor: Actor, diagnosis: Diagnosis, said: Mapping[str, Said], version: int) -> None:
    """One colleague's sheet, kept or changed until the answering is over. The record holds a commitment to it alone."""
    if not rules.answering(diagnosis, today(db)):
        raise Stale(OVER)
    if not rules.may_answer(actor, diagnosis, asked_of(db, diagnosis.id), today(db)):
        raise Refused("The people of the departments that are asked answer here.")
    sheet = sheet_of(db, diagnosis.id, actor.id)
    if (sheet.version if sheet else 0) != version:
        raise Stale("Your answers were changed in another window. Look at them again before you go on.")
    if sheet is None:
        sheet = Sheet(diagnosis_id=diagnosis.id, person_id=actor.id, department_id=actor.department_id)
    else:
        sheet.version, sheet.at = version + 1, now()
        db.execute(delete(Answer).where(col(Answer.sheet_id) == sheet.id))
    keep(db, sheet, said)
    write(db, actor.id, "answer", diagnosis.ref, words={"sealed": sealed(said)})


def keep(db: Session, sheet: Sheet, said: Mapping[str, Said]) -> None:
    db.add(sheet)
    db.flush()
    db.add_all(Answer(sheet_id=sheet.id, item=item, level=one.level, words=one.words) for item, one in said.items())
    db.flush()


def sealed(said: Mapping[str, Said]) -> str:
    return json.dumps({item: [one.level, one.words] for item, one in sorted(said.items())}, ensure_ascii=False)


def invite(db: Session, actor: Actor, diagnosis: Diagnosis, count: int, days: int) -> list[str]:
    """Links for customers, whole addresses: shown once, since only hashes are kept. None outlives the answering."""
    if not rules.keeper(actor, diagnosis):
        raise Refused("The chair of the committee and administrators invite customers.")
    if not rules.answering(diagnosis, today(db)):
        raise Stale(OVER)
    there = select(func.count()).where(col(Invitation.diagnosis_id) == diagnosis.id)
    if (db.scalar(there) or 0) + count > MOST_INVITED:
        raise Invalid(f"A diagnosis has at most {MOST_INVITED:,} invitations.")
    tokens = [secrets.token_urlsafe(32) for _ in range(count)]
    ends = now() + timedelta(days=days)
    db.add_all(Invitation(diagnosis_id=diagnosis.id, key=session_key(one), expires_at=ends) for one in tokens)
    write(db, actor.id, "invite", diagnosis.ref, figures={"invitations": count, "days": days})
    return [f"{db.info['settings'].address}/asked/{one}" for one in tokens]


def invited(db: Session, token: str) -> tuple[Invitation, Diagnosis]:
    """The invitation of this link while it can be used, locked where it will be; else 404."""
    query = select(Invitation).where(
        col(Invitation.key) == session_key(token), col(Invitation.used_on).is_(None), col(Invitation.expires_at) > now()
    )
    found = db.scalars(query.with_for_update() if lock(db) else query).first()
    diagnosis = db.get(Diagnosis, found.diagnosis_id) if found else None
    if found is None or diagnosis is None or not rules.answering(diagnosis, today(db)):
        raise Missing(GONE)
    return found, diagnosis


def answer_as_customer(db: Session, token: str, said: Mapping[str, Said]) -> None:
    """Spend the link, keep the sheet. Nothing joins the two: not an id, not a time, only that day."""
    invitation, diagnosis = invited(db, token)
    spent = (
        update(Invitation)
        .where(col(Invitation.id) == invitation.id, col(Invitation.used_on).is_(None))
        .values(used_on=today(db))
    )
    result = db.execute(spent)
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise Missing(GONE)
    keep(db, Sheet(diagnosis_id=diagnosis.id), said)
    write(db, None, "answer", diagnosis.ref, words={"sealed": sealed(said)})


def move(
    db: Session, actor: Actor, diagnosis: Diagnosis, name: str, note: str, version: int | None, reach: str = ""
) -> None:
    """close, publish or cancel. Publishing needs an answer to every item, and keeps how far listening reached."""
    figures: dict[str, object] = {}
    also: dict[str, Any] = {}
    if name == "close" and diagnosis.stage is DiagnosisStage.OPEN:
        also["closed_at"] = now()
        told = spreads(db, diagnosis.id)
        figures["levels"] = {item: list(one.counts) for item, one in told.items() if one.counts}
    if name == "publish" and diagnosis.stage is DiagnosisStage.CLOSED and rules.chair(actor, diagnosis):
        written = findings(db, [diagnosis.id])[diagnosis.id]
        if missing := [item.name for item in ITEMS.values() if item.key not in written]:
            raise Invalid(f"Write our own answers first: {len(missing)} are missing, such as “{missing[0]}”.")
        also |= {"published_at": now(), "reach": reach}
        figures["levels"] = {item: one.level for item, one in written.items()}
    rules.life.make(db, actor, diagnosis, name, note, version=version, figures=figures, **also)


def find_out(db: Session, actor: Actor, diagnosis: Diagnosis, item: str, data: FindingForm) -> Finding:
    """The organisation's answer to one item: a new number; what stood before stays to be read."""
    if not rules.chair(actor, diagnosis):
        raise Refused("The chair of the committee writes the organisation’s answers.")
    if not rules.may_write(actor, diagnosis):
        raise Stale("The organisation answers once the answering is closed.")
    before = findings(db, [diagnosis.id])[diagnosis.id].get(item)
    if (before.number if before else 0) != data.number:
        raise Stale("Somebody answered this after you opened it. Look at it again before you go on.")
    made = Finding(
        diagnosis_id=diagnosis.id,
        item=item,
        number=data.number + 1,
        level=data.level,
        answer=data.answer,
        reason=data.reason,
        written_by=actor.id,
    )
    db.add(made)
    db.flush()
    figures = {"item": item, "number": made.number, "level_before": before.level if before else 0, "level": made.level}
    write(
        db,
        actor.id,
        "supersede" if before else "conclude",
        diagnosis.ref,
        figures=figures,
        words={"answer": data.answer, "reason": data.reason},
    )
    return made

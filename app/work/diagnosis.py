"""What waits for somebody in a diagnosis: to answer it, to close it, to write the organisation's answers."""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.diagnosis.items import ITEMS
from app.diagnosis.models import Asked, Diagnosis, DiagnosisStage, Finding, Sheet
from app.people.actor import Actor
from app.todo import Todo


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    """One statement."""
    asked = exists().where(
        col(Asked.diagnosis_id) == col(Diagnosis.id), col(Asked.department_id) == (actor.department_id or 0)
    )
    mine = exists().where(col(Sheet.diagnosis_id) == col(Diagnosis.id), col(Sheet.person_id) == actor.id)
    written = (
        select(func.count(col(Finding.item).distinct()))
        .where(col(Finding.diagnosis_id) == col(Diagnosis.id))
        .scalar_subquery()
    )
    still: ColumnElement[bool] = or_(
        and_(col(Diagnosis.stage) == DiagnosisStage.OPEN, or_(asked, known(actor.administrator or actor.chairs_one))),
        and_(col(Diagnosis.stage) == DiagnosisStage.CLOSED, known(actor.chairs_one)),
    )
    query = select(Diagnosis, asked, mine, written).where(still).order_by(col(Diagnosis.id))
    return [
        todo
        for diagnosis, is_asked, has_answered, count in db.execute(query)
        if (todo := one(actor, day, diagnosis, is_asked and not has_answered, count))
    ]


def known(word: bool) -> ColumnElement[bool]:
    return true() if word else false()


def one(actor: Actor, day: date, diagnosis: Diagnosis, owes: bool, written: int) -> Todo | None:
    href, chairs = f"/voice/diagnosis/{diagnosis.id}", actor.chairs(diagnosis.committee_id)
    if diagnosis.stage is DiagnosisStage.CLOSED:
        left = len(ITEMS) - written
        sub = f"{left} of {len(ITEMS)} are still to be written" if left else "all are written: publish them"
        todo = Todo(
            "Write our answers", href, f"conclude {diagnosis.id}", day, diagnosis.name, sub=sub, word="Diagnosis"
        )
        return todo if chairs else None
    if diagnosis.due < day:
        late = Todo("Close the answering", href, f"close {diagnosis.id}", day, diagnosis.name, word="Close")
        return late if chairs or actor.administrator else None
    if not owes:
        return None
    sub = "Sealed until all have answered; three minutes"
    return Todo(
        "Answer", f"{href}/answer", f"diagnosis {diagnosis.id}", day, diagnosis.name, sub=sub, due=diagnosis.due
    )

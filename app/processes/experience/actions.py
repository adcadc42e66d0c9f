"""Keeping statements, and rounds in which they are rated: privately, once each, amended until the round is closed."""

import json
from collections.abc import Mapping

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Missing, Refused, Stale
from app.people.actor import Actor
from app.processes.causes.queries import working_on
from app.processes.experience.gap import Three, by_rater, levels
from app.processes.experience.models import (
    Rating,
    RatingRound,
    RatingRoundForm,
    RatingStage,
    Sheet,
    SheetForm,
    Stands,
    Statement,
    StatementForm,
)
from app.processes.experience.queries import departments_of, given_in, my_sheet, statements
from app.processes.experience.rules import life, may_rate
from app.processes.models import Process, ProcessTouchpoint
from app.processes.rules import may_edit
from app.record.actions import write

MOST = 20


def only_editors(actor: Actor, process: Process) -> None:
    if not may_edit(actor, process):
        raise Refused("The chair, the owner and administrators keep the statements and open the rating.")


def only_raters(db: Session, actor: Actor, process: Process) -> None:
    if not may_rate(actor, process, departments_of(db, process.id), working_on(db, process.id)):
        raise Refused("The departments of this process, its owner, its teams and the committee rate it.")


def only_between_rounds(db: Session, process: Process) -> None:
    same = (col(RatingRound.process_id) == process.id, col(RatingRound.stage) == RatingStage.OPEN)
    if db.scalar(select(func.count()).where(*same)):
        raise Stale("The statements are being rated: close or cancel the round before they change.")


def add_statement(db: Session, actor: Actor, process: Process, data: StatementForm) -> Statement:
    only_editors(actor, process)
    only_between_rounds(db, process)
    if len(statements(db, process.id)) >= MOST:
        raise Invalid(f"At most {MOST} statements can be rated at once. Withdraw one first.")
    if data.touchpoint is not None:
        own = (col(ProcessTouchpoint.process_id) == process.id, col(ProcessTouchpoint.touchpoint_id) == data.touchpoint)
        if not db.scalar(select(func.count()).where(*own)):
            raise Invalid("This touchpoint does not belong to the process.")
    one = Statement(process_id=process.id, words=data.words, touchpoint_id=data.touchpoint, author_id=actor.id)
    db.add(one)
    db.flush()
    figures = {"process": process.id, "touchpoint": data.touchpoint or 0}
    write(db, actor.id, "add", one.ref, figures=figures, words={"words": one.words})
    return one


def withdraw_statement(db: Session, actor: Actor, process: Process, statement_id: int) -> None:
    only_editors(actor, process)
    only_between_rounds(db, process)
    one = db.get(Statement, statement_id)
    if one is None or one.process_id != process.id:
        raise Missing()
    if one.withdrawn_at is not None:
        raise Stale("This statement was withdrawn a moment ago.")
    one.withdrawn_at, one.withdrawn_by = now(), actor.id
    write(db, actor.id, "withdraw", one.ref, figures={"process": process.id})


def open_round(db: Session, actor: Actor, process: Process, data: RatingRoundForm) -> RatingRound:
    only_editors(actor, process)
    if not statements(db, process.id):
        raise Invalid("Write at least one statement before it is rated.")
    round_ = RatingRound(process_id=process.id, name=data.name, fewest=data.fewest, opened_by=actor.id)
    db.add(round_)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("This process is being rated already. Close or cancel that round first.") from error
    figures = {"process": process.id, "fewest": data.fewest}
    write(db, actor.id, "open", round_.ref, after=RatingStage.OPEN.value, figures=figures)
    return round_


def find_round(db: Session, process: Process, round_id: int) -> RatingRound:
    round_ = db.get(RatingRound, round_id)
    if round_ is None or round_.process_id != process.id:
        raise Missing()
    return round_


def rate(
    db: Session, actor: Actor, process: Process, round_: RatingRound, data: SheetForm, given: Mapping[int, Three]
) -> Sheet:
    """The whole sheet, in place of what was there. The record holds a commitment to it, never the ratings."""
    if round_.stage is not RatingStage.OPEN:
        raise Stale("This round is over: no more ratings are taken.")
    only_raters(db, actor, process)
    refuse_wrong(db, process, data, given)
    sheet, _ = my_sheet(db, actor, round_.id)
    if data.version != (sheet.version if sheet else 0):
        raise Stale("Your ratings were changed in another window. Look at them again before you go on.")
    if sheet is None:
        sheet = Sheet(round_id=round_.id, person_id=actor.id, version=0)
        db.add(sheet)
    sheet.stands, sheet.version = data.stands, sheet.version + 1
    sheet.basis = data.basis if data.stands is Stands.CUSTOMERS else ""
    db.flush()
    db.execute(delete(Rating).where(col(Rating.sheet_id) == sheet.id))
    for statement_id, three in given.items():
        values = {"desired": int(three.desired), "promised": int(three.promised), "provided": int(three.provided)}
        db.add(Rating(sheet_id=sheet.id, statement_id=statement_id, **values))
    sealed = {str(one): [three.desired, three.promised, three.provided] for one, three in given.items()}
    write(db, actor.id, "rate", round_.ref, words={"sheet": json.dumps([data.stands.value, data.basis, sealed])})
    return sheet


def refuse_wrong(db: Session, process: Process, data: SheetForm, given: Mapping[int, Three]) -> None:
    if data.stands is Stands.CUSTOMERS and len(data.basis) < 3:
        raise Invalid("Say how you know what customers desire: interviews, a survey, the counter you work at.")
    if not given:
        raise Invalid("Rate at least one statement.")
    if given.keys() - {one.id for one in statements(db, process.id)}:
        raise Invalid("One of these statements is not to be rated here.")
    if any(
        not 0 <= value <= 10 for three in given.values() for value in (three.desired, three.promised, three.provided)
    ):
        raise Invalid("A rating is a whole number from 0 to 10.")


def move(db: Session, actor: Actor, round_: RatingRound, name: str, note: str, version: int | None) -> None:
    life.check(actor, round_, name, note)
    if name == "cancel":
        life.make(db, actor, round_, name, note, version=version)
        return
    own = given_in(db, [round_.id])[0][round_.id]
    told = levels(by_rater([list(ratings.values()) for ratings in own.values()]), round_.fewest)
    figures = {"raters": len(own), "gap": "" if told is None else f"{told.gap.value:.3f}"}
    life.make(db, actor, round_, name, note, version=version, figures=figures, closed_at=now())

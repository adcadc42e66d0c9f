"""Changing committees: substitutes, budgets, and an idea that goes from one to another with its history."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import Minor
from app.errors import Invalid, Refused, Stale
from app.ideas.models import Idea
from app.people.actor import Actor
from app.people.models import Committee, Kind, Person, Seat
from app.record.actions import write
from app.review.committees.forms import PassOnForm
from app.review.committees.models import Budget
from app.review.committees.rules import CAN_GO, names_substitute
from app.review.conflicts import must_be_in_charge
from app.review.models import Round, RoundIdea, RoundStage
from app.workflow import guarded_update


def name_substitute(db: Session, actor: Actor, seat: Seat, person_id: int | None) -> None:
    """Who stands in while this member is absent: any employee, whether or not they sit on the committee."""
    if not names_substitute(actor, seat.committee_id, seat.person_id):
        raise Refused("The chair names substitutes, and each member their own.")
    if person_id is not None:
        person = db.get(Person, person_id)
        if person is None or not person.active or person.kind is not Kind.EMPLOYEE or person_id == seat.person_id:
            raise Invalid("Choose one of the colleagues who are offered.")
    if seat.substitute_id == person_id:
        return
    figures = {"person": person_id, "for": seat.person_id} if person_id else {"for": seat.person_id}
    seat.substitute_id = person_id
    write(db, actor.id, "substitute", f"committee:{seat.committee_id}", figures=figures)


def set_budget(db: Session, actor: Actor, committee: Committee, year: int, amount: Decimal | None) -> None:
    """What a committee has for one fiscal year; None takes it back, so that its yearly budget holds."""
    at = (col(Budget.committee_id) == committee.id, col(Budget.year) == year)
    kept = db.scalars(select(Budget).where(*at).with_for_update()).first()
    before = kept.amount if kept else None
    if before == amount:
        return
    if kept is not None and amount is None:
        db.delete(kept)
    elif kept is not None and amount is not None:
        kept.amount = amount
    elif amount is not None:
        db.add(Budget(committee_id=committee.id, year=year, amount=amount))
    db.flush()
    figures = {"year": year, "budget": [in_minor(before), in_minor(amount)]}
    write(db, actor.id, "budget", committee.ref, figures=figures)


def in_minor(amount: Decimal | None) -> int | None:
    """As the record wants amounts: never a float."""
    return None if amount is None else int(amount.scaleb(Minor.exponent))


def held_by(db: Session, idea_id: int) -> str:
    """The name of the round that works on an idea; empty where none does."""
    query = (
        select(col(Round.name))
        .join(RoundIdea, col(RoundIdea.round_id) == col(Round.id))
        .where(
            col(RoundIdea.idea_id) == idea_id,
            col(RoundIdea.live).is_(True),
            col(Round.stage).in_((RoundStage.PREPARED, RoundStage.OPEN, RoundStage.CLOSED)),
        )
    )
    return db.scalars(query).first() or ""


def pass_on(db: Session, actor: Actor, idea: Idea, form: PassOnForm) -> None:
    """To another committee, with all that was written, scored and decided; the promise keeps its day."""
    if form.version != idea.version:
        raise Stale("Somebody changed this idea after you opened it. Look at it again before you go on.")
    must_hold(db, actor, idea)
    target = db.get(Committee, form.committee)
    if target is None or target.id == idea.committee_id:
        raise Invalid("Choose another committee.")
    if knows(db, target.id, idea.custodian_id):
        raise Invalid(f"Somebody on the {target.name} keeps the name of who wrote this: it cannot judge it.")
    before = idea.committee_id
    guarded_update(db, idea, "stage", idea.stage, committee_id=target.id)
    figures = {"from": before, "to": target.id}
    write(db, actor.id, "pass_on", idea.ref, figures=figures, words={"reason": form.reason.strip()})


def must_hold(db: Session, actor: Actor, idea: Idea) -> None:
    """The stage still allows it, this person may, and no round works on it."""
    if idea.stage not in CAN_GO:
        raise Stale(f"This idea is {idea.stage.value} now. It does not go to another committee.")
    must_be_in_charge(db, actor, idea, "The chair or the deputy of its committee passes an idea on.")
    if round_ := held_by(db, idea.id):
        raise Stale(f"{round_} works on this idea. Take it out of the round first.")


def knows(db: Session, committee_id: int, custodian_id: int | None) -> bool:
    """Whether the one who alone knows who wrote an idea sits on a committee."""
    seated = (col(Seat.committee_id) == committee_id, col(Seat.person_id) == custodian_id, col(Seat.until).is_(None))
    return custodian_id is not None and db.scalars(select(col(Seat.id)).where(*seated)).first() is not None

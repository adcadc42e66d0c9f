"""Opening a seat, claiming it, answering a claim, taking the seat away again."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Missing, Refused, Stale
from app.people.actor import Actor
from app.people.models import Person, Team
from app.record.actions import write
from app.teams.actions import join, lead_only, the_competence
from app.teams.models import Competence
from app.teams.seats.models import AnswerForm, Claim, ClaimForm, ClaimStage, SeatForm, SeatStage, TeamSeat
from app.teams.seats.rules import may_answer, may_claim, may_take_back

MOST_SEATS = 12
GONE = "This seat is {stage} now."
PASSED_OVER = "The seat was given to somebody else."
WITHDRAWN = "The team looks for this no longer."


def open_seat(db: Session, actor: Actor, team: Team, data: SeatForm) -> TeamSeat:
    lead_only(actor, team)
    here = select(col(TeamSeat.id)).where(col(TeamSeat.team_id) == team.id, col(TeamSeat.stage) == SeatStage.OPEN)
    if len(db.scalars(here).all()) >= MOST_SEATS:
        raise Invalid(f"A team has at most {MOST_SEATS} open seats.")
    skill = the_competence(db, data.competence)
    seat = TeamSeat(team_id=team.id, competence_id=skill.id, asked=data.asked, hours=data.hours, opened_by=actor.id)
    db.add(seat)
    db.flush()
    figures = {"seat": seat.id, "competence": skill.id, "hours": data.hours or 0}
    write(db, actor.id, "open_seat", seat.ref, figures=figures)
    return seat


def withdraw(db: Session, actor: Actor, team: Team, seat: TeamSeat) -> None:
    lead_only(actor, team)
    still_open(seat)
    end(db, seat, SeatStage.WITHDRAWN)
    decline_others(db, actor, seat, WITHDRAWN)
    write(db, actor.id, "withdraw_seat", seat.ref, figures={"seat": seat.id})


def still_open(seat: TeamSeat) -> None:
    if seat.stage is not SeatStage.OPEN:
        raise Stale(GONE.format(stage=seat.stage.value))


def end(db: Session, seat: TeamSeat, stage: SeatStage, membership: int | None = None) -> None:
    seat.stage, seat.membership_id = stage, membership
    seat.version += 1
    db.flush()


def must_claim(actor: Actor, team: Team, seat: TeamSeat) -> None:
    still_open(seat)
    if not may_claim(actor, team, seat):
        raise Refused("You are in this team already." if team.id in actor.teams else "This seat is not yours to claim.")


def claim(db: Session, actor: Actor, team: Team, seat: TeamSeat, data: ClaimForm) -> Claim:
    must_claim(actor, team, seat)
    made = Claim(seat_id=seat.id, person_id=actor.id, line=data.line)
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("You have claimed this seat already.") from error
    write(db, actor.id, "claim_seat", seat.ref, figures={"seat": seat.id, "claim": made.id})
    return made


def answer(db: Session, actor: Actor, team: Team, seat: TeamSeat, claim_id: int, data: AnswerForm) -> str:
    """The lead accepts or declines, whoever made it takes it back. The words of what happened."""
    made = db.get(Claim, claim_id)
    if made is None or made.seat_id != seat.id:
        raise Missing()
    if made.stage is not ClaimStage.MADE:
        raise Stale(f"This claim is {made.stage.value} now.")
    match data.name:
        case "accept":
            return accept(db, actor, team, seat, made)
        case "decline":
            return decline(db, actor, team, made, data.note)
        case "take_back" if may_take_back(actor, made):
            settle(made, ClaimStage.TAKEN_BACK, actor)
            write(db, actor.id, "unclaim_seat", seat.ref, figures={"seat": seat.id, "claim": made.id})
            return "Your claim is taken back."
        case "take_back":
            raise Refused("Only who made a claim takes it back.")
    raise Invalid("There is no such answer.")


def accept(db: Session, actor: Actor, team: Team, seat: TeamSeat, made: Claim) -> str:
    if not may_answer(actor, team, made):
        raise Refused("Only who leads the team answers claims.")
    still_open(seat)
    person = db.get_one(Person, made.person_id)
    if not person.active:
        raise Invalid(f"{person.name} cannot sign in any more.")
    settle(made, ClaimStage.ACCEPTED, actor)
    skill = db.get_one(Competence, seat.competence_id)
    membership = join(db, person.id, actor.id, team, skill.name)
    end(db, seat, SeatStage.TAKEN, membership.id)
    figures = {"seat": seat.id, "claim": made.id, "person": person.id}
    write(db, actor.id, "fill_seat", seat.ref, figures=figures)
    decline_others(db, actor, seat, PASSED_OVER)
    return f"{person.name} is in the team."


def decline(db: Session, actor: Actor, team: Team, made: Claim, reason: str) -> str:
    if not may_answer(actor, team, made):
        raise Refused("Only who leads the team answers claims.")
    if not reason:
        raise Invalid("Give a reason: the colleague reads it.")
    say_no(db, actor, team.ref, made, reason)
    return "Declined, with your reason."


def say_no(db: Session, actor: Actor, ref: str, made: Claim, reason: str) -> None:
    settle(made, ClaimStage.DECLINED, actor, reason)
    figures = {"seat": made.seat_id, "claim": made.id, "person": made.person_id}
    write(db, actor.id, "decline_claim", ref, figures=figures, words={"reason": reason})


def settle(made: Claim, stage: ClaimStage, actor: Actor, reason: str = "") -> None:
    made.stage, made.answered_by, made.answered_at, made.reason = stage, actor.id, now(), reason
    made.version += 1


def decline_others(db: Session, actor: Actor, seat: TeamSeat, reason: str) -> None:
    """Nobody's claim is left without an answer when the seat is gone."""
    query = select(Claim).where(col(Claim.seat_id) == seat.id, col(Claim.stage) == ClaimStage.MADE)
    for made in db.scalars(query.order_by(col(Claim.id))).all():
        say_no(db, actor, seat.ref, made, reason)

"""What goes with a person who is erased: their words on claims, invitations and hours, and what was answered there."""

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.record.actions import write
from app.teams.invitations.models import InvitationStage, TeamInvitation
from app.teams.mandates.models import Release
from app.teams.seats.models import Claim, ClaimStage, TeamSeat


def erase_words(db: Session, by: int | None, person_id: int) -> None:
    """The words go, stages and days stay. What waited for an answer is taken back: nobody is left to come."""
    take_back(db, by, person_id)
    mine, answered = col(Claim.person_id) == person_id, col(Claim.answered_by) == person_id
    db.execute(update(Claim).where(mine).values(line="", reason=""))
    db.execute(update(Claim).where(answered).values(reason=""))
    asked, sent = col(TeamInvitation.person_id) == person_id, col(TeamInvitation.sent_by) == person_id
    db.execute(update(TeamInvitation).where(asked).values(words="", reason=""))
    db.execute(update(TeamInvitation).where(sent).values(words=""))
    hours = or_(col(Release.person_id) == person_id, col(Release.answered_by) == person_id)
    db.execute(update(Release).where(hours).values(words=""))


def take_back(db: Session, by: int | None, person_id: int) -> None:
    """Each as an entry of its own, as if the person had done it."""
    claims = select(Claim, col(TeamSeat.team_id)).join(TeamSeat, col(TeamSeat.id) == Claim.seat_id)
    waiting = (col(Claim.person_id) == person_id, col(Claim.stage) == ClaimStage.MADE)
    for claim, team in db.execute(claims.where(*waiting).order_by(col(Claim.id))).all():
        claim.stage, claim.answered_by, claim.answered_at = ClaimStage.TAKEN_BACK, by, now()
        claim.version += 1
        write(db, by, "unclaim_seat", f"team:{team}", figures={"seat": claim.seat_id, "claim": claim.id})
    invitations = select(TeamInvitation).where(
        col(TeamInvitation.person_id) == person_id, col(TeamInvitation.stage) == InvitationStage.SENT
    )
    for one in db.scalars(invitations.order_by(col(TeamInvitation.id))).all():
        one.stage, one.answered_at = InvitationStage.TAKEN_BACK, now()
        figures = {"person": person_id, "invitation": one.id}
        write(db, by, "uninvite", f"team:{one.team_id}", figures=figures)
    db.flush()

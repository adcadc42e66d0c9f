"""What the committee voted on an idea in a round: a decision follows it, and keeps how it went."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.review.meetings.models import Motion, MotionStage, Result
from app.review.models import Verdict
from app.review.rules import VERDICT_WORDS


@dataclass(frozen=True)
class Vote:
    """How a motion went."""

    verdict: Verdict
    for_: int
    against: int
    abstained: int
    result: Result

    def counts(self) -> dict[str, int | str]:
        return {
            "verdict": self.verdict.value,
            "for": self.for_,
            "against": self.against,
            "abstained": self.abstained,
            "result": self.result.value,
        }


def last_motion(db: Session, round_id: int, idea_id: int) -> Motion | None:
    """The last that was put on this idea in this round, and not withdrawn."""
    query = select(Motion).where(
        col(Motion.round_id) == round_id, col(Motion.idea_id) == idea_id, col(Motion.stage) != MotionStage.WITHDRAWN
    )
    return db.scalars(query.order_by(col(Motion.id).desc()).limit(1)).first()


def vote_of(motion: Motion | None) -> Vote | None:
    """None where there was no vote, or it is not over."""
    if motion is None or motion.result is None:
        return None
    return Vote(motion.verdict, motion.yes or 0, motion.no or 0, motion.abstain or 0, motion.result)


def against_the_vote(motion: Motion | None, verdict: Verdict) -> str:
    """Why this word cannot be recorded after how the committee voted; empty when it can.

    Nobody decides while the committee votes. What was carried is what is decided, and what was lost is not. Without a
    quorum, or void, a vote binds nobody.
    """
    if motion is None:
        return ""
    if motion.open:
        return "The committee is voting on a motion about this idea. Close the vote, or withdraw the motion."
    words = VERDICT_WORDS[motion.verdict].lower()
    if motion.result is Result.CARRIED and verdict is not motion.verdict:
        return f"The committee carried the motion “{words}”. Put another motion to decide otherwise."
    if motion.result is Result.LOST and verdict is motion.verdict:
        return f"The committee did not carry the motion “{words}”. Put another motion to decide so."
    return ""

"""Who may do what with a motion, and what a vote comes to."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.people.actor import Actor
from app.people.models import Post
from app.review.meetings.models import Motion, MotionStage, Result, Say
from app.review.models import Meeting, MeetingStage
from app.workflow import Move, Workflow

S = MotionStage
EARLY = timedelta(hours=12)  # before its time, for who is there first


def heads(actor: Actor, motion: Motion) -> bool:
    return actor.chairs(motion.committee_id)


motion_life: Workflow[Motion] = Workflow(
    "stage",
    Move("close", "Close the vote", (S.OPEN,), S.CLOSED, heads, tone="main"),
    Move("withdraw", "Withdraw the motion", (S.OPEN,), S.WITHDRAWN, heads, reason=True, tone="danger"),
)
CLOSE = motion_life.by_name["close", S.OPEN]
RESULT_WORDS: Mapping[Result, str] = {
    Result.CARRIED: "Carried",
    Result.LOST: "Not carried",
    Result.NO_QUORUM: "No quorum, so nothing is decided",
    Result.VOID: "Void, so nothing is decided",
}
SAY_WORDS: Mapping[Say, str] = {Say.YES: "Yes", Say.NO: "No", Say.ABSTAIN: "Abstain"}


def outcome(yes: int, no: int, present: int, quorum: int, chair: Say | None, apart: int = 0) -> tuple[Result, bool]:
    """What a vote comes to, and whether the chair's own vote broke a tie.

    More yes than no carries a motion; abstentions count towards the quorum and neither way. In a tie of an open vote
    the chair's own yes or no decides; of a secret one, or where the chair abstained or is out, it is not carried.
    present: those present who have no conflict with the idea. apart: secret votes of members who have one by now, which
    nobody can take out: where the result could be another without them, there is none.
    """
    if present < quorum:
        return Result.NO_QUORUM, False
    if (yes - min(apart, yes) > no) != (yes > no - min(apart, no)):
        return Result.VOID, False
    if yes == no and yes and chair in (Say.YES, Say.NO):
        return (Result.CARRIED if chair is Say.YES else Result.LOST), True
    return (Result.CARRIED if yes > no else Result.LOST), False


def chairing(posts: Mapping[int, Post], counting: frozenset[int]) -> int | None:
    """Whose vote breaks a tie: the chair's, or where they have a conflict or are not there the deputy's."""
    for post in (Post.CHAIR, Post.DEPUTY):
        found = sorted(person for person in counting if posts.get(person) is post)
        if found:
            return found[0]
    return None


def running(meeting: Meeting) -> bool:
    return meeting.stage is MeetingStage.PLANNED and meeting.began_at is not None


def may_come(meeting: Meeting, moment: datetime) -> bool:
    """Whether a member can say that they are there."""
    return meeting.stage is MeetingStage.PLANNED and (meeting.began_at is not None or moment >= meeting.at - EARLY)

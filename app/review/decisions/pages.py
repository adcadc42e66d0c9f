"""The page on which the committee's decision on an idea is recorded, and later read."""

from typing import Any

from sqlalchemy.orm import Session

from app.columns import today
from app.db import Db
from app.errors import Missing, Refused, Stale
from app.once import new_key, once
from app.people.actor import Actor, Member
from app.processes.models import Process
from app.review import owners
from app.review.conflicts import concerned, is_veiled, members, must_be_free, must_decide
from app.review.decisions import queries as decisions
from app.review.decisions.actions import decide as record
from app.review.decisions.voted import last_motion
from app.review.forms import CONDITIONS, DecisionForm
from app.review.letters.queries import read
from app.review.meetings.finding import back
from app.review.meetings.motions import moved
from app.review.meetings.queries import attendance, left_to_record, met_on
from app.review.meetings.rules import running
from app.review.models import Meeting, Round, RoundStage
from app.review.pages_rounds import TheRound
from app.review.rules import VERDICT_DONE, VERDICT_WORDS, names_hidden
from app.review.standing import board
from app.trail import trail
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, slow

routes = router()


def draw(
    db: Session, request: Request, actor: Actor, round_: Round, found: Any, form: Form[DecisionForm], status: int = 200
) -> Response:
    _, idea, revision = found
    if status != 200:
        form.key = new_key()  # the other one is spent
    history = decisions.history(db, round_, idea.id)
    met = met_on(db, round_.committee_id, idea.id)
    live = next((made for made, _ in history if made.superseded_by is None), None)
    known = decisions.known_of(live) if live else None
    kept = kept_from(db, actor, round_, idea.id)
    return page(
        request,
        "review/decisions/show.html",
        status=status,
        round=round_,
        idea=idea,
        revision=revision,
        row=next(row for row in board(db, actor, round_).rows if row.idea_id == idea.id),
        history=history,
        live=live,
        present=None if live is None or kept else decisions.present_at(db, live.id),
        kept=kept,
        known=known,
        names=None if kept else decisions.names_of(db, known),
        conditions=decisions.conditions_of(db, *(made.id for made, _ in history)),
        letters={one: read(db, sent) for one, sent in decisions.letters_of(db, round_.id, idea.id).items()},
        past=decisions.before(db, idea.id, round_.id),
        condition_rows=range(1, CONDITIONS + 1),
        more_conditions=any(
            form.value(f"{name}_{row}") for name in ("condition", "by") for row in range(3, CONDITIONS + 1)
        ),
        motion=last_motion(db, round_.id, idea.id) if actor.on(round_.committee_id) else None,
        running=met if met and running(met) else None,
        heads=actor.chairs(round_.committee_id),
        form=form,
        may=may_decide(db, actor, round_, idea),
        member_options=[(one.id, one.name, one.post.value) for one in members(db, round_.committee_id)],
        meeting_options=[(one.id, one.name) for one in decisions.meetings_of(db, round_.committee_id)],
        verdict_options=[(verdict.value, words) for verdict, words in VERDICT_WORDS.items()],
        done=VERDICT_DONE,
        said=owners.last_word(db, idea.id),
        owner_due=owners.asked_until(db, idea),
        day=today(db.info["settings"].time_zone),
        trail=trail(db, actor, "review", process=db.get_one(Process, idea.process_id), idea=idea),
    )


def kept_from(db: Session, actor: Actor, round_: Round, idea_id: int) -> str:
    """Empty where this person may read who took part, stepped back or could have; else why not: it tells who wrote
    the idea, in a blind round until it is published, without a name for good."""
    if names_hidden(actor, round_):
        return "shown when the decisions are published"
    return "kept with the name of who wrote it" if is_veiled(db, actor, idea_id) else ""


def may_decide(db: Session, actor: Actor, round_: Round, idea: Any) -> str:
    """Empty when this person records the decision here; else why not, in words."""
    if round_.stage not in (RoundStage.CLOSED, RoundStage.PUBLISHED):
        return "Decisions are recorded when the reviewing is closed."
    try:
        must_decide(db, actor, idea, round_)
        decisions.must_be_unsealed(round_)
    except (Refused, Stale) as refusal:
        return refusal.words
    return ""


def the_idea(db: Session, actor: Actor, round_: Round, idea_id: int, *, lock: bool = False) -> Any:
    """Idea, its place in the round and the revision reviewed: for the committee, and not for who has a conflict."""
    decisions.must_see(actor, round_)
    found = decisions.in_round(db, round_, idea_id, lock=lock)
    if found is None:
        raise Missing()
    if not actor.chairs(round_.committee_id):
        must_be_free(concerned(db, [idea_id]), idea_id, actor.id)
    return found


@routes.get("/review/rounds/{id}/ideas/{idea_id}/decision")
@slow
def show(
    request: Request,
    db: Db,
    actor: Member,
    round_: TheRound,
    idea_id: ThingId,
    meeting: int | None = None,
    motion: int | None = None,
) -> Response:
    found = the_idea(db, actor, round_, idea_id)
    if actor.chairs(round_.committee_id) and concerned(db, [idea_id]).has(idea_id, actor.id):
        must_decide(db, actor, found[1], round_)
    form = blank(DecisionForm, key=new_key(), **begun_with(db, actor, round_, idea_id, meeting, motion))
    return draw(db, request, actor, round_, found, form)


def begun_with(
    db: Session, actor: Actor, round_: Round, idea_id: int, meeting: int | None, motion: int | None
) -> dict[str, Any]:
    """What is known is not typed again: the meeting that took the idea up, who came, and what was carried."""
    held = {one.id for one in decisions.meetings_of(db, round_.committee_id)}
    if meeting not in held:
        met = met_on(db, round_.committee_id, idea_id)
        meeting = met.id if met else None
    if motion is None and (last := last_motion(db, round_.id, idea_id)):
        motion = last.id
    came = attendance(db, meeting) if meeting else []
    return {"meeting": meeting, "present": came} | moved(db, actor, round_, idea_id, motion)


@routes.post("/review/rounds/{id}/ideas/{idea_id}/decision")
def decide(request: Request, db: Db, actor: Member, round_: TheRound, idea_id: ThingId, fields: Typed) -> Response:
    placed, idea, revision = found = the_idea(db, actor, round_, idea_id, lock=True)
    must_decide(db, actor, idea, round_)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = fill(DecisionForm, fields)
    if not form:
        return draw(db, request, actor, round_, found, form, 422)
    kept = decisions.live_decision(db, idea.id, revision.number)
    decisions.must_be_ready(round_, placed, kept, form.data.instead_of)
    has = decisions.quorum(db, round_, idea.id)
    for name, words in decisions.mistakes(db, actor, round_, idea.id, form.data, has).items():
        form.refuse(name, words)
    if not form:
        return draw(db, request, actor, round_, found, form, 422)
    record(db, actor, round_, placed, idea, revision.number, form.data, has)
    waits = round_.blind and round_.stage is RoundStage.CLOSED
    words = "It takes effect when the round’s decisions are published." if waits else "Its authors read it now."
    return once_.see(after(db, actor, round_, form.data.meeting), f"Recorded. {words}")


def after(db: Session, actor: Actor, round_: Round, meeting_id: int | None) -> str:
    """Where it goes on: in the meeting while it runs, or while something that it voted on is not recorded yet."""
    meeting = db.get(Meeting, meeting_id) if meeting_id else None
    if meeting and running(meeting):
        return back(meeting)
    if meeting and left_to_record(db, actor, meeting.id):
        return f"/review/meetings/{meeting.id}"
    return f"/review/rounds/{round_.id}"

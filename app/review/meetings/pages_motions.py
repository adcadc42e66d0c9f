"""Motions: put one, in a meeting or in writing; vote, close, dissent."""

from typing import Any

from sqlalchemy.orm import Session

from app.columns import today
from app.db import Db
from app.errors import Refused
from app.once import new_key, once
from app.people.actor import Actor, Member
from app.processes.models import Process
from app.review.conflicts import must_decide
from app.review.decisions.pages import the_idea as one_of_round
from app.review.decisions.queries import undecided
from app.review.meetings import motions
from app.review.meetings.finding import TheMotion
from app.review.meetings.forms import DissentForm, MotionForm, VoteForm
from app.review.meetings.models import Motion
from app.review.meetings.queries import hidden_ideas, in_the_room
from app.review.meetings.rules import RESULT_WORDS, SAY_WORDS, motion_life
from app.review.meetings.showing import seen, voting
from app.review.models import Meeting, Round
from app.review.pages_rounds import TheRound
from app.review.rules import VERDICT_WORDS
from app.trail import trail
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see
from app.workflow import MoveForm

routes = router()


def the_idea(db: Session, actor: Actor, round_: Round, idea_id: int, *, lock: bool = False) -> Any:
    """For whoever decides on it."""
    found = one_of_round(db, actor, round_, idea_id, lock=lock)
    must_decide(db, actor, found[1], round_)
    return found


def draw_form(
    db: Session, request: Request, actor: Actor, round_: Round, found: Any, form: Form[MotionForm], status: int = 200
) -> Response:
    _, idea, revision = found
    typed = str(form.value("meeting"))
    meeting = db.get(Meeting, int(typed)) if typed.isdecimal() and len(typed) < 19 else None
    return page(
        request,
        "review/motions/edit.html",
        status=status,
        round=round_,
        idea=idea,
        revision=revision,
        meeting=meeting if meeting and actor.on(meeting.committee_id) else None,
        form=form,
        verdict_options=[(verdict.value, words) for verdict, words in VERDICT_WORDS.items()],
        day=today(db.info["settings"].time_zone),
        trail=trail(db, actor, "review", process=db.get_one(Process, idea.process_id), idea=idea),
    )


@routes.get("/review/rounds/{id}/ideas/{idea_id}/motion")
def new(
    request: Request, db: Db, actor: Member, round_: TheRound, idea_id: ThingId, meeting: int | None = None
) -> Response:
    placed, idea, _ = found = the_idea(db, actor, round_, idea_id)
    motions.must_be_movable(db, round_, placed, idea)
    return draw_form(db, request, actor, round_, found, blank(MotionForm, key=new_key(), meeting=meeting))


@routes.post("/review/rounds/{id}/ideas/{idea_id}/motion")
def put(request: Request, db: Db, actor: Member, round_: TheRound, idea_id: ThingId, fields: Typed) -> Response:
    placed, idea, _ = found = the_idea(db, actor, round_, idea_id, lock=True)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    motions.must_be_movable(db, round_, placed, idea)
    form = fill(MotionForm, fields)
    if form:
        for name, words in motions.mistakes(db, round_.committee_id, form.data).items():
            form.refuse(name, words)
    if not form:
        return draw_form(db, request, actor, round_, found, form, 422)
    made = motions.put(db, actor, round_, idea, form.data)
    where = f"/review/meetings/{made.meeting_id}/live" if made.meeting_id else f"/review/motions/{made.id}"
    return once_.see(where, "The vote is open.")


@routes.get("/review/motions/{id}")
def show(request: Request, db: Db, actor: Member, motion: TheMotion) -> Response:
    return draw(db, request, actor, motion, blank(DissentForm))


def draw(
    db: Session, request: Request, actor: Actor, motion: Motion, form: Form[DissentForm], status: int = 200
) -> Response:
    there = in_the_room(db, motion.meeting_id) if motion.meeting_id else {}
    hidden = hidden_ideas(db, [motion.idea_id], actor)
    shown = seen(actor, voting(db, [motion], motion.committee_id), hidden, there)[0]
    return page(
        request,
        "review/motions/show.html",
        status=status,
        one=shown,
        motion=motion,
        meeting=db.get(Meeting, motion.meeting_id) if motion.meeting_id else None,
        moves=motion_life.open_to(actor, motion),
        complete=motion.meeting_id is not None or may_close(db, motion),
        may_dissent=motions.may_dissent(db, actor, motion),
        decided=motion.idea_id not in undecided(db, motion.round_id),
        verdicts=VERDICT_WORDS,
        results=RESULT_WORDS,
        says=SAY_WORDS,
        heads=actor.chairs(motion.committee_id),
        form=form,
        day=today(db.info["settings"].time_zone),
    )


def may_close(db: Session, motion: Motion) -> bool:
    return motion.open and not motions.electorate(db, motion).left


@routes.post("/review/motions/{id}/vote")
def vote(request: Request, db: Db, actor: Member, motion: TheMotion, fields: Typed) -> Response:
    form = fill(VoteForm, fields)
    if not form:
        return draw(db, request, actor, motion, blank(DissentForm), 422)
    motions.vote(db, actor, motion, form.data.value)
    words = "Your vote is in the box." if motion.secret else f"You vote {form.data.value.value}."
    return see(request, place_of(motion), words)


def place_of(motion: Motion) -> str:
    return f"/review/meetings/{motion.meeting_id}/live" if motion.meeting_id else f"/review/motions/{motion.id}"


@routes.post("/review/motions/{id}/dissent")
def dissent(request: Request, db: Db, actor: Member, motion: TheMotion, fields: Typed) -> Response:
    form = fill(DissentForm, fields)
    if not form:
        return draw(db, request, actor, motion, form, 422)
    motions.dissent(db, actor, motion, form.data.words)
    return see(request, f"/review/motions/{motion.id}", "Your dissent is noted.")


@routes.post("/review/motions/{id}/moves")
def move(request: Request, db: Db, actor: Member, motion: TheMotion, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Refused("This cannot be done here.")
    words = motions.move(db, actor, motion, form.data)
    where = place_of(motion) if form.data.name == "close" else f"/review/motions/{motion.id}"
    return see(request, where, words)

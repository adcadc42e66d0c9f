"""Several ideas, one word: choose them, see what follows, apply it as one unit."""

from typing import Any

from sqlalchemy.orm import Session

from app.columns import today
from app.db import Db
from app.errors import Refused, Stale
from app.once import new_key, once
from app.people.actor import Actor, Member
from app.review.batch import actions, queries
from app.review.batch.forms import BatchForm, batch_form, reason_of
from app.review.batch.queries import Consequences, Open
from app.review.conflicts import members
from app.review.decisions.queries import meetings_of, must_be_unsealed
from app.review.meetings.queries import attendance, met_on
from app.review.models import Round, RoundStage, Verdict
from app.review.pages_rounds import TheRound
from app.review.rules import VERDICT_WORDS, leads
from app.review.standing import board
from app.web import Form, Request, Response, Typed, blank, fill, page, router, slow

routes = router()
VERDICTS = (Verdict.DECLINE, Verdict.RETURN, Verdict.DEFER, Verdict.APPROVE)


def must_lead(actor: Actor, round_: Round) -> None:
    if not leads(actor, round_):
        raise Refused("The chair or the deputy records decisions.")
    if round_.stage is not RoundStage.CLOSED:
        raise Stale(
            f"This round is {round_.stage.value}. Several ideas are decided at once when its reviewing is closed."
        )
    must_be_unsealed(round_)


def draw(
    db: Session,
    request: Request,
    actor: Actor,
    round_: Round,
    form: Form[BatchForm],
    found: list[Open],
    told: Consequences | None = None,
    status: int = 200,
) -> Response:
    if status != 200:
        form.key = new_key()  # the other one is spent
    rows = {row.idea_id: row for row in board(db, actor, round_).rows}
    return page(
        request,
        "review/batch/show.html",
        status=status,
        round=round_,
        form=form,
        told=told,
        found=sorted(found, key=lambda one: rows[one.idea_id].rank or len(rows) + 1),
        rows=rows,
        reason_of=reason_of,
        chosen=set(map(str, form.texts.get("ideas", ()))),
        verdict_options=[(verdict.value, VERDICT_WORDS[verdict]) for verdict in VERDICTS],
        member_options=[(one.id, one.name, one.post.value) for one in members(db, round_.committee_id)],
        meeting_options=[(one.id, one.name) for one in meetings_of(db, round_.committee_id)],
        day=today(db.info["settings"].time_zone),
    )


@routes.get("/review/rounds/{id}/batch")
@slow
def choose(request: Request, db: Db, actor: Member, round_: TheRound) -> Response:
    must_lead(actor, round_)
    found = queries.undecided(db, actor, round_)
    met = met_on(db, round_.committee_id, *queries.ideas_of(db, round_.id))
    known: dict[str, Any] = {"meeting": met.id, "present": attendance(db, met.id)} if met else {}
    return draw(db, request, actor, round_, blank(BatchForm, key=new_key(), **known), found)


@routes.post("/review/rounds/{id}/batch")
def decide(request: Request, db: Db, actor: Member, round_: TheRound, fields: Typed) -> Response:
    if fields.get("do") == "apply" and leads(actor, round_):
        once_ = once(db, request, actor.id, fields)
        if once_.done:
            return once_.done
    must_lead(actor, round_)
    form = fill(batch_form(queries.ideas_of(db, round_.id)), fields)
    if form:
        actions.hold(db, round_, form.data)
    found = queries.undecided(db, actor, round_)
    if not form:
        return draw(db, request, actor, round_, form, found, status=422)
    wanted = form.data
    actions.must_be_open(wanted, found)
    for name, words in actions.mistakes(db, actor, round_, wanted).items():
        form.refuse(name, words)
    if not form:
        return draw(db, request, actor, round_, form, found, status=422)
    told = queries.consequences(db, actor, round_, wanted, found)
    if wanted.do == "look":
        return draw(db, request, actor, round_, form, found, told)
    if told.lacking and wanted.shown == told.shown:
        form.refuse(
            "", "Some of these cannot be decided. Nothing is: take them out of the list, or mend what they lack."
        )
        return draw(db, request, actor, round_, form, found, told, 422)
    decided = actions.apply(db, actor, round_, wanted, told)
    waits = " They take effect when the round’s decisions are published." if round_.blind else ""
    return once_.see(f"/review/rounds/{round_.id}", f"{len(decided)} decided.{waits}")

"""Pages of letters: the committee's words for each verdict, a round's letters, and one before and after it is sent."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import Db
from app.errors import Missing, Refused, Stale
from app.people import mail
from app.people.actor import HEADS, Actor, Member
from app.people.models import Committee
from app.review.conflicts import concerned, must_be_free, must_decide
from app.review.decisions import queries as decisions
from app.review.letters import actions, queries
from app.review.letters.models import DraftForm, TemplateForm
from app.review.letters.rules import BY_NAME, PLACEHOLDERS, mistakes
from app.review.models import Decision, Round, Verdict
from app.review.pages_rounds import TheRound
from app.review.rules import MOVES, VERDICT_WORDS, leads, names_hidden, round_life
from app.review.standing import placed_ideas
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see
from app.workflow import Move

routes = router()


def committee_of(actor: Actor, wanted: int | None) -> int:
    """The committee whose letters this person reads or, as a head, words: the one that is asked for, else their own."""
    if wanted is not None and wanted not in actor.seats:
        raise Missing()
    return wanted or sorted(actor.seats, key=lambda one: (actor.seats[one] not in HEADS, one))[0]


@routes.get("/review/letters")
def index(request: Request, db: Db, actor: Member, committee: int | None = None) -> Response:
    here = committee_of(actor, committee)
    words = queries.templates(db, here)
    shown: dict[str, Any] = {
        "rows": [(MOVES[verdict][0], VERDICT_WORDS[verdict], words[verdict]) for verdict in Verdict],
        "here": here,
        "committees": committees(db, actor),
        "heads": actor.chairs(here),
    }
    return page(request, "review/letters/index.html", **shown)


def committees(db: Session, actor: Actor) -> list[tuple[int, str]]:
    """Those on which this person sits, by name."""
    query = select(col(Committee.id), col(Committee.name)).where(col(Committee.id).in_(list(actor.seats)))
    return list(db.execute(query.order_by(col(Committee.name), col(Committee.id))))


def the_verdict(actor: Actor, name: str, wanted: int | None) -> tuple[int, Verdict]:
    if name not in BY_NAME:
        raise Missing()
    committee = committee_of(actor, wanted)
    if not actor.chairs(committee):
        raise Refused("The chair or the deputy words the committee’s letters.")
    return committee, BY_NAME[name]


def draw_template(
    request: Request, committee: int, name: str, verdict: Verdict, form: Form[TemplateForm], status: int = 200
) -> Response:
    shown = {
        "here": committee,
        "name": name,
        "verdict": VERDICT_WORDS[verdict],
        "placeholders": PLACEHOLDERS,
        "form": form,
    }
    return page(request, "review/letters/template.html", status=status, **shown)


@routes.get("/review/letters/{name}")
def template(request: Request, db: Db, actor: Member, name: str, committee: int | None = None) -> Response:
    here, verdict = the_verdict(actor, name, committee)
    words = queries.templates(db, here)[verdict]
    form = blank(TemplateForm, subject=words.subject, body=words.body, version=words.version)
    return draw_template(request, here, name, verdict, form)


@routes.post("/review/letters/{name}")
def keep_template(
    request: Request, db: Db, actor: Member, name: str, fields: Typed, committee: int | None = None
) -> Response:
    here, verdict = the_verdict(actor, name, committee)
    form = fill(TemplateForm, fields)
    if form:
        for field, words in mistakes(form.data.subject, form.data.body).items():
            form.refuse(field, words)
    if not form:
        return draw_template(request, here, name, verdict, form, 422)
    actions.keep_template(db, actor, here, verdict, form.data)
    return see(request, f"/review/letters?committee={here}", "Kept. Letters that are not sent yet read like this.")


@routes.get("/review/rounds/{id}/letters")
def of_round(request: Request, db: Db, actor: Member, round_: TheRound) -> Response:
    decisions.must_see(actor, round_)
    return page(
        request,
        "review/letters/round.html",
        round=round_,
        rows=rows_of(db, actor, round_),
        hidden=names_hidden(actor, round_),
        mailing=mail.configured(request.app.state.settings),
        publish=publishing(db, actor, round_),
    )


def rows_of(db: Session, actor: Actor, round_: Round) -> Sequence[queries.Row]:
    titles = {row.idea_id: row.title for row in placed_ideas(db, actor, round_.id)}
    known = concerned(db, titles)
    return queries.listed(
        db, actor, round_, {idea: one for idea, one in titles.items() if not known.has(idea, actor.id)}
    )


def publishing(db: Session, actor: Actor, round_: Round) -> Move[Round] | None:
    """By which the letters go, when nothing stands in its way."""
    found = next((move for move in round_life.open_to(actor, round_) if move.name == "publish"), None)
    return None if found is None or decisions.undecided(db, round_.id) else found


def the_decision(db: Session, actor: Actor, round_: Round, idea_id: int) -> Decision:
    """The one that holds: for the committee, and not for who has a conflict."""
    decisions.must_see(actor, round_)
    found = decisions.in_round(db, round_, idea_id)
    if found is None:
        raise Missing()
    must_be_free(concerned(db, [idea_id]), idea_id, actor.id)
    made = decisions.live_decision(db, idea_id, found[2].number)
    if made is None or made.round_id != round_.id:
        raise Missing()
    return made


def draw(
    db: Session, request: Request, actor: Actor, round_: Round, made: Decision, form: Form[DraftForm], status: int = 200
) -> Response:
    sent = decisions.letters_of(db, round_.id, made.idea_id).get(made.id)
    shown: dict[str, Any] = {
        "round": round_,
        "made": made,
        "title": queries.title_of(db, made),
        "sent": sent,
        "letter": queries.read(db, sent or queries.compose(db, round_, made)),
        "remarks": queries.remarks(db, round_, made.idea_id),
        "heads": leads(actor, round_),
        "following": next((one for one in rows_of(db, actor, round_) if one.idea_id > made.idea_id), None),
        "form": form,
    }
    return page(request, "review/letters/show.html", status=status, **shown)


@routes.get("/review/rounds/{id}/letters/{idea_id}")
def show(request: Request, db: Db, actor: Member, round_: TheRound, idea_id: ThingId) -> Response:
    made = the_decision(db, actor, round_, idea_id)
    there = queries.remarks(db, round_, idea_id)
    version = queries.draft_version(db, round_.id, idea_id)
    form = blank(DraftForm, take=[one.review for one in there if one.taken], version=version)
    return draw(db, request, actor, round_, made, form)


@routes.post("/review/rounds/{id}/letters/{idea_id}")
def choose(request: Request, db: Db, actor: Member, round_: TheRound, idea_id: ThingId, fields: Typed) -> Response:
    made = the_decision(db, actor, round_, idea_id)
    found = decisions.in_round(db, round_, idea_id, lock=True)
    assert found is not None
    must_decide(db, actor, found[1], round_)
    if decisions.letters_of(db, round_.id, idea_id).get(made.id):
        raise Stale("This letter has been sent. It stays as it went.")
    form = fill(DraftForm, fields)
    if not form:
        return draw(db, request, actor, round_, made, form, 422)
    actions.choose(db, round_, idea_id, form.data)
    return see(request, f"/review/rounds/{round_.id}/letters/{idea_id}", "Kept. This is how it reads now.")

"""`/review/screening`: admit, send back or refuse what was submitted, one after the other on one page."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session

from app.columns import today
from app.db import Db
from app.errors import Invalid
from app.ideas.actions import make
from app.ideas.citing.queries import citations_of
from app.ideas.models import Idea
from app.ideas.queries import find
from app.ideas.queries import visible_to as ideas_visible_to
from app.ideas.rules import life
from app.ideas.similar.asking import near_form
from app.ideas.similar.saying import holder, reason_heading
from app.people.actor import Actor, Member
from app.people.found import found
from app.people.models import Committee
from app.processes.queries import evidence
from app.processes.standing.queries import standing_for
from app.review import owners
from app.review.committees.queries import choices, chosen, committees_of
from app.review.committees.rules import may_pass_on
from app.review.conflicts import must_be_in_charge
from app.review.screening import queries
from app.review.screening.queries import Submitted
from app.web import Request, Response, Typed, blank, fill, page, router, see, slow
from app.workflow import MoveForm

routes = router()
TheIdea = Annotated[Idea, Depends(found(Idea, ideas_visible_to))]
WHO = "The chair or the deputy screens ideas."
MOVES = ("admit", "send_back", "refuse")


@dataclass(frozen=True)
class Typing:
    """A reason that came back: of which move, what was typed, what is wrong with it."""

    move: str = ""
    note: str = ""
    mistake: str = ""


@routes.get("/review/screening")
@slow
def show(request: Request, db: Db, actor: Member, committee: str = "", idea: str = "") -> Response:
    which = chosen(actor, committee, WHO)
    queue = queries.submitted(db, actor, [which])
    wanted = int(idea) if idea.isascii() and idea.isdigit() and len(idea) <= 18 else None
    if wanted is None or wanted not in {one.id for one in queue}:
        wanted = queue[0].id if queue else None
    return draw(db, request, actor, which, queue, wanted)


def draw(
    db: Session,
    request: Request,
    actor: Actor,
    committee: int,
    queue: list[Submitted],
    idea_id: int | None,
    typing: Typing | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "review/screening/show.html",
        status=status,
        committee=db.get_one(Committee, committee),
        committees=committees_of(db, actor, committee),
        several=bool(choices(db, but=committee)),
        queue=queue,
        own=queries.others(db, [committee]) - len(queue) if len(queue) < queries.MOST else 0,
        day=today(db.info["settings"].time_zone),
        typing=typing or Typing(),
        one=one_of(db, actor, idea_id) if idea_id else None,
    )


def one_of(db: Session, actor: Actor, idea_id: int) -> dict[str, Any]:
    """An idea with what it takes to answer it: as this person may see it, a veil included."""
    shown = find(db, actor, idea_id)
    idea = shown.idea
    texts: Any = blank(title=idea.title, story=idea.story, change=idea.change, needs=idea.needs)
    return {
        "shown": shown,
        "idea": idea,
        "moves": [move for move in life.open_to(actor, idea) if move.name in MOVES],
        "evidence": evidence(db, shown.process.id),
        "standing": standing_for(db, shown.process.id),
        "citations": citations_of(db, actor, idea.id) if "citations" in shown.has else (),
        "nearby": near_form(db, actor, texts, idea),
        "holder": holder,
        "why": reason_heading,
        "said": owners.last_word(db, idea.id),
        "pass_on": may_pass_on(actor, idea),
    }


@routes.post("/review/screening/{id}/moves")
@slow
def move(request: Request, db: Db, actor: Member, idea: TheIdea, fields: Typed) -> Response:
    """The next one opens. Without the reason that a move asks, the same one stands there, with what was typed."""
    must_be_in_charge(db, actor, idea, WHO)
    form = fill(MoveForm, fields)
    if not form or form.data.name not in MOVES:
        raise Invalid("There is no such move.")
    queue = queries.submitted(db, actor, [idea.committee_id])
    committee, data = idea.committee_id, form.data
    found_ = life.by_name.get((data.name, idea.stage))
    if found_ is not None and found_.reason and not data.note.strip():
        typing = Typing(data.name, data.note, "Give a reason: the authors read it.")
        return draw(db, request, actor, committee, queue, idea.id, typing, 422)
    make(db, actor, idea, data.name, data.note, version=data.version)
    db.flush()
    owners.ask(db)
    following = queries.after(queue, idea.id)
    rest = f"&idea={following}" if following else ""
    return see(request, f"/review/screening?committee={committee}{rest}", f"“{idea.title}” is {idea.stage.value}.")

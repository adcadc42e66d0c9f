"""The scorecard of a committee: read it, and make its next version."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import Db
from app.errors import Missing, Refused
from app.people.actor import Actor, Employee
from app.people.models import Committee
from app.review import scorecards
from app.review.forms import LEVELS, ROWS, CardBase, CardForm
from app.review.scorecards import Card, Question
from app.web import Form, Request, Response, Typed, blank, fill, page, router, see

routes = router()


def committees(db: Session, actor: Actor) -> list[Committee]:
    """The ones whose scorecard this person may change."""
    found = db.scalars(select(Committee).order_by(col(Committee.name), col(Committee.id)))
    own = [committee for committee in found if actor.administrator or actor.chairs(committee.id)]
    if not own:
        raise Refused("An administrator or the chair makes the scorecard.")
    return own


def chosen(own: Sequence[Committee], committee_id: int | None) -> Committee:
    if committee_id is None:
        return own[0]
    for committee in own:
        if committee.id == committee_id:
            return committee
    raise Missing()


def form_of(committee: Committee, card: Card) -> Form[CardBase]:
    values: dict[str, Any] = {}
    for row, question in enumerate(card.questions, start=1):
        values |= {
            f"criterion_{row}": question.name,
            f"question_{row}": question.question,
            f"weight_{row}": question.weight,
            f"required_{row}": "on" if question.required else "",
            f"levels_{row}": "\n".join(question.levels),
        }
    return blank(CardForm, committee=committee.id, name=card.name, number=card.number, **values)


def draw(
    db: Session, request: Request, own: Sequence[Committee], committee: Committee, form: Any, status: int = 200
) -> Response:
    return page(
        request,
        "review/scorecards/show.html",
        status=status,
        committees=own,
        committee=committee,
        card=scorecards.current(db, committee.id),
        versions=scorecards.versions(db, committee.id),
        form=form,
        rows=range(1, ROWS + 1),
    )


@routes.get("/admin/scorecard")
def show(request: Request, db: Db, actor: Employee, committee: int | None = None) -> Response:
    own = committees(db, actor)
    which = chosen(own, committee)
    return draw(db, request, own, which, form_of(which, scorecards.current(db, which.id)))


@routes.post("/admin/scorecard")
def change(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    own = committees(db, actor)
    form = fill(CardForm, fields)
    which = chosen(own, form.data.committee if form else None)
    questions = read(form) if form else []
    if not form:
        return draw(db, request, own, which, form, 422)
    data = form.data
    made = scorecards.keep(db, actor, which.id, Card(None, data.name, data.number, questions))
    words = f"Version {made.number} is in use. Rounds that have begun keep theirs."
    return see(request, f"/admin/scorecard?committee={which.id}", words)


def read(form: Form[CardBase]) -> list[Question]:
    """The rows that have a name. Mistakes go beside their fields."""
    found: list[Question] = []
    for row in range(1, ROWS + 1):
        name, question, weight, required, levels = (
            getattr(form.data, f"{part}_{row}") for part in ("criterion", "question", "weight", "required", "levels")
        )
        words = tuple(line.strip() for line in levels.split("\n") if line.strip())
        if not name:
            if question or weight or words:
                form.refuse(f"criterion_{row}", "Give this criterion a name, or empty its other fields.")
            continue
        if weight is None:
            form.refuse(f"weight_{row}", "Give it a weight from 1 to 100.")
        if len(words) != LEVELS or max(map(len, words)) > 80:
            form.refuse(f"levels_{row}", "Write five lines, one a level from 1 to 5, each 80 characters at most.")
        found.append(Question(0, name, question, weight or 0, bool(required), words))
    if not found:
        form.refuse("criterion_1", "A scorecard has one criterion at least.")
    return found

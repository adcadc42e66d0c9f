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
from app.review.forms import FEWEST_LEVELS, MOST_LEVELS, ROWS, CardBase, CardForm
from app.review.models import CardUse
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
            f"shown_{row}": "" if question.counted else "on",
            f"levels_{row}": "\n".join(question.levels),
        }
    return blank(CardForm, committee=committee.id, use=card.use.value, name=card.name, number=card.number, **values)


def draw(
    db: Session,
    request: Request,
    own: Sequence[Committee],
    committee: Committee,
    card: Card,
    form: Any,
    status: int = 200,
) -> Response:
    return page(
        request,
        "review/scorecards/show.html",
        status=status,
        committees=own,
        committee=committee,
        card=card,
        uses=scorecards.USES,
        versions=scorecards.versions(db, committee.id, card.use),
        form=form,
        rows=range(1, ROWS + 1),
    )


@routes.get("/admin/scorecard")
def show(
    request: Request, db: Db, actor: Employee, committee: int | None = None, use: CardUse = CardUse.REVIEW
) -> Response:
    own = committees(db, actor)
    which = chosen(own, committee)
    card = scorecards.current(db, which.id, use)
    return draw(db, request, own, which, card, form_of(which, card))


@routes.post("/admin/scorecard")
def change(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    own = committees(db, actor)
    form = fill(CardForm, fields)
    which = chosen(own, form.data.committee if form else None)
    use = form.data.use if form else CardUse.REVIEW
    questions = read(form) if form else []
    if not form:
        return draw(db, request, own, which, scorecards.current(db, which.id, use), form, 422)
    data = form.data
    made = scorecards.keep(db, actor, which.id, Card(None, data.name, data.number, questions, use))
    words = f"Version {made.number} is in use. Rounds that have begun keep theirs."
    return see(request, f"/admin/scorecard?committee={which.id}&use={use.value}", words)


def read(form: Form[CardBase]) -> list[Question]:
    """The rows that have a name. Mistakes go beside their fields."""
    found = [question for row in range(1, ROWS + 1) if (question := read_row(form, row))]
    if not found:
        form.refuse("criterion_1", "A scorecard has one criterion at least.")
    elif not any(question.counted for question in found):
        form.refuse("shown_1", "One criterion at least counts.")
    return found


def read_row(form: Form[CardBase], row: int) -> Question | None:
    name, question, weight, required, shown, levels = (
        getattr(form.data, f"{part}_{row}")
        for part in ("criterion", "question", "weight", "required", "shown", "levels")
    )
    words = tuple(line.strip() for line in levels.split("\n") if line.strip())
    if not name:
        if question or weight or words:
            form.refuse(f"criterion_{row}", "Give this criterion a name, or empty its other fields.")
        return None
    if weight is None:
        form.refuse(f"weight_{row}", "Give it a weight from 1 to 100.")
    if not FEWEST_LEVELS <= len(words) <= MOST_LEVELS or max(map(len, words)) > 120:
        form.refuse(f"levels_{row}", "Write two to nine lines, one a level from the lowest up, 120 characters at most.")
    return Question(0, name, question, weight or 0, bool(required), words, counted=not shown)

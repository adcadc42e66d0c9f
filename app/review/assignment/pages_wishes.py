"""`/review/rounds/{id}/preferences`: what a member would rather read of a round's ideas, kept as they go."""

from typing import Any

from sqlalchemy.orm import Session

from app.db import Db
from app.people.actor import Employee
from app.review.assignment import wishes
from app.review.assignment.forms import WishesForm, field_of, wishes_form
from app.review.assignment.found import TheRound
from app.review.models import Round, RoundStage
from app.web import Form, Request, Response, Typed, blank, by_htmx, fill, page, router, see

routes = router()


def draw(db: Session, request: Request, round_: Round, own: wishes.Own, form: Form[Any], status: int = 200) -> Response:
    return page(
        request,
        "review/assignment/wishes.html",
        status=status,
        round=round_,
        own=own,
        form=form,
        open=round_.stage is RoundStage.OPEN,
        fields={idea: field_of(idea) for idea in own.asked},
        areas=[(area.value, words) for area, words in wishes.AREAS.items()],
    )


def kept(own: wishes.Own) -> Form[WishesForm]:
    said: dict[str, Any] = {field_of(idea): wish.value for idea, wish in own.wishes.items()}
    return blank(
        WishesForm,
        most=own.reviewer.most,
        processes=[row.process_id for row in own.knows if row.process_id],
        areas=[row.area.value for row in own.knows if row.area],
        **said,
    )


@routes.get("/review/rounds/{id}/preferences")
def show(request: Request, db: Db, actor: Employee, round_: TheRound) -> Response:
    own = wishes.read(db, actor, round_)
    return draw(db, request, round_, own, kept(own))


@routes.post("/review/rounds/{id}/preferences")
def keep(request: Request, db: Db, actor: Employee, round_: TheRound, fields: Typed) -> Response:
    """Kept at every change (by htmx) and by its button."""
    own = wishes.read(db, actor, round_)
    form = fill(wishes_form(own.asked), fields)
    if not form:
        return draw(db, request, round_, own, form, 422)
    wishes.keep(db, actor, round_, own, form.data)
    return see(request, f"/review/rounds/{round_.id}/preferences", "" if by_htmx(request) else "Kept.")

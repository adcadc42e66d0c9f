"""What the chair says about a round's standing: where the line is."""

from app.db import Db
from app.people.actor import Member
from app.review.capacity import set_capacity
from app.review.forms import CapacityForm
from app.review.pages_rounds import TheRound, draw, must_lead
from app.web import Request, Response, Typed, fill, router, see

routes = router()


@routes.post("/review/rounds/{id}/capacity")
def capacity(request: Request, db: Db, actor: Member, round_: TheRound, fields: Typed) -> Response:
    must_lead(actor, round_)
    form = fill(CapacityForm, fields)
    if not form:
        return draw(db, request, actor, round_, 422, line_form=form)
    set_capacity(db, actor, round_, form.data)
    return see(request, f"/review/rounds/{round_.id}", "The line is drawn anew.")

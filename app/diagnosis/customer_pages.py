"""`/asked/{token}`: a customer answers by their invitation. Public: the link is the right, once, until a time."""

from sqlalchemy import select
from sqlmodel import col

from app.db import Db
from app.diagnosis import actions, saying
from app.diagnosis.items import FOR_CUSTOMERS, FROM_OUTSIDE
from app.people.models import Organisation
from app.web import Request, Response, Typed, blank, page, router
from app.web.forms import Form, FormModel

routes = router()


def draw(request: Request, db: Db, token: str, form: Form[FormModel], status: int = 200) -> Response:
    request.state.db = db
    _, diagnosis = actions.invited(db, token)
    who = db.scalar(select(col(Organisation.name))) or "this organisation"
    context = {"who": who, "due": diagnosis.due, "items": FOR_CUSTOMERS, "words": FROM_OUTSIDE, "token": token}
    return page(request, "diagnosis/customer.html", status=status, form=form, done=False, **context)


@routes.get("/asked/{token}")
def ask(request: Request, db: Db, token: str) -> Response:
    return draw(request, db, token, blank())


@routes.post("/asked/{token}")
def take(request: Request, db: Db, token: str, fields: Typed) -> Response:
    actions.invited(db, token)
    form, said = saying.read(fields, FOR_CUSTOMERS)
    if form.errors:
        return draw(request, db, token, form, 422)
    actions.answer_as_customer(db, token, said)
    request.state.db = db
    return page(
        request, "diagnosis/customer.html", form=form, done=True, who="", due=None, items=(), words=(), token=""
    )

"""The page for the works council: every figure about single people, its purpose, who sees it, and whether it is on."""

from sqlalchemy.orm import Session

from app.db import Db
from app.people.actor import Actor, Administrator, Employee
from app.people.figures import queries
from app.people.figures.actions import turn
from app.people.figures.models import SwitchForm
from app.web import Request, Response, Typed, fill, page, router, see

routes = router()


def draw(db: Session, request: Request, actor: Actor, status: int = 200) -> Response:
    found = queries.switches(db)
    return page(request, "people/figures.html", status=status, switches=found, may=actor.administrator)


@routes.get("/people/figures")
def show(request: Request, db: Db, actor: Employee) -> Response:
    return draw(db, request, actor)


@routes.post("/people/figures/{key}")
def switch(request: Request, db: Db, actor: Administrator, key: str, fields: Typed) -> Response:
    form = fill(SwitchForm, fields)
    if not form:
        return draw(db, request, actor, 422)
    turned = turn(db, actor, key, form.data)
    return see(request, "/people/figures", "It is shown from now on." if turned.shown else "It is not shown any more.")

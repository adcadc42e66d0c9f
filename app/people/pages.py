"""People's addresses. Coming in, links, set-up and my settings have files of their own."""

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app import web
from app.changes import counts
from app.db import Db
from app.ideas.drawing import lines
from app.ideas.listing import by_author
from app.people import pages_entering, pages_links, pages_me, pages_set_up
from app.people.actor import Visitor
from app.people.found import found as the_one
from app.people.models import Person
from app.people.queries import department_of, seats_of, teams_of, visible_to
from app.teams.queries import person_can
from app.web import page, unchanged

routes = web.router()
for part in (pages_entering, pages_links, pages_set_up, pages_me):
    routes.routes.extend(part.routes.routes)

ThePerson = Annotated[Person, Depends(the_one(Person, visible_to))]


@routes.get("/people/{id}")
def show(request: Request, db: Db, actor: Visitor, person: ThePerson) -> Response:
    changes = counts(db, "people", "processes", "ideas", "teams")
    if kept := unchanged(request, actor.rights, actor.teams, changes):
        return kept
    found, _ = by_author(db, actor, person.id)
    shown: dict[str, Any] = {
        "department": department_of(db, person),
        "manager": db.get(Person, person.manager_id) if person.manager_id else None,
        "teams": teams_of(db, person.id),
        "can": person_can(db, person.id),
        "seats": seats_of(db, person.id),
        "lines": lines(request, db, found, changes[:2]),
    }
    return page(request, "people/show.html", person=person, actor=actor, **shown)

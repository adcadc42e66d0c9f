"""The inbox, and its count for a page that lies open."""

from typing import Annotated

from fastapi import Query

from app import web
from app.changes import counts
from app.columns import LARGEST_ID
from app.db import Db
from app.notices import pages_mine
from app.notices.actions import mark_all_read, mark_read
from app.notices.queries import inbox, one_line
from app.people.actor import Visitor
from app.web import FormModel, Request, Response, ThingId, Typed, fill, page, see, unchanged

routes = web.router()
routes.routes.extend(pages_mine.routes.routes)
After = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


class AllForm(FormModel):
    """Everything up to the newest notice that the page showed."""

    up_to: int


@routes.get("/notices")
def index(request: Request, db: Db, actor: Visitor, after: After = None) -> Response:
    shown = counts(db, "people", "ideas", "review", "pilots", "processes", "record")
    if kept := unchanged(request, actor.rights, sorted(actor.teams), actor.time_zone, shown):
        return kept
    return page(request, "notices/index.html", inbox=inbox(db, actor, after), unread=actor.unread, after=after)


@routes.get("/notices/count")
def count(request: Request, db: Db, actor: Visitor) -> Response:
    """One statement, and mostly 304. No sign that anybody is there: see `UNATTENDED`."""
    if kept := unchanged(request, actor.id, actor.unread):
        return kept
    return page(request, "notices/count.html", unread=actor.unread)


@routes.post("/notices/read")
def read_all(request: Request, db: Db, actor: Visitor, fields: Typed) -> Response:
    form = fill(AllForm, fields)
    if form:
        mark_all_read(db, actor, min(form.data.up_to, LARGEST_ID))
    return see(request, "/notices")


@routes.post("/notices/{entry}/read")
def read(request: Request, db: Db, actor: Visitor, entry: ThingId) -> Response:
    """Read, and on to the thing itself where it can still be seen."""
    mark_read(db, actor, entry)
    line = one_line(db, actor, entry)
    return see(request, line.address if line else "/notices")

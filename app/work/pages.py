"""The home page: what waits for whoever is signed in."""

from dataclasses import dataclass
from datetime import date

from app import web
from app.changes import FEATURES, counts
from app.columns import now, today
from app.db import Db
from app.ideas.calls.queries import open_calls
from app.notices.queries import Inbox, inbox
from app.people.actor import Actor, Visitor
from app.todo import Todo
from app.web import Request, Response, page, unchanged
from app.work.loop import loop
from app.work.queries import fortnight, has_written, invitations, invited_pilots, waiting
from app.work.review import progress
from app.work.words import answer, nothing

routes = web.router()
CHANGED = 6


@dataclass(frozen=True)
class Item:
    """A Todo as the list draws it: its address below the base path, its place on the page."""

    todo: Todo
    href: str
    id: str
    verb: str
    title: str
    rest: str
    sub: str
    due: date | None
    late: bool


def items(todos: list[Todo], root: str) -> list[Item]:
    return [
        Item(t, root + t.href, f"w-{place}", t.verb, t.title, t.rest, t.sub, t.due, t.late)
        for place, t in enumerate(todos)
    ]


def sees_money(actor: Actor) -> bool:
    return actor.leader or actor.on_a_committee


def wants_ideas(db: Db, actor: Actor, todos: list[Todo]) -> bool:
    """Where ideas are needed is told to who has nothing waiting, and to employees who never wrote one."""
    return not todos or not (actor.on_a_committee or has_written(db, actor))


@routes.get("/")
def home(request: Request, db: Db, actor: Visitor) -> Response:
    day = today(request.app.state.settings.time_zone)
    shown = counts(db, *FEATURES)
    if kept := unchanged(request, actor.rights, actor.department_id, sorted(actor.teams), actor.time_zone, day, shown):
        return kept
    if actor.guest:
        return guests(request, db, actor)
    todos = waiting(db, actor, day)
    week = loop(db, day)
    empty = nothing(actor, evidence=week.waves is not None, prioritised=bool(week.needs))
    return page(
        request,
        "work/home.html",
        answer=answer(todos, day, week.needs),
        act=(todos[0].target, todos[0].href) if todos else (empty.label, empty.href),
        days=fortnight(todos, day),
        todos=items(todos, request.app.state.settings.root),
        changed=changed(db, actor),
        progress=progress(db, actor, day),
        week=week,
        needs=week.needs if wants_ideas(db, actor, todos) else (),
        empty=empty,
        calls=open_calls(db, actor, day)[:3],
        sees_money=sees_money(actor),
        starts=bool(todos) and not (actor.on_a_committee or actor.leader),
        given=actor.name.split()[0] if actor.name.strip() else "you",
        moment=now(),
    )


def guests(request: Request, db: Db, actor: Actor) -> Response:
    """A guest's house is what they were invited to."""
    given = actor.name.split()[0] if actor.name.strip() else "you"
    ideas, pilots = invitations(db, actor), invited_pilots(db, actor)
    return page(request, "work/guest.html", ideas=ideas, pilots=pilots, changed=changed(db, actor), given=given)


def changed(db: Db, actor: Actor) -> Inbox:
    return inbox(db, actor, most=CHANGED)

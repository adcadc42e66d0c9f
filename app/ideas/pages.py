"""`/ideas`: lists, on a page and as a file. One idea is in pages_one.py, what changes ideas in pages_writing.py."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import structlog
from markupsafe import Markup
from sqlalchemy.orm import Session

from app import web
from app.changes import counts
from app.db import Database, Db
from app.frame import Area
from app.ideas import pages_one, pages_writing
from app.ideas.calls import queries as calls
from app.ideas.cards import Directory, cards, directory
from app.ideas.drawing import lines
from app.ideas.importing.rules import may_import
from app.ideas.listing import Count, Filter, Place, Sort, count, places
from app.ideas.models import Stage
from app.ideas.writing import pages as writing_pages
from app.lately import lately
from app.people.actor import Actor, Employee, Visitor
from app.web import Request, Response, download, page, slow, unchanged
from app.web.rendering import environment

area = Area("ideas", 0, "Ideas", "/ideas")
routes = web.router()
log = structlog.get_logger()
NAMED = ("people", "processes")  # whose changes change the names that a list carries
SHOWN = (*NAMED, "ideas")
ORDERS = {
    Sort.NEWEST: "newest first",
    Sort.WARM: "most supported of late",
    Sort.SUPPORT: "most supported ever",
    Sort.TALK: "most talked about",
    Sort.PROMISED: "answer due first",
}


@dataclass(frozen=True)
class Choices:
    """What the filter bar offers: (value, words) pairs."""

    process: Sequence[tuple[object, str]]
    team: Sequence[tuple[object, str]]
    stage: Sequence[tuple[object, str]]
    sort: Sequence[tuple[object, str]]


STAGES = [("", "any but drafts")] + [
    (stage.value, "my drafts" if stage is Stage.DRAFT else stage.value)
    for stage in Stage
    if stage is not Stage.DISCARDED
]


def choices(names: Directory, guest: bool) -> Choices:
    processes = [
        (one.id, one.name if one.rank else f"{one.name} (not prioritised)") for one in names.processes.values()
    ]
    teams = [] if guest or not names.teams else [("", "any"), *names.teams.items()]
    return Choices([("", "any"), *processes], teams, STAGES, list(ORDERS.items()))


def selects(
    request: Request, db: Session, names: Directory, asked: Filter, changes: tuple[int, ...], *, guest: bool
) -> Markup:
    """The filter bar's choices: there may be hundreds of teams, and few ways to choose among them."""

    def draw() -> Markup:
        macros: Any = environment(request).get_template("ideas/_filters.html").module
        html: Markup = macros.selects(choices(names, guest), asked)
        return html

    key = (changes, guest, asked.process, asked.team, asked.stage, asked.sort)
    return lately(db, "filters of ideas", 100).or_made(key, draw)


def address(fields: Mapping[str, str], path: str = "/ideas") -> str:
    return f"{path}?{urlencode(fields)}" if fields else path


@routes.get("/ideas")
def index(request: Request, db: Db, actor: Visitor) -> Response:
    changes = counts(db, *SHOWN)
    if kept := unchanged(request, actor.rights, actor.teams, changes):
        return kept
    asked, call = seen(db, actor, Filter.read(request.query_params))
    found, following = places(db, actor, asked)
    names = directory(db, changes[:2])
    root = request.app.state.settings.root
    fields = asked.fields()
    number = count(db, actor, asked, changes)
    return page(
        request,
        "ideas/index.html",
        asked=asked,
        lines=lines(request, db, found, changes[:2]),
        selects=selects(request, db, names, asked, changes[:2], guest=actor.guest),
        heading=heading(number),
        answer=in_a_sentence(number, names, asked),
        chosen=chosen(asked, names, root, call),
        next_href=root + address({**fields, "after": following}) if following else None,
        from_start=from_start(root + address(fields)) if asked.after else None,
        export_href=root + address(fields, "/ideas.csv"),
        may_write=not actor.guest,
        xlsx_href=root + address(fields, "/ideas.xlsx"),
        may_import=may_import(actor),
        may_take=actor.leader or actor.chairs_one,
        narrowed=f"?process={asked.process}" if asked.process else "",
    )


def heading(number: Count) -> str:
    return f"{number.words} {'idea' if number.number == 1 else 'ideas'}"


def from_start(href: str) -> Markup:
    return Markup('<a href="{}">From the start</a>').format(href)


def in_a_sentence(number: Count, names: Directory, asked: Filter) -> str:
    asked_for = sum(1 for one in names.processes.values() if one.rank)
    wanted = f"{asked_for} {'process asks' if asked_for == 1 else 'processes ask'} for ideas"
    if asked.narrow:
        return f"{heading(number)} {'fits' if number.number == 1 else 'fit'} what you look for."
    return f"{wanted}; {heading(number).lower()} so far." if number.number else f"{wanted}; nobody has written one yet."


def seen(db: Session, actor: Actor, asked: Filter) -> tuple[Filter, str]:
    """A call that this person may not see cannot be asked for. Its question beside it."""
    call = calls.find(db, actor, asked.call)
    return (asked, call.question) if call else (replace(asked, call=None), "")


def chosen(asked: Filter, names: Directory, root: str, call: str = "") -> list[tuple[str, str]]:
    """What is set, each with the address without it."""
    process = names.processes.get(asked.process or 0)
    said = {
        "q": f"Words: {asked.q}",
        "process": process.name if process else "A process that is not here",
        "team": f"Team {names.teams.get(asked.team or 0, 'that is not here')}",
        "stage": (asked.stage or "").capitalize(),
        "sort": ORDERS[asked.sort].capitalize(),
        "call": f"Call: {call}",
    }
    fields = asked.fields()
    return [
        (said[name], root + address({other: value for other, value in fields.items() if other != name}))
        for name in fields
    ]


@routes.get("/ideas.csv")
@slow
def export(request: Request, db: Db, actor: Employee) -> Response:
    """What the filter shows, as a table: streamed, with a read of its own."""
    asked, _ = seen(db, actor, Filter.read(request.query_params))
    names = directory(db, counts(db, *NAMED))
    log.info("export", what="ideas", person=actor.id, request=getattr(request.state, "request_id", ""))
    return download(table(request.app.state.database, actor, asked, names), "ideas.csv")


HEAD = ("id", "title", "stage", "process", "novelty", "area", "by", "support", "promised", "deferred to")


def table(database: Database, actor: Actor, asked: Filter, names: Directory) -> Iterator[str]:
    yield "﻿" + row(HEAD)
    yield from map(row, export_rows(database, actor, asked, names))


def export_rows(database: Database, actor: Actor, asked: Filter, names: Directory) -> Iterator[Sequence[object]]:
    with database.reading() as db:
        for part in export_pages(db, actor, asked):
            texts = cards(db, part)
            for place in part:
                card = texts[place.id]
                process = names.processes.get(card.process_id)
                by = "hidden" if place.veiled else card.by
                yield (
                    *(card.id, card.title, card.stage, process.name if process else "", card.novelty, card.area),
                    *(by, place.support, card.promised_on or "", card.deferred_to or ""),
                )


def export_pages(db: Session, actor: Actor, asked: Filter) -> Iterator[Sequence[Place]]:
    """Pages of five hundred, in the order of the list, from where it begins."""
    after = ""
    while True:
        part, after = places(db, actor, replace(asked, after=after), size=500)
        yield part
        if not after:
            return


def row(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([defused(str(cell)) for cell in cells])
    return line.getvalue()


def defused(cell: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) else cell


routes.routes.extend(pages_writing.literal.routes)
routes.routes.extend(writing_pages.routes.routes)
routes.routes.extend(pages_one.routes.routes)
routes.routes.extend(pages_writing.routes.routes)

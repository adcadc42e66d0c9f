"""Ideas as tables to take away: the list as filtered for every employee; votes and talk for chair and leaders.

The list as CSV is in app/ideas/pages.py.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy.orm import Session

from app import web
from app.changes import counts
from app.db import Database, Db
from app.ideas.cards import directory
from app.ideas.exporting import queries
from app.ideas.exporting.sheets import KIND, workbook
from app.ideas.listing import Filter, an_id
from app.ideas.pages import HEAD, NAMED, export_rows
from app.people.actor import Actor, Employee, Leader
from app.web import Request, Response, download, slow
from app.web.sheets import csv_rows

routes = web.router()
log = structlog.get_logger()
Rows = Callable[[Session, Actor, int | None], Iterator[Sequence[Any]]]
TABLES: Mapping[str, tuple[Sequence[str], Rows]] = {
    "votes": (queries.VOTES, queries.votes),
    "comments": (queries.COMMENTS, queries.comments),
}


@routes.get("/ideas.xlsx")
@slow
def ideas(request: Request, db: Db, actor: Employee) -> Response:
    """What the filter shows, as a workbook."""
    asked = Filter.read(request.query_params)
    names = directory(db, counts(db, *NAMED))
    said(request, actor, "ideas as workbook")
    rows = export_rows(request.app.state.database, actor, asked, names)
    return download(workbook(HEAD, rows), "ideas.xlsx", KIND)


@routes.get("/ideas/votes.csv")
@slow
def votes_csv(request: Request, actor: Leader) -> Response:
    """Every idea's votes in figures; `process` narrows."""
    return as_csv(request, actor, "votes")


@routes.get("/ideas/votes.xlsx")
@slow
def votes_xlsx(request: Request, actor: Leader) -> Response:
    return as_workbook(request, actor, "votes")


@routes.get("/ideas/comments.csv")
@slow
def comments_csv(request: Request, actor: Leader) -> Response:
    """The talk about ideas; `process` narrows."""
    return as_csv(request, actor, "comments")


@routes.get("/ideas/comments.xlsx")
@slow
def comments_xlsx(request: Request, actor: Leader) -> Response:
    return as_workbook(request, actor, "comments")


def as_csv(request: Request, actor: Actor, what: str) -> Response:
    head, rows = table(request, actor, what)
    return download(marked(csv_rows(head, rows)), f"{what}.csv")


def as_workbook(request: Request, actor: Actor, what: str) -> Response:
    return download(workbook(*table(request, actor, what)), f"{what}.xlsx", KIND)


def table(request: Request, actor: Actor, what: str) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    """Streamed, with a read of its own."""
    said(request, actor, what)
    head, rows = TABLES[what]
    database: Database = request.app.state.database
    process = an_id(request.query_params.get("process", ""))

    def read() -> Iterator[Sequence[Any]]:
        with database.reading() as db:
            yield from rows(db, actor, process)

    return head, read()


def marked(lines: Iterator[str]) -> Iterator[str]:
    """Spreadsheets take a file for UTF-8 by its mark."""
    yield "﻿"
    yield from lines


def said(request: Request, actor: Actor, what: str) -> None:
    log.info("export", what=what, person=actor.id, request=getattr(request.state, "request_id", ""))

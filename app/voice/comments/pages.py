"""`/voice/comments`: the list and its search, one comment, the terms that set groups apart. Coding: coding_pages.py."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Database, Db
from app.frame import Area
from app.ideas.citing.queries import citable_by, cited_in
from app.people.actor import Actor, Employee
from app.trail import trail
from app.voice.comments import coding_pages, frame, queries
from app.voice.comments.asking import SPEAKS, WITHOUT, Asked, Options, an_id, options
from app.voice.comments.contrast import contrast, split_of, splits
from app.voice.comments.finding import Found, find, said, themes_among
from app.voice.comments.rules import may_code, may_frame
from app.voice.models import Outcome, Response, Source
from app.voice.packed import unpack_outcomes
from app.voice.queries import outcomes_of
from app.voice.rules import sees_rows
from app.web import Request, ThingId, download, page, router, slow, unchanged
from app.web import Response as Answer
from app.web.sheets import Cell, csv_rows

area = Area("voice", 30, "Comments", "/voice/comments")
routes = router()
log = structlog.get_logger()
MOST_EXPORTED = 10_000
HELP = 'Words all have to stand in a comment. "Quoted" words stand together, -word leaves out, queu* finds its endings.'


@routes.get("/voice/comments")
@slow
def comments(request: Request, db: Db, actor: Employee) -> Answer:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice")):
        return kept
    asked = Asked.read(request.query_params)
    offered = options(db, actor, asked)
    found = find(db, offered, asked)
    root = request.app.state.settings.root
    return page(
        request,
        "voice/comments/index.html",
        asked=asked,
        offered=offered,
        found=found,
        answer=answer(offered, asked, found),
        chosen=[(words, root + asked.without(name).href()) for name, words in named(offered, asked)],
        among=themes_among(db, found.ids),
        help=HELP,
        speaks=list(SPEAKS.items()),
        without=WITHOUT,
        codes=may_frame(actor, queries.keepers(db, actor)) if offered.sources else False,
        next_href=asked.href(after=found.after) if found.after else None,
        batches=[one for one in queries.batches(db, actor, 1) if not one.undone],
    )


def answer(offered: Options, asked: Asked, found: Found) -> str:
    """How many there are, and what they are about."""
    if not offered.sources:
        return "No source has comments that are for you."
    if not found.ids:
        return "None fits." if asked.fields() else "Nobody has written anything yet."
    one = len(found.ids) == 1 and not found.more
    if not (asked.fields().keys() - {"sort"}):
        return f"{found.number} comments, in their own words." if not one else "One comment, in their own words."
    return f"{found.number} {'comment fits' if one else 'comments fit'}."


def named(offered: Options, asked: Asked) -> list[tuple[str, str]]:
    """What is set, in words."""
    sources = {one.id: one.name for one in offered.sources}
    themes, touchpoints, series = dict(offered.themes), dict(offered.touchpoints), dict(offered.series)
    said_of = {
        "q": f"Words: {asked.q}",
        "source": sources.get(asked.source or 0, "A source that is not here"),
        "series": series.get(asked.series or 0, "A series that is not here"),
        "question": f"Question: {asked.question}",
        "theme": "Without a theme" if asked.unthemed else themes.get(asked.theme or 0, "A theme that is not here"),
        "touchpoint": touchpoints.get(asked.touchpoint or 0, "A touchpoint that is not here"),
        "score": upper(": ".join(asked.score or ())),
        "segment": ": ".join(asked.segment or ()),
        "speaks": f"Speak {SPEAKS.get(asked.speaks, '')}",
        "since": f"From {asked.since}",
        "until": f"To {asked.until}",
        "sort": "Best fit first",
    }
    return [(name, said_of[name]) for name in asked.fields()]


def upper(words: str) -> str:
    return words[:1].upper() + words[1:]


@routes.get("/voice/comments.csv")
@slow
def export(request: Request, db: Db, actor: Employee) -> Answer:
    """What the list shows, masked as it shows it: streamed, with reads of its own."""
    asked = replace(Asked.read(request.query_params), sort="newest", after="")
    log.info("export", what="comments", person=actor.id, request=getattr(request.state, "request_id", ""))
    header = ("Comment", "Source", "Question", "Day", "Themes", "Words")
    return download(csv_rows(header, rows(request.app.state.database, actor, asked)), "comments.csv")


def rows(database: Database, actor: Actor, asked: Asked) -> Iterator[list[Cell]]:
    with database.reading() as db:
        offered, number = options(db, actor, asked), 0
        while number < MOST_EXPORTED:
            found = find(db, offered, asked, size=500)
            for one in found.shown:
                themes = ", ".join(name for _, name in one.themes)
                yield [one.id, one.source, one.question, one.on, themes, one.words]
            number += len(found.shown)
            if not found.after:
                return
            asked = replace(asked, after=found.after)


@routes.get("/voice/comments/terms")
@slow
def terms(request: Request, db: Db, actor: Employee) -> Answer:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice")):
        return kept
    everything = options(db, actor, Asked())
    number = an_id(request.query_params.get("source", ""))
    source = next((one for one in everything.sources if one.id == number), next(iter(everything.sources), None))
    offered = options(db, actor, Asked(source=source.id)) if source else everything
    split = split_of(offered, source, request.query_params.get("split", "")) if source else None
    told = contrast(db, source, split) if source and split else None
    return page(
        request,
        "voice/comments/terms.html",
        sources=[(one.id, one.name) for one in everything.sources],
        source=source,
        split=split,
        splits=[(words, upper(words)) for words in splits(offered)],
        chosen=": ".join(split.asked.score or split.asked.segment or ()) if split else "",
        told=told,
        answer=terms_answer(bool(source), bool(split), told),
        most=max((abs(one.z) for one in [*told.first, *told.second]), default=1.0) if told else 1.0,
        quoted=lambda words: f'"{words}"' if " " in words else words,
    )


def terms_answer(source: bool, split: bool, told: Any) -> str:
    if not source:
        return "No source has comments that are for you."
    if not split:
        return "This source has neither an outcome nor segments that could part those who wrote."
    if told is None:
        return "One of the groups is too small to show."
    clear = [one for one in told.first if one.z > 1.96]
    if not clear:
        return f"No word is clearly theirs: {told.writers[0]:,} {told.split.first} wrote, {told.writers[1]:,} others."
    best = " and ".join(f"“{one.words}”" for one in clear[:2])
    return f"{told.split.first.capitalize()} say {best} more than {told.split.second or 'others'} do."


@routes.get("/voice/comments/{id}")
def show(request: Request, db: Db, actor: Employee, id: ThingId) -> Answer:
    changes = counts(db, "voice", "ideas", "people")
    if kept := unchanged(request, actor.rights, actor.teams, actor.department_id, changes):
        return kept
    remark, source = queries.remark(db, actor, id)
    (one,) = said(db, [id], most=20_000)
    codes = may_code(actor, source)
    return page(
        request,
        "voice/comments/show.html",
        trail=trail(db, actor, "voice"),
        one=one,
        source=source,
        answer=f"{one.question}, {source.name}.",
        told=scores(db, source, remark.response_id) if sees_rows(actor, source) else [],
        cited=cited_in(db, actor, id),
        mine=citable_by(db, actor, id),
        codes=codes,
        frame_=frame.frame_of(db, actor) if codes else (),
        own=queries.mine(db, actor, id) if codes else [],
    )


def scores(db: Session, source: Source, response_id: int) -> list[tuple[str, str]]:
    """What else this person answered: for those alone whom the source lets see rows."""
    packed = db.scalars(select(col(Response.outcomes)).where(col(Response.id) == response_id)).one()
    outcomes: list[Outcome] = list(outcomes_of(db, source.id))
    values = unpack_outcomes(packed, len(outcomes))[0] if outcomes else ()
    return [(one.name, f"{value:g}") for one, value in zip(outcomes, values, strict=True) if value == value]


routes.routes[0:0] = coding_pages.routes.routes

"""The voice: sources with their figures, one source, its rows and comments."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from app.changes import counts
from app.db import Db
from app.errors import Missing, Refused
from app.frame import Area
from app.people.actor import Actor, Employee
from app.people.found import found
from app.trail import trail
from app.voice import board, import_pages, reading
from app.voice.answers import uses_of
from app.voice.models import Outcome, Source
from app.voice.queries import before, outcomes_of, taken_sources, visible_to
from app.voice.rules import may_import, sees_rows
from app.voice.showing import Parted, parted
from app.web import Request, Response, ThingId, download, page, router, slow, unchanged
from app.web.rendering import number_words
from app.web.sheets import Cell, csv_rows

area = Area("voice", 0, "Sources", "/voice")
routes = router()
routes.routes.extend(import_pages.routes.routes)
TheSource = Annotated[Source, Depends(found(Source, visible_to))]
MOST_WORDS = 200


@routes.get("/voice")
def voice(request: Request, db: Db, actor: Employee) -> Response:
    if kept := unchanged(request, actor.rights, counts(db, "voice", "people")):
        return kept
    sources = taken_sources(db, actor)
    told = board.boards(db, sources)
    return page(
        request,
        "voice/index.html",
        told=told,
        answer=answer(told),
        gaps=board.gaps(db, told),
        comments=bool(reading.commented_sources(db, actor)),
        may_import=may_import(actor, [source.department_id for source in sources]),
    )


def answer(told: list[board.SeriesBoard]) -> str:
    """The latest wave with an outcome, and what it did since the one before."""
    every = [wave for series in told for wave in series.waves if wave.line and wave.line.estimate]
    waves = [wave for wave in every if not wave.source.collecting]
    if not waves and every:
        return "The first answers are still coming in."
    if not waves:
        return "Nobody has been asked yet." if not told else "No source has an outcome yet."
    latest = max(waves, key=lambda wave: (wave.source.last_day, wave.source.id))
    assert latest.line is not None
    return f"{figure_words(latest.line, latest.outcome)} in {latest.source.name}{since_words(latest.line)}."


def figure_words(line: board.Line, outcome: Outcome | None) -> str:
    if line.estimate is None:
        return f"{line.name} is withheld"
    name = "NPS" if outcome and outcome.kind == "nps" else line.name
    return f"{name} {number_words(line.estimate.value, 0 if line.signed else line.digits, sign=line.signed)}{line.note}"


def since_words(line: board.Line) -> str:
    if line.since is None:
        return ""
    by = number_words(abs(line.since.change), line.digits)
    way = "up" if line.since.change > 0 else "down"
    chance = "no more than chance explains" if line.tone == "quiet" else "more than chance explains"
    return f", {way} {by} since the wave before: {chance}"


@routes.get("/voice/comments")
def comments(
    request: Request,
    db: Db,
    actor: Employee,
    q: Annotated[str, Query(max_length=MOST_WORDS)] = "",
    source: str = "",
    after: int | None = None,
) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice")):
        return kept
    sources = reading.commented_sources(db, actor)
    chosen = int(source) if source.isdecimal() and len(source) < 19 else None
    told = reading.comments(db, actor, q, chosen, after)
    shown, more = told[: reading.PAGE], len(told) > reading.PAGE
    kept_words = {name: value for name, value in (("q", q), ("source", source)) if value}
    next_href = f"/voice/comments?{urlencode({**kept_words, 'after': shown[-1].id})}" if more else None
    return page(
        request,
        "voice/comments.html",
        sources=sources,
        shown=shown,
        q=q,
        source=chosen,
        after=after,
        next_href=next_href,
    )


@routes.get("/voice/sources/{id}")
@slow
def source_page(
    request: Request, db: Db, actor: Employee, source: TheSource, outcome: str = "", sort: str = "question"
) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people")):
        return kept
    outcomes = outcomes_of(db, source.id)
    earlier = before(db, source)
    chosen = one_of(outcomes, outcome)
    lines = outcome_lines(db, source, earlier)
    touchpoints = board.touchpoint_lines(db, source, earlier)
    return page(
        request,
        "voice/source.html",
        trail=trail(db, actor, "voice"),
        source=source,
        earlier=earlier,
        keeping=board.keeping(db, source),
        lines=lines,
        answer=(figure_words(lines[0], outcomes[0]) + since_words(lines[0]) + ".") if lines else "",
        lowest=[one for one in board.in_order(touchpoints, "lowest") if one.line.estimate][:1],
        touchpoints=board.in_order(touchpoints, sort),
        sort=sort if sort in board.SORTS else "question",
        outcomes=outcomes,
        chosen=chosen,
        segments=parted_lines(db, source, chosen) if chosen else [],
        sees_rows=sees_rows(actor, source),
    )


def one_of(outcomes: Iterable[Outcome], name: str) -> Outcome | None:
    known = list(outcomes)
    return next((one for one in known if one.name == name), known[0] if known else None)


def outcome_lines(db: Session, source: Source, earlier: Source | None) -> list[board.Line]:
    before_by_name = {one.name: one for one in outcomes_of(db, earlier.id)} if earlier else {}
    smallest = earlier.minimum_cell if earlier else 1
    return [
        board.outcome_line(one, source.minimum_cell, before_by_name.get(one.name), smallest)
        for one in outcomes_of(db, source.id)
    ]


def parted_lines(db: Session, source: Source, outcome: Outcome) -> list[tuple[Parted, list[board.Line]]]:
    """Each segment with its cells as lines on one scale."""
    told = []
    for part in parted(db, source, outcome):
        lines = [
            board.Line(
                cell.label,
                cell.label,
                cell.estimate,
                board.scale_ends(outcome),
                digits=1 if outcome.kind == "nps" else 2,
                signed=outcome.kind == "nps",
            )
            for cell in part.cells
        ]
        ends = board.shared_ends(lines)
        told.append((part, [replace(line, ends=ends) for line in lines]))
    return told


@routes.get("/voice/sources/{id}/rows")
def source_rows(
    request: Request, db: Db, actor: Employee, source: TheSource, touchpoint: ThingId | None = None, after: int = 0
) -> Response:
    only_for_readers(actor, source)
    told = reading.rows(db, source, touchpoint, after)
    shown, more = told[: reading.PAGE], len(told) > reading.PAGE
    here = f"/voice/sources/{source.id}/rows"
    kept = {"touchpoint": touchpoint} if touchpoint else {}
    next_href = f"{here}?{urlencode({**kept, 'after': shown[-1].id})}" if more else None
    uses = uses_of(db, source.id)
    return page(
        request,
        "voice/rows.html",
        trail=trail(db, actor, "voice"),
        source=source,
        shown=shown,
        touchpoint=touchpoint,
        touchpoints=[(use.touchpoint_id, name) for use, name in uses],
        outcomes=outcomes_of(db, source.id),
        next_href=next_href,
    )


def only_for_readers(actor: Actor, source: Source) -> None:
    if not sees_rows(actor, source):
        raise Refused(f"The rows of this source are for its {source.rows_for.value}. Its figures are for everybody.")


@routes.get("/voice/sources.csv")
def sources_csv(request: Request, db: Db, actor: Employee) -> Response:
    header = ("Series", "Source", "From", "To", "Responses", "Outcome", "Value", "Low", "High", "Answers")
    rows: list[list[Cell]] = []
    for series in board.boards(db, taken_sources(db, actor)):
        for wave in series.waves:
            source = wave.source
            first: list[Cell] = [series.name, source.name, source.first_day, source.last_day, source.responses]
            rows.append([*first, *line_cells(wave.line)])
    return download(csv_rows(header, rows), "sources.csv")


def line_cells(line: board.Line | None) -> list[Cell]:
    if line is None:
        return ["", None, None, None, None]
    estimate = line.estimate
    return [line.name, *((estimate.value, estimate.low, estimate.high, estimate.n) if estimate else (None,) * 4)]


@routes.get("/voice/sources/{id}/{table}.csv")
@slow
def source_csv(request: Request, db: Db, actor: Employee, source: TheSource, table: str, outcome: str = "") -> Response:
    """One table of the source's page. What is withheld there is empty here."""
    header, rows = csv_of(db, source, table, one_of(outcomes_of(db, source.id), outcome))
    return download(csv_rows(header, rows), f"{source.name} {table}.csv")


def csv_of(db: Session, source: Source, table: str, chosen: Outcome | None) -> tuple[list[str], list[list[Cell]]]:
    figures = ["Low", "High", "Answers"]
    if table == "outcomes":
        return ["Outcome", "Value", *figures], [line_cells(line) for line in outcome_lines(db, source, None)]
    if table == "touchpoints":
        told = board.touchpoint_lines(db, source, None)
        more = ["Mean", "Scale", "Not applicable", "Missing"]
        rows = [[*line_cells(one.line), one.mean, one.scale, one.not_applicable, one.missing] for one in told]
        return ["Touchpoint", "On 0 to 100", *figures, *more], rows
    if table != "segments" or chosen is None:
        raise Missing()
    parts = parted_lines(db, source, chosen)
    cells = [[part.name, *line_cells(line)] for part, own in parts for line in own]
    return ["Segment", chosen.name, "Value", *figures], cells

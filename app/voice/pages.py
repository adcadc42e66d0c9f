"""The voice: sources with their figures, one source, its rows and comments."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from pydantic import Field
from sqlalchemy.orm import Session

from app.changes import counts
from app.db import Db
from app.errors import Missing, Refused
from app.frame import Area
from app.people.actor import Actor, Employee
from app.people.found import found
from app.trail import trail
from app.voice import board, import_pages, reading
from app.voice.evidence.models import OTHER
from app.voice.models import Outcome, Source, SourceKind, SourceStage
from app.voice.queries import before, open_to, outcomes_of, taken_sources, visible_to
from app.voice.readings.actions import note_reading
from app.voice.replacing import plain_name, replacing
from app.voice.rules import keeps, may_import, sees_comments, sees_rows
from app.voice.scopes import Choice, Scope, by_place, scope
from app.voice.showing import Parted, camps_of, parted
from app.web import Request, Response, download, page, router, see, slow, unchanged
from app.web.rendering import number_words
from app.web.sheets import Cell, csv_rows

area = Area("voice", 0, "Sources", "/voice")
routes = router()
routes.routes.extend(import_pages.routes.routes)
TheSource = Annotated[Source, Depends(found(Source, visible_to))]
MOST_WORDS = 200
AnySource = Annotated[Source, Depends(found(Source, open_to))]


@routes.get("/voice")
def voice(request: Request, db: Db, actor: Employee) -> Response:
    if kept := unchanged(request, actor.rights, counts(db, "voice", "people")):
        return kept
    every = taken_sources(db, actor)
    sources = [source for source in every if source.kind is SourceKind.SURVEY]
    told = board.boards(db, sources)
    return page(
        request,
        "voice/index.html",
        told=told,
        answer=answer(told),
        gaps=board.gaps(db, told),
        comments=bool(reading.commented_sources(db, actor)),
        others=[source for source in every if source.kind in OTHER][:8],
        may_import=may_import(actor, [source.department_id for source in every]),
    )


def answer(told: list[board.SeriesBoard]) -> str:
    """The latest whole wave with an outcome, and what it did since the one before."""
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
    if line.broken:
        return ", which cannot be compared with the wave before: it was asked otherwise"
    if line.since is None:
        return ""
    by = number_words(abs(line.since.change), line.digits)
    way = "up" if line.since.change > 0 else "down"
    chance = "no more than chance explains" if line.tone == "quiet" else "more than chance explains"
    return f", {way} {by} since the wave before: {chance}"


@routes.get("/voice/sources/{id}")
@slow
def source_page(
    request: Request, db: Db, actor: Employee, source: AnySource, outcome: str = "", sort: str = "question"
) -> Response:
    if source.kind in OTHER:
        return see(request, f"/voice/evidence/{source.id}")
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people")):
        return kept
    note_reading(request.app.state.database, db, actor, source)
    outcomes = outcomes_of(db, source.id)
    earlier = before(db, source, actor)
    chosen = one_of(outcomes, outcome)
    lines = outcome_lines(db, source, earlier)
    touchpoints = board.touchpoint_lines(db, source, earlier)
    return page(
        request,
        "voice/source.html",
        trail=trail(db, actor, "voice"),
        source=source,
        name=plain_name(source),
        broken=[line for line in (*lines, *(one.line for one in touchpoints)) if line.broken],
        earlier=earlier,
        keeping=board.keeping(db, source),
        replacing=replacing(db, source),
        lines=lines,
        camps={one.id: told for one in outcomes if (told := camps_of(one, source.minimum_cell))},
        answer=(figure_words(lines[0], outcomes[0]) + since_words(lines[0]) + ".") if lines else "",
        lowest=[one for one in board.in_order(touchpoints, "lowest") if one.line.estimate][:1],
        touchpoints=board.in_order(touchpoints, sort),
        sort=sort if sort in board.SORTS else "question",
        outcomes=outcomes,
        chosen=chosen,
        segments=parted_lines(db, source, chosen) if chosen else [],
        sees_rows=sees_rows(actor, source) and source.stage is SourceStage.TAKEN,
        sees_comments=sees_comments(actor, source) and source.stage is SourceStage.TAKEN,
        keeps=keeps(actor, source) and source.stage is SourceStage.TAKEN,
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


Words = Annotated[list[Annotated[str, Field(max_length=MOST_WORDS)]], Query(max_length=8)]
Word = Annotated[str, Query(max_length=MOST_WORDS)]


@routes.get("/voice/sources/{id}/rows")
def source_rows(
    request: Request,
    db: Db,
    actor: Employee,
    source: TheSource,
    segment: Words = [],  # noqa: B006 - read alone
    label: Words = [],  # noqa: B006
    of: Word = "",
    camp: Word = "",
    touchpoint: str = "",
    after: int = 0,
) -> Response:
    only_for_readers(actor, source)
    chosen = filter_of(segment, label, of, camp)
    about = scope(db, actor, Choice("", source.name, (source,)))
    ids = reading.behind(db, source, chosen, about.recodes) if chosen else None
    n = source.responses if ids is None else len(ids)
    few = ids is not None and 0 < n < source.minimum_cell
    rated = int(touchpoint) if touchpoint.isdecimal() and len(touchpoint) < 19 else None
    told = [] if few else reading.rows(db, source, rated, after, ids)
    shown, more = told[: reading.PAGE], len(told) > reading.PAGE
    here, kept = f"/voice/sources/{source.id}/rows", options_of(chosen, touchpoint)
    return page(
        request,
        "voice/rows.html",
        trail=trail(db, actor, "voice"),
        source=source,
        shown=shown,
        n=n,
        few=few,
        chosen=chosen,
        set=set_filters(here, chosen, touchpoint, about),
        touchpoint=rated,
        touchpoints=[("", "no touchpoint"), *about.touchpoints.items()],
        outcomes=[one for _, one in by_place(about.waves[0])],
        what=about.what(chosen.of) if chosen.of else None,
        csv=f"{here}.csv?{urlencode(kept)}",
        next_href=f"{here}?{urlencode([*kept, ('after', str(shown[-1].id))])}" if more else None,
    )


def filter_of(segment: Sequence[str], label: Sequence[str], of: str, camp: str) -> reading.Filter:
    """Segments and labels come in pairs."""
    return reading.Filter(tuple(zip(segment, label, strict=False)), of, camp if camp in reading.CAMPS else "")


def options_of(chosen: reading.Filter, touchpoint: str = "") -> list[tuple[str, str]]:
    pairs = [pair for key, label in chosen.parts for pair in (("segment", key), ("label", label))]
    more = (("of", chosen.of), ("camp", chosen.camp), ("touchpoint", touchpoint))
    return pairs + [(name, value) for name, value in more if value]


def set_filters(here: str, chosen: reading.Filter, touchpoint: str, about: Scope) -> list[tuple[str, str]]:
    """What is set, in words, each with the address without it."""
    names = dict(about.partings())
    told = [
        (label if key.startswith("period:") else f"{names.get(key, key)}: {label}", without(chosen, key))
        for key, label in chosen.parts
    ]
    if chosen.camp:
        told.append((f"{chosen.camp}s", replace(chosen, camp="")))
    if chosen.of and (what := about.what(chosen.of)):
        told.append((f"answered {what.name}", replace(chosen, of="", camp="")))
    return [(words, f"{here}?{urlencode(options_of(rest, touchpoint))}") for words, rest in told]


def without(chosen: reading.Filter, key: str) -> reading.Filter:
    return replace(chosen, parts=tuple(pair for pair in chosen.parts if pair[0] != key))


@routes.get("/voice/sources/{id}/rows.csv")
@slow
def rows_csv(
    request: Request,
    db: Db,
    actor: Employee,
    source: TheSource,
    segment: Words = [],  # noqa: B006
    label: Words = [],  # noqa: B006
    of: Word = "",
    camp: Word = "",
) -> Response:
    """All rows behind a figure: outcomes, ratings and segments, one line a response."""
    only_for_readers(actor, source)
    chosen = filter_of(segment, label, of, camp)
    about = scope(db, actor, Choice("", source.name, (source,)))
    ids = reading.behind(db, source, chosen, about.recodes)
    if chosen and 0 < len(ids) < source.minimum_cell:
        ids = ids[:0]
    header, told = reading.whole_rows(db, source, ids)
    return download(csv_rows(header, told), f"{source.name} rows.csv")


def only_for_readers(actor: Actor, source: Source) -> None:
    if not sees_rows(actor, source):
        raise Refused(f"The rows of this source are for its {source.rows_for.value}.")


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

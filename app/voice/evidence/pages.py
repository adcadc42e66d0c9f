"""Other evidence: what is counted and what was found, beside the ratings. Forms stand in pages_*.py."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends

from app.changes import counts
from app.db import Db
from app.errors import Refused
from app.frame import Area
from app.people.actor import Employee
from app.people.found import found
from app.record.reading import trace
from app.trail import trail
from app.voice import board
from app.voice.evidence import pages_counts, pages_findings, pages_sources, queries
from app.voice.evidence.drawing import bars, chart, finding
from app.voice.evidence.models import COUNTED, OTHER, Finding
from app.voice.models import Source
from app.voice.privacy import masked
from app.voice.queries import visible_to
from app.voice.rules import keeps, may_add, may_import
from app.web import Request, Response, ThingId, download, page, router, slow, unchanged
from app.web.sheets import Cell, csv_rows

area = Area("voice", 50, "Other evidence", "/voice/evidence")
routes = router()
for part in (pages_sources, pages_counts, pages_findings):
    routes.routes.extend(part.routes.routes)
TheOther = Annotated[Source, Depends(found(Source, lambda actor: visible_to(actor) & Source.kind.in_(OTHER)))]
TheFinding = Annotated[Finding, Depends(found(Finding, queries.every_finding_visible_to))]


@routes.get("/voice/evidence")
@slow
def evidence(request: Request, db: Db, actor: Employee, after: str = "") -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people")):
        return kept
    touchpoints = queries.touchpoints_with_more(db, actor, after[:200])
    shown = touchpoints[: queries.PAGE]
    told = list(queries.beside(db, actor, [one.id for one in shown]).values())
    sources = queries.other_sources(db, actor)
    more = len(touchpoints) > queries.PAGE
    return page(
        request,
        "voice/evidence/index.html",
        told=told,
        sources=sources,
        answer=answer(told, sources),
        bars=bars,
        after=after,
        next_href=f"/voice/evidence?{urlencode({'after': shown[-1].key})}" if more else None,
        may_make=may_import(actor, [line.source.department_id for line in sources]),
    )


def answer(told: list[queries.Beside], sources: list[queries.SourceLine]) -> str:
    """Which counts have risen beyond chance, and how much was found."""
    if not sources:
        return "Nothing beside surveys yet."
    risen = [(one, one.rise) for beside in told for one in beside.series if one.rise]
    pains = sum(line.finding.kind == "pain" for beside in told for line in beside.findings)
    words = ""
    if risen:
        one, rise = risen[0]
        words = f"{one.kind.value.capitalize()} about {one.touchpoint} have risen beyond chance since {rise.since}"
    if len(risen) > 1:
        words += f", and {len(risen) - 1} more have"
    found_words = f"{pains} {'pain was' if pains == 1 else 'pains were'} found by asking and looking" if pains else ""
    said = " ".join(f"{part}." for part in (words, found_words) if part)
    return said or "Nothing has risen beyond what chance explains."


@routes.get("/voice/evidence/findings.csv")
def findings_csv(request: Request, db: Db, actor: Employee) -> Response:
    """Without what people said in their own words: that is for whoever reads comments, on the pages."""
    header = ("Touchpoint", "Kind", "Finding", "Said by", "Of", "Day", "Source")
    rows: list[list[Cell]] = [
        [
            *(line.touchpoint or "", line.finding.kind.value, masked(line.finding.words)),
            *(line.finding.said_by, line.finding.asked, line.finding.on, line.source),
        ]
        for line in queries.findings(db, actor)
    ]
    return download(csv_rows(header, rows), "findings.csv")


@routes.get("/voice/evidence/{id}")
@slow
def one_source(
    request: Request, db: Db, actor: Employee, source: TheOther, touchpoint: ThingId | None = None
) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people")):
        return kept
    counted = source.kind in COUNTED
    told = queries.worst_first(queries.series(db, actor, source_id=source.id)) if counted else []
    chosen = next((one for one in told if one.touchpoint_id == touchpoint), told[0] if told else None)
    return page(
        request,
        "voice/evidence/show.html",
        trail=trail(db, actor, "voice"),
        source=source,
        counted=counted,
        told=told,
        bars=bars,
        chosen=chosen,
        chart=chart(chosen) if chosen else None,
        title=finding(chosen) if chosen else "",
        found=[] if counted else queries.findings(db, actor, source_id=source.id),
        keeping=board.keeping(db, source),
        may_add=may_add(actor, source),
        keeps=keeps(actor, source),
    )


@routes.get("/voice/evidence/{id}/counts.csv")
@slow
def counts_csv(request: Request, db: Db, actor: Employee, source: TheOther) -> Response:
    """What is withheld on the page is empty here."""
    header = ("Touchpoint", "From", "To", "Count", "Among", "Figure", "Low", "High", "Amount", "Unit")
    rows: list[list[Cell]] = []
    for one in queries.series(db, actor, source_id=source.id):
        for point in one.points:
            figure = point.figure
            own: list[Cell] = [one.touchpoint, point.first_day, point.last_day, point.count, point.exposure]
            own += [figure.value, figure.low, figure.high] if figure else [None, None, None]
            rows.append([*own, point.amount.value if point.amount else None, one.unit])
    return download(csv_rows(header, rows), f"{source.name} counts.csv")


@routes.get("/voice/evidence/findings/{id}")
def one_finding(request: Request, db: Db, actor: Employee, thing: TheFinding) -> Response:
    """With its trace: who wrote it, what was changed, why it was withdrawn."""
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people", "record")):
        return kept
    (line,) = queries.findings(db, actor, only=thing.id, withdrawn=True)
    source = db.get_one(Source, thing.source_id)
    if thing.withdrawn_at and not may_add(actor, source):
        raise Refused("This finding was withdrawn.")
    return page(
        request,
        "voice/evidence/finding.html",
        trail=trail(db, actor, "voice"),
        line=line,
        finding=thing,
        source=source,
        trace=trace(db, thing.ref),
        may_change=may_add(actor, source) and thing.withdrawn_at is None,
    )

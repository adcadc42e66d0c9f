"""The parts in the purchase that are not heard, account by account."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from sqlalchemy import delete

from app.changes import counts
from app.db import Db
from app.errors import Refused
from app.people.actor import Actor, Employee
from app.record.actions import write
from app.voice.accounts import queries
from app.voice.accounts.models import USUAL, ExpectedPart, PartsForm
from app.voice.models import Source
from app.voice.rules import sees_rows
from app.web import Request, Response, Typed, blank, fill, page, router, see, slow, unchanged
from app.web.forms import Form

routes = router()
Word = Annotated[str, Query(max_length=200)]
MOST_PARTS = 20


def may_edit(actor: Actor) -> bool:
    return actor.on_a_committee or actor.administrator


@routes.get("/voice/accounts")
@slow
def accounts(
    request: Request,
    db: Db,
    actor: Employee,
    source: Word = "",
    parts: Word = "",
    show: Word = "missing",
    after: Word = "",
) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people")):
        return kept
    known = queries.sources(db, actor)
    chosen = next((one for one in known if str(one.id) == source), known[0] if known else None)
    if chosen is None:
        return page(request, "voice/accounts/empty.html", may_edit=may_edit(actor))
    return drawn(request, db, actor, known, chosen, parts == "seen", show, after)


def drawn(
    request: Request, db: Db, actor: Actor, known: Sequence[Source], chosen: Source, seen: bool, show: str, after: str
) -> Response:
    segment = queries.part_segment(db, chosen)
    wanted = queries.wanted(db, chosen, segment, seen)
    told = queries.heard(db, chosen, segment, wanted)
    few = 0 < chosen.responses < chosen.minimum_cell
    show = show if show in ("missing", "single", "all") else "missing"
    reads = sees_rows(actor, chosen)
    found = queries.by_account(db, chosen, segment, wanted, show, after) if reads else []
    shown = found[: queries.PAGE]
    kept = {"source": str(chosen.id), "parts": "seen" if seen else "", "show": show}
    more = urlencode({**kept, "after": shown[-1].name}) if len(found) > queries.PAGE else ""
    return page(
        request,
        "voice/accounts/index.html",
        known=[(one.id, one.name) for one in known],
        source=chosen,
        segment=segment,
        wanted=wanted,
        heard=told,
        few=few,
        seen=seen,
        show=show,
        reads=reads,
        shown=shown,
        after=after,
        next_href=f"/voice/accounts?{more}" if more else None,
        may_edit=may_edit(actor),
    )


@routes.get("/voice/accounts/parts")
def parts_form(request: Request, db: Db, actor: Employee) -> Response:
    only_for_editors(actor)
    return form_page(request, blank(PartsForm, parts="\n".join(queries.expected_parts(db))))


def form_page(request: Request, form: Form[PartsForm], status: int = 200) -> Response:
    return page(request, "voice/accounts/parts.html", status=status, form=form, usual=USUAL)


def only_for_editors(actor: Actor) -> None:
    if not may_edit(actor):
        raise Refused("The committee and administrators say which parts are to be heard.")


@routes.post("/voice/accounts/parts")
def keep_parts(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_for_editors(actor)
    form = fill(PartsForm, fields)
    names = list(dict.fromkeys(filter(None, map(str.strip, form.data.parts.splitlines())))) if form else []
    if form and (not names or len({queries.plain(name) for name in names}) < len(names)):
        form.refuse("parts", "Name each part once, one a line.")
    if form and (len(names) > MOST_PARTS or any(len(name) > 120 for name in names)):
        form.refuse("parts", f"At most {MOST_PARTS} parts, each of at most 120 characters.")
    if not form:
        return form_page(request, form, status=422)
    db.execute(delete(ExpectedPart))
    for place, name in enumerate(names):
        db.add(ExpectedPart(place=place, name=name))
    write(
        db, actor.id, "name parts", "organisation:1", figures={"parts": len(names)}, words={"parts": ", ".join(names)}
    )
    return see(request, "/voice/accounts", "Kept.")

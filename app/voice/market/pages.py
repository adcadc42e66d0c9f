"""The market: benchmarks by index and period beside our own figures."""

from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session

from app.changes import counts
from app.columns import today
from app.db import Db
from app.errors import Refused
from app.frame import Area
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.voice.evidence.models import WithdrawForm
from app.voice.market import actions, queries, reading
from app.voice.market.drawing import trend
from app.voice.market.models import INDICES, Benchmark, BenchmarkForm, Whose, wrong_with
from app.voice.pasted import words_of
from app.voice.queries import taken_sources
from app.voice.rules import may_import
from app.voice.touchpoints.queries import by_name, choices
from app.web import Form, Request, Response, Typed, blank, download, fill, page, router, see, slow, unchanged
from app.web.rendering import number_words
from app.web.sheets import Cell, csv_rows

area = Area("voice", 60, "Market", "/voice/market")
routes = router()
TheBenchmark = Annotated[Benchmark, Depends(found(Benchmark, queries.visible_to))]


def may_write(db: Session, actor: Actor) -> bool:
    return may_import(actor, [source.department_id for source in taken_sources(db, actor)])


def only_writers(db: Session, actor: Actor) -> None:
    if not may_write(db, actor):
        raise Refused(
            "What the market says is kept by the committee, leaders, administrators and those who keep a source."
        )


@routes.get("/voice/market")
@slow
def market(request: Request, db: Db, actor: Employee) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people")):
        return kept
    told = queries.compared(db, actor)
    writes = may_write(db, actor)
    pairs = [(one, trend(one)) for one in told]
    return page(request, "voice/market/index.html", told=pairs, answer=answer(told), may_write=writes)


def answer(told: list[queries.Compared]) -> str:
    """The first index's latest pair, in words; one whose uncertainty is known before one whose is not."""
    found = [pair for one in told for pair in one.pairs if pair.difference]
    pair = min(found, key=lambda one: one.difference is not None and not one.difference.both, default=None)
    if pair is None or pair.difference is None or pair.ours is None:
        return (
            "No figure of ours stands beside one of the market yet." if told else "Nothing is known of the market yet."
        )
    by, name = number_words(abs(pair.difference.value), 1), pair.benchmark.name
    way = "above" if pair.difference.value > 0 else "below"
    chance = {"quiet": "no more than chance explains", "good": "beyond chance", "hurt": "beyond chance"}
    sure = chance[pair.difference.tone] if pair.difference.low is not None else "how surely is not known"
    alone = "" if pair.difference.both else "; how sure the market’s figure is nobody says"
    return f"{pair.benchmark.index} is {by} {way} {name} in {pair.ours.source}: {sure}{alone}."


@routes.get("/voice/market.csv")
def market_csv(request: Request, db: Db, actor: Employee) -> Response:
    header = ("Index", "Touchpoint", "Whose", "Name", "From", "To", "Market", "Low", "High", "Ours", "Source")
    rows: list[list[Cell]] = []
    for one in queries.compared(db, actor):
        for pair in one.pairs:
            told = pair.benchmark
            first: list[Cell] = [told.index, one.touchpoint, told.whose.value, told.name, told.first_day, told.last_day]
            own: list[Cell] = [pair.ours.estimate.value, pair.ours.source] if pair.ours else [None, None]
            gap = pair.difference
            ends: list[Cell] = [gap.value, gap.low, gap.high] if gap else [None, None, None]
            rows.append([*first, told.value, pair.market.low, pair.market.high, *own, *ends, told.read_in, told.link])
    more = ("Difference", "Difference low", "Difference high", "Read in", "Link")
    return download(csv_rows((*header, *more), rows), "market.csv")


@routes.get("/voice/market/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    only_writers(db, actor)
    day = today(request.app.state.settings.time_zone)
    return form_page(request, db, actor, blank(BenchmarkForm, key=new_key(), index="NPS", whose="market", read_on=day))


def form_page(request: Request, db: Session, actor: Actor, form: Form[Any], status: int = 200) -> Response:
    return page(
        request,
        "voice/market/new.html",
        status=status,
        form=form,
        indices=[(name, "A touchpoint’s score, 0 to 100" if name == "touchpoint" else name) for name in INDICES],
        whose=[(one.value, one.value.capitalize()) for one in Whose],
        touchpoints=choices(db, actor),
    )


@routes.post("/voice/market/new")
def keep(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_writers(db, actor)
    form = fill(BenchmarkForm, fields)
    if form:
        for name, words in wrong_with(form.data):
            form.refuse(name, words)
        if form.data.touchpoint and form.data.touchpoint not in dict(choices(db, actor)):
            form.refuse("touchpoint", "Choose one of the offered answers.")
    if not form:
        return form_page(request, db, actor, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    actions.keep(db, actor.id, form.data)
    return once_.see("/voice/market", "Kept.")


@routes.get("/voice/market/import")
def paste(request: Request, db: Db, actor: Employee) -> Response:
    only_writers(db, actor)
    return page(request, "voice/market/import.html", form=blank(key=new_key()), told=None)


@routes.post("/voice/market/import")
@slow
def take(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    """Look first; taken at the second press, without the rows that cannot be read if so said."""
    only_writers(db, actor)
    text = words_of(fields)
    form: Form[Any] = Form({**fields.texts, "text": [text]}, key=fields.get("key"))
    allowed = dict(choices(db, actor))
    told = reading.read(text, {key: number for key, number in by_name(db).items() if number in allowed})
    if fields.get("do") != "take" or not told.forms:
        status = 200 if told.forms else 422
        return page(request, "voice/market/import.html", status=status, form=form, told=told)
    if told.problems and fields.get("leave") != "on":
        form.refuse("leave", "Put these rows right, or leave them out.")
        return page(request, "voice/market/import.html", status=422, form=form, told=told)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    for one in told.forms:
        actions.keep(db, actor.id, one)
    return once_.see("/voice/market", f"{len(told.forms):,} kept.")


@routes.get("/voice/market/{id}/withdraw")
def ask_why(request: Request, db: Db, actor: Employee, thing: TheBenchmark) -> Response:
    only_writers(db, actor)
    return page(request, "voice/market/withdraw.html", benchmark=thing, form=blank(WithdrawForm))


@routes.post("/voice/market/{id}/withdraw")
def withdraw(request: Request, db: Db, actor: Employee, thing: TheBenchmark, fields: Typed) -> Response:
    only_writers(db, actor)
    form = fill(WithdrawForm, fields)
    if not form:
        return page(request, "voice/market/withdraw.html", status=422, benchmark=thing, form=form)
    actions.withdraw(db, actor.id, thing, form.data.reason)
    return see(request, "/voice/market", "Withdrawn.")

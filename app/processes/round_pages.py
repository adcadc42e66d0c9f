"""A prioritisation round: opened with its evidence, ranked by members, published by the chair."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.columns import today
from app.db import Db
from app.errors import Invalid, Refused
from app.ideas.models import Idea, Stage
from app.lately import lately
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Committee
from app.processes import queries
from app.processes.assessing import Question, picture
from app.processes.drivers import Method
from app.processes.models import Prioritisation, Process, RoundForm, RoundStage
from app.processes.priority import Rule
from app.processes.queries import visible_to
from app.processes.rounds import actions
from app.processes.rounds.actions import Choice
from app.processes.rounds.agreement import Agreement, Together, agreement, together
from app.processes.rounds.queries import (
    evidence_items,
    evidence_of,
    left_out_of,
    neighbours,
    people_in,
    ranked_again,
    signals_of,
    vital_ones,
)
from app.processes.rules import chair, life, may_rank, sees_ballots
from app.voice.models import Outcome, Source
from app.voice.queries import FOR_ALL, headline
from app.web import Fields, Form, Request, Response, Typed, blank, fill, page, router, see, slow, unchanged
from app.workflow import MoveForm

routes = router()
TheRound = Annotated[Prioritisation, Depends(found(Prioritisation, visible_to))]


@routes.get("/processes/rounds/new")
@slow
def new(
    request: Request, db: Db, actor: Employee, source: str = "", outcome: str = "", impact: str = "", rule: str = ""
) -> Response:
    """The form; the picture is worked out here, where nobody waits for it, and found ready when the round opens."""
    committees = chaired(actor)
    first = headline(db)
    values: dict[str, Any] = {"committee": committees[0], "impact": impact or "correlation", "rule": rule or "means"}
    values |= {
        "source": source or (first.source_id if first else ""),
        "outcome": outcome or (first.name if first else ""),
    }
    warm(db, values)
    return form_page(request, db, actor, blank(RoundForm, key=new_key(), **values))


def chaired(actor: Actor) -> list[int]:
    committees = [number for number in actor.seats if actor.chairs(number)]
    if not committees:
        raise Refused("The chair of a committee opens its rounds.")
    return committees


def warm(db: Session, values: Mapping[str, Any]) -> None:
    if str(values["source"]).isdecimal() and values["impact"] in {method.value for method in Method}:
        number = db.scalar(select(col(Source.id)).where(FOR_ALL, col(Source.id) == int(values["source"])))
        asked = select(col(Outcome.id)).where(col(Outcome.source_id) == number, col(Outcome.name) == values["outcome"])
        if number and db.scalar(asked):
            try:
                picture(db, Question(number, values["outcome"], Method(values["impact"]), values["rule"]))
            except Invalid:
                return


def form_page(request: Request, db: Session, actor: Actor, form: Form[RoundForm], status: int = 200) -> Response:
    pairs = (
        select(col(Source.id), col(Source.name), col(Outcome.name))
        .join(Outcome, col(Outcome.source_id) == col(Source.id))
        .where(FOR_ALL)
        .order_by(col(Source.last_day).desc(), col(Outcome.place))
    )
    told = db.execute(pairs).all()
    own = select(col(Committee.id), col(Committee.name)).where(col(Committee.id).in_(chaired(actor)))
    return page(
        request,
        "processes/round_new.html",
        status=status,
        form=form,
        sources=list(dict.fromkeys((number, name) for number, name, _ in told)),
        outcomes=list(dict.fromkeys((name, name) for _, _, name in told)),
        committees=db.execute(own).all(),
    )


@routes.post("/processes/rounds/new")
def open_round(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    chaired(actor)
    form = fill(RoundForm, fields)
    if form:
        refuse_unknown(db, form)
    if not form:
        return form_page(request, db, actor, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    round_ = actions.open_round(db, actor, form.data, signals_by_process(db))
    return once_.see(f"/processes/rounds/{round_.id}", "The round is open.")


def refuse_unknown(db: Session, form: Form[RoundForm]) -> None:
    data = form.data
    try:
        Rule.read(data.rule)
    except ValueError as error:
        form.refuse("rule", str(error))
    if data.due is not None and data.due < today(db.info["settings"].time_zone):
        form.refuse("due", "This day is over.")
    if data.source is None:
        return
    if not db.scalar(select(col(Source.id)).where(FOR_ALL, col(Source.id) == data.source)):
        form.refuse("source", "Choose one of the offered answers.")
        return
    asked = select(col(Outcome.id)).where(col(Outcome.source_id) == data.source, col(Outcome.name) == data.outcome)
    if not db.scalar(asked):
        form.refuse("outcome", "This source did not ask for that outcome.")
    elif "rule" not in form.errors:
        try:
            picture(db, Question(data.source, data.outcome, Method(data.impact), data.rule))
        except Invalid as error:
            form.refuse("impact", error.words)


@routes.get("/processes/rounds/{id}")
@slow
def show(
    request: Request,
    db: Db,
    actor: Employee,
    round_: TheRound,
    order: Annotated[list[int] | None, Query()] = None,
    move: str = "",
) -> Response:
    """The round. `order` and `move` rearrange one's own ranking in the form before it is handed in."""
    if kept := unchanged(request, actor.rights, counts(db, "processes", "ideas", "people")):
        return kept
    return round_page(request, db, actor, round_, order, move)


def round_page(
    request: Request,
    db: Session,
    actor: Actor,
    round_: Prioritisation,
    order: Sequence[int] | None = None,
    move: str = "",
    status: int = 200,
    form: Form[Any] | None = None,
) -> Response:
    ballots = queries.ballots_of(db, round_.id)
    own = ballots.get(actor.id, [])
    processes = {process.id: process for process in queries.candidates(db, round_.committee_id)}
    arranged = arrange([one for one in (order if order is not None else own) if one in processes], move, processes)
    shown = sees_ballots(actor, round_, bool(own))
    told, agreed = combined(db, round_, ballots, list(processes)) if shown else ([], None)
    is_open = round_.stage is RoundStage.OPEN
    heads = chair(actor, round_) and is_open
    was, following = neighbours(db, round_)
    return page(
        request,
        "processes/round.html",
        status=status,
        round=round_,
        evidence=evidence_of(round_),
        until=last_day(round_),
        items=evidence_items(round_),
        vital=vital_ones(round_) & processes.keys(),
        processes=processes,
        own=own,
        arranged=arranged,
        changed=arranged != own,
        rest=[process for number, process in processes.items() if number not in arranged],
        may_rank=may_rank(actor, round_),
        ballots=ballots if shown else {},
        shown=shown,
        together=told,
        agreed=agreed,
        again=ranked_again(db, round_) if shown and ballots else set(),
        people=people_in(db, round_, list(ballots)),
        in_ids=set(ballots),
        signals=signals_of(round_) or {},
        signals_now=signals_by_process(db) if is_open else {},
        priorities=queries.priorities_of(db, round_.id),
        left_out=left_out_of(db, round_.id),
        was=was,
        following=following,
        chairs=heads,
        may_publish=heads and bool(own),
        moves=[one for one in life.open_to(actor, round_) if not one.by_form],
        form=publishing(round_, told, processes) if form is None else form,
        here=f"/processes/rounds/{round_.id}",
        day=today(db.info["settings"].time_zone),
        step=lambda what: (
            f"/processes/rounds/{round_.id}?{urlencode([*(('order', one) for one in arranged), ('move', what)])}#mine"
        ),
    )


def last_day(round_: Prioritisation) -> date | None:
    told = evidence_of(round_).get("last_day")
    return date.fromisoformat(told) if told else None


def combined(
    db: Session, round_: Prioritisation, ballots: Mapping[int, Sequence[int]], processes: list[int]
) -> tuple[list[Together], Agreement]:
    """Kept for as long as no ballot changes: the chance of the agreement takes a moment."""
    key = (round_.id, tuple((person, *order) for person, order in ballots.items()), tuple(processes))
    shelf = lately(db, "rankings together", 20)
    return shelf.or_made(key, lambda: (together(ballots, processes), agreement(ballots, processes)))


def arrange(order: list[int], move: str, processes: Mapping[int, Process]) -> list[int]:
    """One step up or down, one more, or one less; what cannot be done changes nothing."""
    way, _, number = move.partition("-")
    order = list(dict.fromkeys(order))
    if not number.isdecimal() or int(number) not in processes:
        return order
    one = int(number)
    if way == "add" and one not in order:
        return [*order, one]
    if one not in order:
        return order
    place = order.index(one)
    if way == "drop":
        return [other for other in order if other != one]
    other = place + {"up": -1, "down": 1}.get(way, 0)
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    return order


def signals_by_process(db: Session) -> dict[int, int]:
    """Thoughts about processes that were not prioritised: counted where it is decided what will be.

    All of them, whoever asks: their number is part of the round's evidence, and a number names nobody.
    """
    query = select(col(Idea.process_id), func.count()).where(col(Idea.stage) == Stage.SIGNAL)
    return dict(db.execute(query.group_by(col(Idea.process_id))).all())


def publishing(round_: Prioritisation, told: Sequence[Together], processes: Mapping[int, Process]) -> Form[Any]:
    """The chair's form, with the order that the ballots give; what nobody ranked is left empty."""
    ranked = [one for one in told if one.ranked_by]
    values: dict[str, Any] = {f"rank-{one.process_id}": place for place, one in enumerate(ranked, start=1)}
    items = evidence_items(round_)
    values |= {f"judgement-{number}": "on" for number in processes if number not in items}
    return blank(**values)


@routes.post("/processes/rounds/{id}/ballot")
def ballot(request: Request, db: Db, actor: Employee, round_: TheRound, fields: Typed) -> Response:
    order = numbers(fields.texts.get("order", ()))
    seen = numbers(fields.get("seen").split(","))
    actions.rank(db, actor, round_, order, seen)
    return see(request, f"/processes/rounds/{round_.id}", "Your ranking is in.")


def numbers(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]


@routes.post("/processes/rounds/{id}/publish")
def publish(request: Request, db: Db, actor: Employee, round_: TheRound, fields: Typed) -> Response:
    life.check(actor, round_, "publish", form=True)
    form: Form[Any] = Form(fields.texts)
    choices = chosen(fields, form)
    others = reasons(fields, {choice.process_id for choice in choices})
    refuse_silence(db, round_, form, choices, others)
    version = fields.get("version")
    if not form.errors:
        try:
            number = int(version) if version.isdecimal() and len(version) < 19 else None
            actions.publish(db, actor, round_, choices, fields.get("note"), number, others)
        except Invalid as error:
            form.refuse("", error.words)
    if form.errors:
        return round_page(request, db, actor, round_, status=422, form=form)
    return see(request, f"/processes/rounds/{round_.id}", "Published: ideas can be submitted for these processes.")


def chosen(fields: Fields, form: Form[Any]) -> list[Choice]:
    """What the chair chose: every process with a rank, and its reason."""
    found = []
    for name, values in fields.texts.items():
        number = name.removeprefix("rank-")
        if name == number or not number.isdecimal() or not values[-1].strip():
            continue
        if not values[-1].strip().isdecimal() or len(values[-1]) > 4:
            form.refuse(name, "A rank is a whole number: 1 for the first.")
            continue
        reason = fields.get(f"reason-{number}")
        if not reason.strip():
            form.refuse(f"reason-{number}", "Give a reason: everybody reads it.")
        found.append(Choice(int(number), int(values[-1]), reason, fields.get(f"judgement-{number}") == "on"))
    ranks = sorted(choice.rank for choice in found)
    if ranks != list(range(1, len(found) + 1)) or not found:
        form.refuse("", "Ranks are 1, 2, 3 and so on, each once; leave the others empty.")
    return found


def reasons(fields: Fields, chosen: set[int]) -> dict[int, str]:
    """Why processes without a rank are left out."""
    found = {}
    for name, values in fields.texts.items():
        number = name.removeprefix("reason-")
        if name != number and number.isdecimal() and len(number) < 19 and int(number) not in chosen:
            found[int(number)] = values[-1]
    return {number: words for number, words in found.items() if words.strip()}


def refuse_silence(
    db: Session, round_: Prioritisation, form: Form[Any], choices: Sequence[Choice], left_out: Mapping[int, str]
) -> None:
    """Each vital process is prioritised or left out with a reason: said beside the field where it is missing."""
    own = {process.id: process.name for process in queries.candidates(db, round_.committee_id)}
    for number in (vital_ones(round_) & own.keys()) - {choice.process_id for choice in choices} - left_out.keys():
        words = f"{own[number]} was vital when the round was opened. Say why it is left out: everybody reads it."
        form.refuse(f"reason-{number}", words)


@routes.post("/processes/rounds/{id}/moves")
def moves(request: Request, db: Db, actor: Employee, round_: TheRound, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("The move could not be read.")
    life.make(db, actor, round_, form.data.name, form.data.note, version=form.data.version)
    return see(request, f"/processes/rounds/{round_.id}")

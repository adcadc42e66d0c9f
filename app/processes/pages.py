"""Processes: performance by impact, one process with its register, and the rounds (in round_pages)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Invalid, Refused
from app.frame import Area
from app.ideas.models import ALIVE, Idea, Stage
from app.ideas.queries import visible_to as ideas_visible_to
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.people.models import Committee, Department, Kind, Person
from app.pilots.models import Pilot
from app.processes import actions, queries, round_pages
from app.processes.alarms.queries import open_alarms
from app.processes.assessing import Picture, Question, picture
from app.processes.drawing import Row, answer, drawn, notes, rows_of, sorted_rows
from app.processes.drivers import Method
from app.processes.models import Process, ProcessDepartment, ProcessForm, ProcessTouchpoint
from app.processes.queries import visible_to
from app.processes.rules import may_edit, may_register
from app.trail import trail
from app.voice import board
from app.voice.models import Outcome, Source, Touchpoint
from app.voice.queries import before, headline
from app.voice.queries import visible_to as sources_visible_to
from app.web import Fields, Form, Request, Response, Typed, blank, download, fill, page, router, see, slow, unchanged
from app.web.sheets import Cell, csv_rows

area = Area("processes", 0, "Which hurt", "/processes")
routes = router()
routes.routes.extend(round_pages.routes.routes)
TheProcess = Annotated[Process, Depends(found(Process, visible_to))]
RULES = (("means", "means"), ("medians", "medians"), ("target=70", "target 70"), ("target=80", "target 80"))


@dataclass(frozen=True)
class Asked:
    """What the page's sentence asks, made good where it is missing or names what is not there."""

    outcomes: Sequence[tuple[int, str]]
    sources: Sequence[tuple[int, str]]
    source: Source | None
    outcome: str
    impact: Method
    rule: str

    @property
    def question(self) -> Question | None:
        return Question(self.source.id, self.outcome, self.impact, self.rule) if self.source else None

    def href(self, path: str = "/processes", **other: str) -> str:
        own = {"source": self.source.id if self.source else "", "outcome": self.outcome}
        return f"{path}?{urlencode({**own, 'impact': self.impact.value, 'rule': self.rule, **other})}"


def asked(db: Session, actor: Actor, source: str, outcome: str, impact: str, rule: str) -> Asked:
    query = (
        select(Source, col(Outcome.name))
        .join(Outcome, col(Outcome.source_id) == col(Source.id))
        .where(sources_visible_to(actor))
        .order_by(col(Source.last_day).desc(), col(Source.id).desc(), col(Outcome.place))
    )
    pairs = db.execute(query).all()
    sources = {one.id: one for one, _ in pairs}
    chosen = next((one for one in sources.values() if str(one.id) == source), next(iter(sources.values()), None))
    names = [name for one, name in pairs if chosen and one.id == chosen.id]
    known = {method.value for method in Method}
    return Asked(
        [(one.id, name) for one, name in pairs],
        [(one.id, one.name) for one in sources.values()],
        chosen,
        outcome if outcome in names else next(iter(names), ""),
        Method(impact) if impact in known else Method.CORRELATION,
        rule or "means",
    )


@routes.get("/processes")
@slow
def processes(
    request: Request,
    db: Db,
    actor: Employee,
    source: str = "",
    outcome: str = "",
    impact: str = "",
    rule: str = "",
    sort: str = "",
) -> Response:
    if kept := unchanged(request, actor.rights, counts(db, "voice", "processes", "ideas", "pilots", "people")):
        return kept
    what = asked(db, actor, source, outcome, impact, rule)
    told, problem = answered(db, what)
    known = {process.id: process for process in queries.all_processes(db)}
    rows = the_rows(db, actor, what, told, known)
    registered = [row for row in rows if row.process_id]
    shown = registered or rows
    committees = [number for number in actor.seats if actor.chairs(number)]
    return page(
        request,
        "processes/index.html",
        what=what,
        problem=problem,
        told=told,
        rows=sorted_rows(shown, sort),
        sort=sort or "chance",
        answer=answer(shown, bool(told), bool(registered)),
        drawn=drawn(told, shown) if told else None,
        notes=notes(told, shown) if told else [],
        alone=[row for row in rows if not row.process_id] if registered else [],
        registered=bool(registered),
        unasked=[process for number, process in known.items() if number not in {row.process_id for row in rows}],
        priorities=[process for process in known.values() if process.rank],
        rounds=queries.rounds(db)[:3],
        outcome_names=list(
            dict.fromkeys(name for number, name in what.outcomes if what.source and number == what.source.id)
        ),
        rules=RULES if what.rule in dict(RULES) else (*RULES, (what.rule, what.rule.replace("=", " "))),
        may_register=may_register(actor),
        may_open=bool(committees),
    )


def answered(db: Session, what: Asked) -> tuple[Picture | None, str]:
    """The picture, or why there is none in one sentence."""
    if what.question is None:
        return None, ""
    try:
        return picture(db, what.question), ""
    except Invalid as error:
        return None, error.words


def the_rows(db: Session, actor: Actor, what: Asked, told: Picture | None, known: Mapping[int, Process]) -> list[Row]:
    if told is None or what.source is None:
        return []
    earlier = before(db, what.source)
    was = queries.performances(db, earlier.id, earlier.minimum_cell) if earlier else {}
    now = queries.performances(db, what.source.id, what.source.minimum_cell)
    return rows_of(told, known, was, now, ideas_by_process(db, actor))


def ideas_by_process(db: Session, actor: Actor, *stages: Stage) -> dict[int, int]:
    """Ideas that are alive, of those that this person may see."""
    query = (
        select(col(Idea.process_id), func.count())
        .where(ideas_visible_to(actor), col(Idea.stage).in_(stages or ALIVE))
        .group_by(col(Idea.process_id))
    )
    return dict(db.execute(query).all())


@routes.get("/processes.csv")
@slow
def processes_csv(
    request: Request, db: Db, actor: Employee, source: str = "", outcome: str = "", impact: str = "", rule: str = ""
) -> Response:
    what = asked(db, actor, source, outcome, impact, rule)
    told, _ = answered(db, what)
    known = {process.id: process for process in queries.all_processes(db)}
    header = ["Process", "Verdict", "Chance of vital", "Performance", "Low", "High", "Impact", "Impact low"]
    header += ["Impact high", "Share", "Answers", "Rank", "Ideas"]
    rows = [cells(row) for row in the_rows(db, actor, what, told, known)]
    return download(csv_rows(header, rows), "processes.csv")


def cells(row: Row) -> list[Cell]:
    item = row.item
    figures = [item.vital_probability, item.performance, item.performance_low, item.performance_high]
    more = [item.impact, item.impact_low, item.impact_high, item.share, item.n]
    return [item.name, item.verdict.value, *figures, *more, row.rank, row.ideas]


@routes.get("/processes/new")
def new(request: Request, db: Db, actor: Employee, touchpoint: str = "") -> Response:
    only_registrars(actor)
    values: dict[str, Any] = {"owner": actor.id, "committee": next(iter(actor.seats), "")}
    named = db.get(Touchpoint, int(touchpoint)) if touchpoint.isdecimal() and len(touchpoint) < 19 else None
    if named:
        factor = named.factor.value if named.factor else ""
        values |= {"name": named.name, "touchpoints": [named.id], "factor": factor}
        values |= {"journey": named.journey, "stage": named.stage}
    return form_page(request, db, blank(ProcessForm, key=new_key(), **values))


def only_registrars(actor: Actor) -> None:
    if not may_register(actor):
        raise Refused("The chair of a committee and administrators register processes.")


def form_page(
    request: Request, db: Session, form: Form[ProcessForm], process: Process | None = None, status: int = 200
) -> Response:
    people = select(col(Person.id), col(Person.name)).where(
        col(Person.kind) == Kind.EMPLOYEE, col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None)
    )
    return page(
        request,
        "processes/edit.html",
        status=status,
        form=form,
        process=process,
        people=db.execute(people.order_by(col(Person.name))).all(),
        committees=db.execute(select(col(Committee.id), col(Committee.name))).all(),
        departments=db.execute(select(col(Department.id), col(Department.name)).order_by(col(Department.name))).all(),
        touchpoints=db.execute(select(col(Touchpoint.id), col(Touchpoint.name)).order_by(col(Touchpoint.name))).all(),
    )


def read_form(db: Session, fields: Fields, process: Process | None) -> tuple[Form[ProcessForm], dict[int, float]]:
    """The form, its weights apart, and what only the database knows to be wrong with it."""
    own = {name: values for name, values in fields.texts.items() if not name.startswith("weight-")}
    form = fill(ProcessForm, Fields(own, fields.files))
    form.texts = fields.texts
    weights: dict[int, float] = {}
    for name, values in fields.texts.items():
        number = name.removeprefix("weight-")
        if name != number and number.isdecimal() and values[-1].strip():
            try:
                weights[int(number)] = float(values[-1].replace(",", "."))
            except ValueError:
                form.refuse("touchpoints", "A weight is a number, such as 1 or 2.5.")
    if any(not 0 < weight <= 1000 for weight in weights.values()):
        form.refuse("touchpoints", "A weight is above 0 and at most 1,000.")
    if form:
        refuse_unknown(db, form, process)
    return form, weights


def refuse_unknown(db: Session, form: Form[ProcessForm], process: Process | None) -> None:
    data = form.data
    same = select(col(Process.id)).where(func.lower(col(Process.name)) == data.name.lower())
    if any(number != (process.id if process else None) for number in db.scalars(same)):
        form.refuse("name", "There is a process of this name already.")
    for name, model, ids in (
        ("owner", Person, [data.owner]),
        ("committee", Committee, [data.committee]),
        ("departments", Department, data.departments),
        ("touchpoints", Touchpoint, data.touchpoints),
    ):
        if set(ids) - set(db.scalars(select(col(model.id)).where(col(model.id).in_(ids)))):
            form.refuse(name, "Choose one of the offered answers.")


@routes.post("/processes/new")
def create(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_registrars(actor)
    form, weights = read_form(db, fields, None)
    if not form:
        return form_page(request, db, form, status=422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    process = actions.register(db, actor, form.data, weights)
    return once_.see(f"/processes/{process.id}", "Registered.")


@routes.get("/processes/{id}")
@slow
def show(request: Request, db: Db, actor: Employee, process: TheProcess) -> Response:
    if kept := unchanged(request, actor.rights, counts(db, "voice", "processes", "ideas", "pilots", "people")):
        return kept
    told = queries.headline_picture(db)
    standing = told.of(process.id) if told else None
    return page(
        request,
        "processes/show.html",
        trail=trail(db, actor, "process", process=process),
        process=process,
        told=told,
        item=standing.item if standing else None,
        alarms=open_alarms(db, actor, process.id),
        touchpoints=own_touchpoints(db, process),
        past=queries.past_priorities(db, process.id),
        ideas=latest_ideas(db, actor, process),
        pilots=pilots_of(db, actor, process),
        owner=db.get_one(Person, process.owner_id),
        departments=departments_of(db, process),
        may_edit=may_edit(actor, process),
    )


def own_touchpoints(db: Session, process: Process) -> list[tuple[str, float, board.TouchpointLine | None]]:
    """Each with its weight and what the latest source said of it."""
    query = (
        select(col(Touchpoint.id), col(Touchpoint.name), col(ProcessTouchpoint.weight))
        .join(ProcessTouchpoint, col(ProcessTouchpoint.touchpoint_id) == col(Touchpoint.id))
        .where(col(ProcessTouchpoint.process_id) == process.id)
        .order_by(col(Touchpoint.name))
    )
    parts = db.execute(query).all()
    outcome = headline(db)
    lines: dict[str, board.TouchpointLine] = {}
    if outcome and parts:
        source = db.get_one(Source, outcome.source_id)
        lines = {one.line.key: one for one in board.touchpoint_lines(db, source, before(db, source))}
    return [(name, weight, lines.get(str(number))) for number, name, weight in parts]


def latest_ideas(db: Session, actor: Actor, process: Process) -> Sequence[tuple[int, str, Stage]]:
    query = (
        select(col(Idea.id), col(Idea.title), col(Idea.stage))
        .where(ideas_visible_to(actor), col(Idea.process_id) == process.id)
        .order_by(col(Idea.id).desc())
        .limit(8)
    )
    return db.execute(query).all()


def pilots_of(db: Session, actor: Actor, process: Process) -> Sequence[tuple[int, str, int]]:
    query = (
        select(col(Pilot.id), col(Pilot.name), col(Pilot.step))
        .join(Idea, col(Idea.id) == col(Pilot.idea_id))
        .where(ideas_visible_to(actor), col(Idea.process_id) == process.id)
        .order_by(col(Pilot.id).desc())
        .limit(8)
    )
    return db.execute(query).all()


def departments_of(db: Session, process: Process) -> list[str]:
    query = (
        select(col(Department.name))
        .join(ProcessDepartment, col(ProcessDepartment.department_id) == col(Department.id))
        .where(col(ProcessDepartment.process_id) == process.id)
        .order_by(col(Department.name))
    )
    return list(db.scalars(query))


@routes.get("/processes/{id}/edit")
def edit(request: Request, db: Db, actor: Employee, process: TheProcess) -> Response:
    only_editors(actor, process)
    parts = db.scalars(select(ProcessTouchpoint).where(col(ProcessTouchpoint.process_id) == process.id)).all()
    mine = select(col(ProcessDepartment.department_id)).where(col(ProcessDepartment.process_id) == process.id)
    values: dict[str, Any] = {name: getattr(process, name) for name in actions.TEXTS}
    values["factor"] = process.factor.value if process.factor else ""
    values |= {"owner": process.owner_id, "committee": process.committee_id, "version": process.version}
    values |= {"departments": list(db.scalars(mine)), "touchpoints": [part.touchpoint_id for part in parts]}
    values |= {f"weight-{part.touchpoint_id}": f"{part.weight:g}" for part in parts}
    return form_page(request, db, blank(ProcessForm, **values), process)


def only_editors(actor: Actor, process: Process) -> None:
    if not may_edit(actor, process):
        raise Refused("The chair, the owner and administrators change a process.")


@routes.post("/processes/{id}/edit")
def save(request: Request, db: Db, actor: Employee, process: TheProcess, fields: Typed) -> Response:
    only_editors(actor, process)
    form, weights = read_form(db, fields, process)
    if not form:
        return form_page(request, db, form, process, status=422)
    actions.change(db, actor, process, form.data, weights)
    return see(request, f"/processes/{process.id}", "Kept.")

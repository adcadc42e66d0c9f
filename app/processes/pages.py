"""Processes: performance by impact. Rounds, the register and one process stand in pages of their own beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.db import Db
from app.errors import Invalid
from app.frame import Area
from app.ideas.models import ALIVE, Idea, Stage
from app.ideas.queries import visible_to as ideas_visible_to
from app.people.actor import Actor, Employee
from app.processes import queries, register_pages, round_pages, story_pages
from app.processes.assessing import Picture, Question, picture
from app.processes.drawing import Row, answer, drawn, notes, rows_of, sorted_rows
from app.processes.drivers import Method
from app.processes.models import Process
from app.processes.rules import may_register
from app.voice.models import Outcome, Source
from app.voice.queries import before
from app.voice.queries import visible_to as sources_visible_to
from app.web import Request, Response, download, page, router, slow, unchanged
from app.web.sheets import Cell, csv_rows

area = Area("processes", 0, "Which hurt", "/processes")
routes = router()
for others in (round_pages, register_pages, story_pages):
    routes.routes.extend(others.routes.routes)
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

"""What the page of processes is asked: a sentence of fields, made good where it is missing or names nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.processes.assessing import Question, all_drivers
from app.processes.drivers import MOST_SHAPLEY, Method
from app.processes.priority import Rule
from app.processes.study import Measure
from app.voice.models import Outcome, OutcomeKind, Source
from app.voice.queries import visible_to as sources_visible_to
from app.web import Request

USUAL_TARGET = "80"
MOST_DRIVERS = 200


@dataclass(frozen=True)
class Asked:
    """`drivers` are keys of rows, empty for all; `instead` says what was asked for and cannot be answered."""

    sources: Sequence[tuple[int, str]]
    source: Source | None
    outcomes: Sequence[tuple[str, OutcomeKind]]
    outcome: str
    impact: Method
    rule: str
    performance: Measure
    weighted: bool
    names: tuple[str, ...]
    keys: tuple[str, ...]
    instead: str = ""

    @property
    def question(self) -> Question | None:
        if self.source is None:
            return None
        return Question(
            self.source.id, self.outcome, self.impact, self.rule, self.weighted, self.names, self.performance
        )

    @property
    def lines_at(self) -> str:
        """What the choice of the rule shows: means, medians or target."""
        return self.rule.partition("=")[0]

    @property
    def target(self) -> str:
        return self.rule.partition("=")[2].partition(",")[0]

    @property
    def least(self) -> str:
        return self.rule.partition(",")[2]

    def fields(self, **other: str) -> list[tuple[str, str]]:
        """The whole sentence as fields of an address, some of them otherwise; what is usual is left out."""
        own = {
            "source": str(self.source.id) if self.source else "",
            "outcome": self.outcome,
            "impact": self.impact.value,
            "rule": self.rule,
            "performance": "" if self.performance is Measure.MEAN else self.performance.value,
            "weights": "yes" if self.weighted else "",
        }
        pairs = [(name, value) for name, value in {**own, **other}.items() if value]
        return [*pairs, *(("d", key) for key in self.keys)]

    def href(self, path: str = "/processes", **other: str) -> str:
        return f"{path}?{urlencode(self.fields(**other))}"


def asked(request: Request, db: Session, actor: Actor) -> Asked:
    """The latest whole source and its first outcome, unless another that this person may see is named."""
    given = request.query_params
    pairs = told_sources(db, actor)
    sources = {one.id: one for one, _, _ in pairs}
    chosen = next((one for one in sources.values() if str(one.id) == given.get("source")), None)
    chosen = chosen or min(sources.values(), key=lambda one: one.collecting, default=None)
    outcomes = [(name, kind) for one, name, kind in pairs if chosen and one.id == chosen.id]
    wanted = given.get("outcome", "")
    names, keys = drivers_of(db, chosen, given.getlist("d")[:MOST_DRIVERS])
    impact = Method(given["impact"]) if given.get("impact") in set(Method) else Method.CORRELATION
    instead = ""
    if impact is Method.SHAPLEY and (count := len(names) or counted(db, chosen)) > MOST_SHAPLEY:
        impact = Method.JOHNSON
        instead = (
            f"Shapley shares are worked out for up to {MOST_SHAPLEY} drivers, and these are {count}: the chart shows"
            " Johnson's relative weights. Choose fewer drivers for Shapley shares."
        )
    return Asked(
        [(one.id, one.name) for one in sources.values()],
        chosen,
        outcomes,
        wanted if wanted in dict(outcomes) else next((name for name, _ in outcomes), ""),
        impact,
        ruled(given.get("rule", ""), given.get("target", ""), given.get("least", "")),
        Measure.TOP_TWO if given.get("performance") == Measure.TOP_TWO.value else Measure.MEAN,
        given.get("weights") == "yes" and chosen is not None and chosen.weighted,
        names,
        keys,
        instead,
    )


def told_sources(db: Session, actor: Actor) -> Sequence[tuple[Source, str, OutcomeKind]]:
    query = (
        select(Source, col(Outcome.name), col(Outcome.kind))
        .join(Outcome, col(Outcome.source_id) == col(Source.id))
        .where(sources_visible_to(actor))
        .order_by(col(Source.last_day).desc(), col(Source.id).desc(), col(Outcome.place))
    )
    return [(one, name, OutcomeKind(kind)) for one, name, kind in db.execute(query)]


def ruled(rule: str, target: str, least: str) -> str:
    """A rule from the fields of the form, or as it stands in an address."""
    if rule != "target":
        return rule or "means"
    figures = [one.strip().replace(",", ".") for one in (target or USUAL_TARGET, least)]
    text = f"target={figures[0]}" + (f",{figures[1]}" if figures[1] else "")
    try:
        return str(Rule.read(text))
    except ValueError:
        return text


def drivers_of(db: Session, source: Source | None, keys: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the drivers with these keys; none where all of them are meant."""
    if source is None or not keys:
        return (), ()
    known = {one.key: one.name for one in all_drivers(db, source.id)}
    wanted = [key for key in dict.fromkeys(keys) if key in known]
    if len(wanted) == len(known):
        return (), ()
    return tuple(known[key] for key in wanted), tuple(wanted)


def counted(db: Session, source: Source | None) -> int:
    return len(all_drivers(db, source.id)) if source else 0

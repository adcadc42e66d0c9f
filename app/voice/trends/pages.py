"""The indices: one figure over waves, periods and segments, with the test of each change; its rows to take away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from app.changes import counts
from app.charts import span
from app.db import Db
from app.errors import Missing
from app.frame import Area
from app.people.actor import Actor, Employee
from app.voice.rules import sees_rows
from app.voice.scopes import Choice, Scope, Wave, choices, one_of, scope
from app.voice.segments import PERIODS
from app.voice.trends import kept_pages, taking, words
from app.voice.trends.archive import archive
from app.voice.trends.drawing import Spark, picture, spark
from app.voice.trends.kept import address, analyses
from app.voice.trends.models import AnalysisPage
from app.voice.trends.queries import indices_of
from app.voice.trends.trend import Asked, Point, Trend, by_label, inside, of_touchpoints, over_waves
from app.web import Request, Response, page, router, slow, unchanged

area = Area("voice", 10, "Indices", "/voice/indices")
routes = router()
routes.routes.extend(kept_pages.routes.routes)
Word = Annotated[str, Field(max_length=200)]
UNITS = ("wave", *PERIODS)


@dataclass(frozen=True)
class Chosen:
    """What an address asks for, made sound: each part is one that there is, or its default."""

    asked: Asked
    wave: Wave | None  # whose periods are shown, or the latest one

    @property
    def options(self) -> dict[str, str]:
        asked = self.asked
        told = {
            "series": asked.scope.key,
            "of": asked.what.key,
            "figure": "" if asked.measure is asked.what.measures[0] else asked.measure.value,
            "segment": asked.segment,
            "label": asked.label,
            "by": "" if asked.unit == "wave" else asked.unit,
            "source": str(self.wave.source.id) if self.wave and asked.unit != "wave" else "",
            "weights": "yes" if asked.weighted else "",
        }
        return {name: value for name, value in told.items() if value}

    def at(self, **other: str) -> str:
        return address("indices", **{**self.options, **other})


class Ask(BaseModel):
    """The options of an address, as they come."""

    series: Word = ""
    of: Word = ""
    figure: Word = ""
    segment: Word = ""
    label: Word = ""
    by: Word = "wave"
    source: Word = ""
    weights: Word = ""


Asks = Annotated[Ask, Query()]


def chosen(told: Scope, ask: Ask) -> Chosen | None:
    what = told.what(ask.of)
    if what is None:
        return None
    measure = next((one for one in what.measures if one.value == ask.figure), what.measures[0])
    segment = ask.segment if ask.segment in {key for key, _ in told.partings()} else ""
    waves = [wave for wave in told.waves if what.asked_in(wave)]
    wave = next((one for one in waves if str(one.source.id) == ask.source), waves[-1] if waves else None)
    unit = ask.by if ask.by in UNITS else "wave"
    weighted = ask.weights == "yes" and any(one.source.weighted for one in waves)
    return Chosen(Asked(told, what, measure, weighted, segment, ask.label if segment else "", unit), wave)


@routes.get("/voice/indices")
@slow
def indices(request: Request, db: Db, actor: Employee, ask: Asks) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people")):
        return kept
    known = choices(db, actor)
    choice = one_of(known, ask.series)
    told = scope(db, actor, choice) if choice else None
    here = chosen(told, ask) if told else None
    if choice is None or here is None:
        return page(request, "voice/trends/empty.html", table=False)
    return page(request, "voice/trends/indices.html", **shown(db, actor, known, choice, here))


def shown(db: Session, actor: Actor, known: Sequence[Choice], choice: Choice, here: Chosen) -> dict[str, Any]:
    asked = here.asked
    labels = by_label(db, asked) if asked.segment else []
    here = with_label(here, labels)
    asked = here.asked
    lines = lines_of(db, here)
    look = words.look(asked.what, asked.measure)
    strong = lines[-1] if lines and lines[-1].points else lines[0] if lines else Trend("", ())
    touchpoints = of_touchpoints(db, asked)
    return {
        "here": here,
        "asked": asked,
        "known": known,
        "partings": asked.scope.partings(),
        "lines": lines,
        "strong": strong,
        "labels": labels,
        "look": look,
        "words": words,
        "wide": picture(lines, 760, 300, look.digits, look.unit),
        "narrow": picture(lines, 358, 250, look.digits, look.unit),
        "answer": words.answer(asked.what, asked.measure, strong),
        "finding": words.finding(asked.what, asked.measure, strong),
        "label_ends": ends_of(labels),
        "touchpoints": [(what, trend, spark_of(trend, touchpoints)) for what, trend in touchpoints],
        "label_sparks": [spark(trend, ends_of(labels)) for trend in labels],
        "indices": indices_of(db, asked.scope, here.wave) if here.wave else [],
        "saved": analyses(db, actor, choice, AnalysisPage.INDICES),
        "rows_for": frozenset(wave.source.id for wave in asked.scope.waves if sees_rows(actor, wave.source)),
        "rows_at": rows_at,
        "accounts": any(point.figure and point.figure.accounts for line in lines for point in line.points),
        "units": UNITS,
    }


def lines_of(db: Session, here: Chosen) -> list[Trend]:
    if here.asked.unit == "wave":
        return over_waves(db, here.asked)
    return inside(db, here.asked, here.wave) if here.wave else []


def with_label(here: Chosen, labels: Sequence[Trend]) -> Chosen:
    """A label that nobody has is none."""
    if here.asked.label in {line.name for line in labels}:
        return here
    return replace(here, asked=replace(here.asked, label=""))


def ends_of(lines: Sequence[Trend]) -> tuple[float, float]:
    told = [point.figure.estimate for line in lines for point in line.points if point.figure]
    return span([part for one in told for part in (one.value, one.low, one.high)])


def spark_of(trend: Trend, beside: Sequence[tuple[object, Trend]]) -> Spark:
    return spark(trend, ends_of([line for _, line in beside]))


def rows_at(here: Chosen, point: Point, label: str = "", of: str = "") -> str:
    """The rows behind a point: of everybody or of a label, of what is shown or of something else."""
    asked = here.asked
    options = [("of", of or asked.what.key)]
    if point.name != point.wave.source.name:
        options += [("segment", f"period:{asked.unit}"), ("label", point.name)]
    return taking.rows_address(point.wave.source.id, options, asked.segment, label)


@routes.get("/voice/indices.zip")
@slow
def indices_zip(request: Request, db: Db, actor: Employee, ask: Asks) -> Response:
    choice = one_of(choices(db, actor), ask.series)
    told = scope(db, actor, choice) if choice else None
    here = chosen(told, ask) if told else None
    if here is None:
        raise Missing()
    data = taking.of_trend(db, actor, here.asked, lines_of(db, here), here.wave, here.options, request.app.state.build)
    return archive(data, "indices.zip")

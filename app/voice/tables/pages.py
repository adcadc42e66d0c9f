"""Cross-tables: any outcome or touchpoint by any segments, with tests corrected for all of them."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from app.changes import counts
from app.charts import span
from app.db import Db
from app.errors import Invalid, Missing
from app.frame import Area
from app.people.actor import Actor, Employee
from app.voice.rules import sees_rows
from app.voice.scopes import Choice, Scope, choices, one_of, scope
from app.voice.tables.crosstab import CORRECTIONS, Asked, Cell, Table, TooLarge, crosstab
from app.voice.tables.taking import of_table
from app.voice.trends import words
from app.voice.trends.archive import archive
from app.voice.trends.kept import address, analyses
from app.voice.trends.models import AnalysisPage
from app.voice.trends.taking import rows_address
from app.web import Request, Response, page, router, slow, unchanged

area = Area("voice", 20, "Cross-tables", "/voice/tables")
routes = router()
Word = Annotated[str, Field(max_length=200)]


class Ask(BaseModel):
    """The options of an address, as they come."""

    series: Word = ""
    source: Word = ""
    of: Word = ""
    figure: Word = ""
    rows: Word = ""
    rows2: Word = ""
    columns: Word = ""
    against: Word = ""
    correction: Word = ""
    weights: Word = ""


Asks = Annotated[Ask, Query()]


def chosen(told: Scope, ask: Ask) -> Asked | None:
    """Each part is one that there is, or its default: the first segment on the rows."""
    what = told.what(ask.of)
    partings = [key for key, _ in told.partings()]
    waves = [wave for wave in told.waves if what and what.asked_in(wave)]
    if what is None or not waves or not partings:
        return None
    wave = next((one for one in waves if str(one.source.id) == ask.source), waves[-1])
    measure = next((one for one in what.measures if one.value == ask.figure), what.measures[0])
    first = ask.rows if ask.rows in partings else next((key for key in partings if key in wave.segments), partings[0])
    second = ask.rows2 if ask.rows2 in partings and ask.rows2 != first else ""
    column = ask.columns if ask.columns in partings and ask.columns not in (first, second) else ""
    return Asked(
        told,
        wave,
        what,
        measure,
        (first, second) if second else (first,),
        column,
        ask.weights == "yes" and wave.source.weighted,
        "columns" if ask.against == "columns" and column else "rows",
        ask.correction if ask.correction in CORRECTIONS else "holm",
    )


def options_of(asked: Asked) -> dict[str, str]:
    told = {
        "series": asked.scope.key,
        "source": "" if asked.wave is asked.scope.waves[-1] else str(asked.wave.source.id),
        "of": asked.what.key,
        "figure": "" if asked.measure is asked.what.measures[0] else asked.measure.value,
        "rows": asked.rows[0],
        "rows2": asked.rows[1] if len(asked.rows) > 1 else "",
        "columns": asked.column,
        "against": "" if asked.against == "rows" else asked.against,
        "correction": "" if asked.correction == "holm" else asked.correction,
        "weights": "yes" if asked.weighted else "",
    }
    return {name: value for name, value in told.items() if value}


@routes.get("/voice/tables")
@slow
def tables(request: Request, db: Db, actor: Employee, ask: Asks) -> Response:
    if kept := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people")):
        return kept
    known = choices(db, actor)
    choice = one_of(known, ask.series)
    told = scope(db, actor, choice) if choice else None
    asked = chosen(told, ask) if told else None
    if choice is None or asked is None:
        unparted: dict[str, Any] = {"unparted": choice.name} if choice else {}
        return page(request, "voice/trends/empty.html", table=True, **unparted)
    return page(request, "voice/tables/index.html", **shown(db, actor, known, choice, asked))


def shown(db: Session, actor: Actor, known: Sequence[Choice], choice: Choice, asked: Asked) -> dict[str, Any]:
    table, problem = worked_out(db, asked)
    look = words.look(asked.what, asked.measure)
    names = dict(asked.scope.partings())
    return {
        "asked": asked,
        "known": known,
        "names": names,
        "partings": asked.scope.partings(),
        "table": table,
        "problem": problem,
        "look": look,
        "words": words,
        "ends": ends_of(table) if table else (0.0, 1.0),
        "answer": answer(asked, table) if table else problem,
        "options": address("tables", **options_of(asked)),
        "saved": analyses(db, actor, choice, AnalysisPage.TABLES),
        "sees_rows": sees_rows(actor, asked.wave.source),
        "rows_at": rows_at,
        "overall": words.overall_words(table.whole) if table else "",
    }


def worked_out(db: Session, asked: Asked) -> tuple[Table | None, str]:
    try:
        table = crosstab(db, asked)
    except (TooLarge, Invalid) as error:
        return None, f"{error} Merge labels into fewer groups first."
    return table, "" if table else f"{asked.wave.source.name} does not have these segments."


def answer(asked: Asked, table: Table) -> str:
    """What is more than chance, the largest difference first."""
    name = words.called(asked.what, asked.measure)
    if not table.tests:
        return f"{name}: too few answers to tell groups apart."
    told = sorted((cell for cell in table.all_cells if cell.test and cell.test.certain), key=strength, reverse=True)
    if not told:
        return f"No group differs in {name} by more than chance explains, over {table.tests} comparisons."
    own, parts = words.look(asked.what, asked.measure), []
    for cell in told[:2]:
        assert cell.test is not None
        assert cell.figure is not None
        way = "above" if cell.test.change > 0 else "below"
        where = " in ".join(part for part in (cell.row or "everybody", cell.column) if part)
        parts.append(f"{where} ({own.say(cell.figure.estimate.value)}) is {way} the rest")
    many = "" if len(told) <= 2 else f", and {len(told) - 2} more"
    sentence = " and ".join(parts)
    return f"{name}: {sentence[0].upper()}{sentence[1:]} by more than chance explains{many}."


def strength(cell: Cell) -> float:
    return abs(cell.test.statistic) if cell.test else 0.0


def ends_of(table: Table) -> tuple[float, float]:
    told = [cell.figure.estimate for cell in table.all_cells if cell.figure]
    return span([part for one in told for part in (one.value, one.low, one.high)])


def rows_at(asked: Asked, cell: Cell) -> str:
    """The rows behind a cell."""
    options = [("of", asked.what.key)]
    for key, label in zip(asked.keys, cell.labels, strict=True):
        if label:
            options += [("segment", key), ("label", label)]
    return rows_address(asked.wave.source.id, options)


@routes.get("/voice/tables.zip")
@slow
def tables_zip(request: Request, db: Db, actor: Employee, ask: Asks) -> Response:
    choice = one_of(choices(db, actor), ask.series)
    told = scope(db, actor, choice) if choice else None
    asked = chosen(told, ask) if told else None
    table = worked_out(db, asked)[0] if asked else None
    if asked is None or table is None:
        raise Missing()
    return archive(of_table(db, actor, asked, table, options_of(asked), request.app.state.build), "table.zip")

"""The analysis behind the page to take away: rows, options, and a script in base R that comes to the same figures."""

from collections.abc import Iterator, Sequence

import numpy as np
from sqlalchemy.orm import Session

from app.processes.assessing import Picture, as_json
from app.processes.impact.script import README, SCRIPT
from app.processes.resampling import BLOCK
from app.processes.working import Combined, combining, units_of
from app.voice.answers import answers
from app.voice.exporting import bundle
from app.voice.models import Source
from app.web.sheets import Cell


def analysis(db: Session, source: Source, told: Picture) -> bytes:
    people = answers(db, source.id)
    drivers = [one.driver for one in told.standings]
    named = {driver.touchpoint_id: driver.name for driver in told.lone}
    options = {
        "source": source.name,
        "source_version": source.version,
        **{name: value for name, value in as_json(told).items() if name != "items"},
        "performance_measure": told.found.measure.value,
        "fewest_answers": told.fewest,
        "drivers": [
            {
                "column": f"d{place}",
                "name": driver.name,
                "made_of": [{"touchpoint": named[number], "weight": weight} for number, weight in driver.parts],
            }
            for place, driver in enumerate(drivers, start=1)
        ],
    }
    units = units_of(people)
    table = rows(combining(people, drivers, weighted=told.question.weighted), told.question.outcome, units)
    figures = [[*HEADER_OF_FIGURES], *figures_of(told)]
    script = SCRIPT.replace("@METHOD@", told.found.impact.value).replace("@RULE@", told.found.rule)
    script = script.replace("@MEASURE@", told.found.measure.value).replace("@FEWEST@", str(told.fewest))
    script = script.replace("@SEED@", str(told.study.seed)).replace("@RESAMPLES@", str(told.found.resamples or 0))
    return bundle(table, options, script, README, tables={"figures.csv": figures})


HEADER_OF_FIGURES = ("column", "name", "performance", "impact", "share", "vital", "chance of vital", "n", "verdict")


def figures_of(told: Picture) -> Iterator[Sequence[Cell]]:
    """What the page says, to hold the script's figures against."""
    for place, one in enumerate(told.standings, start=1):
        item = one.item
        chance = item.vital_probability
        row = (item.name, item.performance, item.impact, item.share, item.vital, chance, item.n, item.verdict.value)
        yield (f"d{place}", *row)


def rows(
    people: Combined, outcome: str, units: "np.ndarray[tuple[int], np.dtype[np.int64]] | None"
) -> Iterator[list[Cell]]:
    """One respondent a line, without a name: outcome, weight, account as a number, what they said of each driver
    (d1, d2 ... on 0 to 100) and which part of it was on the best two steps (b1, b2 ...)."""
    k = people.shares.shape[1]
    yield ["outcome", "weight", "account", *(f"d{i}" for i in range(1, k + 1)), *(f"b{i}" for i in range(1, k + 1))]
    place = people.told.outcome_names.index(outcome)
    for start in range(0, len(people), BLOCK):
        block = people.rows(slice(start, start + BLOCK))
        for i in range(len(block)):
            figures = (block.outcomes[i, place], block.weights[i], *block.said[i], *block.best[i])
            told = [None if np.isnan(one) else float(one) for one in figures]
            account = start + i + 1 if units is None else int(units[start + i]) + 1
            yield [*told[:2], account, *told[2:]]

"""A trend or a table as a bundle: for whom the source lets see rows its rows, for others the sums of its cells."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.voice.answers import answers
from app.voice.cells import Cells, cells
from app.voice.exporting import bundle
from app.voice.reproducing import Group, Tested, Told, figures_table, readme, script, sums_table, tests_table
from app.voice.rules import sees_rows
from app.voice.scopes import Scope, Wave, What
from app.voice.segments import BETWEEN, part_by, values_of
from app.voice.showing import NOBODY_SAID
from app.voice.tallies import Measure
from app.voice.trends.trend import Asked, Point, Trend
from app.web.sheets import Cell


def rows_address(source_id: int, options: Sequence[tuple[str, str]], segment: str = "", label: str = "") -> str:
    more = [("segment", segment), ("label", label)] if segment and label else []
    return f"/voice/sources/{source_id}/rows?{urlencode([*options, *more])}"


def of_trend(
    db: Session, actor: Actor, asked: Asked, lines: Sequence[Trend], wave: Wave | None, options: Any, build: str
) -> bytes:
    """A row's `wave` is its source or its period, its `row` its label."""
    waves = [one for one in asked.scope.waves if asked.what.asked_in(one)] if asked.unit == "wave" else [wave]
    told: list[Told] = []
    tests: list[Tested] = []
    for line in lines:
        name = "" if line.name == "Everybody" else line.name
        for before, after in zip((None, *line.points), line.points, strict=False):
            add_point(db, asked, name, before, after, told, tests)
    own = [one for one in waves if one]
    return written(
        db,
        actor,
        asked.scope,
        own,
        asked.what,
        asked.measure,
        told,
        tests,
        rows_of_trend(db, asked, own),
        options,
        build,
    )


def add_point(
    db: Session, asked: Asked, name: str, before: Point | None, after: Point, told: list[Told], tests: list[Tested]
) -> None:
    here = parts(db, asked, name, after, asked.weighted)
    if here is None or after.figure is None:
        return
    counted, groups = here
    group = Group(after.name, name)
    told.append(Told(group, counted.weighted, after.figure, counted.sums(groups)))
    if after.other and (other := parts(db, asked, name, after, not counted.weighted)):
        told.append(Told(group, other[0].weighted, after.other, other[0].sums(other[1])))
    if before and after.since and (was := parts(db, asked, name, before, counted.weighted)):
        sums = (was[0].sums(was[1]), counted.sums(groups))
        tests.append(Tested(name or "Everybody", Group(before.name, name), group, counted.weighted, after.since, sums))


def parts(db: Session, asked: Asked, name: str, point: Point, weighted: bool) -> tuple[Cells, list[int]] | None:
    """The cells of a point and which of them are its own."""
    keys = [f"period:{asked.unit}"] if asked.unit != "wave" else []
    keys += [asked.segment] if name else []
    weighted = weighted and point.wave.source.weighted
    found = cells(db, asked.scope, point.wave, asked.what, asked.measure, keys, weighted)
    if found is None:
        return None
    labels = ([point.name] if asked.unit != "wave" else []) + ([name] if name else [])
    return found, found.groups(*(axis.index(label) for axis, label in zip(found.axes, labels, strict=True)))


def rows_of_trend(db: Session, asked: Asked, waves: Sequence[Wave]) -> Iterator[Sequence[Cell]]:
    keys = ([f"period:{asked.unit}"] if asked.unit != "wave" else []) + ([asked.segment] if asked.label else [])
    for wave in waves:
        for labels, own in answered(db, asked.scope, wave, asked.what, asked.measure, keys):
            period, label = (labels[0] if asked.unit != "wave" else wave.source.name), labels[-1] if asked.label else ""
            yield (period, label, "", *own)


def answered(
    db: Session, scope: Scope, wave: Wave, what: What, measure: Measure, keys: Sequence[str]
) -> Iterator[tuple[list[str], list[Cell]]]:
    """Every answer with its labels."""
    told = answers(db, wave.source.id)
    values = values_of(told, what.key)
    partings = [part_by(told, key, scope.recodes) for key in keys]
    if values is None or None in partings:
        return
    best, step = what.ends_in(wave)
    top = best - step if measure is Measure.TOP_TWO else None
    for place in (values == values).nonzero()[0]:
        labels = [one.labels[one.codes[place]] if one and one.codes[place] >= 0 else NOBODY_SAID for one in partings]
        weight = None if told.weights is None else float(told.weights[place])
        account = "" if told.accounts is None else str(told.accounts[place])
        day = date.fromordinal(int(told.days[place])) if told.days is not None and told.days[place] else None
        yield labels, [float(values[place]), top, weight, account and f"a{account}", day]


def joined(labels: Sequence[str], deep: int) -> tuple[str, str]:
    """The labels of a row in one, and that of its column."""
    return BETWEEN.join(labels[:deep]), labels[deep] if len(labels) > deep else ""


def written(
    db: Session,
    actor: Actor,
    scope: Scope,
    waves: Sequence[Wave],
    what: What,
    measure: Measure,
    told: Sequence[Told],
    tests: Sequence[Tested],
    rows: Iterator[Sequence[Cell]],
    options: Any,
    build: str,
    correction: str = "holm",
    withheld: int = 0,
) -> bytes:
    seen = all(sees_rows(actor, wave.source) for wave in waves)
    clustered = any(one.sums.accounts is not None for one in told)
    title = f"{what.name}, {measure.value}: {scope.name}"
    sources = [
        {
            "name": wave.source.name,
            "id": wave.source.id,
            "version": wave.source.version,
            "sha256": wave.source.file_hash,
        }
        for wave in waves
    ]
    recodes = [
        {"key": f"recode:{one.id}", "name": one.name, "kind": one.kind.value, "definition": json.loads(one.definition)}
        for one in scope.recodes.values()
        if f"recode:{one.id}" in options.values()
    ]
    meant = {
        "title": title,
        "options": options,
        "correction": correction,
        "seed": 1,
        "drawn_by_chance": False,
        "program": f"Pilotage {build}",
        "sources": sources,
        "recodes": recodes,
        "rows": seen,
        "made": f"{date.today():%Y-%m-%d}",
    }
    header = ("wave", "row", "column", "value", "top", "weight", "account", "day")
    table = with_header(header, rows) if seen else sums_table(told, tests)
    return bundle(
        table,
        meant,
        script(measure, correction, clustered, seen, title),
        readme(title, seen, withheld, meant),
        rows_name="rows.csv" if seen else "cells.csv",
        tables={"figures.csv": figures_table(told), "tests.csv": tests_table(tests)},
    )


def with_header(header: Sequence[str], rows: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield header
    yield from rows

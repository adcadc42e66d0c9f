"""Trends, cross-tables and recodes on real surveys and small ones, against independent answers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sqlalchemy.orm import Session as Db
from statsmodels.stats.multitest import multipletests

from app.db import Database
from app.people.actor import find_actor
from app.voice import breaks
from app.voice.answers import answers
from app.voice.cells import cells
from app.voice.scopes import Scope, choices, one_of, scope
from app.voice.segments import banded, combined, merged, part_by
from app.voice.tables import crosstab
from app.voice.tallies import Measure
from app.voice.trends.trend import Asked, by_label, inside, over_waves
from tests.cast import Cast
from tests.voice.sources import a_map, a_real_source, a_source, taking
from tests.voice.surveys import expected

SEGMENTS = {"boarding_area": "Boarding area", "time_of_day": "Time of day", "main_purpose": "Main purpose"}


@pytest.fixture(scope="module")
def sfo(data: Path, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Both years, taken once for all tests here, which only read."""
    import shutil

    from app.main import open_database
    from tests.cast import the_cast
    from tests.conftest import settings_for

    file = tmp_path_factory.mktemp("sfo") / "pilotage.db"
    shutil.copy(sqlite_template, file)
    database = open_database(settings_for(f"sqlite:///{file}"))
    with database.writing() as db:
        noor = the_cast(db).noor.id
    for name in ("sfo_2017", "sfo_2018"):
        a_real_source(database, data, name)
    yield database, noor
    database.close()


def scope_of(db: Db, person: int, key: str = "") -> Scope:
    actor = find_actor(db, person)
    choice = one_of(choices(db, actor), key)
    assert choice
    return scope(db, actor, choice)


def segment_of(told: Scope, labels: set[str]) -> str:
    """The segment of a scope that has all these labels."""
    return next(name for name, own in told.waves[0].segments.items() if labels <= set(own))


@pytest.mark.parametrize("year", ["2017", "2018"])
def test_nps_by_segment_of_the_airport(sfo: Any, data: Path, year: str) -> None:
    database, noor = sfo
    wanted = expected(data, "sfo_2017")["years"][year]["nps_by_segment"]
    with database.reading() as db:
        told = scope_of(db, noor)
        wave = next(one for one in told.waves if year in one.source.name)
        what = next(one for one in told.everything() if one.measures[0] is Measure.NPS)
        for groups in wanted.values():
            found = cells(db, told, wave, what, Measure.NPS, [segment_of(told, set(groups))])
            assert found
            for label, figures in groups.items():
                sums = found.sums([found.axes[0].index(label)])
                promoters = round((sums.total_squares + sums.total) / 2)
                detractors = round((sums.total_squares - sums.total) / 2)
                assert (sums.n, promoters, detractors) == (figures["n"], figures["promoters"], figures["detractors"])
                figure = found.figure([found.axes[0].index(label)])
                assert figure.estimate.value == pytest.approx(figures["nps"], abs=1e-4)
                assert figure.error == pytest.approx(figures["nps_se_unweighted_formula"], abs=1e-3)


def test_the_change_of_the_airport(sfo: Any) -> None:
    database, noor = sfo
    with database.reading() as db:
        told = scope_of(db, noor)
        what = next(one for one in told.everything() if one.measures[0] is Measure.NPS)
        plain = over_waves(db, Asked(told, what, Measure.NPS))[0]
        heavy = over_waves(db, Asked(told, what, Measure.NPS, weighted=True))[0]
    first, second = plain.points
    assert (first.n, second.n) == (2746, 2650)
    assert (first.value, second.value) == pytest.approx((39.84, 30.98), abs=0.005)
    assert first.other
    assert second.other
    assert first.other.estimate.value == pytest.approx(40.40, abs=0.005)
    assert second.other.estimate.value == pytest.approx(35.11, abs=0.005)
    assert heavy.points[1].value == pytest.approx(35.11, abs=0.005)
    assert second.since
    assert second.since.change == pytest.approx(-8.86, abs=0.005)
    assert second.since.statistic == pytest.approx(-4.51, abs=0.005)
    assert second.since.p == pytest.approx(2 * stats.norm.sf(4.51), rel=0.05)
    assert second.since.corrected == second.since.p
    assert second.since.certain
    assert heavy.points[0].figure
    assert 0 < heavy.points[0].figure.effective < 2746


@pytest.mark.parametrize("year", ["2017", "2018"])
def test_satisfaction_of_the_airport(sfo: Any, data: Path, year: str) -> None:
    database, noor = sfo
    wanted = expected(data, "sfo_2017")["years"][year]["overall_Q7ALL"]
    with database.reading() as db:
        told = scope_of(db, noor)
        wave = next(one for one in told.waves if year in one.source.name)
        what = next(one for one in told.everything() if one.outcome and one.measures[0] is Measure.MEAN)
        for measure, weighted, key in (
            (Measure.MEAN, False, "mean"),
            (Measure.TOP_TWO, False, "top2_box_4_5"),
            (Measure.MEAN, True, "mean_weighted"),
            (Measure.TOP_TWO, True, "top2_box_weighted"),
        ):
            found = cells(db, told, wave, what, measure, weighted=weighted)
            assert found
            assert found.figure(found.groups()).estimate.value == pytest.approx(wanted[key], abs=1e-4)
        parted = cells(db, told, wave, what, Measure.TOP_TWO, [segment_of(told, {"AM", "PM"})])
        assert parted
        raw = answers(db, wave.source.id)
        values = raw.outcome(what.outcome or "")
        place = raw.segment_names.index(segment_of(told, {"AM", "PM"}))
        mine = (raw.segments[:, place] == raw.labels[place].index("AM")) & ~np.isnan(values)
        figure = parted.figure([parted.axes[0].index("AM")])
        assert figure.estimate.value == pytest.approx(100 * (values[mine] >= 4).mean())


def test_a_cross_table_of_the_airport(sfo: Any) -> None:
    """Welch's t against scipy for every cell, Holm against statsmodels."""
    database, noor = sfo
    with database.reading() as db:
        told = scope_of(db, noor)
        wave = told.waves[-1]
        what = next(one for one in told.everything() if one.touchpoint)
        row, column = segment_of(told, {"AM", "PM"}), segment_of(told, {"A", "B", "G"})
        table = crosstab.crosstab(db, crosstab.Asked(told, wave, what, Measure.MEAN, (row,), column))
        raw = answers(db, wave.source.id)
    assert table
    y = raw.percent[:, raw.touchpoint_ids.index(what.touchpoint or 0)]
    where = {name: raw.segments[:, raw.segment_names.index(name)] for name in (row, column)}
    labels = {name: (*raw.labels[raw.segment_names.index(name)], "not said") for name in (row, column)}

    def mine(name: str, label: str | None) -> Any:
        place = labels[name].index(label) if label else None
        known = len(labels[name]) - 1
        return np.ones(len(y), bool) if place is None else where[name] == (-1 if place == known else place)

    p = []
    for cell in table.all_cells:
        both = mine(row, cell.row) & mine(column, cell.column) & ~np.isnan(y)
        assert cell.n == both.sum()
        if cell.figure:
            assert cell.figure.estimate.value == pytest.approx(y[both].mean())
        if cell.test:
            rest = ~mine(row, cell.row) & mine(column, cell.column) & ~np.isnan(y)
            oracle = stats.ttest_ind(y[both], y[rest], equal_var=False)
            assert cell.test.statistic == pytest.approx(oracle.statistic)
            assert cell.test.p == pytest.approx(oracle.pvalue)
            p.append((cell.test.p, cell.test.corrected))
    assert len(p) == table.tests > 10
    assert [one for _, one in p] == pytest.approx(multipletests([one for one, _ in p], method="holm")[1])


def test_small_cells_and_what_gives_them_away(both: Database, tmp_path: Path) -> None:
    from tests.cast import the_cast

    with both.writing() as db:
        noor = the_cast(db).noor.id
    a_source(both, tmp_path, a_map("Visitors 2024", 2024, 10))
    a_source(both, tmp_path, a_map("Visitors 2025", 2025, 10))
    with both.reading() as db:
        told = scope_of(db, noor)
        what = told.everything()[0]
        lines = {line.name: line for line in by_label(db, Asked(told, what, Measure.NPS, segment="Gate"))}
        table = crosstab.crosstab(db, crosstab.Asked(told, told.waves[1], what, Measure.NPS, ("Gate",)))
    assert all(point.figure is None for point in lines["C"].points)  # 3 answers
    assert all(point.figure is None for point in lines["B"].points)  # or C would be the rest of all
    assert all(point.figure for point in lines["A"].points)
    assert lines["A"].points[1].since
    assert lines["B"].points[1].since is None
    assert table
    assert {row.name for row in table.rows if row.cells[-1].withheld} == {"B", "C"}
    assert table.tests == 1


def test_a_changed_scale_is_a_break(database: Database, cast: Cast, tmp_path: Path) -> None:
    a_source(database, tmp_path, a_map("Visitors 2024", 2024))
    changed = a_map("Visitors 2025", 2025).replace(
        'column = "ALL"\nkind = "rating"\nscale = [1, 5]', 'column = "ALL"\nkind = "rating"\nscale = [1, 7]'
    )
    second = a_source(
        database,
        tmp_path,
        changed.replace(
            'name = "Queue"\ncolumn = "QUEUE"\nscale = [1, 5]',
            'name = "Queue"\ncolumn = "QUEUE"\nscale = [1, 5]\nstep = 0.5',
        ),
    )
    with database.reading() as db:
        told = scope_of(db, cast.noor.id)
        overall = told.what("outcome:Overall")
        assert overall
        line = over_waves(db, Asked(told, overall, Measure.MEAN))[0]
        assert line.points[1].since is None
        assert line.points[1].broken
        assert line.tests == 0
        first = told.waves[0].source.id
        assert breaks.broken(db, second, first).keys() >= {("outcome", 1)}
        nps = over_waves(db, Asked(told, told.everything()[0], Measure.NPS))[0]
        assert nps.points[1].since
        assert not nps.points[1].broken


def test_periods_inside_a_source(database: Database, cast: Cast, tmp_path: Path) -> None:
    told = taking(tmp_path, a_map())
    from dataclasses import replace
    from datetime import date, timedelta

    from app.voice.actions import take

    days = [date(2025, 5, 1) + timedelta(days=i // 2) for i in range(len(told.checked))]
    take(database, replace(told, checked=replace(told.checked, dates=days)))
    with database.reading() as db:
        here = scope_of(db, cast.noor.id)
        asked = Asked(here, here.everything()[0], Measure.NPS, segment="Gate", label="A", unit="week")
        everybody, own = inside(db, asked, here.waves[0])
        assert [point.name for point in everybody.points] == [f"2025-W{week}" for week in (18, 19, 20, 21, 22)]
        assert sum(point.n for point in everybody.points) == 60
        assert sum(point.n for point in own.points) == 30
        p = [point.since.p for point in everybody.points if point.since]
        found = [point.since.corrected for point in everybody.points if point.since]
        assert found == pytest.approx(multipletests(p, method="holm")[1])
        month = inside(db, Asked(here, here.everything()[0], Measure.NPS, unit="month"), here.waves[0])
        assert [point.name for point in month[0].points] == ["2025-05"]


def test_without_days_there_are_no_periods(database: Database, cast: Cast, tmp_path: Path) -> None:
    a_source(database, tmp_path)
    with database.reading() as db:
        here = scope_of(db, cast.noor.id)
        assert inside(db, Asked(here, here.everything()[0], Measure.NPS, unit="week"), here.waves[0]) == []


def test_partings(database: Database, cast: Cast, tmp_path: Path) -> None:
    number = a_source(database, tmp_path)
    with database.reading() as db:
        told = answers(db, number)
    gate = part_by(told, "Gate", {})
    assert gate
    assert part_by(told, "Nowhere", {}) is None
    assert part_by(told, "recode:9", {}) is None
    north = merged(gate, {"A": "North", "B": "North"}, "Rest")
    assert north.labels == ("North", "Rest")
    assert (north.codes == (told.segments[:, 0] == 2)).all()
    assert (merged(gate, {"A": "North"}, "").codes[told.segments[:, 0] != 0] == -1).all()
    bands = banded(told.outcome("Recommend"), [7, 9], [])
    assert bands.labels == ("below 7", "7 to below 9", "9 and more")
    said = told.outcome("Recommend")
    assert (bands.codes == (said >= 7).astype(int) + (said >= 9)).all()
    both = combined(gate, bands)
    assert len(both.labels) == 9
    assert both.labels[int(both.codes[0])] == f"{gate.labels[int(gate.codes[0])]} · {bands.labels[int(bands.codes[0])]}"

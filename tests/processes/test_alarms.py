"""Alarms: what got worse beyond chance, told once; and the rate of false ones, by simulation."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import select, update
from sqlmodel import col
from statsmodels.stats.multitest import multipletests

from app.db import Database
from app.notices.actions import read_record
from app.notices.models import Notice
from app.people.actor import find_actor
from app.processes.alarms import actions, jobs
from app.processes.alarms.chance import fell, holm, limit_for, more, run_length, slides, swelled
from app.processes.alarms.models import Alarm, AlarmKind, AlarmScan, AlarmStage
from app.processes.alarms.queries import open_alarms, waiting_for
from app.processes.models import ProcessTouchpoint
from app.record.models import Entry
from app.voice.comments.actions import code_many, finish, link, theme_of
from app.voice.indices import measured_mean
from app.voice.models import Audience, Remark, Response, Source, Touchpoint, Use
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.voice.said import a_wave, rows

As = Callable[..., Browser]


def test_a_fall_is_tested_as_scipy_tests_it() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.normal(60, 20, 400), rng.normal(57, 25, 300)
    p = fell(measured_mean(one), measured_mean(two))  # type: ignore[arg-type]
    wanted = stats.ttest_ind(one, two, equal_var=False, alternative="greater")
    assert p == pytest.approx(stats.norm.sf(wanted.statistic), rel=1e-9)
    assert fell(measured_mean(one[:20]), measured_mean(two)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("cells", [(3, 100, 12, 90), (0, 40, 5, 40), (40, 400, 41, 400), (10, 30, 0, 30)])
def test_a_share_is_tested_by_fishers_exact_test(cells: tuple[int, int, int, int]) -> None:
    before, n_before, now, n = cells
    wanted = stats.fisher_exact([[now, n - now], [before, n_before - before]], alternative="greater").pvalue
    assert swelled(*cells) == pytest.approx(wanted, rel=1e-9)


def test_shares_of_many_and_of_nobody() -> None:
    assert swelled(3_000, 100_000, 3_300, 100_000) == pytest.approx(
        stats.fisher_exact([[3_300, 96_700], [3_000, 97_000]], alternative="greater").pvalue, rel=0.1
    )
    assert swelled(0, 50, 0, 50) == 1.0
    assert swelled(1, 29, 5, 50) is None


@pytest.mark.parametrize("counts", [(10, 30.0, 22, 30.0), (100, 365.0, 12, 30.0), (0, 10.0, 0, 10.0)])
def test_counts_are_tested_exactly(counts: tuple[int, float, int, float]) -> None:
    before, days_before, now, days = counts
    wanted = stats.binomtest(now, before + now, days / (days + days_before), "greater").pvalue if now else 1.0
    assert more(*counts) == pytest.approx(wanted, rel=1e-9)


def test_holm_is_statsmodels_holm() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        ps = list(rng.uniform(0, 0.1, 12) ** 2)
        assert holm(ps, 0.05) == list(multipletests(ps, 0.05, "holm")[0])
    assert holm([], 0.05) == []


def test_at_most_one_wave_in_twenty_raises_a_false_alarm() -> None:
    """Two thousand pairs of waves of 20 touchpoints, answers 1 to 5, that differ by chance alone and go together."""
    rng = np.random.default_rng(3)
    waves, false = 2_000, 0
    for _ in range(waves):
        ps = []
        halves = []
        for n in (150, 120):
            mood = rng.normal(0, 1, (n, 1))
            halves.append(np.clip(np.rint(3.4 + 0.8 * mood + 0.8 * rng.normal(0, 1, (n, 20))), 1, 5))
        for place in range(20):
            p = fell(measured_mean(halves[0][:, place]), measured_mean(halves[1][:, place]))  # type: ignore[arg-type]
            ps.append(p or 1.0)
        false += any(holm(ps, 0.05))
    assert false / waves <= 0.05 + 3 * (0.05 * 0.95 / waves) ** 0.5


def test_nor_do_themes() -> None:
    rng = np.random.default_rng(4)
    rates = rng.uniform(0.02, 0.4, 15)
    false = 0
    for _ in range(1_500):
        was, is_ = rng.binomial(200, rates), rng.binomial(160, rates)
        false += any(holm([swelled(int(a), 200, int(b), 160) or 1 for a, b in zip(was, is_, strict=True)], 0.05))
    assert false / 1_500 <= 0.05


@pytest.mark.parametrize("days", [100, 365])
def test_the_days_between_false_alarms_are_those_that_were_set(days: int) -> None:
    rng = np.random.default_rng(5)
    limit = limit_for(days)
    assert run_length(limit) == pytest.approx(days, rel=1e-6)
    runs = []
    for _ in range(600):
        found = slides(rng.normal(0, 1, 12 * days), limit)
        runs.append(found[0].day + 1 if found else 12 * days)
    assert np.mean(runs) == pytest.approx(days, rel=0.15)


def test_a_slide_of_one_standard_error_a_day_is_found_within_a_fortnight() -> None:
    rng = np.random.default_rng(6)
    limit = limit_for(365 * 20)
    delays = []
    for _ in range(200):
        zs = np.concatenate([rng.normal(0, 1, 30), rng.normal(-1, 1, 60)])
        after = [one for one in slides(zs, limit) if one.day >= 30]
        delays.append(after[0].day - 29 if after else 60)
    assert np.mean(delays) < 21
    assert slides([0.0] * 50, limit) == []


def a_story(database: Database, folder: Path) -> Any:
    """Two waves: the queue falls, and belongs to a process of Huda's."""
    with database.writing() as db:
        cast = the_cast(db)
    first = a_wave(database, folder / "1", year=2024, told=rows(80, low=10))
    second = a_wave(database, folder / "2", year=2025, told=rows(80, low=60))
    with database.writing() as db:
        queue = db.scalars(select(Touchpoint).where(col(Touchpoint.name) == "Queue")).one()
        db.add(ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=queue.id))
    return cast, first, second


def found(database: Database) -> list[Alarm]:
    with database.reading() as db:
        return list(db.scalars(select(Alarm).order_by(col(Alarm.id))))


def test_a_touchpoint_that_fell_tells_its_owner_once(both: Database, tmp_path: Path) -> None:
    cast, first, second = a_story(both, tmp_path)
    assert actions.look(both) == 1
    (alarm,) = found(both)
    assert (alarm.kind, alarm.stage, alarm.process_id) == (AlarmKind.FELL, AlarmStage.NEW, cast.process.id)
    assert (alarm.source_id, alarm.before_id, alarm.tests, alarm.rate) == (second, first, 1, 0.05)
    assert alarm.was is not None
    assert alarm.low is not None
    assert alarm.low < alarm.value - alarm.was < 0
    for _ in range(2):
        jobs.look(both)
        assert actions.look(both) == 0
    read_record(both)
    with both.reading() as db:
        (notice,) = db.scalars(select(Notice).where(col(Notice.about) == alarm.ref)).all()
        assert notice.person_id == cast.huda.id
        huda = find_actor(db, cast.huda.id)
        assert [one.alarm.id for one in waiting_for(db, huda)] == [alarm.id]
        (shown,) = open_alarms(db, huda, cast.process.id)
        assert shown.finding.startswith("Queue fell by 62.5 to 25.0 of 100")
        entry = db.scalars(select(Entry).where(col(Entry.ref) == alarm.ref)).one()
        assert (entry.actor_id, entry.move) == (None, "raise")


def test_what_a_later_wave_has_overtaken_wakes_nobody(database: Database, tmp_path: Path) -> None:
    a_story(database, tmp_path)
    a_wave(database, tmp_path / "3", year=2026, told=rows(80, low=60))
    assert actions.look(database) == 0
    assert found(database) == []


@pytest.mark.parametrize("broken", [{"worst": 1, "best": 10}, {"step": 0.5}, {"question": "Asked otherwise"}])
def test_a_break_is_no_fall(database: Database, tmp_path: Path, broken: dict[str, Any]) -> None:
    _, first, second = a_story(database, tmp_path)
    with database.writing() as db:
        db.execute(update(Use).where(col(Use.source_id) == first).values(question="How was the queue?"))
        db.execute(
            update(Use).where(col(Use.source_id) == second).values(**{"question": "How was the queue?"} | broken)
        )
    assert actions.look(database) == 0


def test_few_answers_raise_none(database: Database, tmp_path: Path) -> None:
    with database.writing() as db:
        the_cast(db)
    a_wave(database, tmp_path / "1", year=2024, told=rows(20, low=1))
    a_wave(database, tmp_path / "2", year=2025, told=rows(20, low=20))
    assert actions.look(database) == 0
    with database.reading() as db:
        assert {scan.touchpoint_tests for scan in db.scalars(select(AlarmScan))} == {0}


def test_a_corrected_wave_tells_nothing_twice_and_lets_go_what_it_does_not_show(
    database: Database, tmp_path: Path
) -> None:
    _, _, second = a_story(database, tmp_path)
    actions.look(database)
    (alarm,) = found(database)
    a_wave(database, tmp_path / "2", year=2025, told=rows(80, low=55), replace=True)
    assert actions.look(database) == 0
    (again,) = found(database)
    assert (again.id, again.stage) == (alarm.id, AlarmStage.NEW)
    assert again.value > alarm.value
    assert again.source_id != second
    a_wave(database, tmp_path / "2", year=2025, told=rows(80, low=10), replace=True)
    assert actions.look(database) == 0
    (closed,) = found(database)
    assert (closed.stage, closed.word) == (AlarmStage.CLOSED, "The corrected file does not show it.")


def test_a_theme_that_swells_is_told_when_the_coding_of_both_waves_is_finished(both: Database, tmp_path: Path) -> None:
    cast, first, second = a_story(both, tmp_path)
    actions.look(both)
    with both.writing() as db:
        sami = find_actor(db, cast.sami.id)
        bags, rest = theme_of(db, sami, "Bags"), theme_of(db, sami, "The rest")
        link(db, bags, [db.scalars(select(Touchpoint.id).where(col(Touchpoint.name) == "Queue")).one()])
        for source, n in ((first, 5), (second, 40)):
            ids = list(db.scalars(select(col(Remark.id)).where(col(Remark.source_id) == source)))
            code_many(db, sami, ids[:n], bags, "")
            code_many(db, sami, ids[n:], rest, "")
    assert actions.look(both) == 0
    for source in (first, second):
        with both.writing() as db:
            finish(db, find_actor(db, cast.sami.id), db.get_one(Source, source))
        raised = actions.look(both)
    assert raised == 1
    _, alarm = found(both)
    assert (alarm.kind, alarm.theme_id, alarm.process_id) == (AlarmKind.SWELLED, bags.id, cast.process.id)
    assert (alarm.was, alarm.value, alarm.n_before, alarm.n) == (5 / 80, 0.5, 80, 80)
    assert alarm.low is not None
    assert alarm.low > 0
    assert actions.look(both) == 0


def test_a_source_that_grows_is_watched_day_by_day(database: Database, tmp_path: Path) -> None:
    cast, _, second = a_story(database, tmp_path)
    with database.writing() as db:  # answers come in one by one: the last sixty are bad ones
        db.get_one(Source, second).version = 2
        ids = list(db.scalars(select(col(Response.id)).where(col(Response.source_id) == second).order_by(Response.id)))
        for place, number in enumerate(ids):
            day = date(2025, 5, 1) + timedelta(days=place // 8)
            db.execute(update(Response).where(col(Response.id) == number).values(on=day))
        # The wave before is the base: it needs two hundred answers to be one.
        first = select(col(Use.id)).where(col(Use.source_id) == 1)
        db.execute(update(Use).where(col(Use.id).in_(first)).values(n=400, score_low=86.0, score_high=89.0))
    assert actions.look(database) == 1
    (alarm,) = found(database)
    assert (alarm.kind, alarm.process_id) == (AlarmKind.SLID, cast.process.id)
    assert alarm.value <= 50
    assert actions.look(database) == 0
    with database.writing() as db:
        db.get_one(Source, second).version = 3
    assert actions.look(database) == 0


def test_in_a_year_of_weeks_themes_raise_no_more_false_alarms_than_stated() -> None:
    rng = np.random.default_rng(7)
    rates, false = rng.uniform(0.02, 0.3, 8), 0
    for _ in range(150):
        hits = rng.binomial(60, rates, (56, 8))
        years = [
            holm([more(int(hits[w - 4 : w, t].sum()), 240, int(hits[w, t]), 60) for t in range(8)], 0.05 / 52)
            for w in range(4, 56)
        ]
        false += any(any(week) for week in years)
    assert false / 150 <= 0.05 + 3 * (0.05 * 0.95 / 150) ** 0.5


def test_a_theme_that_grows_while_answers_come_in(database: Database, tmp_path: Path) -> None:
    with database.writing() as db:
        cast = the_cast(db)
    source = a_wave(database, tmp_path, told=rows(300, low=150))
    with database.writing() as db:
        sami = find_actor(db, cast.sami.id)
        db.get_one(Source, source).version = 2
        pairs = db.execute(select(col(Remark.id), col(Remark.response_id)).order_by(col(Remark.id))).all()
        monday = date(2025, 5, 5)
        for place, (_, response) in enumerate(pairs):
            day = monday + timedelta(days=7 * (place // 50))
            db.execute(update(Response).where(col(Response.id) == response).values(on=day))
        bags = theme_of(db, sami, "Bags")
        code_many(db, sami, [pairs[place][0] for place in (3, 60, 130, *range(201, 231))], bags, "")
    assert actions.look(database) == 1
    (alarm,) = [one for one in found(database) if one.kind is AlarmKind.MORE]
    assert (alarm.theme_id, alarm.was, alarm.value) == (bags.id, 3 / 200, 0.6)
    assert actions.look(database) == 0


def test_the_pages(database: Database, app: Any, as_: As, tmp_path: Path) -> None:
    cast, _, second = a_story(database, tmp_path)
    actions.look(database)
    huda = as_(cast.huda)
    page = huda.get("/processes/alarms").text
    assert "Queue fell by 62.5" in page
    assert "at most 5 waves in 100" in page
    assert "Queue fell by 62.5" in huda.get("/").text
    assert "Queue fell by 62.5" in huda.get(f"/processes/{cast.process.id}").text
    assert "the only one that could be tested" in huda.get("/processes/alarms/1").text
    assert "Say what you see" not in as_(cast.amal).get("/processes/alarms/1").text
    assert as_(cast.amal).move("/processes/alarms/1", "look", "x").status_code == 403
    assert as_(cast.gita).get("/processes/alarms").status_code == 404
    assert as_(cast.gita).get("/processes/alarms/1").status_code == 404
    assert huda.move("/processes/alarms/1", "look").status_code == 422
    assert huda.move("/processes/alarms/1", "look", "A lane was closed.").status_code == 303
    assert huda.move("/processes/alarms/1", "look", "Again.").status_code == 409
    assert "A lane was closed." in as_(cast.amal).get("/processes/alarms/1").text
    assert "Queue fell" not in huda.get("/").text
    assert as_(cast.noor).move("/processes/alarms/1", "close", "It is open again.").status_code == 303
    assert "Queue fell" not in huda.get(f"/processes/{cast.process.id}").text
    assert "Queue" not in huda.get("/processes/alarms").text.split("<main")[1]
    assert "Queue" in huda.get("/processes/alarms?stage=closed").text
    with database.writing() as db:
        db.get_one(Source, second).figures_for = Audience.COMMITTEE
    assert as_(cast.sami).get("/processes/alarms/1").status_code == 200
    assert as_(cast.amal).get("/processes/alarms/1").status_code == 404
    assert "Queue" not in as_(cast.amal).get("/processes/alarms?stage=all").text.split("<main")[1]


def test_who_sets_how_many_false_alarms_there_are(database: Database, as_: As, cast: Cast) -> None:
    page = "/processes/alarms/setting"
    for name, status in {"noor": 200, "root": 200, "sami": 403, "huda": 403, "gita": 404}.items():
        assert as_(getattr(cast, name)).get(page).status_code == status, name
        if status != 200:
            assert as_(getattr(cast, name)).post(page, {"rate": "1", "days": "90"}).status_code == status
    noor = as_(cast.noor)
    for rate, days in (("0", "365"), ("60", "365"), ("5", "3"), ("x", "365"), ("nan", "365"), ("inf", "365")):
        assert noor.post(page, {"rate": rate, "days": days}).status_code == 422, rate
    assert noor.post(page, {"rate": "1", "days": "730"}).status_code == 303
    assert "at most 1 waves in 100" in noor.get("/processes/alarms").text
    assert "about 730 days" in noor.get("/processes/alarms").text

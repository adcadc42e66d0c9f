"""Plans of measurement: what decides, when it is locked, what it can show, and what makes an effect doubtful."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Invalid, Refused, Stale
from app.ideas.models import Stage
from app.people.actor import find_actor
from app.people.models import Person
from app.pilots import gates, measuring
from app.pilots.artefacts import live_measures
from app.pilots.camps import camps_of
from app.pilots.doubting import doubts
from app.pilots.figures import Place, measured
from app.pilots.foreseeing import foresee
from app.pilots.measures import MeasureForm
from app.pilots.models import Compare, Measure, Pilot, Success
from app.pilots.power import REACH
from app.pilots.showing import rule_of
from app.record.models import Entry
from app.voice.models import Series
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_pilot, an_idea, put
from tests.pilots.stories import a_measure, a_wave, two_waves, write_step

As = Callable[[Person | None], Browser]
WAVES = {"name": "Families recommend us", "outcome": "Recommend", "before": 1, "where": "Lane=7", "worth": 3}
LATER = {"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 31)}


@pytest.fixture
def pilot(database: Database, cast: Cast) -> Pilot:
    with database.writing() as db:
        two_waves(db)
        return running(db, cast)


def running(db: Db, cast: Cast) -> Pilot:
    idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT, team_id=cast.team.id)
    return a_pilot(db, idea, cast.amal, cast.noor, step=6)


def keep(db: Db, cast: Cast, old: Measure | None = None, **over: Any) -> Measure:
    form = MeasureForm(**(WAVES | over))
    pilot = db.scalars(select(Pilot)).one()
    return measuring.keep(db, find_actor(db, cast.amal.id), pilot, form, old)


def begin(db: Db, person: Person) -> str:
    return gates.move(db, find_actor(db, person.id), db.scalars(select(Pilot)).one(), 6, "begin")


def test_the_run_begins_when_its_keepers_lock_a_whole_plan(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        pilot = running(db, cast)
        with pytest.raises(Invalid, match=r"The plan is not whole yet\. A hypothesis"):
            begin(db, cast.noor)
        write_step(db, pilot, 6, cast.amal)
        live_measures(db, pilot)[0].decides = False
        with pytest.raises(Invalid, match="Which measure decides"):
            begin(db, cast.noor)
        measuring.let_decide(db, live_measures(db, pilot)[0])
        for who in (cast.amal, cast.badr, cast.zaid, cast.layla):
            with pytest.raises(Refused):
                begin(db, who)
        begin(db, cast.noor)
        assert pilot.at(6).begun_at is not None
        entry = db.scalars(select(Entry).where(col(Entry.move) == "begin")).one()
        assert "plan" in json.loads(entry.digests)
        with pytest.raises(Refused):
            begin(db, cast.noor)


def test_what_is_planned_is_locked_and_what_is_reached_is_not(
    database: Database, cast: Cast, pilot: Pilot, as_: As
) -> None:
    amal, here = as_(cast.amal), "/pilots/1/measures/1"
    key = amal.key("/pilots/1/measures/new")
    with database.writing() as db:
        measure = keep(db, cast, success="surely worth having")
        write_step(db, db.get_one(Pilot, pilot.id), 6, cast.amal)
        db.scalars(select(Measure).where(col(Measure.name) == "Rating by families")).one().withdrawn_at = now()
        measure.target = 30
        begin(db, cast.noor)
    assert amal.get("/pilots/1/measures/new").status_code == 409
    late = amal.post("/pilots/1/measures/new", {name: str(value) for name, value in WAVES.items()} | {"key": key})
    assert late.status_code == 409
    assert "Families recommend us" in late.text
    assert amal.post(f"{here}/withdraw").status_code == 409
    form = amal.get(here).text
    assert 'name="after"' in form
    assert 'name="worth"' not in form
    more = amal.post(here, {"after": "2", "worth": "0"})
    assert more.status_code == 422  # nothing of the plan is taken with a result
    assert amal.post(here, {"after": "1"}).status_code == 422
    assert amal.post(here, {"after": "2"}).status_code == 303
    with database.writing() as db:
        (one,) = live_measures(db, db.get_one(Pilot, pilot.id))
        assert (one.number, one.decides, one.worth, one.verdict) == (2, True, 3, "improved")
        with pytest.raises(Stale, match="locked"):
            keep(db, cast, one, worth=1)
    page = as_(cast.zaid).get("/pilots/1/effect").text
    assert "at least 3.0. It is." in page
    assert "it decides" in page


def test_a_walk_back_and_another_run_unlock_the_plan(database: Database, cast: Cast, pilot: Pilot) -> None:
    with database.writing() as db:
        one = db.get_one(Pilot, pilot.id)
        for number in range(1, 7):
            write_step(db, one, number, cast.amal)
        begin(db, cast.noor)
        gates.move(db, find_actor(db, cast.noor.id), one, 5, "reopen", "The map lacks the kerb.")
        assert one.at(6).begun_at is None


def test_one_measure_decides(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        two_waves(db)
        running(db, cast)
        first, second = keep(db, cast), keep(db, cast, name="Another", worth=0)
        assert [first.decides, second.decides] == [True, False]
        third = keep(db, cast, second, name="Another", decides="on", worth=0)
        live = live_measures(db, db.scalars(select(Pilot)).one())
        assert [(one.id, one.decides) for one in live] == [(first.id, False), (third.id, True)]
        pilot_id = first.pilot_id
    with pytest.raises(IntegrityError), both.writing() as db:
        put(db, Measure(pilot_id=pilot_id, name="A third", decides=True, made_by=1))


def three_lanes(db: Db) -> None:
    rest = [9, 5, 8, 7]
    a_wave(db, "Spring", {"7": [9, 5, 5, 7] * 60, "8": rest * 40, "9": [10] * 50, "10": [0] * 40})
    a_wave(db, "Autumn", {"7": [9, 9, 10, 7] * 60, "8": [9, 5, 8, 8] * 40, "9": [3] * 50, "10": [10] * 40}, **LATER)


def test_it_is_compared_with_the_places_named(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        three_lanes(db)
        found = measuring.compared(db, 1, 2, "Recommend", Place("Lane", "7"), compare=Compare.NAMED, against=("8", "9"))
        assert found.comparison is not None
        assert (found.comparison.n_before, found.comparison.n_after) == (210, 210)
        told = [measured(db, wave, "Recommend", Place("Lane", "7"), elsewhere=True, among=("8",)) for wave in (1, 2)]
        assert [one.n for one in told if one] == [160, 160]
        alone = measuring.compared(db, 1, 2, "Recommend", Place("Lane", "7"), compare=Compare.NOTHING)
        assert (alone.comparison, alone.difference_in_differences) == (None, None)


def test_no_small_cell_is_told_by_the_places_named(database: Database) -> None:
    with database.writing() as db:
        a_wave(db, "Small", {"7": [9] * 40, "8": [7] * 30, "9": [5] * 6, "10": [5] * 30}, minimum_cell=10)
        place = Place("Lane", "7")
        assert measured(db, 1, "Recommend", place, elsewhere=True, among=("9",)) is None
        assert (
            measured(db, 1, "Recommend", place, elsewhere=True, among=("8", "10")) is None
        )  # what is left are the six


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"compare": "the places named"}, "Name where it runs"),
        ({"compare": "the places named", "against": "rest\n12"}, "Not every chosen wave knows Lane=12"),
        ({"compare": "the places named", "against": "7"}, "Where it runs is not what it is compared with"),
        ({"first_day": "2026-10-01", "last_day": "2026-09-01"}, "The window ends before it begins"),
        ({"success": "surely worth having", "worth": "0"}, "Say which change is worth having"),
        ({"expected": "0"}, "Not less than 1"),
    ],
)
def test_mistakes_of_a_plan_come_back(cast: Cast, pilot: Pilot, as_: As, over: dict[str, str], words: str) -> None:
    answer = as_(cast.amal).send("/pilots/1/measures/new", {k: str(v) for k, v in WAVES.items()} | over)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_plan_says_what_it_can_show(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    """NPS of lane 7: 60 up, 60 passive, 120 down of 240; elsewhere 200 up, 400 passive, 200 down of 800."""
    with database.writing() as db:
        measure = keep(db, cast, worth=15, expected=300)
        found = foresee(db, measure)
        there, rest = 100 * np.sqrt(0.75 - 0.25**2), 100 * np.sqrt(0.5)
        share = 800 / 240
        error = np.sqrt(there**2 / 240 + rest**2 / 800 + there**2 / 300 + rest**2 / (300 * share))
        assert found is not None
        assert found.smallest == pytest.approx(REACH * error, rel=1e-6)
        left = (15 / REACH) ** 2 - there**2 / 240 - rest**2 / 800
        assert left < 0  # the wave before leaves too much doubt for that
        assert (found.needed, found.enough) == (None, False)
        wide = foresee(db, keep(db, cast, name="Wide", worth=30, expected=300))
        left = (30 / REACH) ** 2 - there**2 / 240 - rest**2 / 800
        assert wide is not None
        assert wide.needed == int(np.ceil((there**2 + rest**2 / share) / left))
        assert foresee(db, a_measure(db, db.get_one(Pilot, pilot.id), cast.amal, decides=False)) is None
    page = as_(cast.zaid).get("/pilots/1/effect").text
    assert "cannot be shown, however many answer after" in page
    assert "Less than that is worth having and would not be seen" in page
    assert "answers</b> are needed after" in page


def test_what_makes_an_effect_doubtful_is_said(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        series = put(db, Series(name="Passengers"))
        early = {"first_day": date(2025, 5, 1), "last_day": date(2025, 5, 31), "series_id": series.id}
        a_wave(db, "Last year", {"7": [9, 9, 9, 7] * 60, "rest": [9, 5, 8, 7] * 200}, **early)
        a_wave(db, "Spring", {"7": [9, 5, 5, 7] * 60, "rest": [9, 5, 8, 7] * 200}, series_id=series.id)
        a_wave(db, "Autumn", {"7": [9, 9, 10, 7] * 60, "rest": [9, 5, 8, 8] * 200}, **LATER)
        running(db, cast)
        soon = date.today() + timedelta(days=3)
        window = {"before": 2, "first_day": date(2026, 11, 1), "last_day": max(soon, date(2026, 11, 30))}
        plan = keep(db, cast, **window)
        first = keep(db, cast, plan, after=3, **window)
        last = keep(db, cast, first, after=3, **window)
        said = "\n".join(doubts(db, last, now()))
    assert "Autumn was asked outside the window that was planned" in said
    assert "The plan was locked after Autumn had begun" in said
    assert "moved apart before it began, by −100.0" in said
    assert "Results were read 2 times before the window ended: with 3 looks" in said
    assert "in 11 % of cases" in said
    page = as_(cast.zaid).get("/pilots/1/effect").text
    assert "Caution" in page


def test_a_calm_comparison_raises_no_doubt(database: Database, cast: Cast, pilot: Pilot) -> None:
    with database.writing() as db:
        one = keep(db, cast, keep(db, cast), after=2)
        assert doubts(db, one, None) == []


def test_other_people_than_before_are_told(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        a_wave(db, "Spring", {"7": [9, 5, 5, 7] * 60, "rest": [9, 5, 8, 7] * 200}, with_children=30)
        a_wave(db, "Autumn", {"7": [9, 9, 10, 7] * 60, "rest": [9, 5, 8, 8] * 200}, with_children=120, **LATER)
        running(db, cast)
        one = keep(db, cast, keep(db, cast), after=2)
        (said,) = doubts(db, one, None)
    assert said == "Other people answered after than before, by Travels: With children were 12 % before and 50 % after."


def test_behind_an_nps_stand_means_and_shares(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    with database.writing() as db:
        one = keep(db, cast, keep(db, cast), after=2)
        cells = camps_of(db, one)
        assert [(cell.where, cell.when) for cell in cells] == [
            ("where it ran", "before"),
            ("where it ran", "after"),
            ("comparison", "before"),
            ("comparison", "after"),
        ]
        assert cells[0].mean.value == pytest.approx(6.5)
        shares = [part.value for part in (cells[1].promoters, cells[1].passives, cells[1].detractors)]
        assert shares == pytest.approx([0.75, 0.25, 0])
    assert "Means and shares behind the NPS" in as_(cast.zaid).get("/pilots/1/effect").text


def test_figures_by_hand_that_are_better_when_they_fall(database: Database, cast: Cast, pilot: Pilot) -> None:
    with database.writing() as db:
        typed = {"outcome": "", "before": None, "where": "", "baseline": 14, "actual": 9, "falls": "on"}
        one = keep(db, cast, name="Minutes in line", **typed)
        assert (one.change, one.verdict) == (5, "typed by hand")
        words = rule_of([measuring.tell(db, one)])
        assert "typed by hand, without an interval" in words
        assert words.endswith("That cannot be said yet.")


@pytest.mark.parametrize(
    ("success", "worth", "words"),
    [(Success.BETTER, 0, "more than 0. It is."), (Success.WORTH, 99, "at least 99.0. It is not sure.")],
)
def test_success_is_what_was_planned(
    database: Database, cast: Cast, pilot: Pilot, success: Success, worth: float, words: str
) -> None:
    with database.writing() as db:
        one = keep(db, cast, keep(db, cast), after=2, success=success.value, worth=worth)
        assert rule_of([measuring.tell(db, one)]).endswith(words)
